//! Rows below a header in, each in its class out. A row knows whether it is a record: by its label and by its place.

mod asides;
mod glance;
mod headings;

use super::asked::Asked;
use super::footer_words::{self, FooterPart};
use super::labels::Nothing;
use super::lexicon::{FormIndex, Lexicon};
use super::roles::{Role, Roles};
use super::stated;
use super::table_rows::{Aside, Nil, SectionHeading, TableRows};
use super::total_words::{self, Total, TotalLabel};
use super::view::View;
use crate::definition::{FieldType, Form};
use crate::model::cell::{RawCell, RawValue, SeenAs};
use crate::text::dates::{self, DateReading};
use crate::text::names::{header_key, tidy};

/// What a row is.
enum RowClass {
    Frame,
    Record,
    Total(Total),
    Nil(Nil),
    Note,
    Aside(Aside),
    /// A line between records; what it heads is told by what follows.
    Heading(SectionHeading),
}

/// Classifies the rows under one header block.
pub struct Classifier<'v, 'a> {
    view: &'v View<'a>,
    form: &'v Form,
    /// Columns of the form's own example row, with what stands there.
    example: Vec<(u16, &'v str)>,
    lexicon: &'v Lexicon<'v>,
    roles: Roles,
    /// A 注 or 说明 has begun: single texts that follow belong to it.
    in_notes: bool,
    /// A signature row has been passed: the table is closed.
    signed: bool,
    /// Headings met since the last record.
    headings: Vec<SectionHeading>,
}

impl<'v, 'a> Classifier<'v, 'a> {
    /// Labels stand in one of so many first texts of a row.
    const LABELS: usize = 3;

    pub fn new(
        view: &'v View<'a>,
        form: &'v Form,
        index: &FormIndex,
        lexicon: &'v Lexicon<'v>,
        columns: &[Option<u16>],
    ) -> Classifier<'v, 'a> {
        let roles = Roles::new(form, index, columns);
        let example = form.example.iter().filter_map(|(field, word)| Some(((*columns.get(*field)?)?, word.as_str())));
        let example = example.collect();
        Classifier { view, form, example, lexicon, roles, in_notes: false, signed: false, headings: Vec::new() }
    }

    /// Rows from one position up to and without another.
    pub fn classify(mut self, from: usize, to: usize, rows: &mut TableRows) {
        let view = self.view;
        let mut cells: Vec<&RawCell> = Vec::new();
        for i in from..to {
            // The first row may be one of numbers of columns.
            let plain = i > from && self.is_plain_record(i);
            cells.clear();
            if !plain || cfg!(test) {
                cells.extend(view.telling(i));
            }
            let class = if plain { self.record(i, &cells) } else { self.class(i, &cells, i == from) };
            if !matches!(class, RowClass::Record | RowClass::Nil(_)) && self.says_zero(&cells) {
                rows.says_nil(i, Nil::ZeroReport);
            }
            match class {
                RowClass::Frame => rows.frame.push(i),
                RowClass::Note => rows.notes.push(i),
                RowClass::Total(kind) => rows.totals.push((i, kind)),
                RowClass::Aside(aside) => rows.aside.push((i, aside)),
                RowClass::Nil(nil) => {
                    rows.says_nil(i, nil);
                    rows.notes.push(i);
                }
                RowClass::Heading(heading) => {
                    self.headings.push(heading);
                    rows.notes.push(i);
                }
                RowClass::Record => {
                    self.in_notes = false;
                    for heading in self.headings.drain(..) {
                        rows.headings.push((rows.data.len(), heading));
                    }
                    if self.signed {
                        rows.below_signature.push(i);
                    }
                    rows.data.push(i);
                }
            }
        }
    }

    fn class(&mut self, i: usize, cells: &[&RawCell], first: bool) -> RowClass {
        if cells.is_empty() || (first && self.is_numbering(cells)) {
            return RowClass::Frame;
        }
        if first && self.is_plain_record(i) {
            return self.record(i, cells);
        }
        self.class_by_questions(i, cells)
    }

    /// A plain record: in tests, all questions say so too.
    fn record(&mut self, i: usize, cells: &[&RawCell]) -> RowClass {
        if cfg!(test) {
            assert!(matches!(self.class_by_questions(i, cells), RowClass::Record), "row {i}");
        }
        RowClass::Record
    }

