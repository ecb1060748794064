//! One thing wrong in a definition or in reference data, and how it is shown: place, caret, message, suggestion.

use crate::model::codes::{DiagnosticCode, Gravity};
use crate::text::quote::{for_terminal, is_active, on_one_line};
use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet};
use std::collections::BTreeMap;
use std::ops::Range;
use std::path::{Path, PathBuf};

/// Where it is, what is wrong, and what the writer probably meant. All texts in Chinese, `code` in English.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    pub code: DiagnosticCode,
    pub path: PathBuf,
    /// Byte range of the source text; `None` where the whole file is meant (missing, not UTF-8).
    pub span: Option<Range<usize>>,
    pub message: String,
    /// What to write instead.
    pub help: Option<String>,
}

impl Diagnostic {
    /// One that is about a whole file, or about a row that its message names.
    pub fn of_file(code: DiagnosticCode, path: &Path, message: String, help: Option<String>) -> Diagnostic {
        Diagnostic { code, path: path.to_path_buf(), span: None, message, help }
    }

    /// Whether the definition holds all the same.
    pub fn is_warning(&self) -> bool {
        self.code.entry().gravity == Gravity::Warning
    }
}

/// Nobody reads more at once, and each costs a look through its whole file.
const SHOWN: usize = 200;

/// All diagnostics as officers see them: `file:line:column`, the source line with carets, message and help, and the
/// number of problems last. Sources are read again from their paths; one that is gone is shown without its line.
pub fn render(diagnostics: &[Diagnostic], colour: bool) -> String {
    if diagnostics.is_empty() {
        return String::new();
    }
    let shown = diagnostics.get(..SHOWN).unwrap_or(diagnostics);
    let mut sources: BTreeMap<&Path, Option<String>> = BTreeMap::new();
    for diagnostic in shown.iter().filter(|d| d.span.is_some()) {
        let path = diagnostic.path.as_path();
        sources.entry(path).or_insert_with(|| std::fs::read_to_string(path).ok().map(seen));
    }
    let renderer = if colour { Renderer::styled() } else { Renderer::plain() };
    let mut out = String::new();
    for diagnostic in shown {
        let source = sources.get(diagnostic.path.as_path()).and_then(Option::as_deref);
        out.push_str(&one(diagnostic, source, &renderer));
        out.push_str("\n\n");
    }
    if shown.len() < diagnostics.len() {
        out.push_str(&format!("以上是前 {SHOWN} 处，改正后再检查其余的。\n"));
    }
    let warnings = diagnostics.iter().filter(|diagnostic| diagnostic.is_warning()).count();
    out.push_str(&match (diagnostics.len() - warnings, warnings) {
        (0, warnings) => format!("共 {warnings} 处提醒\n"),
        (errors, 0) => format!("共 {errors} 处问题\n"),
        (errors, warnings) => format!("共 {errors} 处问题，{warnings} 处提醒\n"),
    });
    out
}

fn one(diagnostic: &Diagnostic, source: Option<&str>, renderer: &Renderer) -> String {
    let path = on_one_line(&diagnostic.path.display().to_string()).into_owned();
    let message = for_terminal(&diagnostic.message);
    let gravity = diagnostic.code.entry().gravity;
    let level = match gravity {
        Gravity::Error => Level::ERROR,
        Gravity::Warning => Level::WARNING,
    };
    let title = level.with_name(gravity.word()).primary_title(&*message).id(diagnostic.code.as_str());
    let group: Group<'_> = match (source, &diagnostic.span) {
        (Some(text), Some(span)) => {
            let annotation = AnnotationKind::Primary.span(within(text, span));
            title.element(Snippet::source(text).path(path).annotation(annotation))
        }
        _ => title.element(Origin::path(path)),
    };
    let help = diagnostic.help.as_deref().map(for_terminal);
    let group = match &help {
        Some(help) => group.element(Level::HELP.with_name("建议").message(&**help)),
        None => group,
    };
    renderer.render(&[group]).to_string()
}

