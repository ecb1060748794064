//! Fonts, borders, number formats, page set-up and text as cells may hold it, for every workbook of ours.
//!
//! Knows nothing of what is printed.

use crate::model::statistic::{RowKind, StatCell};
use rust_xlsxwriter::{
    Color, DocProperties, ExcelDateTime, Format, FormatAlign, FormatBorder, Workbook, Worksheet, XlsxError,
};
use std::borrow::Cow;
use std::ops::Range;

/// Body and heading fonts of Chinese official papers; every Chinese Windows has both.
pub const SONG: &str = "宋体";
pub const HEI: &str = "黑体";

/// Excel's limit of a cell, in UTF-16 units.
pub const CELL_LIMIT: usize = 32_767;
/// Rows of a sheet, header included.
pub const SHEET_ROWS: u32 = 1_048_576;
/// Excel's limit of links on a sheet.
pub const LINK_LIMIT: usize = 65_000;

/// Dark red that is still dark in a black-and-white print.
const ALARM: u32 = 0x009C_0006;
const FAINT: u32 = 0x007F_7F7F;
const SHADE: u32 = 0x00F2_F2F2;
const HEADING_SHADE: u32 = 0x00E7_E6E6;

/// A workbook whose bytes depend on its content alone.
///
/// # Errors
/// Never for the fixed date that is used.
pub fn workbook(title: &str) -> Result<Workbook, XlsxError> {
    let mut workbook = Workbook::new();
    let fixed = ExcelDateTime::from_ymd(2020, 1, 1)?;
    // Measured: level 6 costs four times level 1 and makes these workbooks a quarter smaller.
    workbook.set_zip_compression_level(1);
    workbook.set_properties(&DocProperties::new().set_title(title).set_author("汇总").set_creation_datetime(&fixed));
    Ok(workbook)
}

/// How a figure is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Long words, to the left.
    Left,
    /// Short words, marks and ordinal numbers.
    Centre,
    Integer,
    /// A number that is a name (a year): no thousands separator.
    Plain,
    Decimal1,
    Decimal2,
    Percent,
    Points,
    Date,
    Month,
    /// 未报 and —.
    Faint,
    /// A conclusion that fails.
    Alarm,
}

const KINDS: [Kind; 12] = [
    Kind::Left,
    Kind::Centre,
    Kind::Integer,
    Kind::Plain,
    Kind::Decimal1,
    Kind::Decimal2,
    Kind::Percent,
    Kind::Points,
    Kind::Date,
    Kind::Month,
    Kind::Faint,
    Kind::Alarm,
];

impl Kind {
    fn number_format(self) -> Option<&'static str> {
        Some(match self {
            Kind::Integer => "#,##0",
            Kind::Plain => "0",
            Kind::Decimal1 => "#,##0.0",
            Kind::Decimal2 => "#,##0.00",
            Kind::Percent => "0.00%",
            Kind::Points => "+0.00;-0.00;0.00",
            Kind::Date => "yyyy\\-mm\\-dd",
            Kind::Month => "yyyy\"年\"m\"月\"",
            Kind::Left | Kind::Centre | Kind::Faint | Kind::Alarm => return None,
        })
    }

    fn align(self) -> FormatAlign {
        match self {
            Kind::Left => FormatAlign::Left,
            Kind::Centre | Kind::Plain | Kind::Date | Kind::Month | Kind::Faint | Kind::Alarm => FormatAlign::Center,
            Kind::Integer | Kind::Decimal1 | Kind::Decimal2 | Kind::Percent | Kind::Points => FormatAlign::Right,
        }
    }
}

/// The formats of the leadership workbook.
pub struct Styles {
    cells: Vec<Format>,
    pub title: Format,
    pub subtitle: Format,
    pub section: Format,
    pub caption: Format,
    pub heading: Format,
    pub note: Format,
    pub line: Format,
    pub alarm_line: Format,
    pub signature: Format,
    /// A percentage among centred figures.
    pub rate: Format,
    /// The name of a group of rows.
    pub group: Format,
}

