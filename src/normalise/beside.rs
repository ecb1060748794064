//! One header block in, the tables out that stand side by side under it: the same form twice, or different ones.

use super::bind::fits;
use super::fit::{ColumnHeader, FormFit};
use super::lexicon::Lexicon;
use crate::definition::Plan;
use crate::text::names::without_brackets;

/// A second table needs at least this many header words that the first has no use for.
const LEFT_OVER: usize = 3;
/// Blocks with more columns are not cut: every cut lays all forms over both its parts. Nobody sets so many tables side by
/// side; should one, its columns claim each field many times, and that is a finding.
const WIDEST: usize = 128;

/// The columns that each of several tables binds, left to right, and how well they fit together; `None` where the block
/// heads one table.
///
/// A block is cut in two where both parts are forms in their own right and fit best; the right part is cut again.
pub fn beside(
    lexicon: &Lexicon<'_>,
    plan: &Plan,
    headings: &[ColumnHeader],
    whole: &FormFit,
) -> Option<(i32, Vec<(u16, u16)>)> {
    if headings.len() > WIDEST {
        return None;
    }
    let known: Vec<bool> = headings.iter().map(|heading| is_known(lexicon, heading)).collect();
    let unused = |(heading, known): (&ColumnHeader, &bool)| *known && !whole.columns.contains(&Some(heading.col));
    if !whole.recognised || headings.iter().zip(&known).filter(|pair| unused(*pair)).count() < LEFT_OVER {
        return None;
    }
    let mut best: Option<(i32, FormFit, usize, FormFit)> = None;
    for cut in 1..headings.len() {
        if known.get(cut) != Some(&true) {
            continue;
        }
        let (left, right) = headings.split_at(cut);
        let recognised =
            |part: &[ColumnHeader]| fits(lexicon, plan, part).first().filter(|fit| fit.recognised).cloned();
        let Some(left) = recognised(left) else { continue };
        let Some(right) = recognised(right) else { continue };
        let score = left.score + right.score;
        // The first of equally good cuts: what follows may be cut again.
        if best.as_ref().is_none_or(|best| score > best.0) {
            best = Some((score, left, cut, right));
        }
    }
    let (score, left, cut, right) = best?;
    let rest = headings.get(cut..)?;
    let (score, mut spans) = match beside(lexicon, plan, rest, &right) {
        Some((more, spans)) => (left.score + more, spans),
        None => (score, vec![right.span()?]),
    };
    spans.insert(0, left.span()?);
    Some((score, spans))
}

fn is_known(lexicon: &Lexicon<'_>, heading: &ColumnHeader) -> bool {
    let Some(leaf) = heading.path.last() else { return false };
    !lexicon.fields(leaf).is_empty()
        || without_brackets(leaf).is_some_and(|bare| !lexicon.fields(&bare).is_empty())
        || (heading.path.len() > 1 && !lexicon.fields(&heading.path.concat()).is_empty())
}
