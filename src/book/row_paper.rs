//! How sheets of rows are printed: on A4, upright or on its side; one that is too wide for a page goes over several.

use super::page;
use super::xml::escaped;

/// Widths of columns that an A4 page on its side shows in this part of their size, in hundredths: type of seven points. Some
/// programs draw the figures of a column by a seventh wider than Excel.
const LYING_PLACES: f64 = 170.0;
const SMALLEST: u8 = 70;
/// Widths of columns that an upright A4 page shows, a little smaller than they are.
const UPRIGHT_PLACES: f64 = 112.0;

/// Whether columns of these widths could not be read, shrunk to the width of one page.
pub fn is_too_wide(widths: &[f64]) -> bool {
    widths.iter().sum::<f64>() > LYING_PLACES
}

/// The last parts of a sheet, in the order of ECMA-376 part 1, §18.3.1.99: margins, paper, the lines above and under every page;
/// where its columns of these widths are `spread` over several pages, also where those end.
pub fn paper(title: &str, widths: &[f64], spread: bool) -> String {
    // The pages of a row lie behind one another.
    let size = if spread {
        format!("scale=\"{SMALLEST}\" pageOrder=\"overThenDown\"")
    } else {
        "fitToHeight=\"0\"".to_owned()
    };
    let lies = if widths.iter().sum::<f64>() > UPRIGHT_PLACES { "landscape" } else { "portrait" };
    let (header, footer) = (escaped(&page::header(title)), escaped(&page::footer()));
    let mut xml = format!(
        "<printOptions horizontalCentered=\"1\"/>\
         <pageMargins left=\"0.6\" right=\"0.6\" top=\"0.8\" bottom=\"0.7\" header=\"0.4\" footer=\"0.35\"/>\
         <pageSetup paperSize=\"9\" {size} orientation=\"{lies}\"/>\
         <headerFooter><oddHeader>{header}</oddHeader><oddFooter>{footer}</oddFooter></headerFooter>"
    );
    if spread {
        let breaks = column_breaks(widths);
        let count = breaks.len();
        let each: String = breaks.iter().map(|at| format!("<brk id=\"{at}\" max=\"1048575\" man=\"1\"/>")).collect();
        xml += &format!("<colBreaks count=\"{count}\" manualBreakCount=\"{count}\">{each}</colBreaks>");
    }
    xml
}

/// Before which columns (0-based) a new page begins, on each of which the first one is repeated: pages of like width, as few
/// as can be read.
fn column_breaks(widths: &[f64]) -> Vec<usize> {
    let (first, rest) = widths.split_first().map_or((0.0, widths), |(first, rest)| (*first, rest));
    let room = (LYING_PLACES - first).max(1.0);
    let filled = |most: f64| {
        let (mut breaks, mut used) = (Vec::new(), 0.0);
        for (at, width) in (1..).zip(rest) {
            if used > 0.0 && used + width > most {
                breaks.push(at);
                used = 0.0;
            }
            used += width;
        }
        breaks
    };
    let fewest = filled(room);
    let like = rest.iter().sum::<f64>() / (fewest.len() + 1) as f64;
    // A little more than an equal part, until no more pages are needed.
    let rooms = (0..20).map(|step| like + f64::from(step) * (room - like).max(0.0) / 20.0);
    rooms.map(filled).find(|breaks| breaks.len() == fewest.len()).unwrap_or(fewest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_beside_one_another_are_few_and_alike_and_each_fits() {
        for columns in 1..60 {
            let widths: Vec<f64> = (0..columns).map(|at| [24.0, 13.0, 8.0, 36.0][at % 4]).collect();
            let breaks = column_breaks(&widths);
            let mut from = 1;
            let mut pages = Vec::new();
            for to in breaks.iter().copied().chain([widths.len()]).map(|to| to.max(1)) {
                pages.push(widths[0] + widths[from..to].iter().sum::<f64>());
                from = to;
            }
            assert!(pages.iter().all(|wide| *wide <= LYING_PLACES), "{columns}: {pages:?}");
            let least = ((widths[1..].iter().sum::<f64>()) / (LYING_PLACES - widths[0])).ceil() as usize;
            assert!(pages.len() <= least.max(1) + 1, "{columns}: {pages:?}");
            let (low, high) =
                pages.iter().fold((f64::MAX, 0.0_f64), |(low, high), wide| (low.min(*wide), high.max(*wide)));
            assert!(high - low <= 120.0, "{columns}: {pages:?}");
        }
        let xml = paper("题 & 目", &[24.0; 12], is_too_wide(&[24.0; 12]));
        assert!(xml.contains("scale=\"70\" pageOrder=\"overThenDown\" orientation=\"landscape\""), "{xml}");
        assert!(xml.contains("<colBreaks count=\"1\" manualBreakCount=\"1\"><brk id=\"7\""), "{xml}");
        assert!(!paper("题", &[24.0; 4], false).contains("colBreaks"));
    }
}