impl Default for Styles {
    fn default() -> Styles {
        let song = || Format::new().set_font_name(SONG).set_font_size(11).set_align(FormatAlign::VerticalCenter);
        let hei = |size: u8| {
            Format::new().set_font_name(HEI).set_font_size(size).set_align(FormatAlign::VerticalCenter).set_text_wrap()
        };
        let mut cells = Vec::with_capacity(KINDS.len() * 3);
        for row in [RowKind::Body, RowKind::Subtotal, RowKind::Total] {
            cells.extend(KINDS.iter().map(|kind| cell_format(song(), *kind, row)));
        }
        Styles {
            cells,
            title: hei(16).set_align(FormatAlign::Center),
            subtitle: song().set_align(FormatAlign::Center).set_text_wrap(),
            section: hei(12).set_align(FormatAlign::Left),
            caption: song().set_align(FormatAlign::Right).set_font_size(10).set_text_wrap(),
            heading: hei(11)
                .set_align(FormatAlign::Center)
                .set_border(FormatBorder::Thin)
                .set_background_color(Color::RGB(HEADING_SHADE)),
            note: song().set_font_size(10).set_align(FormatAlign::Left).set_text_wrap(),
            line: song().set_align(FormatAlign::Left).set_text_wrap(),
            alarm_line: song()
                .set_align(FormatAlign::Left)
                .set_text_wrap()
                .set_bold()
                .set_font_color(Color::RGB(ALARM)),
            signature: song().set_align(FormatAlign::Left),
            rate: song().set_align(FormatAlign::Center).set_border(FormatBorder::Thin).set_num_format("0.00%"),
            group: hei(11)
                .set_align(FormatAlign::Left)
                .set_border(FormatBorder::Thin)
                .set_background_color(Color::RGB(SHADE)),
        }
    }
}

impl Styles {
    /// The format of a body cell.
    pub fn cell(&self, kind: Kind, row: RowKind) -> &Format {
        let row = match row {
            RowKind::Body => 0,
            RowKind::Subtotal => 1,
            RowKind::Total => 2,
        };
        let kind = KINDS.iter().position(|known| *known == kind).unwrap_or(0);
        // `cells` holds every kind for each of the three rows.
        &self.cells[row * KINDS.len() + kind]
    }
}

fn cell_format(base: Format, kind: Kind, row: RowKind) -> Format {
    let mut format = base.set_border(FormatBorder::Thin).set_align(kind.align());
    if let Some(number) = kind.number_format() {
        format = format.set_num_format(number);
    } else {
        format = format.set_text_wrap();
    }
    match kind {
        Kind::Faint => format = format.set_font_color(Color::RGB(FAINT)),
        Kind::Alarm => format = format.set_font_color(Color::RGB(ALARM)).set_bold(),
        _ => {}
    }
    match row {
        RowKind::Body => format,
        RowKind::Subtotal => format.set_bold(),
        RowKind::Total => format
            .set_bold()
            .set_background_color(Color::RGB(SHADE))
            .set_border_top(FormatBorder::Medium)
            .set_border_bottom(FormatBorder::Medium),
    }
}

/// A4 as it is printed: margins, one page wide, title in the header, page numbers in the footer.
pub fn page(sheet: &mut Worksheet, title: &str, landscape: bool) {
    sheet.set_paper_size(9);
    if landscape {
        sheet.set_landscape();
    } else {
        sheet.set_portrait();
    }
    sheet.set_margins(0.6, 0.6, 0.8, 0.7, 0.4, 0.35);
    sheet.set_print_fit_to_pages(1, 0);
    sheet.set_print_center_horizontally(true);
    sheet.set_screen_gridlines(false);
    // `&` starts a code, and a digit right after a size would be read as part of the size: hence the spaces.
    let title: String = title.replace('&', "&&").chars().take(100).collect();
    sheet.set_header(format!("&L&\"{SONG},Regular\"&9 {title}&R&\"{SONG},Regular\"&9 &A"));
    sheet.set_footer(format!("&C&\"{SONG},Regular\"&9 第 &P 页 共 &N 页"));
}

/// A text that a cell can hold: no control characters but line breaks, at most [`CELL_LIMIT`] units, and said where it
/// was cut. The second part tells whether it was.
pub fn printable(text: &str) -> (Cow<'_, str>, bool) {
    let clean = |c: char| c == '\n' || !(c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}'));
    let mut out = if text.bytes().all(|b| (b' '..0x7f).contains(&b)) || text.chars().all(clean) {
        Cow::Borrowed(text)
    } else {
        Cow::Owned(text.replace('\t', " ").chars().filter(|c| clean(*c)).collect())
    };
    // A UTF-16 unit takes at least one byte of UTF-8.
    if out.len() <= CELL_LIMIT || out.encode_utf16().count() <= CELL_LIMIT {
        return (out, false);
    }
    let mark = format!("……（文字过长，已截断；全文 {} 字）", out.chars().count());
    let room = CELL_LIMIT - mark.encode_utf16().count();
    let mut used = 0;
    let end = out.char_indices().find(|(_, c)| {
        used += c.len_utf16();
        used > room
    });
    if let Some((end, _)) = end {
        out = Cow::Owned(format!("{}{mark}", &out[..end]));
    }
    (out, true)
}

