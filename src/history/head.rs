//! `period.json`: what one stored period holds, by which definition, and the hash of every file beside it.
//!
//! It is sealed: its own hash stands in it, so that a changed letter is told from a written one. No clock, no path of any
//! machine: the same rows give the same bytes.

use super::layout::HEAD;
use super::references::ReferenceHash;
use crate::definition::reference::Due;
use crate::definition::{ColumnType, FieldType, Form};
use crate::domain::period::{Period, PeriodKind, civil};
use crate::domain::schedule::written_day;
use crate::model::run::RowAccount;
use crate::text::hex::hex;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use std::io::{self, Read};
use std::sync::Arc;

/// The format that this program writes; it reads this and every lower one.
///
/// 1: accepted rows, units, figures. 2: the period in every file, record keys, rows that did not count, findings, files,
/// sheets, bindings and amendments as tables, hashes of the reference data; where a file of format 1 is asked for one of
/// these, it is not known.
pub const FORMAT: u64 = 2;

/// A file beside the head.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredFile {
    pub file: String,
    /// Lower-case hex.
    pub sha256: String,
    pub size: u64,
}

/// What a stored column holds. A month is stored as its first day, a unit as its name, with its code in the column
/// [`code_column`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StoredType {
    Text,
    Integer,
    Number,
    Boolean,
    Date,
    Month,
    Unit,
}

const TYPES: [(&str, StoredType, &str); 7] = [
    ("text", StoredType::Text, "文字"),
    ("integer", StoredType::Integer, "整数"),
    ("number", StoredType::Number, "数"),
    ("boolean", StoredType::Boolean, "是否"),
    ("date", StoredType::Date, "日期"),
    ("month", StoredType::Month, "年月"),
    ("unit", StoredType::Unit, "单位"),
];

impl StoredType {
    /// What a column of a form is stored as.
    pub fn of(form: &Form, column: &crate::definition::FormColumn) -> StoredType {
        let month = form.fields.get(column.field).is_some_and(|field| field.ty == FieldType::Month);
        if month { StoredType::Month } else { StoredType::plain(column.ty) }
    }

    /// The type of a column whose field is not looked at: its word in messages.
    pub fn plain(ty: ColumnType) -> StoredType {
        match ty {
            ColumnType::Text => StoredType::Text,
            ColumnType::Integer => StoredType::Integer,
            ColumnType::Number => StoredType::Number,
            ColumnType::Boolean => StoredType::Boolean,
            ColumnType::Date => StoredType::Date,
            ColumnType::Unit => StoredType::Unit,
        }
    }

    /// Whether a column of today's type takes these values as they are: whole numbers are numbers, a unit has a name, and
    /// a month is its first day. Nothing else is converted.
    pub fn reads_as(self, today: ColumnType) -> bool {
        match today {
            ColumnType::Text => matches!(self, StoredType::Text | StoredType::Unit),
            ColumnType::Integer => self == StoredType::Integer,
            ColumnType::Number => matches!(self, StoredType::Number | StoredType::Integer),
            ColumnType::Boolean => self == StoredType::Boolean,
            ColumnType::Date => matches!(self, StoredType::Date | StoredType::Month),
            ColumnType::Unit => self == StoredType::Unit,
        }
    }

    fn key(self) -> &'static str {
        TYPES.iter().find(|(_, ty, _)| *ty == self).map_or("", |(key, ..)| key)
    }

    /// 文字, 整数 …
    pub fn word(self) -> &'static str {
        TYPES.iter().find(|(_, ty, _)| *ty == self).map_or("", |(_, _, word)| word)
    }
}

/// The column beside a unit column that holds its codes; `#` cannot occur in a field's name.
pub fn code_column(name: &str) -> String {
    format!("{name}#code")
}

/// One form's rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FormPart {
    /// The form's id and title in the definition that wrote it.
    pub id: String,
    pub title: String,
    pub rows: usize,
    pub part: StoredFile,
    /// The form's columns by name, in its order.
    pub columns: Vec<StoredColumn>,
    /// The rows that did not count, and how many; `None` in a period of format 1, which did not keep them.
    pub not_counted: Option<(usize, StoredFile)>,
}

/// A stored column as its definition had it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredColumn {
    pub name: String,
    pub ty: StoredType,
    /// The unit that figures were asked in (万元), where the definition said one.
    pub measured_in: Option<String>,
}