/// A source text with signs in the place of what acts, as many bytes long, so that spans keep their place. Of the controls
/// below a blank the renderer takes care.
fn seen(text: String) -> String {
    if !text.chars().any(|c| is_active(c) && c.len_utf8() > 1) {
        return text;
    }
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c.len_utf8() {
            2 if is_active(c) => out.push('¤'),
            3 if is_active(c) => out.push('\u{fffd}'),
            4 if is_active(c) => out.push_str("\u{fffd}?"),
            _ => out.push(c),
        }
    }
    out
}

/// The span cut to the text and to its first line, at character boundaries; never empty where there is a character.
fn within(text: &str, span: &Range<usize>) -> Range<usize> {
    let floor = |mut at: usize| {
        at = at.min(text.len());
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        at
    };
    let start = floor(span.start);
    let line_end = text[start..].find('\n').map_or(text.len(), |at| start + at);
    let end = floor(span.end).clamp(start, line_end);
    if end > start {
        return start..end;
    }
    match text[start..].chars().next() {
        Some(c) if c != '\n' => start..start + c.len_utf8(),
        _ => start..start,
    }
}

/// The candidate that looks most like `name`; `None` when nothing is close.
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let mut best: Option<(f64, &str)> = None;
    for candidate in candidates {
        // One slip (人教 for 人数, pei for pie) is near however short the name.
        let slip = name.chars().count() >= 2 && strsim::damerau_levenshtein(name, candidate) <= 1;
        let score = strsim::jaro_winkler(name, candidate).max(if slip { 0.85 } else { 0.0 });
        if score >= 0.7 && best.is_none_or(|(most, _)| score > most) {
            best = Some((score, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn carets_stand_under_chinese_text() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("pipeline.toml");
        std::fs::write(&path, "name = 'x'\ncheck = \"人教 >= 3\"\n").unwrap();
        let start = "name = 'x'\ncheck = \"".len();
        let diagnostic = Diagnostic {
            code: DiagnosticCode::UnknownColumn,
            path,
            span: Some(start..start + "人教".len()),
            message: "没有“人教”这一列".to_owned(),
            help: Some("是不是“人数”？".to_owned()),
        };
        let text = render(&[diagnostic], false);
        assert!(text.contains("pipeline.toml:2:10"), "{text}");
        // Two wide characters: four carets under them, after `check = "`.
        assert!(text.contains("|          ^^^^\n"), "{text}");
        assert!(text.contains("错误[unknown-column]") && text.contains("是不是“人数”？"), "{text}");
        assert!(text.ends_with("共 1 处问题\n"), "{text}");
    }

    #[test]
    fn nothing_of_a_definition_commands_the_terminal() {
        let acting = (0..=0x1f).chain(0x7f..=0x9f).chain([0x61c, 0x200e, 0x2028, 0x2029, 0x202e, 0x2066, 0x1_fffe]);
        for c in acting.filter_map(char::from_u32).filter(|c| !matches!(c, '\n' | '\r')) {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("pipeline.toml");
            std::fs::write(&path, format!("# 前{c}\nname = '甲{c}乙'\n")).unwrap();
            let start = format!("# 前{c}\nname = '").len();
            let words = format!("没有“甲{c}乙”");
            let diagnostic = Diagnostic {
                code: DiagnosticCode::UnknownColumn,
                path: path.clone(),
                span: Some(start..start + "甲乙".len() + c.len_utf8()),
                message: words.clone(),
                help: Some(words.clone()),
            };
            let whole =
                Diagnostic::of_file(DiagnosticCode::UnknownColumn, &path.with_file_name(&*format!("{c}")), words, None);
            let text = render(&[diagnostic, whole], false);
            assert!(!text.chars().any(|c| c != '\n' && crate::text::quote::is_active(c)), "{:x}: {text:?}", c as u32);
            assert!(text.contains("pipeline.toml:2:"), "{text}");
        }
    }

    #[test]
    fn nearest_name_or_none() {
        assert_eq!(nearest("人教", ["推荐单位", "人数"]), Some("人数"));
        assert_eq!(nearest("pei", ["column", "bar", "pie"]), Some("pie"));
        assert_eq!(nearest("requierd", ["required", "also"]), Some("required"));
        assert_eq!(nearest("完全不同", ["required", "人数"]), None);
    }

    #[test]
    fn a_span_outside_the_file_does_not_panic() {
        assert_eq!(within("短", &(1..900)), 0..3);
        assert_eq!(within("", &(5..9)), 0..0);
    }
}