/// A name that a sheet can bear: at most 31 characters, none of `[]:*?/\`, no apostrophe at either end.
pub fn sheet_name(wanted: &str) -> String {
    let cleaned: String = printable(wanted).0.chars().map(|c| if "[]:*?/\\\n".contains(c) { '_' } else { c }).collect();
    let mut units = 0;
    let short: String = cleaned
        .trim_matches('\'')
        .chars()
        .take_while(|c| {
            units += c.len_utf16();
            units <= 31
        })
        .collect();
    // Excel keeps "History" to itself.
    if short.is_empty() || short.eq_ignore_ascii_case("history") { format!("表{short}") } else { short }
}

/// The `number`th (1-based) sheet of a name, with room for its number; the first has none.
pub fn numbered(name: &str, number: u32) -> String {
    if number <= 1 {
        return sheet_name(name);
    }
    let tail = format!("({number})");
    let room = 31 - tail.len();
    let head: String = sheet_name(name).chars().take(room).collect();
    format!("{head}{tail}")
}

/// Width of a line in half-width places, as Chinese fonts draw it.
pub fn places(line: &str) -> usize {
    line.chars().map(|c| if (c as u32) < 0x2000 && !matches!(c, '×' | '÷' | '±' | '·' | '°') { 1 } else { 2 }).sum()
}

/// Width of a column that holds so many half-width places of 11-point type.
pub fn width(places: usize) -> f64 {
    places as f64 * 1.06 + 1.6
}

/// How many lines a text takes in a column of this width (in Excel's units), at this font size.
pub fn lines(text: &str, width: f64, size: f64) -> u32 {
    let room = ((width - 1.0) / 1.06 * 11.0 / size).max(1.0);
    text.split('\n').map(|line| ((places(line) as f64 / room).ceil() as u32).max(1)).sum()
}

/// A4 between our margins, in points: (width, height) of an upright page; the other way round when it lies.
const PAPER: (f64, f64) = (509.0, 734.0);

/// Rows of a table that stay with the notes under it.
const WITH_NOTES: usize = 4;

/// How far down a page a sheet has come, so that nothing is cut in two that fits on one page.
#[derive(Debug, Clone)]
pub struct Fold {
    height: f64,
    /// How many times the columns go into the width of the page; 1 where they fill it or are wider.
    slack: f64,
    used: f64,
    breaks: Vec<u32>,
}

impl Fold {
    /// For a sheet with columns of these widths, shrunk to the width of the page where they are wider.
    pub fn new(widths: &[f64], landscape: bool) -> Fold {
        let (width, height) = if landscape { (842.0 - 87.0, 595.0 - 108.0) } else { PAPER };
        // A column of w places is 7w + 5 pixels wide, and a pixel is 0.75 points.
        let sheet: f64 = widths.iter().map(|width| (width * 7.0 + 5.0) * 0.75).sum();
        let slack = (width / sheet).max(1.0);
        Fold { height: height * (sheet / width).max(1.0) - 4.0, slack, used: 0.0, breaks: Vec::new() }
    }

    /// Counts rows of this height.
    pub fn add(&mut self, height: f64) {
        // Where a piece that runs over several pages ends cannot be told for certain: its last page counts as full.
        self.used = (self.used + height).min(self.height);
    }

    /// Starts a new page at `row` where a piece of this height would be cut although a page could hold it.
    pub fn keep_together(&mut self, row: u32, height: f64) {
        if self.used > 0.0 && self.used + height > self.height {
            self.new_page(row);
        }
    }

    /// Spreads a piece over pages of which each, but the first, repeats `repeated` points of headings. `lines` are the
    /// heights of its rows from `top` on, `filled` those of the body; the rows behind, with `after` points that follow
    /// the piece, never stand on a page of their own.
    pub fn spread(&mut self, top: u32, lines: &[f64], filled: Range<usize>, repeated: f64, after: f64) {
        // Programs differ in how much they get onto a page; one that broke a row earlier would leave a page of one row.
        let room = self.height * 0.97;
        let kept = filled.end.saturating_sub(WITH_NOTES).max(filled.start);
        let tail: f64 = lines.iter().skip(kept).sum::<f64>() + after;
        let glued = tail + repeated <= room;
        for (at, (row, line)) in (top..).zip(lines).enumerate() {
            let piece = match at {
                at if glued && at == kept => tail,
                at if glued && at > kept => continue,
                _ => *line,
            };
            if self.used > 0.0 && self.used + piece > room {
                self.new_page(row);
                self.used = repeated;
            }
            self.used += piece;
        }
    }

    /// Whether a piece of this height would come so near the end of the page that another program may cut it.
    pub fn would_crowd(&self, height: f64) -> bool {
        self.used + height > self.height * 0.85
    }

