//! What the parts of a definition know of one another: ids, columns, named values; and the two things that are checked
//! everywhere, expressions and templates.

use super::cursor::{Log, Section, Word, suggestion};
use crate::definition::plan::{CodeList, ColumnType, Form, NamedValue, ReferenceSchema, Template, TemplatePart};
use crate::language::{self, Checked, Literal, RUN_CONSTANTS, Type};
use crate::model::codes::{DiagnosticCode, FindingCode};
use crate::model::{Effect, Fingerprint, Severity};
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::Arc;

pub const SEVERITIES: [(&str, Severity); 3] =
    [("block", Severity::Block), ("verify", Severity::Verify), ("note", Severity::Note)];

/// Everything read so far, and the ids of what is still to come.
#[derive(Debug)]
pub struct Context<'a> {
    pub log: &'a Log,
    pub values: Vec<NamedValue>,
    pub codes: Vec<CodeList>,
    pub references: Vec<ReferenceSchema>,
    /// Ids in the order of the file; a form keeps its index even where it has problems.
    pub form_ids: Vec<&'a str>,
    pub lookup_ids: Vec<&'a str>,
    pub share_ids: Vec<&'a str>,
    pub table_ids: Vec<&'a str>,
    pub forms: Vec<Form>,
    /// Columns whose own definition has a problem; what points at them is not judged by it, so that one mistake is
    /// reported once.
    pub doubtful: BTreeSet<String>,
    /// Those of them whose type is not known: expressions that may read them are not judged.
    pub untyped: BTreeSet<String>,
    /// An included file is not there, so a code list may only seem to be missing.
    pub codes_incomplete: bool,
    rule_codes: RefCell<BTreeMap<String, u32>>,
    /// What each code's rule asks, as [`Plan::conditions`](crate::definition::Plan::conditions).
    pub conditions: RefCell<BTreeMap<Arc<str>, Fingerprint>>,
    /// As [`Plan::causes`](crate::definition::Plan::causes).
    pub causes: RefCell<BTreeMap<Arc<str>, Arc<str>>>,
    /// Where each cause is named.
    cause_spans: RefCell<Vec<(Arc<str>, Range<usize>)>>,
    /// By form, what [`Self::whole_form_columns`] came to.
    whole: RefCell<BTreeMap<usize, Arc<Columns>>>,
}

/// The columns that an expression or a template may name, and what they are columns of.
#[derive(Debug, Clone, Default)]
pub struct Columns {
    pub scope: language::Vocabulary,
    /// In the order of the form, for suggestions.
    pub names: Vec<String>,
}

