//! A sample file: what is odd about it, what should become of it, and how its bytes are made.

use super::form::{Sheet, Status};
use super::sheet::{self, Encoding, Page, SampleValue};
use crate::model::Outcome;
use std::collections::BTreeMap;

/// How the file comes to be.
#[derive(Debug, Clone)]
pub enum Content {
    Xlsx,
    /// A truncated workbook: the upload broke off.
    HalfXlsx,
    Csv(Encoding),
    Html,
    Xml2003,
    Bytes(Vec<u8>),
    /// A zip with GBK names; the members are samples of their own.
    Zip(Vec<Sample>),
    /// Saved by another program (`samples/foreign.py`), from a seed workbook with the same cells.
    Foreign,
}

#[derive(Debug, Clone)]
pub struct Sample {
    /// Relative to the pipeline's sample folder, `/`-separated.
    pub path: String,
    pub outcome: Outcome,
    /// Code of the unit whose return it is; empty where that can't be told.
    pub sender: String,
    /// What is odd, for the list in samples/README.md.
    pub odd: String,
    /// Sheets before the forms (instructions).
    pub before: Vec<Page>,
    pub sheets: Vec<Sheet>,
    pub content: Content,
}

/// The returns of one period by the code of the unit that sends them.
pub type Returns = BTreeMap<String, Sample>;

/// The sample of a unit; the codes in these modules are those of the shipped roster.
///
/// # Errors
/// The roster has no such unit that owes the pipeline.
pub fn of<'a>(all: &'a mut Returns, code: &str) -> Result<&'a mut Sample, String> {
    all.get_mut(code).ok_or_else(|| format!("单位名册里没有样例要用的应报单位 {code}"))
}

impl Sample {
    /// A return in order, as xlsx.
    pub fn returned(path: String, sender: &str, sheets: Vec<Sheet>) -> Sample {
        Sample {
            path,
            outcome: Outcome::Accepted,
            sender: sender.to_string(),
            odd: String::new(),
            before: vec![],
            sheets,
            content: Content::Xlsx,
        }
    }

    /// A file without a form.
    pub fn plain(path: &str, outcome: Outcome, odd: &str, bytes: &[u8]) -> Sample {
        let content = Content::Bytes(bytes.to_vec());
        Sample { outcome, odd: odd.to_string(), content, ..Sample::returned(path.to_string(), "", vec![]) }
    }

    pub fn odd(&mut self, outcome: Outcome, odd: &str) -> &mut Sample {
        self.outcome = outcome;
        self.odd = odd.to_string();
        self
    }

    /// None of its rows enter anything.
    pub fn out(&mut self) -> &mut Sample {
        for record in self.sheets.iter_mut().flat_map(|sheet| &mut sheet.records) {
            record.status = Status::Out;
        }
        self
    }

    pub fn filed(&mut self, date: &str) -> &mut Sample {
        self.sheets.iter_mut().for_each(|sheet| sheet.filed = date.to_string());
        self
    }

    /// All pages in the order of the tabs.
    pub fn pages(&self) -> Vec<Page> {
        self.before.iter().cloned().chain(self.sheets.iter().map(|sheet| sheet.page().0)).collect()
    }

    /// The file's bytes; `None` where another program makes it.
    ///
    /// # Errors
    /// What the xlsx writer refused.
    pub fn bytes(&self) -> Result<Option<Vec<u8>>, String> {
        let xlsx = || sheet::xlsx(&self.pages()).map_err(|error| format!("{}：{error}", self.path));
        let pages = self.pages();
        let empty = Page::default();
        let first = pages.first().unwrap_or(&empty);
        Ok(Some(match &self.content {
            Content::Foreign => return Ok(None),
            Content::Xlsx => xlsx()?,
            Content::HalfXlsx => {
                let whole = xlsx()?;
                whole[..whole.len() * 3 / 5].to_vec()
            }
            Content::Csv(encoding) => sheet::csv(first, *encoding),
            Content::Html => sheet::html(first),
            Content::Xml2003 => sheet::xml_2003(&pages),
            Content::Bytes(bytes) => bytes.clone(),
            Content::Zip(members) => {
                let mut packed = Vec::new();
                for member in members {
                    packed.push((member.path.clone(), member.bytes()?.unwrap_or_default()));
                }
                sheet::gbk_zip(&packed)
            }
        }))
    }

    /// The workbook from which `samples/foreign.py` makes a foreign file.
    ///
    /// # Errors
    /// What the xlsx writer refused.
    pub fn seed(&self) -> Result<Vec<u8>, String> {
        sheet::xlsx(&self.pages()).map_err(|error| format!("{}：{error}", self.path))
    }
}

/// A zip's members under the zip's path, else the sample itself: what the run counts.
pub fn counted(samples: &[Sample]) -> Vec<Sample> {
    let mut all = Vec::new();
    for sample in samples {
        match &sample.content {
            Content::Zip(members) => all.extend(members.iter().map(|member| {
                let mut member = member.clone();
                member.path = format!("{}/{}", sample.path, member.path);
                member
            })),
            _ => all.push(sample.clone()),
        }
    }
    all
}

/// The intended rows of one form as CSV: where, who, what becomes of it, then the clean fields.
pub fn truth(samples: &[Sample], form: &str, fields: &[&str]) -> String {
    let mut text = format!("文件,工作表,行,推荐单位代码,去向,问题,{}\n", fields.join(","));
    for sample in counted(samples) {
        for sheet in sample.sheets.iter().filter(|sheet| sheet.form == form) {
            for (record, row) in sheet.records.iter().zip(sheet.page().1) {
                let mut cells = vec![
                    sample.path.clone(),
                    sheet.name.clone(),
                    row.to_string(),
                    record.unit.clone(),
                    record.status.key().to_string(),
                    record.findings.join("；"),
                ];
                cells.extend(fields.iter().map(|field| record.get(field).to_string()));
                let line: Vec<String> = cells.iter().map(|cell| sheet::quoted(cell)).collect();
                text.push_str(&line.join(","));
                text.push('\n');
            }
        }
    }
    text
}

/// Every counted file with its intended outcome, sender and 填报日期, as CSV.
pub fn outcomes(samples: &[Sample]) -> String {
    let mut text = String::from("文件,结果,报送单位代码,填报日期,说明\n");
    for sample in counted(samples) {
        let odd = if sample.odd.is_empty() { "good" } else { &sample.odd };
        let filed = sample.sheets.first().map_or("", |sheet| sheet.filed.as_str());
        let (path, odd) = (sheet::quoted(&sample.path), sheet::quoted(odd));
        text.push_str(&format!(
            "{path},{},{},{filed},{odd}
",
            sample.outcome.key(),
            sample.sender
        ));
    }
    text
}

/// A page of running text.
pub fn notes_page(name: &str, lines: &[&str]) -> Page {
    Page {
        name: name.to_string(),
        rows: lines.iter().map(|line| vec![SampleValue::text(line)]).collect(),
        ..Page::default()
    }
}
