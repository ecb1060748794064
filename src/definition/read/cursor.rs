//! A cursor over TOML with byte spans: what is not there, of the wrong type or not known becomes a diagnostic,
//! and reading goes on. Knows TOML, and nothing of pipelines.

use super::shape::{KeyHolds, Shape};
use crate::definition::diagnostic::Diagnostic;
use crate::definition::diagnostic::nearest;
use crate::model::codes::DiagnosticCode;
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::ops::Range;
use std::path::PathBuf;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// One source file and the problems found in it so far.
#[derive(Debug)]
pub struct Log {
    pub path: PathBuf,
    pub text: String,
    problems: RefCell<Vec<Diagnostic>>,
    line_starts: Vec<usize>,
}

impl Log {
    pub fn new(path: PathBuf, text: String) -> Log {
        let line_starts = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
        Log { path, text, problems: RefCell::default(), line_starts }
    }

    pub fn report(&self, code: DiagnosticCode, span: Range<usize>, message: String, help: Option<String>) {
        let path = self.path.clone();
        self.problems.borrow_mut().push(Diagnostic { code, path, span: Some(span), message, help });
    }

    /// 1-based line of a byte offset.
    pub fn line(&self, offset: usize) -> u32 {
        u32::try_from(self.line_starts.partition_point(|start| *start <= offset)).unwrap_or(u32::MAX)
    }

    /// All problems in the order of the file.
    pub fn into_problems(self) -> Vec<Diagnostic> {
        let mut problems = self.problems.into_inner();
        problems.sort_by_key(|problem| problem.span.as_ref().map(|span| (span.start, span.end)));
        // What two readers met is one problem.
        problems.dedup();
        problems
    }
}

/// A text as written, with its place.
#[derive(Debug, Clone)]
pub struct Word<'a> {
    pub text: &'a str,
    /// The whole value, quotes included.
    pub span: Range<usize>,
    pub log: &'a Log,
}

impl Word<'_> {
    /// A byte range of the text as a range of the file. Where escapes stand between the two, the whole value.
    pub fn place(&self, part: Range<usize>) -> Range<usize> {
        let Some(raw) = self.log.text.get(self.span.clone()) else { return self.span.clone() };
        let quote = ["\"\"\"", "'''", "\"", "'"].into_iter().find(|q| raw.starts_with(q)).unwrap_or("");
        let mut lead = quote.len();
        if quote.len() == 3 {
            // A line break right behind the opening quotes is not part of the text.
            lead += if raw[3..].starts_with("\r\n") { 2 } else { usize::from(raw[3..].starts_with('\n')) };
        }
        if raw.get(lead..lead + self.text.len()) != Some(self.text) {
            return self.span.clone();
        }
        let at = |offset: usize| self.span.start + lead + offset.min(self.text.len());
        at(part.start)..at(part.end)
    }

    pub fn report(&self, code: DiagnosticCode, message: String, help: Option<String>) {
        self.log.report(code, self.span.clone(), message, help);
    }

    /// Reports that no such name exists, with the nearest one or else all of them.
    pub fn unknown<'n>(&self, code: DiagnosticCode, what: &str, known: impl IntoIterator<Item = &'n str>) {
        let known: Vec<&str> = known.into_iter().collect();
        self.report(code, format!("没有{what}“{}”", self.text), suggestion(self.text, &known));
    }
}

/// "是不是“…”？", or the list of what there is where nothing is near and the list is short.
pub fn suggestion(name: &str, known: &[&str]) -> Option<String> {
    match nearest(name, known.iter().copied()) {
        Some(near) => Some(format!("是不是“{near}”？")),
        None if known.is_empty() => None,
        None => {
            let shown = known.iter().take(12).copied().collect::<Vec<_>>().join("、");
            Some(format!("可用：{shown}{}", if known.len() > 12 { " 等" } else { "" }))
        }
    }
}

/// One value and the key that it stands under.
#[derive(Debug, Clone)]
pub struct Node<'a> {
    pub log: &'a Log,
    key: &'a str,
    holds: &'static KeyHolds,
    value: &'a Spanned<DeValue<'a>>,
}

