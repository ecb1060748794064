//! Number cells: units typed into cells or headers, percent signs, whole numbers. The factor between 元 and 万元 must be right.

use super::cells::{Desk, Job, MEND, Value, expects};
use crate::model::Severity;
use crate::spec::{Field, FieldType};
use crate::text::numbers::{self, Figure};

/// Words that count the same things.
const SAME: [&[&str]; 8] = [
    &["人", "名", "位", "个人", "个"],
    &["起", "次", "件", "例", "宗"],
    &["项", "个", "件"],
    &["年", "周年"],
    &["岁", "周岁"],
    &["分"],
    &["家", "个", "户"],
    &["人次", "人/次"],
];

/// What one of a money word is worth in 元; `None` for anything else.
fn money(unit: &str) -> Option<f64> {
    Some(match unit {
        "元" | "元整" | "元人民币" => 1.0,
        "千元" => 1e3,
        "万元" => 1e4,
        "百万元" => 1e6,
        "亿元" => 1e8,
        _ => return None,
    })
}

/// What one of a larger counting unit is worth: 百人 is 100 where 人 is asked.
fn counted(unit: &str, asked: &str) -> Option<f64> {
    const SCALES: [(&str, f64); 8] =
        [("", 1.0), ("十", 1e1), ("百", 1e2), ("千", 1e3), ("十万", 1e5), ("百万", 1e6), ("万", 1e4), ("亿", 1e8)];
    SCALES.iter().find_map(|(word, scale)| {
        let rest = unit.strip_prefix(word)?;
        let same = rest == asked || SAME.iter().any(|words| words.contains(&rest) && words.contains(&asked));
        same.then_some(*scale)
    })
}

/// The factor from a unit to the one that a field asks for; `None` where it measures something else.
pub fn factor(unit: &str, field: &Field) -> Option<f64> {
    let asked = field.measured_in.as_deref()?;
    match money(asked) {
        Some(asked) => Some(money(unit)? / asked),
        None => counted(unit, asked),
    }
}

/// The factor from the unit in a header's brackets to the unit that the form asks for; `None` where nothing is said.
pub fn said_in_header(header: &str, field: &Field) -> Option<f64> {
    let narrow = crate::text::width::narrow(header);
    let parts = narrow.split(['(', ')', ',', ':', '/', ' ', '\n']);
    parts.map(|part| part.trim_start_matches("单位").trim()).find_map(|part| factor(part, field))
}

/// [`said_in_header`], 1 where nothing is said.
pub fn header_factor(header: &str, field: &Field) -> f64 {
    said_in_header(header, field).unwrap_or(1.0)
}

pub fn from_number(desk: &mut Desk<'_, '_>, job: Job<'_>, number: f64) -> Value {
    if job.factor != 1.0 {
        let value = tidy(number * job.factor);
        desk.amend(job, "unit-in-header", &numbers::show(number), &numbers::show(value));
        return finish(desk, job, value);
    }
    if job.field.ty == FieldType::Percent {
        return percent(desk, job, number);
    }
    let value = tidy(number);
    if value != number {
        desk.amend(job, "float-noise", &format!("{number}"), &numbers::show(value));
    }
    finish(desk, job, value)
}

pub fn from_text(desk: &mut Desk<'_, '_>, job: Job<'_>, raw: &str, text: &str) -> Value {
    let figure = match numbers::read(text) {
        Ok(figure) => figure,
        Err(doubt) => {
            let found = format!("“{}”填的“{text}”{}", job.field.name, doubt.words());
            desk.find(job, "number-unreadable", Severity::Block, found, expects(job.field), MEND);
            return Value::Nothing;
        }
    };
    if figure.percent != (job.field.ty == FieldType::Percent) {
        if figure.percent {
            let found = format!("“{}”填的是百分数“{text}”", job.field.name);
            desk.find(job, "number-unreadable", Severity::Block, found, expects(job.field), MEND);
            return Value::Nothing;
        }
        return percent(desk, job, figure.value);
    }
    if figure.percent {
        let value = figure.value / 100.0;
        desk.amend(job, "percent-sign", raw, &numbers::show(value));
        return Value::Number(value);
    }
    let Some(value) = in_asked_unit(desk, job, &figure, text) else { return Value::Nothing };
    let clean = numbers::show(value);
    if clean != raw {
        desk.amend(job, rule_of(&figure, raw), raw, &clean);
    }
    finish(desk, job, value)
}

