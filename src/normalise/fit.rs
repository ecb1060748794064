//! Columns of a header block, forms laid over them, and those that were met before.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

/// One column of a header block: what stands over its data, outermost first.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ColumnHeader {
    pub col: u16,
    /// Header keys, outermost parent first; the last is the column's own.
    pub path: Vec<String>,
    /// The column's own header as the sheet writes it.
    pub text: String,
    /// Its parent stands further left, with no merge that says so.
    pub spread: bool,
}

/// A form laid over a header block.
#[derive(Debug, Clone)]
pub struct FormFit {
    pub form: u16,
    /// Per field: its column.
    pub columns: Vec<Option<u16>>,
    /// Fields that two columns claim equally: (field, kept, other).
    pub contested: Vec<(u16, u16, u16)>,
    /// Sum of the claims' qualities, less what is missing: which form, and which block, fits better.
    pub score: i32,
    /// Fields bound, 序号 aside.
    pub bound: usize,
    /// Required columns that are not there.
    pub missing: Vec<u16>,
    /// Fields whose column is not read because nothing says which parent it stands under.
    pub uncertain: Vec<u16>,
    /// Whether it is enough to call the table this form.
    pub recognised: bool,
}

impl FormFit {
    /// First and last column that is bound.
    pub fn span(&self) -> Option<(u16, u16)> {
        let bound = || self.columns.iter().flatten().copied();
        Some((bound().min()?, bound().max()?))
    }
}

/// So many header blocks are remembered; when there are more, remembering begins anew.
const MOST: usize = 1_024;
/// Wider blocks are not remembered: what they are made of may be large.
const WIDEST: usize = 128;

/// What header blocks met before came to: most returns have the header of the form as it was handed out.
#[derive(Debug, Default)]
pub struct KnownFits(RwLock<HashMap<Vec<ColumnHeader>, Arc<[FormFit]>>>);

impl KnownFits {
    /// The fits of a header block, best first, as `lay` finds them. One that stands under other words than the `parents` of
    /// the forms (a title, a record of the table above) is that return's own, and is not remembered.
    pub fn of(
        &self,
        headings: &[ColumnHeader],
        parents: &[String],
        lay: impl FnOnce() -> Vec<FormFit>,
    ) -> Arc<[FormFit]> {
        let above = |heading: &ColumnHeader| {
            heading.path.split_last().is_none_or(|(_, above)| above.iter().all(|word| parents.contains(word)))
        };
        if headings.len() > WIDEST || !headings.iter().all(above) {
            return lay().into();
        }
        // Each entry is whole or not there, so a thread that panicked left nothing broken.
        if let Some(known) = self.0.read().unwrap_or_else(PoisonError::into_inner).get(headings) {
            return Arc::clone(known);
        }
        let fits: Arc<[FormFit]> = lay().into();
        let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= MOST {
            known.clear();
        }
        known.insert(headings.to_vec(), Arc::clone(&fits));
        fits
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_is_understood_once_and_one_below_strange_words_each_time() {
        let header = |path: &[&str]| ColumnHeader {
            col: 0,
            path: path.iter().map(|word| (*word).to_owned()).collect(),
            text: String::new(),
            spread: false,
        };
        let (known, parents) = (KnownFits::default(), ["公示时间".to_owned()]);
        let times = |headings: &[ColumnHeader]| {
            let mut laid = 0;
            (0..3).for_each(|_| {
                known.of(headings, &parents, || {
                    laid += 1;
                    Vec::new()
                });
            });
            laid
        };
        assert_eq!(times(&[header(&["人数"]), header(&["公示时间", "开始"])]), 1);
        assert_eq!(times(&[header(&["张三", "人数"])]), 3);
        assert_eq!(times(&vec![header(&["人数"]); WIDEST + 1]), 3);
        let many = (0..2 * MOST).map(|n| times(&[header(&[&n.to_string()])])).sum::<usize>();
        assert_eq!(many, 2 * MOST);
        assert!(known.0.read().unwrap().len() <= MOST);
    }
}
