//! A form with its records, drawn onto a sheet the way units do: title, cover, one to three header rows, records
//! with lines between them, totals, signatures. Keeps the clean value (what is meant) beside the raw one (what is
//! typed), so that the truth is written by intent and never by reading back.

use super::sheet::{Page, SampleValue, serial};

use std::collections::BTreeMap;

/// What a column's cells are typed as.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Typed {
    #[default]
    Text,
    Number,
    Day,
}

/// A column as it stands on the sheet.
#[derive(Debug, Clone, Default)]
pub struct SampleColumn {
    /// The definition's field; empty for a gap or a column of the unit's own.
    pub field: String,
    pub typed: Typed,
    pub header: String,
    pub under: String,
    /// What stands over both in a header of three rows.
    pub group: String,
}

/// What a row must come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    Accepted,
    /// 必改 on the row: read, but does not count.
    Blocked,
    /// 核实 that holds the row: read, but does not count until someone decides.
    Held,
    /// Enters no table and no rule (held-out return, superseded, hidden sheet).
    Out,
}

impl Status {
    pub fn key(self) -> &'static str {
        match self {
            Status::Accepted => "accepted",
            Status::Blocked => "blocked",
            Status::Held => "held",
            Status::Out => "out",
        }
    }
}

/// One intended row.
#[derive(Debug, Clone)]
pub struct Record {
    /// Code of the recommending unit it counts under.
    pub unit: String,
    pub clean: BTreeMap<&'static str, String>,
    /// Cells typed otherwise than plainly.
    pub raw: BTreeMap<&'static str, SampleValue>,
    pub status: Status,
    /// Findings of the definition that it should get, then words for the engine's own.
    pub findings: Vec<&'static str>,
}

impl Record {
    /// An empty record that counts under a recommending unit.
    pub fn of(unit: &str) -> Record {
        Record {
            unit: unit.to_string(),
            clean: BTreeMap::new(),
            raw: BTreeMap::new(),
            status: Status::Accepted,
            findings: vec![],
        }
    }

    pub fn get(&self, field: &str) -> &str {
        self.clean.get(field).map_or("", String::as_str)
    }

    /// Sets what is meant.
    pub fn set(&mut self, field: &'static str, clean: &str) -> &mut Record {
        self.clean.insert(field, clean.to_string());
        self
    }

    /// Sets what is typed, where it differs.
    pub fn typed(&mut self, field: &'static str, raw: &str) -> &mut Record {
        self.raw.insert(field, SampleValue::text(raw));
        self
    }

    /// Marks the row as blocked by a finding.
    pub fn block(&mut self, finding: &'static str) -> &mut Record {
        self.status = Status::Blocked;
        self.findings.push(finding);
        self
    }

    /// Adds a 核实 that holds the row.
    pub fn hold(&mut self, finding: &'static str) -> &mut Record {
        self.status = Status::Held;
        self.findings.push(finding);
        self
    }

    /// Adds a finding that does not block.
    pub fn note(&mut self, finding: &'static str) -> &mut Record {
        self.findings.push(finding);
        self
    }

    /// What stands in a cell: what is typed, else what is meant, as the column's cells are typed.
    fn value(&self, column: &SampleColumn) -> SampleValue {
        if let Some(raw) = self.raw.get(column.field.as_str()) {
            return raw.clone();
        }
        let clean = self.get(&column.field);
        let plain = || SampleValue::text(clean);
        match column.typed {
            Typed::Text => plain(),
            Typed::Number => clean.parse().map_or_else(|_| plain(), SampleValue::Number),
            Typed::Day => {
                let parts: Vec<i32> = clean.split('-').filter_map(|part| part.parse().ok()).collect();
                if let [y, m, d] = parts[..] { SampleValue::Date(serial(y, m, d)) } else { plain() }
            }
        }
    }
}

