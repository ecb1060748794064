//! Where records and their fields stand, and how that is said.

use super::arrived::{Arrival, Arrived};
use crate::model::normalised::{Binding, SenderEvidence};
use crate::model::{CellRef, Fingerprint, Origin};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// Where sheets stand and what they are called, for addresses in messages.
#[derive(Debug, Default)]
pub struct Addresses {
    /// File index → its name.
    pub names: HashMap<u32, String>,
    /// File index → the unit that sent it, by its place in the roster.
    pub senders: HashMap<u32, u32>,
    /// Files whose cover says who sent them.
    pub covered: HashSet<u32>,
    /// (file index, sheet, form) → its tables' bindings, top to bottom.
    pub bindings: HashMap<(u32, u16, u16), Vec<Arc<Binding>>>,
}

impl Addresses {
    /// Names and bindings for addresses.
    pub fn of(arrived: &[Arrived]) -> Addresses {
        let mut addresses = Addresses::default();
        for file in arrived {
            addresses.names.insert(file.source.index, file.source.name.clone());
            let Arrival::Return(returned) = &file.arrival else { continue };
            if let Some(sender) = &returned.sender {
                addresses.senders.insert(file.source.index, sender.unit);
                if sender.evidence == SenderEvidence::Cover {
                    addresses.covered.insert(file.source.index);
                }
            }
            for binding in &returned.bindings {
                let key = (file.source.index, binding.sheet, binding.form);
                addresses.bindings.entry(key).or_default().push(Arc::clone(binding));
            }
        }
        for tables in addresses.bindings.values_mut() {
            tables.sort_by_key(|binding| binding.header);
        }
        addresses
    }

    /// The binding of the table that a record stands in: of those over its columns the last whose header lies above
    /// it; of those filled in across the one whose fields begin in its row.
    fn binding(&self, form: usize, origin: Origin) -> Option<&Binding> {
        let tables = self.bindings.get(&(origin.source, origin.sheet, form as u16))?;
        let over = |binding: &&Binding| {
            binding.cols.0 <= origin.cols.0
                && origin.cols.1 <= binding.cols.1
                && if binding.across { binding.header.0 == origin.row } else { binding.header.1 < origin.row }
        };
        let tables = || tables.iter().map(Arc::as_ref);
        tables().rfind(over).or_else(|| tables().next())
    }

    /// The name of the sheet that a record stands on.
    pub fn sheet(&self, form: usize, origin: Origin) -> Option<&str> {
        self.binding(form, origin).map(|binding| &*binding.sheet_name)
    }

    /// A record's place in its file, for one that nothing else tells.
    pub fn fingerprint(&self, origin: Origin) -> Fingerprint {
        Fingerprint::of([origin.sheet.to_string(), origin.row.to_string(), origin.cols.0.to_string()])
    }

    /// The address of a field of a record, where its sheet has the field.
    pub fn cell(&self, form: usize, origin: Origin, field: usize) -> Option<CellRef> {
        let binding = self.binding(form, origin)?;
        if let Some((_, cells)) = binding.cards.iter().find(|(row, _)| *row == origin.row) {
            return cells.get(field).copied().flatten();
        }
        let at = binding.columns.get(field).copied().flatten()?;
        Some(if binding.across {
            CellRef { row: u32::from(at), col: origin.cols.0 }
        } else {
            CellRef { row: origin.row, col: at }
        })
    }

    /// "合肥/a.xlsx · 表“Sheet1” · 第 7 行"; with the column where a row holds several records.
    pub fn words(&self, form: usize, origin: Origin) -> String {
        let name = self.names.get(&origin.source).map_or("", String::as_str);
        let row = u64::from(origin.row) + 1;
        let line = match self.binding(form, origin) {
            Some(binding) if binding.across && binding.cards.is_empty() => format!("{} 列", letters(origin.cols.0)),
            Some(binding) if origin.cols != Origin::WHOLE => {
                let first = binding.columns.iter().flatten().min().copied().unwrap_or(origin.cols.0);
                format!("第 {row} 行 {} 列起", letters(first))
            }
            _ => format!("第 {row} 行"),
        };
        match self.binding(form, origin) {
            Some(binding) => format!("{name} · 表“{}” · {line}", binding.sheet_name),
            None => format!("{name} · {line}"),
        }
    }
}

/// `C` for 2: the address of a cell without its row.
fn letters(col: u16) -> String {
    CellRef { row: 0, col }.to_string().trim_end_matches('1').to_owned()
}