/// What `period.json` says.
#[derive(Debug, Clone, PartialEq)]
pub struct PeriodHead {
    pub pipeline: String,
    pub period: Period,
    pub definition_sha256: String,
    pub input_sha256: String,
    pub forms: Vec<FormPart>,
    pub units: StoredFile,
    pub figures: StoredFile,
    /// Tables beside the rows ([`super::accounts`]); none in a period of format 1.
    pub accounts: Vec<StoredFile>,
    /// The reference data that the period was computed with; `None` in a period of format 1, which did not keep it.
    pub references: Option<Vec<ReferenceHash>>,
    /// Units that owed a return, and those that gave one that was accepted, on time or late.
    pub expected: usize,
    pub reported: usize,
    pub files: u64,
    pub rows: RowAccount,
    pub due: Option<Due>,
    /// The document number that the period was issued under: a lock that does not open by losing its record.
    pub issued: Option<String>,
}

/// Why a stored period, or a part of it, cannot be used. It is left where it is, and counts as absent.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Unusable {
    /// What was found, in Chinese.
    Damaged(String),
    /// It cannot be opened, and nobody knows what is in it: no permission, a link, a pipe, a write that is not over.
    Closed(String),
    /// Written by a later program: the format it names.
    Future(u64),
}

impl Unusable {
    pub fn words(&self) -> String {
        match self {
            Unusable::Damaged(what) => format!("存档损坏（{what}）"),
            Unusable::Closed(why) => format!("存档打不开（{why}）"),
            Unusable::Future(format) => {
                format!("存档是更新版本的程序写的（格式 {format}，本程序认识到 {FORMAT}），请改用新版程序")
            }
        }
    }
}

/// SHA-256 in lower-case hex.
pub fn sha256(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// SHA-256 and length of what a reader still holds.
///
/// # Errors
/// It cannot be read.
pub fn sha256_of(mut reader: impl Read) -> io::Result<(String, u64)> {
    let mut hash = Sha256::new();
    let mut buffer = vec![0; 1 << 16];
    let mut size = 0;
    loop {
        let read = reader.read(&mut buffer)?;
        if read == 0 {
            return Ok((hex(&hash.finalize()), size));
        }
        hash.update(&buffer[..read]);
        size += read as u64;
    }
}

impl StoredFile {
    pub fn of(file: &str, bytes: &[u8]) -> StoredFile {
        StoredFile { file: file.to_owned(), sha256: sha256(bytes), size: bytes.len() as u64 }
    }

    /// The same of a file that nobody holds whole.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn of_read(file: &str, reader: impl Read) -> io::Result<StoredFile> {
        let (sha256, size) = sha256_of(reader)?;
        Ok(StoredFile { file: file.to_owned(), sha256, size })
    }

    pub fn json(&self) -> Value {
        json!({ "file": self.file, "sha256": self.sha256, "size": self.size })
    }

    pub fn read(value: &Value) -> Option<StoredFile> {
        let file = value["file"].as_str()?;
        // A name with a path in it would lead out of the period's folder.
        let plain = !file.is_empty() && !file.contains(['/', '\\', ':']) && file != "..";
        let sha256 = value["sha256"].as_str()?.to_owned();
        plain.then(|| Some(StoredFile { file: file.to_owned(), sha256, size: value["size"].as_u64()? })).flatten()
    }
}

impl PeriodHead {
    /// Every file that it names.
    pub fn files(&self) -> impl Iterator<Item = &StoredFile> {
        let rows = self
            .forms
            .iter()
            .flat_map(|form| [Some(&form.part), form.not_counted.as_ref().map(|(_, part)| part)].into_iter().flatten());
        rows.chain([&self.units, &self.figures]).chain(&self.accounts)
    }