/// What stands between records.
#[derive(Debug, Clone)]
pub enum Line {
    /// A note in the first cell.
    Note(String),
    /// 小计 or 合计 with what it adds up to; `wrong` is added to the first sum.
    Total {
        word: &'static str,
        from: usize,
        to: usize,
        wrong: i32,
    },
    /// 合计 of every column that holds numbers alone; `off` is added to the first sum.
    Sum {
        word: &'static str,
        off: i64,
    },
    /// Cells under single fields: a 合计 row with a count of its own.
    Cells(Vec<(&'static str, SampleValue)>),
    /// The header again, as a page break of an older program leaves it.
    Header,
    Blank,
}

/// How the header is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Header {
    /// One row; the column's own name only.
    One,
    /// Parents over children, merged.
    Two,
    /// A group row above, merged over everything.
    Three,
}

/// A form on a sheet.
#[derive(Debug, Clone)]
pub struct Sheet {
    pub name: String,
    pub form: &'static str,
    pub annex: String,
    pub title: String,
    /// Cover cells; empty ones are left out.
    pub unit: String,
    pub period: String,
    pub columns: Vec<SampleColumn>,
    pub header: Header,
    /// 甲 乙 1 2 … under the header.
    pub notation: bool,
    pub records: Vec<Record>,
    /// Lines before the record of that number (its count = after the last).
    pub between: Vec<(usize, Line)>,
    /// Fields whose equal values below one another are merged into one cell.
    pub merge_down: Vec<&'static str>,
    /// As typed after 填报日期：; empty leaves the whole footer out.
    pub filed: String,
    pub remarks: Vec<String>,
    pub hidden: bool,
}

impl Sheet {
    /// The page, and the 1-based row of each record.
    pub fn page(&self) -> (Page, Vec<u32>) {
        let width = self.columns.len() as u16;
        let mut page = Page { name: self.name.clone(), hidden: self.hidden, ..Page::default() };
        if !self.annex.is_empty() {
            page.rows.push(vec![SampleValue::text(&self.annex)]);
        }
        if !self.title.is_empty() {
            page.merges.push((page.rows.len() as u32, 0, page.rows.len() as u32, width - 1));
            page.rows.push(vec![SampleValue::text(&self.title)]);
        }
        self.cover(&mut page);
        let top = page.rows.len() as u32;
        self.head(&mut page);
        page.head = (top, page.rows.len() as u32);
        if self.notation {
            let mark = |c: usize| match c {
                0 => "甲".to_string(),
                1 => "乙".to_string(),
                c => format!("{}", c - 1),
            };
            page.rows.push((0..self.columns.len()).map(|c| SampleValue::Text(mark(c))).collect());
        }
        let rows = self.body(&mut page);
        self.merge_repeated(&mut page, &rows);
        self.foot(&mut page);
        (page, rows)
    }

    fn cover(&self, page: &mut Page) {
        let width = self.columns.len();
        let mut row = vec![SampleValue::Empty; width.max(12)];
        if !self.unit.is_empty() {
            row[0] = SampleValue::Text(format!("填报单位（盖章）：{}", self.unit));
        }
        if !self.period.is_empty() {
            row[6] = SampleValue::Text(format!("所属期：{}", self.period));
        }
        if !self.unit.is_empty() || !self.period.is_empty() {
            row[10] = SampleValue::text("计量单位：人、个");
            page.rows.push(row);
        }
    }

    fn head(&self, page: &mut Page) {
        let top = page.rows.len() as u32;
        let headers = |pick: &dyn Fn(&SampleColumn) -> &str| -> Vec<SampleValue> {
            self.columns.iter().map(|column| SampleValue::text(pick(column))).collect()
        };
        if self.header == Header::One || self.columns.iter().all(|column| column.under.is_empty()) {
            page.rows.push(headers(&|c| &c.header));
            return;
        }
        let extra = u32::from(self.header == Header::Three);
        if extra == 1 {
            self.groups(page, top);
        }
        let mut parents = headers(&|c| if c.under.is_empty() { &c.header } else { &c.under });
        let mut c = 0;
        while c < self.columns.len() {
            let under = &self.columns[c].under;
            let run = self.columns[c..].iter().take_while(|other| other.under == *under).count();
            let (row, column) = (top + extra, c as u16);
            if under.is_empty() {
                page.merges.push((row, column, row + 1, column));
                c += 1;
                continue;
            }
            if run > 1 {
                page.merges.push((row, column, row, column + run as u16 - 1));
            }
            parents[c + 1..c + run].fill(SampleValue::Empty);
            c += run;
        }
        page.rows.push(parents);
        page.rows.push(headers(&|c| if c.under.is_empty() { "" } else { &c.header }));
    }

    /// The row over parents and children: one word for everything, or one for each run of columns.
    fn groups(&self, page: &mut Page, top: u32) {
        let mut row = vec![SampleValue::Empty; self.columns.len()];
        let mut c = 0;
        while c < self.columns.len() {
            let group = &self.columns[c].group;
            let run = self.columns[c..].iter().take_while(|other| other.group == *group).count();
            row[c] = SampleValue::text(if group.is_empty() { "基本情况和申报内容" } else { group });
            if run > 1 {
                page.merges.push((top, c as u16, top, (c + run) as u16 - 1));
            }
            c += run;
        }
        page.rows.push(row);
    }