    fn class_by_questions(&mut self, i: usize, cells: &[&RawCell]) -> RowClass {
        if self.is_legend(cells) {
            return RowClass::Frame;
        }
        if self.is_struck(cells) {
            return RowClass::Aside(Aside::Struck);
        }
        if let Some(kind) = self.total(cells) {
            return RowClass::Total(kind);
        }
        if self.is_of_which(cells) {
            return RowClass::Aside(Aside::OfWhich);
        }
        if let Some(nil) = self.nil(cells) {
            return RowClass::Nil(nil);
        }
        if cells.len() <= 2 && stated::is_statement(self.form, self.view, i) {
            return RowClass::Note;
        }
        if self.is_footer(cells) {
            self.signed = true;
            return RowClass::Note;
        }
        if self.is_note(cells) {
            return RowClass::Note;
        }
        if let Some(heading) = self.heading(cells) {
            return RowClass::Heading(heading);
        }
        if self.is_lone_text(cells) {
            return RowClass::Note;
        }
        if !cells.iter().any(|cell| self.counts(cell)) {
            // Forms come with numbered empty lines; only 序号 or nothing of the form is filled in.
            let said = |cell: &&&RawCell| matches!(cell.value, RawValue::Text { .. }) && !self.is_number_of_row(cell);
            return if cells.iter().any(|cell| said(&cell)) { RowClass::Note } else { RowClass::Frame };
        }
        if self.signed && !self.is_record_like(cells) {
            return RowClass::Note;
        }
        if let Some(aside) = self.example(cells) {
            return RowClass::Aside(aside);
        }
        if self.continues(i, cells) {
            return RowClass::Aside(Aside::Continued);
        }
        if self.is_prefilled(cells) {
            return RowClass::Aside(Aside::Prefilled);
        }
        RowClass::Record
    }

    fn text(&self, cell: &RawCell) -> &'v str {
        self.view.sheet.text(cell.value)
    }

    fn role(&self, cell: &RawCell) -> Role {
        self.roles.at(cell.at.col).role
    }

    fn counts(&self, cell: &RawCell) -> bool {
        !matches!(self.role(cell), Role::Outside | Role::Ordinal)
    }

    /// A 序号 that is one: forms come with numbered lines, but 零报告 (which begins with a numeral) and 说明 stand in that
    /// column as well.
    fn is_number_of_row(&self, cell: &RawCell) -> bool {
        self.role(cell) == Role::Ordinal
            && match cell.value {
                RawValue::Text { .. } => {
                    crate::text::numbers::read(self.text(cell)).is_ok_and(|figure| figure.unit.is_empty())
                }
                _ => true,
            }
    }

    /// How many required columns the row fills besides one cell, and how many there are.
    fn filled(&self, cells: &[&RawCell], besides: Option<u16>, texts_only: bool) -> (usize, usize) {
        let wanted = |cell: &&&RawCell| {
            let column = self.roles.at(cell.at.col);
            Some(cell.at.col) != besides && if texts_only { column.text } else { column.required }
        };
        let all = if texts_only { self.roles.texts } else { self.roles.required };
        (cells.iter().filter(wanted).count(), all)
    }

    /// Whether a row fills what names its record, with something beside it.
    fn is_record_like(&self, cells: &[&RawCell]) -> bool {
        cells.len() > 1 && cells.iter().any(|cell| self.role(cell) == Role::Name)
    }

    /// 甲 乙 1 2 3 under the header.
    fn is_numbering(&self, cells: &[&RawCell]) -> bool {
        let mut last = 0;
        cells.len() >= 3
            && cells.iter().all(|cell| match cell.value {
                // The format of its column has come to stand on the number of the column too.
                RawValue::Number(number) | RawValue::Percent(number) => {
                    let next = number.fract() == 0.0 && (1.0..=999.0).contains(&number) && number as i64 == last + 1;
                    last += 1;
                    next
                }
                RawValue::Text { .. } => {
                    let key = header_key(self.text(cell));
                    let key = key.trim_matches(['(', ')']);
                    if let Ok(number) = key.parse::<i64>() {
                        let next = number == last + 1;
                        last = number;
                        next
                    } else {
                        matches!(
                            key,
                            "甲" | "乙" | "丙" | "丁" | "戊" | "己" | "庚" | "辛" | "壬" | "癸" | "栏次" | "栏号"
                        )
                    }
                }
                _ => false,
            })
    }

    /// Everything that the row says, 序号 and 单位 aside, is struck through.
    fn is_struck(&self, cells: &[&RawCell]) -> bool {
        let sheet = self.view.sheet;
        if sheet.sights.is_empty() || self.view.turned {
            return false;
        }
        let struck = |cell: &RawCell| sheet.sights_at(cell.at).iter().any(|sight| sight.how == SeenAs::Struck);
        let mut said = cells.iter().filter(|cell| !matches!(self.role(cell), Role::Ordinal | Role::Unit)).peekable();
        said.peek().is_some() && said.all(|cell| struck(cell))
    }

