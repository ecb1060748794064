//! Days and columns as Excel counts them.

/// Excel's serial of a day (days since 1970-01-01) in the 1900 system; `None` before 1900-03-01, where Excel counts a day
/// that never was.
pub fn serial(day: i32) -> Option<f64> {
    // 1970-01-01 is 25,569; 61 is 1900-03-01; 2,958,465 is 9999-12-31.
    let serial = i64::from(day) + 25_569;
    (61..=2_958_465).contains(&serial).then_some(serial as f64)
}

/// The letters of a 0-based column.
pub fn letters(column: usize) -> String {
    let address = crate::model::CellRef { row: 0, col: column as u16 }.to_string();
    address.trim_end_matches(|c: char| c.is_ascii_digit()).to_owned()
}