/// Which rule turned a text into this figure.
pub fn rule_of(figure: &Figure, raw: &str) -> &'static str {
    if !figure.unit.is_empty() || figure.scale != 1.0 {
        "unit-in-cell"
    } else if figure.chinese {
        "chinese-numeral"
    } else if raw.contains([',', '，']) {
        "thousands-separator"
    } else if raw.chars().any(|c| ('\u{ff01}'..='\u{ff5e}').contains(&c)) {
        "full-width"
    } else {
        "number-text"
    }
}

/// The figure in the unit that the form asks for; a unit that says another thing is a finding.
fn in_asked_unit(desk: &mut Desk<'_, '_>, job: Job<'_>, figure: &Figure, text: &str) -> Option<f64> {
    let asked = job.field.measured_in.as_deref();
    if let Some(base) = asked.and_then(money) {
        if figure.unit.is_empty() && figure.scale == 1.0 {
            return Some(tidy(figure.value * job.factor));
        }
        let Some(unit) = (if figure.unit.is_empty() { Some(1.0) } else { money(&figure.unit) }) else {
            return contradicts(desk, job, text);
        };
        let said = figure.scale * unit;
        let value = tidy(figure.value * said / base);
        if said != base {
            let found = format!("“{}”填的是“{text}”，已换算为 {}", job.field.name, numbers::show(value));
            desk.verify(job, "unit-differs", found, expects(job.field));
        }
        return Some(value);
    }
    let same = figure.unit.is_empty()
        || match asked {
            Some(asked) => {
                asked == figure.unit
                    || SAME.iter().any(|words| words.contains(&asked) && words.contains(&figure.unit.as_str()))
            }
            None => SAME.iter().any(|words| words.contains(&figure.unit.as_str())),
        };
    // A unit or scale of the cell's own goes before the header's.
    let factor = if figure.unit.is_empty() && figure.scale == 1.0 { job.factor } else { figure.scale };
    if same { Some(tidy(figure.value * factor)) } else { contradicts(desk, job, text) }
}

fn contradicts(desk: &mut Desk<'_, '_>, job: Job<'_>, text: &str) -> Option<f64> {
    let found = format!("“{}”填的“{text}”单位与表头不符", job.field.name);
    desk.find(job, "unit-contradicts", Severity::Block, found, expects(job.field), MEND);
    None
}

/// A percentage without its sign: 0–1 is a fraction, 1–100 most likely percent; both doubtful at 1.
fn percent(desk: &mut Desk<'_, '_>, job: Job<'_>, number: f64) -> Value {
    if (0.0..1.0).contains(&number) {
        return Value::Number(number);
    }
    if !(1.0..=100.0).contains(&number) {
        let found = format!("“{}”填的是 {}", job.field.name, numbers::show(number));
        desk.find(job, "percent-out-of-range", Severity::Block, found, expects(job.field), MEND);
        return Value::Nothing;
    }
    let value = if number == 1.0 { 1.0 } else { number / 100.0 };
    let found = format!(
        "“{}”填的是 {}，没有百分号，按 {}% 读",
        job.field.name,
        numbers::show(number),
        numbers::show(tidy(value * 100.0))
    );
    desk.verify(job, "percent-scale", found, expects(job.field));
    if value != number {
        desk.amend(job, "percent-scale", &numbers::show(number), &numbers::show(value));
    }
    Value::Number(value)
}

fn finish(desk: &mut Desk<'_, '_>, job: Job<'_>, value: f64) -> Value {
    if job.field.ty != FieldType::Integer {
        return Value::Number(value);
    }
    if value.fract() != 0.0 || value.abs() >= 9e15 {
        let found = format!("“{}”填的 {} 不是整数", job.field.name, numbers::show(value));
        desk.find(job, "not-whole", Severity::Block, found, expects(job.field), MEND);
        return Value::Nothing;
    }
    Value::Integer(value as i64)
}

/// Takes off what binary arithmetic adds (2.9999999999999996): no one counts in 10⁻⁹.
fn tidy(value: f64) -> f64 {
    let whole = value.round();
    if value != whole && (value - whole).abs() < 1e-9 * value.abs().max(1.0) { whole } else { value }
}

#[cfg(test)]
mod tests {
    use super::counted;

    #[test]
    fn larger_counting_units_have_their_factor() {
        for (unit, asked, factor) in [
            ("百人", "人", Some(100.0)),
            ("十万人", "人", Some(1e5)),
            ("名", "人", Some(1.0)),
            ("万件", "起", Some(1e4)),
            ("万元", "人", None),
            ("户", "人", None),
        ] {
            assert_eq!(counted(unit, asked), factor, "{unit}");
        }
    }
}