    /// Labels stand in one of a row's first texts.
    fn labels<'c>(&self, cells: &'c [&'c RawCell]) -> impl Iterator<Item = &'c RawCell> + use<'c, 'v, 'a> {
        cells.iter().copied().filter(|cell| matches!(cell.value, RawValue::Text { .. })).take(Self::LABELS)
    }

    /// Whether the row is a total, of which kind: its label is wholly a total word, and it names no record of its own.
    fn total(&self, cells: &[&RawCell]) -> Option<Total> {
        let mut compact = String::new();
        // Of a record, something else would be written: the words that every record has to fill in are blank.
        let bare = |cell: &RawCell| {
            let (filled, all) = self.filled(cells, Some(cell.at.col), true);
            filled == 0 && all >= 3
        };
        let (label, kind) = self.labels(cells).find_map(|cell| {
            if !self.view.is(Asked::Total, cell.value, |text| self.lexicon.rows.is_total(text)) {
                return None;
            }
            let text = self.text(cell);
            match self.lexicon.rows.total(text, &mut compact)? {
                TotalLabel::Total(kind) => Some((cell, kind)),
                // 省属小计 is a total where it stands for no record's name.
                TotalLabel::Of(group, kind) => {
                    let column = self.roles.at(cell.at.col);
                    let is_name = column.role == Role::Name && !(column.unit && !self.lexicon.is_unit(text));
                    (!is_name || self.is_group(group) || bare(cell)).then_some((cell, kind))
                }
            }
        })?;
        let names = |cell: &&&RawCell| {
            cell.at != label.at && self.role(cell) == Role::Name && !total_words::is_count(self.text(cell))
        };
        let at_name = self.role(label) == Role::Name;
        let (filled, all) = self.filled(cells, Some(label.at.col), true);
        ((at_name || !cells.iter().any(|cell| names(&cell))) && filled * 2 <= all).then_some(kind)
    }

    /// Whether what stands before 小计 is a unit or a code word: 合肥市小计, 国有小计.
    fn is_group(&self, group: &str) -> bool {
        let coded = self.form.fields.iter().filter_map(|field| match field.ty {
            FieldType::Code { list } => self.lexicon.codes.get(list),
            _ => None,
        });
        !self.lexicon.units_within(group).is_empty() || coded.into_iter().any(|codes| codes.find(group).is_some())
    }

    /// 其中：… with figures. A row that fills a code or a name beside it (an indicator of a fixed list) is a record.
    fn is_of_which(&self, cells: &[&RawCell]) -> bool {
        let place = |cell: &RawCell| !matches!(self.role(cell), Role::Remark | Role::Figure);
        let says = |cell: &RawCell| {
            self.view.is(Asked::OfWhich, cell.value, |text| self.lexicon.rows.is_of_which(text)) && place(cell)
        };
        let label = self.labels(cells).find(|cell| says(cell));
        label.is_some_and(|label| {
            let fills = |cell: &&RawCell| {
                cell.at != label.at
                    && matches!(self.role(cell), Role::Name | Role::Word)
                    && self.roles.at(cell.at.col).required
            };
            !cells.iter().any(fills) && !self.is_code(label)
        })
    }

    /// A word of the code list of its own column.
    fn is_code(&self, cell: &RawCell) -> bool {
        self.roles.at(cell.at.col).choice && self.code_word(&tidy(self.text(cell))).is_some()
    }

    /// A column of a form filled in across that says what its rows are counted in, or their codes.
    fn is_legend(&self, cells: &[&RawCell]) -> bool {
        let named = |cell: &&RawCell| matches!(self.role(cell), Role::Name | Role::Unit);
        self.view.turned
            && cells
                .iter()
                .copied()
                .filter(named)
                .any(|cell| self.lexicon.rows.words.legends.contains(&header_key(self.text(cell))))
    }