impl<'a> Context<'a> {
    pub fn new(log: &'a Log) -> Context<'a> {
        Context {
            log,
            values: Vec::new(),
            codes: Vec::new(),
            references: Vec::new(),
            form_ids: Vec::new(),
            lookup_ids: Vec::new(),
            share_ids: Vec::new(),
            table_ids: Vec::new(),
            forms: Vec::new(),
            doubtful: BTreeSet::new(),
            untyped: BTreeSet::new(),
            codes_incomplete: false,
            rule_codes: RefCell::default(),
            conditions: RefCell::default(),
            causes: RefCell::default(),
            cause_spans: RefCell::default(),
            whole: RefCell::default(),
        }
    }

    fn columns(&self, columns: impl Iterator<Item = (String, Type)>) -> Columns {
        let mut scope = language::Vocabulary::default();
        let mut names = Vec::new();
        for (name, ty) in columns {
            names.push(name.clone());
            scope.columns.insert(name, ty);
        }
        scope.values = self.values.iter().map(|value| (value.name.clone(), value.value.clone())).collect();
        Columns { scope, names }
    }

    pub fn form_columns(&self, form: usize) -> Columns {
        let own = self.forms.get(form).map(Form::columns).unwrap_or_default();
        let computed = self.forms.get(form).map_or(&[][..], |form| &form.computed);
        let computed = computed.iter().map(|column| (column.name.clone(), sql_type(column.ty)));
        self.columns(own.into_iter().map(|column| (column.name, sql_type(column.ty))).chain(computed))
    }

    /// The same, once for all who ask when no form is read any more: a measure each.
    pub fn whole_form_columns(&self, form: usize) -> Arc<Columns> {
        Arc::clone(self.whole.borrow_mut().entry(form).or_insert_with(|| Arc::new(self.form_columns(form))))
    }

    /// The measures of a table as the columns of its rows.
    pub fn measures(&self, measures: &[crate::definition::plan::Measure]) -> Columns {
        self.columns(measures.iter().map(|measure| (measure.name.clone(), sql_type(measure.kind.column()))))
    }

    /// Columns by their types.
    pub fn typed(&self, columns: Vec<(String, ColumnType)>) -> Columns {
        self.columns(columns.into_iter().map(|(name, ty)| (name, sql_type(ty))))
    }

    pub fn reference_columns(&self, schema: &ReferenceSchema) -> Columns {
        self.columns(schema.columns.iter().map(|column| (column.name.clone(), column.ty)))
    }

    pub fn schema(&self, word: &Word<'_>) -> Option<&ReferenceSchema> {
        let schema = self.references.iter().find(|schema| schema.name == word.text);
        if schema.is_none() {
            word.unknown(
                DiagnosticCode::UnknownReference,
                "参照表",
                self.references.iter().map(|schema| schema.name.as_str()),
            );
        }
        schema
    }

    pub fn form(&self, word: &Word<'_>) -> Option<usize> {
        position(word, DiagnosticCode::UnknownForm, "表式", &self.form_ids)
    }

    pub fn table(&self, word: &Word<'_>) -> Option<usize> {
        position(word, DiagnosticCode::UnknownTable, "统计表", &self.table_ids)
    }

    pub fn lookup(&self, word: &Word<'_>) -> Option<usize> {
        position(word, DiagnosticCode::UnknownLookup, "台账核对", &self.lookup_ids)
    }

    pub fn share(&self, word: &Word<'_>) -> Option<usize> {
        position(word, DiagnosticCode::UnknownShare, "占比", &self.share_ids)
    }

    pub fn code_list(&self, word: &Word<'_>) -> Option<usize> {
        let found = self.codes.iter().position(|list| list.id == word.text);
        if found.is_none() && !self.codes_incomplete {
            word.unknown(DiagnosticCode::UnknownCodes, "代码表", self.codes.iter().map(|list| list.id.as_str()));
        }
        found
    }

    /// Index of the field of that name in the form.
    pub fn field(&self, form: usize, word: &Word<'_>) -> Option<usize> {
        let fields = self.forms.get(form).map_or(&[][..], |form| &form.fields);
        let found = fields.iter().position(|field| *field.name == *word.text);
        if found.is_none() && !self.doubtful.contains(word.text) {
            word.unknown(DiagnosticCode::UnknownField, "列", fields.iter().map(|field| field.name.as_ref()));
        }
        found
    }

    /// Fields named by a list of words; unknown ones are reported.
    pub fn fields(&self, form: usize, words: &[Word<'_>]) -> Vec<usize> {
        words.iter().filter_map(|word| self.field(form, word)).collect()
    }

    /// Whether `word` is one of the columns; if not, it is reported.
    pub fn is_column(&self, word: &Word<'_>, columns: &Columns) -> bool {
        let known = columns.scope.columns.contains_key(word.text);
        if !known && !self.doubtful.contains(word.text) {
            word.unknown(DiagnosticCode::UnknownColumn, "列", columns.names.iter().map(String::as_str));
        }
        known
    }

    /// Checks an expression; its problems are placed in the definition.
    pub fn expression(&self, word: &Word<'_>, columns: &Columns, wanted: Type) -> Option<Checked> {
        self.judge(word, columns, Some(wanted))
    }

    /// An optional condition under `key`: absent is `None`, and so is a wrong one, which is reported.
    pub fn condition(&self, section: &Section<'_>, key: &'static str, columns: &Columns) -> Option<Checked> {
        let word = section.maybe_word(key)?;
        self.judge(&word, columns, Some(Type::Boolean))
    }

    /// A condition that must be there.
    pub fn needed_condition(&self, section: &Section<'_>, key: &'static str, columns: &Columns) -> Option<Checked> {
        let word = section.word(key)?;
        self.judge(&word, columns, Some(Type::Boolean))
    }

    /// An expression that yields a number.
    pub fn number(&self, word: &Word<'_>, columns: &Columns) -> Option<Checked> {
        let checked = self.judge(word, columns, None)?;
        if !matches!(checked.ty(), Type::Integer | Type::Number) {
            word.report(DiagnosticCode::WrongType, format!("这里要用数，得到的是{}", checked.ty().word()), None);
            return None;
        }
        Some(checked)
    }

    /// An expression of any type.
    pub fn value(&self, word: &Word<'_>, columns: &Columns) -> Option<Checked> {
        self.judge(word, columns, None)
    }

    fn judge(&self, word: &Word<'_>, columns: &Columns, wanted: Option<Type>) -> Option<Checked> {
        if self.untyped.iter().any(|name| word.text.contains(name.as_str())) {
            return None;
        }
        match language::check(word.text, &columns.scope, wanted) {
            Ok(checked) => Some(checked),
            Err(problems) => {
                for problem in problems {
                    word.log.report(problem.code, word.place(problem.span), problem.message, problem.help);
                }
                None
            }
        }
    }

    /// A template under `key`. Holes are columns, named values (whose text is put in at once) or `own` holes.
    pub fn template(&self, section: &Section<'_>, key: &'static str, columns: &Columns, own: &[&str]) -> Template {
        section.word(key).map_or(Template { parts: Vec::new() }, |word| self.holes(&word, columns, own))
    }

    /// As [`Self::template`], for a text that is already there.
    pub fn holes(&self, word: &Word<'_>, columns: &Columns, own: &[&str]) -> Template {
        let mut parts: Vec<TemplatePart> = Vec::new();
        let mut text = String::new();
        for (at, wide) in word.text.match_indices(['｛', '｝']) {
            let place = word.place(at..at + wide.len());
            let help = Some("用英文的花括号，写成 {列名}".to_owned());
            word.log.report(DiagnosticCode::UnpairedBrace, place, format!("“{wide}”是全角的，不会换成数"), help);
        }
        let mut at = 0;
        while let Some(open) = word.text[at..].find(['{', '}']).map(|offset| at + offset) {
            text.push_str(&word.text[at..open]);
            let close = word.text[open..].find('}').map(|offset| open + offset);
            let (Some(close), true) = (close, word.text[open..].starts_with('{')) else {
                let message = "花括号不成对".to_owned();
                let help = Some("写成 {列名}".to_owned());
                word.log.report(DiagnosticCode::UnpairedBrace, word.place(open..open + 1), message, help);
                at = open + 1;
                continue;
            };
            let hole = &word.text[open + 1..close];
            at = close + 1;
            if let Some(value) = self.values.iter().find(|value| value.name == hole) {
                text.push_str(&literal_text(&value.value));
                continue;
            }
            if !own.contains(&hole) && !columns.scope.columns.contains_key(hole) {
                if !self.doubtful.contains(hole) {
                    let known: Vec<&str> =
                        own.iter().copied().chain(columns.names.iter().map(String::as_str)).collect();
                    let message = format!("{{{hole}}} 不是这里的列，也不是 [values] 里的名字");
                    word.log.report(
                        DiagnosticCode::UnknownHole,
                        word.place(open..close + 1),
                        message,
                        suggestion(hole, &known),
                    );
                }
                continue;
            }
            if !text.is_empty() {
                parts.push(TemplatePart::Text(std::mem::take(&mut text)));
            }
            parts.push(TemplatePart::Hole(hole.to_owned()));
        }
        text.push_str(&word.text[at..]);
        if !text.is_empty() {
            parts.push(TemplatePart::Text(text));
        }
        Template { parts }
    }

    /// The three templates of a finding.
    pub fn texts(&self, section: &Section<'_>, columns: &Columns, own: &[&str]) -> [Template; 3] {
        ["found", "expected", "next"].map(|key| self.template(section, key, columns, own))
    }

    /// A finding has to point at a cell at least.
    pub fn cells(&self, section: &Section<'_>, form: usize) -> Vec<usize> {
        section.need_list("cells");
        let words = section.words("cells");
        self.fields(form, &words)
    }

    /// A finding's code: kebab-case, and used once in the whole definition.
    pub fn rule_code(&self, section: &Section<'_>) -> Arc<str> {
        let Some(word) = section.word("code") else { return Arc::from("") };
        if !is_kebab(word.text) {
            let help = Some("用小写英文和连字符，例如 team-too-small".to_owned());
            word.report(DiagnosticCode::BadCode, format!("“{}”不能作审核代码", word.text), help);
        }
        if FindingCode::spelled(word.text).is_some() {
            let help = Some("换一个代码；系统自带的见 README".to_owned());
            word.report(DiagnosticCode::DuplicateCode, format!("“{}”是系统自带的审核代码", word.text), help);
        }
        let line = word.log.line(word.span.start);
        if let Some(first) = self.rule_codes.borrow_mut().insert(word.text.to_owned(), line) {
            let message = format!("审核代码“{}”重复，第 {first} 行已用过", word.text);
            word.report(DiagnosticCode::DuplicateCode, message, Some("每条规则用自己的代码".to_owned()));
        }
        let code: Arc<str> = Arc::from(word.text);
        self.conditions.borrow_mut().insert(Arc::clone(&code), self.asked(section));
        code
    }

    /// The cause that a rule shares with others, where it names one.
    pub fn cause(&self, section: &Section<'_>, code: &Arc<str>) {
        if let Some(word) = section.maybe_word("cause") {
            let cause: Arc<str> = Arc::from(word.text);
            self.cause_spans.borrow_mut().push((Arc::clone(&cause), word.span.clone()));
            self.causes.borrow_mut().insert(Arc::clone(code), cause);
        }
    }

    /// A cause that one rule alone names joins nothing: most likely it is misspelt.
    pub fn lonely_causes(&self) {
        let spans = self.cause_spans.borrow();
        for (cause, span) in spans.iter() {
            if spans.iter().filter(|(other, _)| other == cause).count() == 1 {
                let others: BTreeSet<&str> =
                    spans.iter().map(|(other, _)| &**other).filter(|o| *o != &**cause).collect();
                let others: Vec<&str> = others.into_iter().collect();
                let message = format!("只有这一条规则的 cause 是“{cause}”，和谁也合不成一条");
                self.log.report(DiagnosticCode::CauseAlone, span.clone(), message, suggestion(cause, &others));
            }
        }
    }

    /// All that a rule asks, its words for people and its weight aside, with the named values that it may mention.
    fn asked(&self, section: &Section<'_>) -> Fingerprint {
        const SAID: [&str; 11] =
            ["code", "severity", "trial", "cause", "found", "expected", "next", "title", "notice", "line", "cells"];
        let mut parts = Vec::new();
        for (key, node) in section.entries().into_iter().filter(|(key, _)| !SAID.contains(&key.text)) {
            let written = self.log.text.get(node.span()).unwrap_or_default();
            // Laid out anew it is the same rule.
            let written: Vec<&str> = written.split_whitespace().collect();
            parts.push((key.text.to_owned(), written.join(" ")));
        }
        parts.sort();
        let mentioned = |value: &&NamedValue| parts.iter().any(|(_, written)| written.contains(&value.name));
        let values: Vec<(String, String)> = self
            .values
            .iter()
            .filter(mentioned)
            .map(|value| (value.name.clone(), format!("{:?}", value.value)))
            .collect();
        Fingerprint::of(parts.into_iter().chain(values).flat_map(|(name, text)| [name, text]))
    }

    pub fn severity(&self, section: &Section<'_>) -> Severity {
        section.choice("severity", &SEVERITIES).unwrap_or(Severity::Block)
    }

    /// What a rule on rows holds: a 核实 with `holds = true` holds its rows until someone decides.
    pub fn effect(&self, section: &Section<'_>, severity: Severity) -> Effect {
        let usual = Effect::on_record(severity);
        if self.holds_nothing(section, "holds", severity) {
            return usual;
        }
        if section.flag("holds", false) { Effect::HoldsRow } else { usual }
    }

    /// As [`Context::effect`] of a rule that points at cells: with a list of fields under `key` it holds their cells alone.
    /// Returns the fields that its findings point at as well, those that are held first.
    pub fn held_cells(
        &self,
        section: &Section<'_>,
        key: &'static str,
        severity: Severity,
        form: usize,
        cells: Vec<usize>,
    ) -> (Effect, Vec<usize>) {
        let listed = section.get(key).is_some_and(|node| node.as_boolean().is_none());
        if !listed {
            return (self.effect(section, severity), cells);
        }
        section.need_list(key);
        let held = self.fields(form, &section.words(key));
        if self.holds_nothing(section, key, severity) {
            return (Effect::on_record(severity), cells);
        }
        let count = u8::try_from(held.len()).unwrap_or(u8::MAX);
        let rest = cells.into_iter().filter(|cell| !held.contains(cell));
        (Effect::HoldsCells(count), held.iter().copied().chain(rest).collect())
    }

    /// Whether nothing is held under `key`; where only a 核实 may, that is reported.
    fn holds_nothing(&self, section: &Section<'_>, key: &'static str, severity: Severity) -> bool {
        let Some(node) = section.get(key) else { return true };
        if severity == Severity::Verify {
            return false;
        }
        let message = format!("“{key}”只用于 severity = \"verify\"");
        let help = Some("必改总是不计入，提示总是计入".to_owned());
        section.log.report(DiagnosticCode::KeyNotHere, node.span(), message, help);
        true
    }
}

fn position(word: &Word<'_>, code: DiagnosticCode, what: &str, ids: &[&str]) -> Option<usize> {
    let found = ids.iter().position(|id| *id == word.text);
    if found.is_none() {
        word.unknown(code, what, ids.iter().copied().filter(|id| !id.is_empty()));
    }
    found
}

/// Lower-case letters, digits and single hyphens, a letter first.
pub fn is_kebab(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_lowercase())
        && text
            .split('-')
            .all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit()))
}

