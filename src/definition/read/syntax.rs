//! TOML → a document with spans; what the parser says becomes the words of someone who edits a text file, one problem a
//! line, and the slips of a Chinese input method are told as such. Knows nothing of pipelines.

use super::cursor::Log;
use crate::model::codes::DiagnosticCode;
use std::ops::Range;
use toml::de::DeTable;

/// The document, and whether it is sound enough to be walked; a repeated key alone does not hinder that.
pub fn parse(log: &Log) -> (toml::Spanned<DeTable<'_>>, bool) {
    let (document, errors) = DeTable::parse_recoverable(&log.text);
    let mut broken = Vec::new();
    for error in errors {
        let span = error.span().unwrap_or(0..0);
        if error.message().contains("duplicate key") {
            let help = Some("删去其中一个".to_owned());
            log.report(DiagnosticCode::DuplicateKey, span, "同一段里这个名字写了两次".to_owned(), help);
        } else {
            broken.push((span, error.message().to_owned()));
        }
    }
    if broken.is_empty() {
        return (document, true);
    }
    // Punctuation of an input method confuses the parser for lines on end: where there is some, it is all that is said.
    let slips = full_width(&log.text);
    if !slips.is_empty() {
        for (at, c, plain) in slips {
            let message = format!("“{c}”是中文（全角）标点，引号外面只能用英文标点");
            log.report(
                DiagnosticCode::FullWidth,
                at..at + c.len_utf8(),
                message,
                Some(format!("切换到英文输入法，改成 {plain}")),
            );
        }
        return (document, false);
    }
    let mut last = None;
    for (span, message) in broken {
        let line = log.line(span.start);
        if last != Some(line) {
            let (words, help) = explain(&log.text, &span, &message);
            log.report(DiagnosticCode::TomlSyntax, span, words.to_owned(), Some(help.to_owned()));
        }
        last = Some(line);
    }
    (document, false)
}

/// The parser's English in plain words, and what to do.
fn explain(text: &str, span: &Range<usize>, message: &str) -> (&'static str, &'static str) {
    let before = text.get(..span.start).unwrap_or("");
    let here = text.get(span.start..).unwrap_or("");
    let first_of_line = before.rsplit('\n').next().is_some_and(|line| line.trim().is_empty());
    if message.contains("comma") && first_of_line {
        return ("上一行末尾少一个逗号", "列表里每一项的后面都写一个英文逗号");
    }
    if ["是", "否", "真", "假"].iter().any(|word| here.starts_with(word)) {
        return ("是或否要写成英文", "是写 true，否写 false，不加引号");
    }
    const HELP: &str = "核对引号、括号、逗号和等号";
    const WORDS: [(&str, &str, &str); 11] = [
        ("comma", "这里少一个或多一个逗号", HELP),
        ("inline table", "花括号 { … } 没有写全", HELP),
        ("array", "方括号 […] 没有写全", HELP),
        ("unclosed table", "段名 [ … ] 没有写全", HELP),
        ("string values must be quoted", "文字要加引号", "两头各写一个英文双引号，例如 \"合格\""),
        ("quote", "引号没有配对", HELP),
        ("string", "引号没有配对，或文字里有不能直接写的字符", "一行里的英文双引号要成对"),
        ("escape", "反斜杠后面的写法不对", "路径里的 \\ 改成 /"),
        ("value", "等号后面没有值，或值的写法不对", HELP),
        ("key", "等号左边的名字写法不对", "中文名字要加英文双引号"),
        ("integer", "数的写法不对", HELP),
    ];
    let known = WORDS.iter().find(|(part, _, _)| message.contains(part));
    known.map_or(("这一行的写法不对", HELP), |(_, words, help)| (words, help))
}

/// Punctuation that a Chinese input method types for that of TOML.
const PUNCTUATION: [(char, char); 17] = [
    ('“', '"'),
    ('”', '"'),
    ('＂', '"'),
    ('‘', '\''),
    ('’', '\''),
    ('＝', '='),
    ('，', ','),
    ('、', ','),
    ('［', '['),
    ('］', ']'),
    ('【', '['),
    ('】', ']'),
    ('｛', '{'),
    ('｝', '}'),
    ('＃', '#'),
    ('．', '.'),
    ('。', '.'),
];