    /// Words for nothing where a record would stand, with nothing else but zeros and marks.
    fn nil(&self, cells: &[&RawCell]) -> Option<Nil> {
        let mut words = cells.iter().filter(|cell| !self.is_number_of_row(cell));
        let first = words.next()?;
        // A sentence that says so stands alone in its row.
        if words.next().is_none() {
            let text = self.text(first);
            if self.lexicon.rows.is_zero_report(text) {
                return Some(Nil::ZeroReport);
            }
            if !text.is_empty()
                && (self.lexicon.rows.says_nothing(text) || self.lexicon.rows.is_nothing(&header_key(text)))
            {
                return Some(Nil::Nothing);
            }
        }
        let mut said = None;
        for cell in cells.iter().filter(|cell| !self.is_number_of_row(cell) && self.role(cell) != Role::Unit) {
            match cell.value {
                RawValue::Number(number) | RawValue::Percent(number) if number == 0.0 => {}
                value @ RawValue::Text { .. } => {
                    let lexicon = &self.lexicon.rows;
                    if !self.view.is(Asked::Nothing, value, |text| lexicon.nothing(text) != Nothing::Something) {
                        return None;
                    }
                    match lexicon.nothing(self.text(cell)) {
                        Nothing::Something => return None,
                        Nothing::Mark => {}
                        Nothing::ZeroReport => said = Some(Nil::ZeroReport),
                        Nothing::Word if said == Some(Nil::ZeroReport) => {}
                        Nothing::Word => said = Some(Nil::Nothing),
                    }
                }
                _ => return None,
            }
        }
        said
    }

    /// A footer stands in one cell, in adjacent cells, or as labels beside values: every cell of the row is a label or
    /// belongs to one. A word alone makes none: 财务负责人 is somebody's post.
    fn is_footer(&self, cells: &[&RawCell]) -> bool {
        let (mut labels, mut said, mut marked, mut open) = (0, 0, false, false);
        for cell in cells {
            let text = self.text(cell);
            let may_be = self.view.is(Asked::Footer, cell.value, |text| self.footer_part(text) != FooterPart::Other);
            match if may_be { self.footer_part(text) } else { FooterPart::Other } {
                FooterPart::Label { marked: seal } => {
                    labels += 1;
                    marked |= seal;
                    open = true;
                }
                FooterPart::Whole => {
                    labels += 1;
                    marked = true;
                    open = false;
                }
                FooterPart::Said if self.says_field(text) => return false,
                FooterPart::Said => {
                    said += 1;
                    open = text.ends_with([':', '：']);
                }
                FooterPart::Other if open => {
                    let number = matches!(cell.value, RawValue::Number(_));
                    open = footer_words::is_date_piece(text) || (number && cells.len() > 4);
                }
                FooterPart::Other => return false,
            }
        }
        if labels == 0 && said < 2 {
            return false;
        }
        let (filled, all) = self.filled(cells, None, false);
        // No record is made of labels with colons alone, whatever their words.
        labels + said >= 2 || marked || filled * 2 <= all
    }

    fn footer_part(&self, text: &str) -> FooterPart {
        if text.is_empty() { FooterPart::Other } else { self.lexicon.rows.footer_part(text) }
    }

    /// Whether a label is one of the form's own columns: 名称：焊工班 beside 人数：12 is a record, however it is written.
    fn says_field(&self, text: &str) -> bool {
        let label = header_key(text.split([':', '：']).next().unwrap_or(text));
        label.chars().nth(1).is_some()
            && self.form.fields.iter().any(|field| field.name.contains(label.as_str()) || label.contains(&*field.name))
    }

    /// A day and nothing else, below the seal.
    fn is_lone_day(&self, only: &RawCell) -> bool {
        match only.value {
            RawValue::DateSerial(_) => true,
            RawValue::Text { .. } => matches!(dates::read(self.text(only)), DateReading::Day(_)),
            _ => false,
        }
    }

    /// What begins as a note and fills little else.
    fn is_note(&mut self, cells: &[&RawCell]) -> bool {
        let Some(first) = cells.first() else { return false };
        let text = tidy(self.text(first));
        if cells.len() == 1 && (self.lexicon.rows.is_page_mark(&text) || self.is_lone_day(first)) {
            return true;
        }
        if !self.lexicon.rows.may_be_note(&text) {
            return false;
        }
        let key = header_key(&text);
        let (filled, all) = self.filled(cells, Some(first.at.col), false);
        let is_note = self.lexicon.rows.is_note(&key) && filled * 2 <= all;
        self.in_notes |= is_note && !self.lexicon.rows.is_signature(&key);
        is_note
    }

    /// A text that stands alone: in the notes, across the table, or longer than any name.
    fn is_lone_text(&self, cells: &[&RawCell]) -> bool {
        let [only] = cells else { return false };
        let text = self.text(only);
        !text.is_empty() && (self.in_notes || self.spans(only) || tidy(text).chars().count() >= 30)
    }

    fn spans(&self, cell: &RawCell) -> bool {
        self.view.merge_over(cell.at).is_some_and(|merge| merge.last.col >= merge.first.col + 2)
    }

    fn says_zero(&self, cells: &[&RawCell]) -> bool {
        cells.iter().any(|cell| self.lexicon.rows.is_zero_report(self.text(cell)))
    }
}
