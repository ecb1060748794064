//! Date and month cells: no part of a date is ever invented.

use super::desk::{CellValue, Desk, FieldCell, MEND, expects};
use crate::definition::{Field, FieldType};
use crate::domain::period::{civil, day};
use crate::model::Severity;
use crate::model::codes::{AmendmentRule, FindingCode};
use crate::text::dates::{self, DateReading};
use crate::text::numbers;

impl Desk<'_, '_> {
    pub(super) fn date_text(&mut self, cell: FieldCell<'_>, raw: &str, text: &str) -> CellValue<'static> {
        let reading = dates::read(text);
        if reading == DateReading::NotADate
            && cell.field.ty != FieldType::Month
            && let Some(day) = dates::bound(text)
        {
            let clean = dates::show_day(day);
            let found = format!("“{}”填的“{text}”，按 {clean} 读", cell.field.name);
            self.verify(cell, FindingCode::DateBound, found, expects(cell.field));
            self.amend(cell, AmendmentRule::DateShape, raw, &clean);
            return CellValue::Date(day);
        }
        self.moment(cell, raw, text, reading)
    }

    /// A cell that Excel formats as a date.
    pub(super) fn date_serial(&mut self, cell: FieldCell<'_>, serial: f64) -> CellValue<'static> {
        let Some(day) = dates::from_serial(serial) else {
            let shown = numbers::show(serial);
            let found = if (60.0..61.0).contains(&serial) {
                format!("“{}”是 1900 年 2 月 29 日，没有这一天", cell.field.name)
            } else {
                format!("“{}”的日期序号 {shown} 超出范围", cell.field.name)
            };
            self.find(cell, FindingCode::DateImpossible, Severity::Block, found, expects(cell.field), MEND);
            return CellValue::Nothing;
        };
        if cell.field.ty == FieldType::Month {
            return self.month_of(cell, &dates::show_day(day), day);
        }
        if serial.fract() != 0.0 {
            self.amend(cell, AmendmentRule::TimeDropped, &numbers::show(serial), &dates::show_day(day));
        }
        CellValue::Date(day)
    }

    /// A plain number in a date column.
    pub(super) fn date_number(&mut self, cell: FieldCell<'_>, number: f64) -> CellValue<'static> {
        let raw = numbers::show(number);
        let whole = number.fract() == 0.0;
        if whole && (20_000.0..80_000.0).contains(&number) {
            // A date that lost its format: 46086. Nothing else looks like it here, but the officer should look.
            let Some(day) = dates::from_serial(number) else { return CellValue::Nothing };
            let found = format!("“{}”填的是数字 {raw}，按 {} 读", cell.field.name, dates::show_day(day));
            self.verify(cell, FindingCode::DateSerialUnformatted, found, expects(cell.field));
            if cell.field.ty == FieldType::Month {
                return self.month_of(cell, &raw, day);
            }
            self.amend(cell, AmendmentRule::DateSerial, &raw, &dates::show_day(day));
            return CellValue::Date(day);
        }
        // 1980.11 as a number is as good as the text; 1980.1 may have been 1980.10.
        let reading = if number < 0.0 { DateReading::NotADate } else { dates::read(&raw) };
        self.moment(cell, &raw, &raw, reading)
    }

    fn moment(&mut self, cell: FieldCell<'_>, raw: &str, text: &str, reading: DateReading) -> CellValue<'static> {
        let month = cell.field.ty == FieldType::Month;
        // A year and a month are enough.
        let may_be_month = month || cell.field.ty == FieldType::DateOrMonth;
        match reading {
            DateReading::Day(day) if month => self.month_of(cell, raw, day),
            DateReading::Day(day) if dates::is_iso(raw) => CellValue::Date(day),
            DateReading::Day(day) => {
                let clean = dates::show_day(day);
                if clean != raw {
                    self.amend(cell, AmendmentRule::DateShape, raw, &clean);
                }
                CellValue::Date(day)
            }
            DateReading::Month(first) if may_be_month => {
                let clean = dates::show_month(first);
                if clean != raw {
                    self.amend(cell, AmendmentRule::DateShape, raw, &clean);
                }
                CellValue::Date(first)
            }
            DateReading::JanuaryOrOctober(year) if may_be_month => self.january_or_october(cell, raw, year),
            DateReading::ShortYear(year, month_number, dom) => {
                self.short_year(cell, raw, text, (year, month_number, dom))
            }
            DateReading::Month(_) | DateReading::Year(_) | DateReading::NoYear | DateReading::JanuaryOrOctober(_) => {
                let lacks = match (reading, may_be_month) {
                    (DateReading::NoYear, _) => "没有年份",
                    (DateReading::Year(_), true) => "没有月份",
                    _ => "没有日",
                };
                let found = format!("“{}”填的“{text}”{lacks}", cell.field.name);
                self.find(cell, FindingCode::DateIncomplete, Severity::Block, found, expects(cell.field), MEND);
                CellValue::Nothing
            }
            DateReading::Impossible => {
                let found = format!("“{}”填的“{text}”，没有这个日期", cell.field.name);
                self.find(cell, FindingCode::DateImpossible, Severity::Block, found, expects(cell.field), MEND);
                CellValue::Nothing
            }
            DateReading::NotADate => {
                let found = format!("“{}”填的“{text}”不是能确定的日期", cell.field.name);
                self.find(cell, FindingCode::DateUnreadable, Severity::Block, found, expects(cell.field), MEND);
                CellValue::Nothing
            }
        }
    }

    /// First and last year that a field's dates are expected in.
    fn years_of(&self, field: &Field) -> (i32, i32) {
        (field.years.first, self.frame.period.year().saturating_add(field.years.ahead))
    }

    /// Whether a date of a field is in a year that is expected.
    pub(super) fn expects_year_of(&self, field: &Field, read: i32) -> bool {
        let (first, last) = self.years_of(field);
        civil(read).is_some_and(|(said, ..)| (first..=last).contains(&said))
    }

    /// A real date that nobody would expect: a slipped digit (2062 for 2026), or a number that was never a date.
    pub(super) fn doubt_far_date(&mut self, cell: FieldCell<'_>, read: i32) {
        let ((first, last), year) = (self.years_of(cell.field), self.frame.period.year());
        let Some((said, ..)) = civil(read) else { return };
        if (first..=last).contains(&said) {
            return;
        }
        let is_month = cell.field.ty.precision().is_month(read);
        let shown = if is_month { dates::show_month(read) } else { dates::show_day(read) };
        let side = match said > last {
            false => format!("早于 {first} 年"),
            true if last == year => "晚于报告期所在年份".to_owned(),
            true => format!("晚于 {last} 年"),
        };
        let found = format!("“{}”是 {shown}，{side}", cell.field.name);
        self.verify(cell, FindingCode::DateImplausible, found, format!("{first} 年至 {last} 年之间的日期"));
    }

    /// A full date where a month is asked.
    fn month_of(&mut self, cell: FieldCell<'_>, raw: &str, full: i32) -> CellValue<'static> {
        let first = civil(full).and_then(|(year, month, _)| day(year, month, 1));
        let Some(first) = first else { return CellValue::Nothing };
        // Excel itself stores 2026年3月 as the first of the month.
        if first != full || raw != dates::show_day(full) {
            self.amend(cell, AmendmentRule::DayDropped, raw, &dates::show_month(first));
        }
        CellValue::Date(first)
    }

    fn january_or_october(&mut self, cell: FieldCell<'_>, raw: &str, year: i32) -> CellValue<'static> {
        let by_id = self.birth.filter(|(born, month)| *born == year && *month == 10);
        if let Some(first) = by_id.and_then(|(year, month)| day(year, month, 1)) {
            self.amend(cell, AmendmentRule::MonthByIdNumber, raw, &dates::show_month(first));
            return CellValue::Date(first);
        }
        // 核实 counts until someone decides: read as it stands, since a row without its month would drop out of every table
        // by period, and a birth month that fits the ID number neither way would pass.
        let Some(first) = day(year, 1, 1) else { return CellValue::Nothing };
        let found = format!("“{}”填的 {raw} 可能是 1 月，也可能是 10 月，暂按 1 月读", cell.field.name);
        self.verify(cell, FindingCode::MonthUncertain, found, expects(cell.field));
        CellValue::Date(first)
    }

    /// 26年3月5日: the century is the one that does not lie ahead; read, and to be confirmed.
    fn short_year(
        &mut self,
        cell: FieldCell<'_>,
        raw: &str,
        text: &str,
        (year, month, dom): (u32, u32, u32),
    ) -> CellValue<'static> {
        let ahead = 2000 + year as i32 > self.frame.period.year() + 1;
        let year = if ahead { 1900 } else { 2000 } + year as i32;
        let wants_day = match cell.field.ty {
            FieldType::Date => true,
            FieldType::DateOrMonth => dom != 0,
            _ => false,
        };
        let read = if wants_day && dom == 0 { None } else { day(year, month, if wants_day { dom } else { 1 }) };
        let Some(read) = read else {
            let found = format!("“{}”填的“{text}”不是完整的日期", cell.field.name);
            self.find(cell, FindingCode::DateIncomplete, Severity::Block, found, expects(cell.field), MEND);
            return CellValue::Nothing;
        };
        let clean = if wants_day { dates::show_day(read) } else { dates::show_month(read) };
        self.verify(
            cell,
            FindingCode::YearTwoDigits,
            format!("“{}”填的“{text}”年份只有两位，按 {clean} 读", cell.field.name),
            expects(cell.field),
        );
        self.amend(cell, AmendmentRule::ShortYear, raw, &clean);
        CellValue::Date(read)
    }
}