fn sql_type(ty: ColumnType) -> Type {
    match ty {
        ColumnType::Text | ColumnType::Unit => Type::Text,
        ColumnType::Integer => Type::Integer,
        ColumnType::Number => Type::Number,
        ColumnType::Boolean => Type::Boolean,
        ColumnType::Date => Type::Date,
    }
}

fn literal_text(value: &Literal) -> String {
    match value {
        Literal::Text(text) => text.clone(),
        Literal::Integer(n) => n.to_string(),
        Literal::Number(n) => n.to_string(),
        Literal::Boolean(yes) => if *yes { "是" } else { "否" }.to_owned(),
        Literal::Date(day) => crate::domain::period::civil(*day)
            .map_or_else(String::new, |(year, month, day)| format!("{year}-{month:02}-{day:02}")),
        Literal::Null => String::new(),
    }
}

/// Whether a name can stand in an expression without quotes, and why not.
pub fn name_problem(name: &str, values: &[NamedValue]) -> Option<String> {
    if let Some(c) = name.chars().find(|c| !(c.is_alphanumeric() || *c == '_')) {
        return Some(format!("名字里不能有“{c}”，表达式里写不了"));
    }
    if name.starts_with(|c: char| c.is_ascii_digit()) {
        return Some("名字不能以数字开头".to_owned());
    }
    if RUN_CONSTANTS.iter().any(|(constant, _)| *constant == name) {
        return Some("这是系统自带的名字（本期起、本期止、本年起、本年、上年、年初）".to_owned());
    }
    values.iter().any(|value| value.name == name).then(|| "[values] 里已有这个名字".to_owned())
}