    /// The file's bytes.
    pub fn bytes(&self) -> Vec<u8> {
        let forms: Vec<Value> = self.forms.iter().map(FormPart::json).collect();
        let rows = self.rows;
        let mut record = json!({
            "format": FORMAT,
            "pipeline": self.pipeline,
            "period": {
                "key": self.period.key(),
                "kind": kind_key(self.period.kind),
                "first": day_words(self.period.first),
                "last": day_words(self.period.last),
                "name": &*self.period.name,
            },
            "definition_sha256": self.definition_sha256,
            "input_sha256": self.input_sha256,
            "forms": forms,
            "units": self.units.json(),
            "figures": self.figures.json(),
            "accounts": self.accounts.iter().map(StoredFile::json).collect::<Vec<_>>(),
            "references": self.references.as_ref().map(|all| {
                all.iter().map(|one| json!({ "table": one.table, "sha256": one.sha256 })).collect::<Vec<_>>()
            }),
            "expected": self.expected,
            "reported": self.reported,
            "files": self.files,
            "rows": {
                "data": rows.data, "accepted": rows.accepted, "blocked": rows.blocked,
                "held": rows.held, "superseded": rows.superseded, "not_counted": rows.not_counted,
            },
            "due": self.due.map(|due| json!({
                "opens": due.opens.map(day_words), "due": day_words(due.due), "grace": due.grace.map(day_words),
            })),
        });
        if let (Some(number), Some(record)) = (&self.issued, record.as_object_mut()) {
            record.insert("issued".to_owned(), number.as_str().into());
        }
        sealed(record)
    }

    /// Reads the file.
    ///
    /// # Errors
    /// Damaged, or from the future.
    pub fn read(bytes: &[u8]) -> Result<PeriodHead, Unusable> {
        let value = unsealed(bytes, HEAD)?;
        read(&value).ok_or_else(|| Unusable::Damaged(format!("{HEAD} 的内容不全")))
    }
}

/// A record as bytes, its own hash in it.
pub fn sealed(record: Value) -> Vec<u8> {
    format!("{:#}\n", with_seal(record)).into_bytes()
}

/// The same without line breaks, for records of thousands of lines that nobody reads, which is why they come as text: what
/// stands before the seal and what stands behind it, by the order of keys, the last with its value apart.
pub fn sealed_tight(before: &str, key: &str, value: &[u8]) -> Vec<u8> {
    let mut hash = Sha256::new();
    [b"{", before.as_bytes(), b",", key.as_bytes(), value, b"}"].iter().for_each(|part| hash.update(part));
    let seal = hex(&hash.finalize());
    let seal = format!("\"seal\":\"{seal}\"");
    [b"{", before.as_bytes(), b",", seal.as_bytes(), b",", key.as_bytes(), value, b"}"].concat()
}

fn with_seal(mut record: Value) -> Value {
    let seal = sha256(record.to_string().as_bytes());
    if let Value::Object(map) = &mut record {
        map.insert("seal".to_owned(), seal.into());
    }
    record
}

/// The record, once its format is known and its hash agrees.
///
/// # Errors
/// Damaged, or from the future.
pub fn unsealed(bytes: &[u8], file: &str) -> Result<Map<String, Value>, Unusable> {
    let damaged = |what: &str| Unusable::Damaged(format!("{file} {what}"));
    let Ok(Value::Object(mut record)) = serde_json::from_slice(bytes) else { return Err(damaged("读不出来")) };
    match record.get("format").and_then(Value::as_u64) {
        None => return Err(damaged("没有格式号")),
        Some(format) if format > FORMAT => return Err(Unusable::Future(format)),
        Some(_) => {}
    }
    let seal = record.remove("seal");
    let whole = Value::Object(record);
    if seal.as_ref().and_then(Value::as_str) != Some(sha256(whole.to_string().as_bytes()).as_str()) {
        return Err(damaged("被改动过，与写入时不符"));
    }
    match whole {
        Value::Object(record) => Ok(record),
        _ => Err(damaged("读不出来")),
    }
}

impl FormPart {
    fn json(&self) -> Value {
        let column = |StoredColumn { name, ty, measured_in }: &StoredColumn| {
            let mut column = json!({ "name": name, "type": ty.key() });
            if let (Some(unit), Some(column)) = (measured_in, column.as_object_mut()) {
                column.insert("measured-in".to_owned(), json!(unit));
            }
            column
        };
        let columns: Vec<Value> = self.columns.iter().map(column).collect();
        let not_counted = self.not_counted.as_ref().map(|(rows, part)| json!({ "rows": rows, "part": part.json() }));
        json!({
            "id": self.id, "title": self.title, "rows": self.rows, "part": self.part.json(), "columns": columns,
            "not_counted": not_counted,
        })
    }

