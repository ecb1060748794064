//! `units.json`: how every expected unit reported, by its code: what reporting discipline over time is made of.

use super::head::{FORMAT, Unusable, day_words, sealed_tight, unsealed};
use crate::definition::Unit;
use crate::domain::schedule::written_day;
use crate::model::run::UnitStatus;
use serde_json::Value;

/// One expected unit of a stored period, as the roster had it then.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredUnit {
    pub code: String,
    pub name: String,
    pub channel: String,
    pub city: String,
    pub status: UnitStatus,
    /// Latest receipt, days since 1970-01-01.
    pub received: Option<i32>,
    /// Its index in today's roster, by its code; `None` where that code is gone.
    pub unit: Option<u32>,
}

const FILE: &str = super::layout::UNITS;

/// The file's bytes: of each unit its status and its latest receipt.
pub fn bytes<'u>(units: impl Iterator<Item = (&'u Unit, UnitStatus, Option<i32>)>) -> serde_json::Result<Vec<u8>> {
    let mut lines = vec![b'['];
    for (unit, status, received) in units {
        if lines.len() > 1 {
            lines.push(b',');
        }
        let Unit { code, name, channel, city, .. } = unit;
        let line = (code, &**name, &**channel, &**city, status.key(), status.late_days(), received.map(day_words));
        serde_json::to_writer(&mut lines, &line)?;
    }
    lines.push(b']');
    Ok(sealed_tight(&format!("\"format\":{FORMAT}"), "\"units\":", &lines))
}

/// Reads the file; `resolve` gives the roster's index of a code.
///
/// # Errors
/// Damaged, or from the future.
pub fn read(bytes: &[u8], resolve: impl Fn(&str) -> Option<u32>) -> Result<Vec<StoredUnit>, Unusable> {
    let record = unsealed(bytes, FILE)?;
    let units = record.get("units").and_then(Value::as_array).map(|units| {
        let one = |value: &Value| {
            let text = |at: usize| value[at].as_str().map(str::to_owned);
            let days = value[5].as_i64()?;
            let status = UnitStatus::of_key(value[4].as_str()?, days)?;
            let received = value[6].as_str().and_then(written_day);
            let code = text(0)?;
            let unit = resolve(&code);
            Some(StoredUnit { code, name: text(1)?, channel: text(2)?, city: text(3)?, status, received, unit })
        };
        units.iter().map(one).collect::<Option<Vec<_>>>()
    });
    units.flatten().ok_or_else(|| Unusable::Damaged(format!("{FILE} 的内容不全")))
}
