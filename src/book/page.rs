//! Paper: how a sheet is printed, and where its pages end.

use super::cell_text::printable;
use super::style::SONG;
use rust_xlsxwriter::{Worksheet, XlsxError};
use std::ops::Range;

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
    sheet.set_header(header(title));
    sheet.set_footer(footer());
}
/// The line above every page, in Excel's code: the title, and the sheet's name at the right.
pub fn header(title: &str) -> String {
    // `&` starts a code, and a digit right after a size would be read as part of the size: hence the spaces.
    let title: String = printable(title).0.replace('&', "&&").replace('\n', " ").chars().take(100).collect();
    format!("&L&\"{SONG},Regular\"&9 {title}&R&\"{SONG},Regular\"&9 &A")
}

/// The line under every page: its number.
pub fn footer() -> String {
    format!("&C&\"{SONG},Regular\"&9 第 &P 页 共 &N 页")
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
#[cfg(test)]
mod tests {
    use super::*;

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
}