    fn read(value: &Value) -> Option<FormPart> {
        let columns = value["columns"].as_array()?.iter().map(|column| {
            let ty = column["type"].as_str()?;
            let (_, ty, _) = TYPES.iter().find(|(key, ..)| *key == ty)?;
            let measured_in = column["measured-in"].as_str().map(str::to_owned);
            Some(StoredColumn { name: column["name"].as_str()?.to_owned(), ty: *ty, measured_in })
        });
        Some(FormPart {
            id: value["id"].as_str()?.to_owned(),
            title: value["title"].as_str()?.to_owned(),
            rows: usize::try_from(value["rows"].as_u64()?).ok()?,
            part: StoredFile::read(&value["part"])?,
            columns: columns.collect::<Option<_>>()?,
            not_counted: match value.get("not_counted").filter(|part| !part.is_null()) {
                None => None,
                Some(part) => Some((usize::try_from(part["rows"].as_u64()?).ok()?, StoredFile::read(&part["part"])?)),
            },
        })
    }
}

fn read(record: &Map<String, Value>) -> Option<PeriodHead> {
    let count = |value: &Value| usize::try_from(value.as_u64()?).ok();
    let period = record.get("period")?;
    let rows = record.get("rows")?;
    let part = |key: &str| rows[key].as_u64();
    let text = |key: &str| record.get(key)?.as_str().map(str::to_owned);
    let day = |value: &Value| written_day(value.as_str()?);
    let due = match record.get("due")? {
        Value::Null => None,
        due => Some(Due { opens: day(&due["opens"]), due: day(&due["due"])?, grace: day(&due["grace"]) }),
    };
    Some(PeriodHead {
        pipeline: text("pipeline")?,
        period: Period {
            kind: kind_of(period["kind"].as_str()?)?,
            first: day(&period["first"])?,
            last: day(&period["last"])?,
            name: Arc::from(period["name"].as_str()?),
        },
        definition_sha256: text("definition_sha256")?,
        input_sha256: text("input_sha256")?,
        forms: record.get("forms")?.as_array()?.iter().map(FormPart::read).collect::<Option<_>>()?,
        units: StoredFile::read(record.get("units")?)?,
        figures: StoredFile::read(record.get("figures")?)?,
        accounts: list(record, "accounts").map(StoredFile::read).collect::<Option<_>>()?,
        references: match record.get("references").filter(|all| !all.is_null()) {
            None => None,
            Some(_) => Some(list(record, "references").map(reference).collect::<Option<_>>()?),
        },
        expected: count(record.get("expected")?)?,
        reported: count(record.get("reported")?)?,
        files: record.get("files")?.as_u64()?,
        rows: RowAccount {
            data: part("data")?,
            accepted: part("accepted")?,
            blocked: part("blocked")?,
            held: part("held")?,
            superseded: part("superseded")?,
            not_counted: part("not_counted")?,
        },
        due,
        issued: text("issued"),
    })
}

/// A list of the record; empty where an earlier format had none.
fn list<'v>(record: &'v Map<String, Value>, key: &str) -> impl Iterator<Item = &'v Value> {
    record.get(key).and_then(Value::as_array).into_iter().flatten()
}

fn reference(value: &Value) -> Option<ReferenceHash> {
    let text = |key: &str| value[key].as_str().map(str::to_owned);
    Some(ReferenceHash { table: text("table")?, sha256: text("sha256")? })
}

const KINDS: [(&str, PeriodKind); 6] = [
    ("month", PeriodKind::Month),
    ("quarter", PeriodKind::Quarter),
    ("half-year", PeriodKind::HalfYear),
    ("year", PeriodKind::Year),
    ("season", PeriodKind::Season),
    ("campaign", PeriodKind::Campaign),
];

fn kind_key(kind: PeriodKind) -> &'static str {
    KINDS.iter().find(|(_, known)| *known == kind).map_or("", |(key, _)| key)
}

fn kind_of(key: &str) -> Option<PeriodKind> {
    KINDS.iter().find(|(known, _)| *known == key).map(|(_, kind)| *kind)
}

/// `yyyy-mm-dd`; empty outside the calendar.
pub fn day_words(day: i32) -> String {
    civil(day).map_or_else(String::new, |(year, month, day)| format!("{year:04}-{month:02}-{day:02}"))
}