    fn body(&self, page: &mut Page) -> Vec<u32> {
        let mut rows = Vec::new();
        for at in 0..=self.records.len() {
            for (_, line) in self.between.iter().filter(|(before, _)| *before == at) {
                self.line(page, line);
            }
            let Some(record) = self.records.get(at) else { break };
            let cell = |column: &SampleColumn| match column.field.as_str() {
                "序号" => SampleValue::Number(at as f64 + 1.0),
                _ => record.value(column),
            };
            page.rows.push(self.columns.iter().map(cell).collect());
            rows.push(page.rows.len() as u32);
        }
        rows
    }

    fn line(&self, page: &mut Page, line: &Line) {
        match line {
            Line::Blank => page.rows.push(vec![SampleValue::Empty; self.columns.len()]),
            Line::Note(text) => page.rows.push(vec![SampleValue::text(text)]),
            Line::Cells(cells) => {
                let under = |column: &SampleColumn| cells.iter().find(|(field, _)| *field == column.field);
                let cell = |column| under(column).map_or(SampleValue::Empty, |(_, value)| value.clone());
                page.rows.push(self.columns.iter().map(cell).collect());
            }
            Line::Header => {
                let before = page.merges.len();
                self.head(page);
                page.merges.truncate(before);
            }
            Line::Sum { word, off } => {
                let mut row = vec![SampleValue::Empty; self.columns.len()];
                row[0] = SampleValue::text(word);
                let mut off = *off as f64;
                for (c, column) in self.columns.iter().enumerate() {
                    let typed = |record: &Record| match record.value(column) {
                        SampleValue::Number(number) => Some(number),
                        _ => None,
                    };
                    let numbers: Option<Vec<f64>> = self.records.iter().map(typed).collect();
                    if let Some(numbers) = numbers.filter(|numbers| !numbers.is_empty()) {
                        // Tenths add up without binary noise.
                        let sum: f64 = numbers.iter().map(|number| (number * 10.0).round()).sum::<f64>() / 10.0;
                        row[c] = SampleValue::Number(sum + off);
                        off = 0.0;
                    }
                }
                page.rows.push(row);
            }
            Line::Total { word, from, to, wrong } => {
                let mut row = vec![SampleValue::Empty; self.columns.len()];
                row[0] = SampleValue::text(word);
                let mut wrong = *wrong;
                for (c, column) in self.columns.iter().enumerate() {
                    if ["人数", "一线人数"].contains(&column.field.as_str()) {
                        let numbers =
                            self.records[*from..*to].iter().filter_map(|r| r.get(&column.field).parse::<i32>().ok());
                        row[c] = SampleValue::Number(f64::from(numbers.sum::<i32>() + wrong));
                        wrong = 0;
                    }
                }
                page.rows.push(row);
            }
        }
    }

    fn merge_repeated(&self, page: &mut Page, rows: &[u32]) {
        for (c, column) in self.columns.iter().enumerate() {
            if !self.merge_down.contains(&column.field.as_str()) {
                continue;
            }
            let mut from = 0;
            while from < rows.len() {
                let same = |at: &usize| {
                    self.records[*at].get(&column.field) == self.records[from].get(&column.field)
                        && rows[*at] - rows[from] == (*at - from) as u32
                };
                let run = (from..rows.len()).take_while(same).count();
                if run > 1 {
                    page.merges.push((rows[from] - 1, c as u16, rows[from + run - 1] - 1, c as u16));
                    for row in &rows[from + 1..from + run] {
                        page.rows[*row as usize - 1][c] = SampleValue::Empty;
                    }
                }
                from += run;
            }
        }
    }

    fn foot(&self, page: &mut Page) {
        if !self.filed.is_empty() {
            let mut row = vec![SampleValue::Empty; self.columns.len().max(14)];
            row[0] = SampleValue::text("单位负责人：程海");
            row[3] = SampleValue::text("审核人：吴敏");
            row[6] = SampleValue::text("填表人：周航");
            row[9] = SampleValue::text("联系电话：0551-60000000");
            row[12] = SampleValue::Text(format!("填报日期：{}", self.filed));
            page.rows.push(row);
        }
        page.rows.extend(self.remarks.iter().map(|remark| vec![SampleValue::text(remark)]));
    }
}