fn kind(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "文字",
        DeValue::Integer(_) => "整数",
        DeValue::Float(_) => "小数",
        DeValue::Boolean(_) => "true 或 false",
        DeValue::Datetime(_) => "日期",
        DeValue::Array(_) => "列表",
        DeValue::Table(_) => "表",
    }
}

impl<'a> Node<'a> {
    pub fn span(&self) -> Range<usize> {
        self.value.span()
    }

    /// Reports a value of the wrong type.
    pub fn wrong(&self, expected: &str) {
        let found = kind(self.value.get_ref());
        let message = format!("“{}”应为{expected}，这里写的是{found}", self.key);
        self.log.report(DiagnosticCode::WrongType, self.span(), message, None);
    }

    pub fn as_word(&self) -> Option<Word<'a>> {
        match self.value.get_ref() {
            DeValue::String(text) => Some(Word { text, span: self.span(), log: self.log }),
            _ => None,
        }
    }

    pub fn word(&self) -> Option<Word<'a>> {
        let word = self.as_word();
        match &word {
            None => self.wrong("文字（加引号）"),
            Some(word) if word.text.trim().is_empty() => {
                word.report(DiagnosticCode::EmptyText, format!("“{}”不能是空的", self.key), None);
                return None;
            }
            Some(_) => {}
        }
        word
    }

    pub fn as_integer(&self) -> Option<i64> {
        match self.value.get_ref() {
            DeValue::Integer(n) => i64::from_str_radix(n.as_str(), n.radix()).ok(),
            _ => None,
        }
    }

    pub fn as_number(&self) -> Option<f64> {
        match self.value.get_ref() {
            DeValue::Float(n) => n.as_str().parse().ok().filter(|n: &f64| n.is_finite()),
            _ => self.as_integer().map(|n| n as f64),
        }
    }

    pub fn as_boolean(&self) -> Option<bool> {
        match self.value.get_ref() {
            DeValue::Boolean(yes) => Some(*yes),
            _ => None,
        }
    }

    /// A whole number of people, seats or days.
    pub fn count(&self) -> Option<u32> {
        let count = self.as_integer().and_then(|n| u32::try_from(n).ok());
        if count.is_none() {
            self.wrong("0 以上的整数");
        }
        count
    }

    pub fn items(&self) -> Vec<Node<'a>> {
        match self.value.get_ref() {
            DeValue::Array(array) => {
                let item = |value| Node { log: self.log, key: self.key, holds: self.holds, value };
                array.iter().map(item).collect()
            }
            DeValue::Table(_) => {
                let message = format!("“{}”这一段要用两层方括号", self.key);
                let help = format!("写成 [[{0}]]；它可以有好几段，每段写一次 [[{0}]]", self.key);
                self.log.report(DiagnosticCode::WrongType, self.span(), message, Some(help));
                Vec::new()
            }
            _ => {
                self.wrong("列表 […]");
                Vec::new()
            }
        }
    }

    /// Reports a list without any entry; a value that is no list was reported as such.
    fn not_empty(&self) {
        let empty = match self.value.get_ref() {
            DeValue::Array(array) => array.is_empty(),
            DeValue::Table(table) => table.is_empty(),
            _ => false,
        };
        if empty {
            self.log.report(DiagnosticCode::EmptyList, self.span(), format!("“{}”至少要有一项", self.key), None);
        }
    }

    pub fn as_section(&self) -> Option<Section<'a>> {
        match self.value.get_ref() {
            DeValue::Table(table) => {
                let shape = self.holds.shape()?;
                Some(Section::new(self.log, table, self.span(), self.key, shape))
            }
            _ => None,
        }
    }

    pub fn section(&self) -> Option<Section<'a>> {
        let section = self.as_section();
        if section.is_none() {
            self.wrong("表 { … }");
        }
        section
    }
}

/// More sections of one kind than this are no definition that somebody wrote; each costs an expression in every run.
const MOST_SECTIONS: usize = 2_000;

