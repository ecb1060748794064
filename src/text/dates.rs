//! Dates as people type them.

use crate::domain::period::day;

/// A complete and unmistakable date: `2026-03-05`, `2026/3/5`, `2026.3.5`, `2026年3月5日`, `20260305`,
/// full-width digits included. Days since 1970-01-01; `None` for anything else.
pub fn parse_day(text: &str) -> Option<i32> {
    let text = super::width::narrow(text);
    let text = text.trim();
    if text.len() == 8 && text.bytes().all(|b| b.is_ascii_digit()) {
        return day(text[..4].parse().ok()?, text[4..6].parse().ok()?, text[6..].parse().ok()?);
    }
    let text = text.strip_suffix('日').or_else(|| text.strip_suffix('号')).unwrap_or(text);
    let parts: Vec<&str> = text.split(['-', '/', '.', '年', '月']).map(str::trim).collect();
    let [year, month, dom] = parts.as_slice() else { return None };
    let digits = |s: &str, most: usize| !s.is_empty() && s.len() <= most && s.bytes().all(|b| b.is_ascii_digit());
    if year.len() != 4 || !digits(year, 4) || !digits(month, 2) || !digits(dom, 2) {
        return None;
    }
    day(year.parse().ok()?, month.parse().ok()?, dom.parse().ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn complete_dates_only() {
        for text in
            ["2026-03-05", "2026/3/5", "2026.3.5", "2026年3月5日", "20260305", "２０２６年３月５日", " 2026-3-05 "]
        {
            assert_eq!(parse_day(text), day(2026, 3, 5), "{text}");
        }
        for text in ["2026-02-30", "26-3-5", "2026年3月", "3/5/2026", "", "2026-03-05-01"] {
            assert_eq!(parse_day(text), None, "{text}");
        }
    }
}
