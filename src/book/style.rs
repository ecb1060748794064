//! Fonts, borders, colours and number formats of every workbook of ours. Knows nothing of what is printed.

use crate::model::statistic::RowKind;
use rust_xlsxwriter::{Color, Format, FormatAlign, FormatBorder};

/// Body and heading fonts of Chinese official papers; every Chinese Windows has both.
pub const SONG: &str = "宋体";
pub const HEI: &str = "黑体";
/// Dark red that is still dark in a black-and-white print.
const ALARM: u32 = 0x009C_0006;
const FAINT: u32 = 0x007F_7F7F;
const SHADE: u32 = 0x00F2_F2F2;
const SHORT_SHADE: u32 = 0x00D9_D9D9;
const HEADING_SHADE: u32 = 0x00E7_E6E6;
/// How a figure is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CellStyle {
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

const CELL_STYLES: [CellStyle; 12] = [
    CellStyle::Left,
    CellStyle::Centre,
    CellStyle::Integer,
    CellStyle::Plain,
    CellStyle::Decimal1,
    CellStyle::Decimal2,
    CellStyle::Percent,
    CellStyle::Points,
    CellStyle::Date,
    CellStyle::Month,
    CellStyle::Faint,
    CellStyle::Alarm,
];

impl CellStyle {
    /// The number format of figures; words have none, and are wrapped.
    pub fn number_format(self) -> Option<&'static str> {
        Some(match self {
            CellStyle::Integer => "#,##0",
            CellStyle::Plain => "0",
            CellStyle::Decimal1 => "#,##0.0",
            CellStyle::Decimal2 => "#,##0.00",
            CellStyle::Percent => "#,##0.0%",
            CellStyle::Points => "+0.0;-0.0;0.0",
            CellStyle::Date => "yyyy\\-mm\\-dd",
            CellStyle::Month => "yyyy\"年\"m\"月\"",
            CellStyle::Left | CellStyle::Centre | CellStyle::Faint | CellStyle::Alarm => return None,
        })
    }

    fn align(self) -> FormatAlign {
        match self {
            CellStyle::Left => FormatAlign::Left,
            CellStyle::Centre
            | CellStyle::Plain
            | CellStyle::Date
            | CellStyle::Month
            | CellStyle::Faint
            | CellStyle::Alarm => FormatAlign::Center,
            CellStyle::Integer | CellStyle::Decimal1 | CellStyle::Decimal2 | CellStyle::Percent | CellStyle::Points => {
                FormatAlign::Right
            }
        }
    }
}

/// How a cell of a table is set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CellSet {
    pub style: CellStyle,
    /// Its figure rests on doubt.
    pub marked: bool,
}

/// The formats of the leadership workbook.
pub struct PrintStyles {
    /// Whether totals and shares are formulas over the figures beside them.
    pub live: bool,
    cells: Vec<Format>,
    /// The same with the mark of doubt behind what stands in the cell.
    marked: Vec<Format>,
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
    /// What falls short of a bound, over the format of its cell.
    pub short: Format,
}

impl Default for PrintStyles {
    fn default() -> PrintStyles {
        let song = || Format::new().set_font_name(SONG).set_font_size(11).set_align(FormatAlign::VerticalCenter);
        let hei = |size: u8| {
            Format::new().set_font_name(HEI).set_font_size(size).set_align(FormatAlign::VerticalCenter).set_text_wrap()
        };
        let all = |mark: bool| -> Vec<Format> {
            let rows = [RowKind::Body, RowKind::Subtotal, RowKind::Total].into_iter();
            rows.flat_map(|row| CELL_STYLES.iter().map(move |kind| cell_format(song(), *kind, row, mark))).collect()
        };
        PrintStyles {
            live: false,
            cells: all(false),
            marked: all(true),
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
            rate: song().set_align(FormatAlign::Center).set_border(FormatBorder::Thin).set_num_format("0.0%"),
            short: Format::new()
                .set_bold()
                .set_font_color(Color::RGB(ALARM))
                .set_background_color(Color::RGB(SHORT_SHADE)),
            group: hei(11)
                .set_align(FormatAlign::Left)
                .set_border(FormatBorder::Thin)
                .set_background_color(Color::RGB(SHADE)),
        }
    }
}

impl PrintStyles {
    /// The format of a body cell.
    pub fn cell(&self, kind: CellStyle, row: RowKind) -> &Format {
        &self.cells[Self::place(kind, row)]
    }

    /// The format of a body cell; of one that rests on doubt the figure stays a number, and is printed with a mark.
    pub fn set(&self, set: CellSet, row: RowKind) -> &Format {
        let formats = if set.marked { &self.marked } else { &self.cells };
        &formats[Self::place(set.style, row)]
    }

    /// The same with words behind the figure.
    pub fn behind(&self, set: CellSet, row: RowKind, words: &str) -> Format {
        let format = self.set(set, row).clone();
        let Some(number) = set.style.number_format() else { return format };
        let number = if set.marked { with_mark(number) } else { with_room(number) };
        format.set_num_format(with_behind(&number, &format!("\"{}\"", words.replace('"', ""))))
    }

    /// Every kind is there for each of the three rows.
    fn place(kind: CellStyle, row: RowKind) -> usize {
        let row = match row {
            RowKind::Body => 0,
            RowKind::Subtotal => 1,
            RowKind::Total => 2,
        };
        let kind = CELL_STYLES.iter().position(|known| *known == kind).unwrap_or(0);
        row * CELL_STYLES.len() + kind
    }
}

/// The mark that a figure rests on doubt.
pub const MARK: &str = "＊";

/// A number format with the mark behind each of its sections.
fn with_mark(format: &str) -> String {
    with_behind(format, &format!("\"{MARK}\""))
}

/// A number format with the room of a mark behind it: digits stand below one another whether they are marked or not, and
/// the last of them not at the border.
fn with_room(format: &str) -> String {
    with_behind(format, &format!("_{MARK}"))
}

fn with_behind(format: &str, end: &str) -> String {
    format.split(';').map(|section| format!("{section}{end}")).collect::<Vec<_>>().join(";")
}

fn cell_format(base: Format, kind: CellStyle, row: RowKind, mark: bool) -> Format {
    let mut format = base.set_border(FormatBorder::Thin).set_align(kind.align());
    match (kind.number_format(), mark) {
        (Some(number), false) if kind.align() == FormatAlign::Right => {
            format = format.set_num_format(with_room(number));
        }
        (Some(number), false) => format = format.set_num_format(number),
        (Some(number), true) => format = format.set_num_format(with_mark(number)),
        (None, false) => format = format.set_text_wrap(),
        (None, true) => format = format.set_text_wrap().set_num_format(with_mark("@")),
    }
    if kind.align() == FormatAlign::Left {
        // Else the first character touches the border.
        format = format.set_indent(1);
    }
    match kind {
        CellStyle::Faint => format = format.set_font_color(Color::RGB(FAINT)),
        CellStyle::Alarm => format = format.set_font_color(Color::RGB(ALARM)).set_bold(),
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
