//! The forms of a pipeline as its definition has them: titles, columns, and what kind of value a column takes.

use super::form::{Header, Record, SampleColumn, Sheet, Typed};
use super::roster::SampleUnit;
use crate::definition::{self, Field, FieldType, Form, Plan};
use std::path::Path;

/// Headers that the notices print otherwise than the definitions name them: field, header, parent. The reader has to see
/// through them.
const PRINTED: [(&str, &str, &str); 10] = [
    ("开始", "开始", "时间"),
    ("结束", "结束", "时间"),
    ("投入", "投入（万元）", ""),
    ("年创效", "年创效（万元）", ""),
    ("场地", "场地（㎡）", ""),
    ("行政拨付", "行政拨付", "经费（万元）"),
    ("工会拨付", "工会拨付", "经费（万元）"),
    ("本期活动", "本期活动（次）", ""),
    ("培训", "培训（人次）", ""),
    ("创效", "创效（万元）", ""),
];

/// The forms of one pipeline.
#[derive(Debug, Clone)]
pub struct Forms(Plan);

impl Forms {
    /// Reads `<pipelines>/<pipeline>/pipeline.toml`.
    ///
    /// # Errors
    /// Its mistakes, as words.
    pub fn read(pipelines: &Path, pipeline: &str) -> Result<Forms, String> {
        let plan = definition::read(&pipelines.join(pipeline).join("pipeline.toml"));
        plan.map(Forms).map_err(|mistakes| definition::diagnostic::render(&mistakes, false))
    }

    /// Identifiers of the forms, each with the fields that say something of a record.
    pub fn fields(&self) -> Vec<(&str, Vec<&str>)> {
        let says = |field: &&Field| !field.ordinal && &*field.name != "备注";
        let mut all = Vec::with_capacity(self.0.forms.len());
        for form in &self.0.forms {
            all.push((form.id.as_str(), form.fields.iter().filter(says).map(|field| &*field.name).collect()));
        }
        all
    }

    /// The columns of a form in the order of its definition.
    ///
    /// # Errors
    /// The definition has no such form.
    pub fn columns(&self, id: &str) -> Result<Vec<SampleColumn>, String> {
        Ok(self.form(id)?.fields.iter().map(column).collect())
    }

    /// A form with these records on a sheet of its title, with the frame of the notice.
    ///
    /// # Errors
    /// The definition has no such form.
    pub fn sheet(
        &self,
        id: &'static str,
        sender: &SampleUnit,
        period: &str,
        filed: &str,
        records: Vec<Record>,
    ) -> Result<Sheet, String> {
        let form = self.form(id)?;
        Ok(Sheet {
            name: form.title.clone(),
            form: id,
            annex: String::new(),
            title: form.title.clone(),
            unit: sender.name.clone(),
            period: period.to_string(),
            columns: form.fields.iter().map(column).collect(),
            header: Header::Two,
            notation: false,
            records,
            between: vec![],
            merge_down: vec![],
            filed: filed.to_string(),
            remarks: vec![],
            hidden: false,
        })
    }

    fn form(&self, id: &str) -> Result<&Form, String> {
        let found = self.0.forms.iter().find(|form| form.id == id);
        found.ok_or_else(|| format!("{} 的定义里没有样例要用的表式 {id}", self.0.name))
    }
}

fn column(field: &Field) -> SampleColumn {
    let printed = PRINTED.iter().find(|(name, ..)| *name == &*field.name);
    let own = (field.header.as_str(), field.under.as_deref().unwrap_or_default());
    let (header, under) = printed.map_or(own, |(_, header, under)| (*header, *under));
    let typed = match field.ty {
        FieldType::Integer | FieldType::Number | FieldType::Percent | FieldType::Score { .. } => Typed::Number,
        FieldType::Date | FieldType::DateOrMonth => Typed::Day,
        _ => Typed::Text,
    };
    SampleColumn {
        field: field.name.to_string(),
        typed,
        header: header.into(),
        under: under.into(),
        group: String::new(),
    }
}