/// The first such mark of each line that stands outside quotes and remarks: (offset, mark, what to write).
fn full_width(text: &str) -> Vec<(usize, char, char)> {
    let mut slips: Vec<(usize, char, char)> = Vec::new();
    let mut at = 0;
    // Quotes of three may hold line breaks; a single one ends with its line, lest one slip hide all behind it.
    let mut long: Option<&str> = None;
    for line in text.split_inclusive('\n') {
        let mut rest = line;
        let mut found = false;
        while let Some(c) = rest.chars().next() {
            let offset = at + (line.len() - rest.len());
            if let Some(quote) = long {
                let end = rest.find(quote).map(|end| end + quote.len());
                long = if end.is_some() { None } else { long };
                rest = end.and_then(|end| rest.get(end..)).unwrap_or("");
                continue;
            }
            if let Some(quote) = ["\"\"\"", "'''"].into_iter().find(|quote| rest.starts_with(quote)) {
                long = Some(quote);
                rest = rest.get(quote.len()..).unwrap_or("");
                continue;
            }
            if c == '#' {
                break;
            }
            let inner = rest.get(c.len_utf8()..).unwrap_or("");
            rest = match c {
                '"' | '\'' => behind(inner, c),
                _ => inner,
            };
            if let Some((_, plain)) = PUNCTUATION.iter().find(|(wide, _)| *wide == c).filter(|_| !found) {
                slips.push((offset, c, *plain));
                found = true;
            }
        }
        at += line.len();
    }
    slips
}

/// What follows the quote that closes; nothing where none does.
fn behind(text: &str, quote: char) -> &str {
    let mut escaped = false;
    for (at, c) in text.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' if quote == '"' => escaped = true,
            c if c == quote => return text.get(at + c.len_utf8()..).unwrap_or(""),
            _ => {}
        }
    }
    ""
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_of_an_input_method_are_found_outside_quotes_and_remarks_only() {
        let text = "title = \"甲，乙：“丙”\"  # 说明，没关系\n\
                    name ＝ “a”\n\
                    also = [\"甲\"，\"乙\"]\n\
                    note = \"\"\"\n甲，\n乙\"\"\"\n\
                    help = 'it''s' # ，\n\
                    【form】\n";
        let found: Vec<(char, char)> = full_width(text).into_iter().map(|(_, wide, plain)| (wide, plain)).collect();
        assert_eq!(found, [('＝', '='), ('，', ','), ('【', '[')]);
        assert!(full_width(text).iter().all(|(at, wide, _)| text[*at..].starts_with(*wide)));
    }

    /// Code and words of every problem of a definition with this line behind a sound head.
    fn said(line: &str) -> Vec<(&'static str, String)> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("t").join("pipeline.toml");
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, format!("name = \"t\"\ntitle = \"试\"\n{line}\n")).unwrap();
        let problems = super::super::read(&path).unwrap_err();
        problems.into_iter().map(|p| (p.code.as_str(), p.message + "｜" + &p.help.unwrap_or_default())).collect()
    }

    #[test]
    fn slips_of_the_hand_are_told_once_and_say_what_to_write() {
        for (line, code, words) in [
            ("notice = “通知”", "full-width", "改成 \""),
            ("notice = \"甲\"\nfields = [\n{ a = \"1\"， b = \"2\" },\n{ a = \"1\" } ]", "full-width", "改成 ,"),
            ("a = [\n  { b = 1 }\n  { b = 2 },\n]", "toml-syntax", "上一行末尾少一个逗号"),
            ("required = 是", "toml-syntax", "是写 true"),
        ] {
            let said = said(line);
            assert_eq!(said.len(), 1, "{line}: {said:?}");
            assert!(said[0].0 == code && said[0].1.contains(words), "{line}: {said:?}");
        }
        let has = |line: &str, code: &str, words: &str| {
            let said = said(line);
            let found = said.iter().filter(|(c, w)| *c == code && w.contains(words)).count();
            assert_eq!(found, 1, "{line}: {said:?}");
        };
        has("period = \"季度\"", "unknown-word", "是不是“quarter”");
        has("[table]\nid = \"a\"", "wrong-type", "写成 [[table]]");
        has("[[form]]\nid = \"f\"\n[[form.rule]]\nseverity = \"必改\"", "unknown-word", "是不是“block”");
        let rule = "[[form]]\nid = \"f\"\ntitle = \"表\"\nunit = \"单位\"\nfields = [{ name = \"单位\", type = \"unit\" }, \
                    { name = \"人数\", type = \"integer\" }]\n[[form.rule]]\ncheck = \"人数 ≥ 3\"\nfound = \"只有 ｛人数｝ 人\"";
        has(rule, "sql-sign", "写成 >=");
        assert_eq!(said(rule).iter().filter(|(code, _)| *code == "unpaired-brace").count(), 2);
    }
}
