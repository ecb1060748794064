//! Tables that wait from the reading of a file until all are put together, each in one piece of memory.
//!
//! A table lies in hundreds of small pieces among others that stay to the end of the run; given back, they leave holes
//! that nothing else fits in. Packed it takes a third of the room, what is given back is whole pages, and it can wait on
//! the disk.

use super::overflow::{Overflow, Waiting};
use super::table::{Column, FormTable, Origin};
use super::values::pack::{Packed, Packer};
use super::values::{Scalars, Texts};
use std::ops::Deref;
use std::sync::{Arc, OnceLock};

/// A table of a form that is packed or open. Looking into it opens it, and it stays open.
#[derive(Debug, Clone)]
pub struct KeptTable {
    /// Index into the plan's forms.
    pub form: u16,
    rows: usize,
    packed: Option<Waiting>,
    open: OnceLock<Box<FormTable>>,
}

impl KeptTable {
    /// Number of rows; asking does not open it.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Packs it, until somebody looks into it.
    pub fn put_away(&mut self) {
        if let Some(table) = self.open.take() {
            self.packed.get_or_insert_with(|| Waiting::Here(pack(&table)));
        }
    }

    /// Packs it too, and lets it wait where there is room.
    pub fn send_away(&mut self, overflow: &Arc<Overflow>) {
        self.put_away();
        self.packed = self.packed.take().map(|packed| match packed {
            Waiting::Here(bytes) => overflow.put(bytes),
            there => there,
        });
    }

    /// It as it was packed.
    fn unpacked(&self) -> FormTable {
        match &self.packed {
            Some(packed) => packed.look(|bytes| unpack(self.form, bytes)),
            None => unpack(self.form, &[]),
        }
    }

    /// The table, to change values in it.
    pub fn change(&mut self) -> Option<&mut FormTable> {
        self.open.get_or_init(|| Box::new(self.unpacked()));
        // What is changed is no longer what was packed.
        self.packed = None;
        self.open.get_mut().map(|table| &mut **table)
    }

    /// The table, to keep.
    pub fn take(mut self) -> FormTable {
        self.open.take().map_or_else(|| self.unpacked(), |table| *table)
    }

    /// What `into` sees in it; it is left as it was.
    pub fn look<T>(&self, into: impl FnOnce(&FormTable) -> T) -> T {
        match self.open.get() {
            Some(table) => into(table),
            None => into(&self.unpacked()),
        }
    }
}

impl From<FormTable> for KeptTable {
    fn from(table: FormTable) -> KeptTable {
        KeptTable { form: table.form, rows: table.origins.len(), packed: None, open: OnceLock::from(Box::new(table)) }
    }
}

impl Deref for KeptTable {
    type Target = FormTable;

    fn deref(&self) -> &FormTable {
        self.open.get_or_init(|| Box::new(self.unpacked()))
    }
}

impl PartialEq for KeptTable {
    fn eq(&self, other: &KeptTable) -> bool {
        self.look(|mine| other.look(|theirs| mine == theirs))
    }
}

fn pack(table: &FormTable) -> Box<[u8]> {
    let mut to = Packer::default();
    to.number(table.origins.len() as u64);
    // Rows mostly follow one another: a run says where it begins and how long it is.
    let follows = |one: &Origin, next: &Origin| Origin { row: one.row.wrapping_add(1), ..*one } == *next;
    for run in table.origins.chunk_by(follows) {
        let Some(Origin { source, sheet, row, cols }) = run.first().copied() else { continue };
        let numbers = [run.len() as u64, source.into(), sheet.into(), row.into(), cols.0.into(), cols.1.into()];
        numbers.into_iter().for_each(|number| to.number(number));
    }
    to.number(table.columns.len() as u64);
    for column in &table.columns {
        match column {
            Column::Text(of) => of.pack(to.kind(0)),
            Column::Integer(of) => of.pack(to.kind(1)),
            Column::Number(of) => of.pack(to.kind(2)),
            Column::Boolean(of) => of.pack(to.kind(3)),
            Column::Date(of) => of.pack(to.kind(4)),
            Column::Unit(of) => of.pack(to.kind(5)),
        }
    }
    to.done()
}

