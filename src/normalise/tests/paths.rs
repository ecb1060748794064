//! Most cells are read in one step: a figure of which nothing has to be said, a word met before in its column, a cell where
//! nothing stands. What these steps read is what all the others read.

use super::fixture::*;
use crate::model::cell::{CellRef, RawValue, SeenAs};
use crate::model::{Column, RawSheet, Value};
use std::collections::HashMap;

/// One after the other, and the same in every run.
pub struct Dice(pub u64);

impl Dice {
    pub fn of<T: Clone>(&mut self, sides: &[T]) -> T {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        sides[(self.0 >> 33) as usize % sides.len()].clone()
    }

    fn figure(&mut self) -> f64 {
        let size = self.of(&[1.0, 10.0, 1e3, 1e6, 1e9, 1e14, 1e15, 1e17, 1e-3, 1e-12]);
        let part =
            self.of(&[0.0, 0.1, 0.25, 1.0 / 3.0, 0.5, 0.999_999_999_999_999_9, 1.0, 1.000_000_000_000_000_2, 7.0]);
        size * part * self.of(&[1.0, 1.0, -1.0])
    }

    fn cell(&mut self, usual: V) -> V {
        let figure = self.figure();
        let odd = [
            N(figure),
            N(figure.round()),
            Raw(RawValue::Percent(figure)),
            D(figure),
            E,
            T("同上"),
            T("无"),
            T("12"),
            T("１２人"),
            T(" 正 式"),
            T("备选"),
            T("2026-03-05"),
            T("张三、李四"),
            B(true),
        ];
        let odd = self.of(&odd);
        self.of(&[usual.clone(), usual, N(figure), odd, E])
    }
}

/// A sheet of such cells, equal words in one place of the arena as workbooks have them, and some cells merged.
fn sheet_of(dice: &mut Dice) -> RawSheet {
    let money = dice.of(&["奖励（元）", "奖励（万元）", "奖励"]);
    let mut header = header();
    header[11] = T(money);
    let mut all = vec![vec![T("班组申报汇总表")], cover(), header];
    let usual = with(11, N(dice.figure()));
    // Some of more rows than are taken together.
    all.extend((0..dice.of(&[12, 12, 12, 140])).map(|_| usual.iter().map(|value| dice.cell(value.clone())).collect()));
    let mut sheet = sheet("Sheet1", &all);
    for _ in 0..dice.of(&[0, 0, 3]) {
        let (row, col) = (dice.of(&[4, 6, 8, 10]), dice.of(&[1u16, 4, 5, 11, 12]));
        merge(&mut sheet, (row, col), (row + 1, dice.of(&[col, col + 1])));
    }
    let mut places: HashMap<String, RawValue> = HashMap::new();
    for at in 0..sheet.cells.len() {
        let value = sheet.cells[at].value;
        if matches!(value, RawValue::Text { .. }) {
            let word = sheet.text(value).to_owned();
            sheet.cells[at].value = *places.entry(word).or_insert(value);
        }
    }
    sheet
}

fn values(column: &Column) -> Vec<String> {
    (0..column.len())
        .map(|row| match column.value(row) {
            // Its sign is a part of a zero.
            Value::Number(number) => format!("{:x}", number.to_bits()),
            value => format!("{value:?}"),
        })
        .collect()
}

#[test]
fn one_step_and_all_steps_read_the_same() {
    let (mut dice, mut figures, mut said) = (Dice(11), 0, 0);
    for _ in 0..400 {
        let sheet = sheet_of(&mut dice);
        // That a figure of the title has a sign of money says nothing of any record, but nothing is read in one step then.
        let mut slow = sheet.clone();
        slow.push_sight(CellRef { row: 0, col: 0 }, SeenAs::Money, "");
        let (quick, slow) = (run(vec![sheet]), run(vec![slow]));
        assert_eq!((&quick.findings, &quick.amendments), (&slow.findings, &slow.amendments));
        assert_eq!(quick.tables.len(), slow.tables.len());
        for (quick, slow) in quick.tables.iter().zip(&slow.tables) {
            assert_eq!(quick.origins, slow.origins);
            for (quick, slow) in quick.columns.iter().zip(&slow.columns) {
                assert_eq!(values(quick), values(slow));
                let is_figure = |row: &usize| matches!(quick.value(*row), Value::Number(_) | Value::Integer(_));
                figures += (0..quick.len()).filter(is_figure).count();
            }
        }
        said += quick.findings.len() + quick.amendments.len();
    }
    assert!(figures > 5_000 && said > 5_000, "{figures} {said}");
}