/// A table whose keys are asked for one by one, and are found only where its shape has them; [`Section::finish`] reports
/// those that nobody asked for. Missing keys are reported last, so that a misspelt one is one problem and not two.
#[derive(Debug)]
pub struct Section<'a> {
    pub log: &'a Log,
    table: &'a DeTable<'a>,
    span: Range<usize>,
    name: &'a str,
    shape: &'static Shape,
    /// By the shape's keys.
    asked: RefCell<Vec<bool>>,
    missing: RefCell<Vec<&'static str>>,
}

impl<'a> Section<'a> {
    pub fn new(
        log: &'a Log,
        table: &'a DeTable<'a>,
        span: Range<usize>,
        name: &'a str,
        shape: &'static Shape,
    ) -> Section<'a> {
        let (asked, missing) = (RefCell::new(vec![false; shape.keys.len()]), RefCell::default());
        Section { log, table, span, name, shape, asked, missing }
    }

    /// Where it starts: `[[form.rule]]`, or the opening brace.
    pub fn span(&self) -> Range<usize> {
        self.span.clone()
    }

    pub fn line(&self) -> u32 {
        self.log.line(self.span.start)
    }

    pub fn get(&self, key: &'static str) -> Option<Node<'a>> {
        let (at, holds) = self.shape.key(key)?;
        if let Some(asked) = self.asked.borrow_mut().get_mut(at) {
            *asked = true;
        }
        let value = self.table.get(key)?;
        Some(Node { log: self.log, key, holds: &holds.holds, value })
    }

    /// As [`Self::get`], and a missing key is a problem.
    pub fn need(&self, key: &'static str) -> Option<Node<'a>> {
        let node = self.get(key);
        let mut missing = self.missing.borrow_mut();
        if node.is_none() && !missing.contains(&key) {
            missing.push(key);
        }
        node
    }

    fn title(&self) -> String {
        if self.name.is_empty() { "定义".to_owned() } else { format!("“{}”这一段", self.name) }
    }

    /// A list that must be there and hold something.
    pub fn need_list(&self, key: &'static str) {
        if let Some(node) = self.need(key) {
            node.not_empty();
        }
    }

    /// Entries in the order of the file, for tables whose keys are names (`[values]`, `on = { … }`).
    pub fn entries(&self) -> Vec<(Word<'a>, Node<'a>)> {
        let holds = self.shape.names.unwrap_or(&KeyHolds::Text);
        let mut entries: Vec<(Word<'a>, Node<'a>)> = self
            .table
            .iter()
            .map(|(key, value)| {
                let name: &'a str = key.get_ref();
                (Word { text: name, span: key.span(), log: self.log }, Node { log: self.log, key: name, holds, value })
            })
            .collect();
        entries.sort_by_key(|(key, _)| key.span.start);
        entries
    }

    pub fn word(&self, key: &'static str) -> Option<Word<'a>> {
        self.need(key)?.word()
    }

    pub fn maybe_word(&self, key: &'static str) -> Option<Word<'a>> {
        self.get(key)?.word()
    }

    pub fn text(&self, key: &'static str) -> String {
        self.word(key).map(|word| word.text.to_owned()).unwrap_or_default()
    }

    pub fn words(&self, key: &'static str) -> Vec<Word<'a>> {
        self.get(key).map_or_else(Vec::new, |node| node.items().iter().filter_map(Node::word).collect())
    }

    pub fn texts(&self, key: &'static str) -> Vec<String> {
        self.words(key).iter().map(|word| word.text.to_owned()).collect()
    }

    pub fn flag(&self, key: &'static str, otherwise: bool) -> bool {
        let Some(node) = self.get(key) else { return otherwise };
        node.as_boolean().unwrap_or_else(|| {
            node.wrong("true 或 false");
            otherwise
        })
    }

    /// Tables of `[[key]]` or `key = [{ … }]`; none where the key is absent.
    pub fn sections(&self, key: &'static str) -> Vec<Section<'a>> {
        let Some(node) = self.get(key) else { return Vec::new() };
        let items = node.items();
        if items.len() > MOST_SECTIONS {
            let message = format!("“{key}”写了 {} 段，最多 {MOST_SECTIONS} 段", items.len());
            let help = Some("拆成几个流程，或把长名单放进参照表".to_owned());
            self.log.report(DiagnosticCode::TooMany, node.span(), message, help);
            return Vec::new();
        }
        items.iter().filter_map(Node::section).collect()
    }

    /// One of a few words.
    pub fn choice<T: Copy>(&self, key: &'static str, choices: &[(&str, T)]) -> Option<T> {
        choose(&self.word(key)?, key, choices)
    }

    pub fn choice_or<T: Copy>(&self, key: &'static str, choices: &[(&str, T)], otherwise: T) -> T {
        self.maybe_word(key).and_then(|word| choose(&word, key, choices)).unwrap_or(otherwise)
    }

    /// Reports every key that nobody asked for, with the nearest one that is known here, and every key that the section
    /// means nothing without.
    pub fn finish(self) {
        for key in self.shape.keys.iter().filter(|key| key.required && !self.table.contains_key(key.name)) {
            let mut missing = self.missing.borrow_mut();
            if !missing.contains(&key.name) {
                missing.push(key.name);
            }
        }
        let asked = self.asked.take();
        let is_asked = |key: &str| self.shape.key(key).is_some_and(|(at, _)| asked.get(at) == Some(&true));
        if self.table.keys().all(|key| is_asked(key.get_ref())) {
            return;
        }
        let asked = self.shape.keys.iter().zip(&asked).filter(|(_, asked)| **asked);
        let asked: BTreeSet<&'static str> = asked.map(|(key, _)| key.name).collect();
        for (key, _) in self.entries() {
            if !asked.contains(key.text) {
                let known: Vec<&str> = asked.iter().copied().filter(|name| !self.table.contains_key(*name)).collect();
                let help = match nearest(key.text, known.iter().copied()) {
                    Some(near) => {
                        self.missing.borrow_mut().retain(|missing| *missing != near);
                        Some(format!("是不是“{near}”？"))
                    }
                    None => suggestion(key.text, &asked.iter().copied().collect::<Vec<_>>()),
                };
                key.report(DiagnosticCode::UnknownKey, format!("{}不认识“{}”", self.title(), key.text), help);
            }
        }
    }
}

impl Drop for Section<'_> {
    fn drop(&mut self) {
        for key in self.missing.take() {
            let help = Some(format!("在这一段里补一行 {key} = …"));
            self.log.report(DiagnosticCode::MissingKey, self.span(), format!("{}缺少“{key}”", self.title()), help);
        }
    }
}

/// What a colleague writes for the words of a definition, before looking them up.
const CHINESE: [(&str, &str); 30] = [
    ("必改", "block"),
    ("核实", "verify"),
    ("提示", "note"),
    ("文字", "text"),
    ("文本", "text"),
    ("姓名", "name"),
    ("整数", "integer"),
    ("数字", "number"),
    ("数", "number"),
    ("小数", "number"),
    ("百分比", "percent"),
    ("百分数", "percent"),
    ("日期", "date"),
    ("月份", "month"),
    ("年月", "month"),
    ("月", "month"),
    ("季", "quarter"),
    ("季度", "quarter"),
    ("半年", "half-year"),
    ("年", "year"),
    ("年度", "year"),
    ("代码", "code"),
    ("单位", "unit"),
    ("是否", "boolean"),
    ("得分", "score"),
    ("身份证号", "id-number"),
    ("文号", "document-number"),
    ("序号", "ordinal"),
    ("市", "city"),
    ("地市", "city"),
];

fn choose<T: Copy>(word: &Word<'_>, key: &str, choices: &[(&str, T)]) -> Option<T> {
    let found = choices.iter().find(|(name, _)| *name == word.text).map(|(_, value)| *value);
    if found.is_none() {
        let known: Vec<&str> = choices.iter().map(|(name, _)| *name).collect();
        let list = known.join("、");
        let meant = CHINESE.iter().find(|(said, _)| *said == word.text).map(|(_, name)| *name);
        let help = match meant.filter(|name| known.contains(name)).or_else(|| nearest(word.text, known)) {
            Some(near) => format!("是不是“{near}”？可用：{list}"),
            None => format!("可用：{list}"),
        };
        word.report(DiagnosticCode::UnknownWord, format!("“{key}”没有“{}”这个选项", word.text), Some(help));
    }
    found
}