fn unpack(form: u16, bytes: &[u8]) -> FormTable {
    let mut from = Packed::new(bytes);
    let rows = from.number() as usize;
    let mut origins = Vec::with_capacity(rows);
    while origins.len() < rows {
        let [run, source, sheet, row, left, right] = std::array::from_fn(|_| from.number());
        let first = row as u32;
        let origin = |n: u32| Origin {
            source: source as u32,
            sheet: sheet as u16,
            row: first + n,
            cols: (left as u16, right as u16),
        };
        // A run of none would never end; none was packed.
        origins.extend((0..(run as u32).max(1)).map(origin));
    }
    let columns = (0..from.number()).map(|_| match from.kind() {
        0 => Column::Text(Texts::unpack(&mut from)),
        1 => Column::Integer(Scalars::unpack(&mut from)),
        2 => Column::Number(Scalars::unpack(&mut from)),
        3 => Column::Boolean(Scalars::unpack(&mut from)),
        4 => Column::Date(Scalars::unpack(&mut from)),
        _ => Column::Unit(Scalars::unpack(&mut from)),
    });
    FormTable { form, columns: columns.collect(), origins }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> FormTable {
        let origin = |n: u32| Origin {
            source: 70_000,
            sheet: 2,
            row: 5 + n + n / 40 * 3,
            cols: (0, u16::MAX - (n == 7) as u16),
        };
        let numbers = |n: u32| (!n.is_multiple_of(9)).then_some(f64::from(n) / 3.0 - 5.0);
        FormTable {
            form: 3,
            origins: (0..300).map(origin).collect(),
            columns: vec![
                Column::Text((0..300).map(|n| Some(format!("第{n}班组"))).collect()),
                Column::Text((0..300).map(|n| (n % 4 > 0).then(|| ["", "国有", "私营"][n % 3])).collect()),
                Column::Text((0..300).map(|_| Some("合肥市总工会")).collect()),
                Column::Integer((0..300).map(|n| Some([i64::MIN, -3, 0, 7, i64::MAX][n % 5])).collect()),
                Column::Number((0..300).map(numbers).collect()),
                Column::Number([Some(-0.0), Some(f64::NAN), None].into_iter().cycle().take(300).collect()),
                Column::Boolean((0..300).map(|n| (n % 3 > 0).then_some(n % 2 == 0)).collect()),
                Column::Date((0..300).map(|n| Some(n * 100 - 9_000)).collect()),
                Column::Unit((0..300).map(|n| Some(n * 40_000_000 / 3)).collect()),
                Column::Unit((0..300).map(|_| None).collect()),
            ],
        }
    }

    #[test]
    fn what_was_packed_is_as_it_was() {
        for rows in [300, 1, 0] {
            let mut table = table();
            table.origins.truncate(rows);
            let mut kept = KeptTable::from(table.clone());
            kept.send_away(&Overflow::new(if rows == 300 { 0 } else { usize::MAX }));
            assert_eq!(matches!(kept.packed, Some(Waiting::There { .. })), rows == 300);
            assert!(kept.open.get().is_none());
            assert_eq!(kept.rows(), rows);
            // NaN is not equal to itself; its bits are.
            let written = |table: &FormTable| format!("{:?}", (&table.origins, words(table)));
            assert_eq!(kept.look(written), written(&table));
            assert!(kept.open.get().is_none(), "looking leaves it packed");
            assert_eq!(written(&kept), written(&table));
            assert_eq!(written(&kept.clone().take()), written(&table));
        }
    }

    fn words(table: &FormTable) -> Vec<String> {
        let rows = table.columns.first().map_or(0, Column::len);
        table.columns.iter().flat_map(|column| (0..rows).map(move |row| format!("{:?}", column.value(row)))).collect()
    }

    #[test]
    fn what_is_changed_stays_changed() {
        let mut kept = KeptTable::from(table());
        kept.put_away();
        if let Some(Column::Text(texts)) = kept.change().and_then(|table| table.columns.get_mut(2)) {
            texts.set(0, Some("别的"));
        }
        kept.put_away();
        let Column::Text(texts) = &kept.columns[2] else { panic!() };
        assert_eq!((texts.get(0), texts.get(1)), (Some("别的"), Some("合肥市总工会")));
    }

    #[test]
    fn twice_the_rows_take_at_most_twice_the_room() {
        let packed = |rows: usize| {
            let text = |n: usize| Some(format!("第{n}班组"));
            let columns = vec![
                Column::Text((0..rows).map(text).collect()),
                Column::Boolean((0..rows).map(|_| Some(true)).collect()),
            ];
            let origins =
                (0..rows as u32).map(|row| Origin { source: 1, sheet: 0, row, cols: Origin::WHOLE }).collect();
            pack(&FormTable { form: 0, origins, columns }).len()
        };
        assert!(packed(2_000) * 10 <= packed(1_000) * 23, "{} {}", packed(1_000), packed(2_000));
        assert!(packed(1_000) < 1_000 * 20, "names and a byte each: {}", packed(1_000));
    }
}