    /// Whether there is a second page.
    pub fn has_breaks(&self) -> bool {
        !self.breaks.is_empty()
    }

    /// Whether a piece of this height needs more than one page of its own.
    pub fn is_over(&self, height: f64) -> bool {
        height > self.height
    }

    /// Starts a new page at `row`.
    pub fn new_page(&mut self, row: u32) {
        self.breaks.push(row);
        self.used = 0.0;
    }

    /// Whether a sheet of this height is still legible when it is shrunk to one page.
    pub fn fits_one_page(&self, height: f64) -> bool {
        height <= self.height * 1.35
    }

    /// By what the columns must be widened for a piece of this height to fit on one page, since a sheet is shrunk to the
    /// width of its page; `None` where it fits as it is, or would not be legible. A little more than that: the padding of
    /// a column does not grow.
    pub fn widening(&self, height: f64) -> Option<f64> {
        (self.is_over(height) && self.fits_one_page(height)).then(|| 1.03 * self.slack * (height + 4.0) / self.height)
    }

    /// Writes the page breaks to the sheet.
    ///
    /// # Errors
    /// More breaks than Excel takes.
    pub fn apply(&self, sheet: &mut Worksheet) -> Result<(), XlsxError> {
        // Excel stops at 1,023 breaks.
        sheet.set_page_breaks(&self.breaks[..self.breaks.len().min(1_000)])?;
        Ok(())
    }
}

/// What a cell shows, to measure it by.
pub fn shown(cell: &StatCell) -> String {
    match cell {
        StatCell::Text(text) | StatCell::Alarm(text) => text.clone(),
        StatCell::Integer(value) => grouped(&value.to_string()),
        StatCell::Number(value) => grouped(&format!("{value:.2}")),
        StatCell::Ratio { den: 0, .. } | StatCell::NotApplicable => "—".to_owned(),
        StatCell::Ratio { .. } => "100.00%".to_owned(),
        StatCell::Points(_) => "+100.00".to_owned(),
        StatCell::Date(_) => "2026-12-31".to_owned(),
        StatCell::Month(_) => "2026年12月".to_owned(),
        StatCell::NotReported => "未报".to_owned(),
        StatCell::Empty => String::new(),
    }
}

fn grouped(digits: &str) -> String {
    let whole = digits.split('.').next().unwrap_or(digits).trim_start_matches('-').len();
    format!("{digits}{}", ",".repeat(whole.saturating_sub(1) / 3))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_that_cells_cannot_hold_is_mended_and_said() {
        assert_eq!(printable("=1+1\u{1}\t甲\n乙"), (Cow::Owned::<str>("=1+1 甲\n乙".to_owned()), false));
        assert!(matches!(printable("一线人数 12"), (Cow::Borrowed(_), false)));
        let long = "长".repeat(40_000);
        let (cut, was_cut) = printable(&long);
        assert!(was_cut && cut.encode_utf16().count() <= CELL_LIMIT && cut.ends_with("全文 40000 字）"));
        assert!(!printable(&"长".repeat(32_767)).1);
    }

    #[test]
    fn notes_never_stand_on_a_page_of_their_own() {
        // Title, headings, 40 rows of body, three notes.
        let lines: Vec<f64> = [30.0, 24.0].into_iter().chain([20.0; 40]).chain([16.0; 3]).collect();
        for rows in 1..=40 {
            let mut fold = Fold::new(&[90.0], false);
            let drawn: Vec<f64> = lines[..2 + rows].iter().chain(&lines[42..]).copied().collect();
            fold.spread(100, &drawn, 2..2 + rows, 24.0, 45.0);
            let last = fold.breaks.last().copied().unwrap_or(100);
            let body_end = 100 + 2 + rows as u32;
            assert!(last + WITH_NOTES as u32 <= body_end || last == 100, "{rows} rows: {:?}", fold.breaks);
            let mut from = 0;
            for to in fold.breaks.iter().map(|row| (row - 100) as usize).chain([drawn.len()]) {
                assert!(drawn[from..to].iter().sum::<f64>() <= fold.height, "{rows} rows: {:?}", fold.breaks);
                from = to;
            }
        }
    }

    #[test]
    fn sheet_names_keep_to_the_rules_of_excel() {
        assert_eq!(sheet_name("行业×所有制[1/2]"), "行业×所有制_1_2_");
        assert_eq!(sheet_name(&"长".repeat(40)).chars().count(), 31);
        assert_eq!(numbered("获奖登记表", 2), "获奖登记表(2)");
        assert_eq!(numbered(&"长".repeat(40), 12).chars().count(), 31);
    }
}
