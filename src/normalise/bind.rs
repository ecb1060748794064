//! Columns of a header block in, their fields out (列对应): by header, parent and header, or alias; never by position.

use super::fit::{ColumnHeader, FormFit};
use super::lexicon::{FormIndex, Lexicon, NamedField, Naming};
use super::qualify::{Qualifier, inside};
use crate::definition::FieldType;
use crate::definition::Plan;
use crate::text::names::without_brackets;
use std::sync::Arc;

/// Takes the columns back that stand under parents of which nothing says where they begin: neither merged nor above their
/// first child, as a column shows that has the same word and no parent at all.
pub fn drop_uncertain(lexicon: &Lexicon<'_>, headings: &[ColumnHeader], fit: &mut FormFit) {
    let Some(form) = lexicon.forms.get(usize::from(fit.form)) else { return };
    let is_under =
        |leaf: &String| form.header.iter().zip(&form.under).any(|(key, under)| key == leaf && under.is_some());
    let alone = |leaf: &String| form.header.iter().zip(&form.under).any(|(key, under)| key == leaf && under.is_none());
    let orphans = headings.iter().filter(|heading| heading.path.len() == 1).filter_map(|heading| heading.path.last());
    let orphans: Vec<&String> = orphans.filter(|leaf| is_under(leaf) && !alone(leaf)).collect();
    let spread = headings.iter().filter(|heading| heading.spread).filter_map(|heading| heading.path.last());
    if !spread.into_iter().any(|leaf| orphans.contains(&leaf)) {
        return;
    }
    for (at, (col, under)) in fit.columns.iter_mut().zip(&form.under).enumerate() {
        if under.is_some() && col.take().is_some() {
            fit.uncertain.push(at as u16);
            fit.bound -= 1;
            if form.column_required.get(at) == Some(&true) {
                fit.missing.push(at as u16);
            }
        }
    }
}

struct Claim {
    quality: i32,
    heading: usize,
    form: u16,
    field: u16,
}

/// Lays every form over a header block; the best first. Ties go to the form that the definition names first.
pub fn fits(lexicon: &Lexicon<'_>, plan: &Plan, headings: &[ColumnHeader]) -> Arc<[FormFit]> {
    lexicon.known_fits.of(headings, &lexicon.parents, || lay(lexicon, plan, headings))
}

fn lay(lexicon: &Lexicon<'_>, plan: &Plan, headings: &[ColumnHeader]) -> Vec<FormFit> {
    let mut claims = Vec::new();
    let mut key = String::new();
    let mut parents = Parents::default();
    for (at, heading) in headings.iter().enumerate() {
        parents.look_at(lexicon, heading);
        claim(lexicon, plan, (at, heading), &parents, &mut claims, &mut key);
    }
    claims.sort_by(|a, b| b.quality.cmp(&a.quality).then(a.heading.cmp(&b.heading)).then(a.field.cmp(&b.field)));
    let mut fits: Vec<FormFit> = (0..plan.forms.len())
        .map(|form| assign(lexicon, plan, form, headings, &claims))
        .filter(|f| f.bound > 0)
        .collect();
    fits.sort_by(|a, b| {
        b.recognised
            .cmp(&a.recognised)
            .then(b.score.cmp(&a.score))
            .then(b.bound.cmp(&a.bound))
            .then(a.form.cmp(&b.form))
    });
    fits
}

fn claim(
    lexicon: &Lexicon<'_>,
    plan: &Plan,
    (at, heading): (usize, &ColumnHeader),
    above: &Parents<'_>,
    claims: &mut Vec<Claim>,
    joined: &mut String,
) {
    let Some((leaf, parents)) = heading.path.split_last() else { return };
    // A header that says it is another figure is the field's only where that is required and nothing else claims it.
    let another = above.another || lexicon.around.other_meaning(&inside(leaf));
    let mut push = |entry: &NamedField, quality: i32| {
        let own = lexicon.fields(leaf).iter().any(|own| own.form == entry.form && own.field == entry.field);
        let quality = match another && !(own && !above.another) && quality > 0 {
            true => i32::from(lexicon.requires(entry)),
            false => quality,
        };
        if quality > 0 {
            claims.push(Claim { quality, heading: at, form: entry.form, field: entry.field });
        }
    };
    for entry in lexicon.fields(leaf) {
        push(entry, quality(lexicon, entry, above));
    }
    let bare = without_brackets(leaf);
    if let Some(bare) = &bare {
        for entry in lexicon.fields(bare) {
            push(entry, quality(lexicon, entry, above) - 1);
        }
    }
    let own = bare.as_deref().unwrap_or(leaf);
    if let Some(bare) = lexicon.around.without_measure(&heading.text) {
        for entry in lexicon.fields(&bare) {
            push(entry, quality(lexicon, entry, above) - 1);
        }
    }
    // 提出数 for 提出.
    if let Some(rest) = own.strip_suffix("数量").or_else(|| own.strip_suffix('数')) {
        for entry in lexicon.fields(rest) {
            let figure = field_type(plan, entry).is_some_and(|ty| matches!(ty, FieldType::Integer | FieldType::Number));
            push(entry, if figure { quality(lexicon, entry, above) - 2 } else { 0 });
        }
    }
    if let Some(rest) = own.strip_prefix("其中").filter(|rest| !rest.is_empty()) {
        for entry in lexicon.fields(rest) {
            push(entry, quality(lexicon, entry, above) - 2);
        }
    }
    for parent in parents {
        let parent = without_brackets(parent).unwrap_or_else(|| parent.clone());
        joined.clear();
        joined.push_str(&parent);
        joined.push_str(own);
        for entry in lexicon.fields(joined) {
            push(entry, 5);
        }
        // 人数 over 总数 and 其中：一线: the total is the parent's own column.
        if is_total_of_parent(own) {
            for entry in lexicon.fields(&parent) {
                let figure = field_type(plan, entry).is_some_and(FieldType::is_figure);
                push(entry, if figure && entry.kind != Naming::Joined { 5 } else { 0 });
            }
        }
    }
    if let Some((word, qualifier)) = divided(lexicon, heading) {
        for entry in lexicon.fields(&word) {
            let figure = field_type(plan, entry).is_some_and(FieldType::is_figure);
            let quality = match qualifier {
                Qualifier::Neutral => 5,
                // Nobody knows what part of it this is, or it is another figure: only for want of the right one.
                Qualifier::Unknown => 2 * i32::from(lexicon.requires(entry)),
                Qualifier::OtherMeaning => i32::from(lexicon.requires(entry)),
            };
            push(entry, if figure && entry.kind != Naming::Joined { quality } else { 0 });
        }
    }
}

/// The word of a form over a heading that names none itself, and what the heading says of it: 参赛职工 over 目标, 实际.
fn divided(lexicon: &Lexicon<'_>, heading: &ColumnHeader) -> Option<(String, Qualifier)> {
    let (leaf, parents) = heading.path.split_last()?;
    let parent = parents.last()?;
    let bare = without_brackets(leaf);
    let own = bare.as_deref().unwrap_or(leaf);
    if !lexicon.fields(own).is_empty() || is_total_of_parent(own) {
        return None;
    }
    let word = match without_brackets(parent) {
        Some(bare) if lexicon.fields(parent).is_empty() => bare,
        _ => parent.clone(),
    };
    (!lexicon.fields(&word).is_empty()).then(|| (word, lexicon.around.qualifier(own)))
}

/// Whether a word may say anything of the columns that it stands over, by itself or as a parent: it names a field, or with
/// what stands below it may name one, or it is a parent of the forms, or says that the figures are others.
pub fn speaks(lexicon: &Lexicon<'_>, key: &str, text: &str) -> bool {
    let names = |key: &str| !lexicon.fields(key).is_empty();
    let bare = without_brackets(key);
    let own = bare.as_deref().unwrap_or(key);
    own.starts_with("其中")
        || is_total_of_parent(own)
        || lexicon.begins_header(own)
        || own.strip_suffix("数量").or_else(|| own.strip_suffix('数')).is_some_and(names)
        || lexicon.around.without_measure(text).is_some_and(|bare| names(&bare))
        || is_another(lexicon, key)
        || lexicon.parents.iter().any(|under| lexicon.around.same_parent(key, under))
}

/// Whether a parent says that its columns are other figures than the form asks for.
fn is_another(lexicon: &Lexicon<'_>, parent: &str) -> bool {
    let bare = without_brackets(parent);
    if bare.is_some() && lexicon.around.other_meaning(&inside(parent)) {
        return true;
    }
    let bare = bare.as_deref().unwrap_or(parent);
    let known = |under: &String| {
        under == bare || lexicon.around.same_block(bare, under) || lexicon.around.same_parent(bare, under)
    };
    lexicon.around.other_meaning(bare) && !lexicon.parents.iter().any(known)
}

/// What the words around a bound header say against it, with those words.
pub fn doubt(lexicon: &Lexicon<'_>, form: u16, field: u16, heading: &ColumnHeader) -> Option<(Qualifier, String)> {
    let (leaf, parents) = heading.path.split_last()?;
    if let Some(parent) = parents.iter().find(|parent| is_another(lexicon, parent)) {
        return Some((Qualifier::OtherMeaning, parent.clone()));
    }
    if lexicon.fields(leaf).iter().any(|own| own.form == form && own.field == field) {
        return None;
    }
    let words = inside(leaf);
    let names = |entry: &NamedField| entry.form == form && entry.field == field;
    if let Some((word, kind)) = divided(lexicon, heading)
        && lexicon.fields(&word).iter().any(names)
    {
        return Some((kind, leaf.clone())).filter(|(kind, _)| *kind != Qualifier::Neutral);
    }
    if words.is_empty() || lexicon.around.offers_choice(&heading.text) || lexicon.fields(&words).iter().any(names) {
        return None;
    }
    Some((lexicon.around.qualifier(&words), words)).filter(|(kind, _)| *kind != Qualifier::Neutral)
}

/// Whether a header under a parent says "all of it".
pub fn is_total_of_parent(key: &str) -> bool {
    matches!(key, "总数" | "合计" | "小计" | "总计" | "计")
}

fn field_type<'p>(plan: &'p Plan, entry: &NamedField) -> Option<&'p FieldType> {
    plan.forms.get(usize::from(entry.form))?.fields.get(usize::from(entry.field)).map(|field| &field.ty)
}

/// The parents over a heading, and which of the forms' parents they are. Neighbours mostly share theirs.
#[derive(Default)]
struct Parents<'h> {
    path: &'h [String],
    /// Per parent of [`Lexicon::parents`]: whether it is among them.
    own: Vec<bool>,
    /// One of them says that what stands below is another figure (计划, 上年, 女职工).
    another: bool,
}

impl<'h> Parents<'h> {
    fn look_at(&mut self, lexicon: &Lexicon<'_>, heading: &'h ColumnHeader) {
        let path = heading.path.split_last().map_or(&[][..], |(_, parents)| parents);
        if self.path == path && self.own.len() == lexicon.parents.len() {
            return;
        }
        self.path = path;
        self.another = path.iter().any(|parent| is_another(lexicon, parent));
        let is_over = |under: &String| path.iter().any(|parent| lexicon.around.same_parent(parent, under));
        self.own = lexicon.parents.iter().map(is_over).collect();
    }

    /// Whether the parent of a field is among them.
    fn are_of(&self, form: &FormIndex, field: usize) -> bool {
        let parent = form.parent.get(field).copied().flatten();
        parent.is_some_and(|parent| self.own.get(parent) == Some(&true))
    }
}

/// How sure a header word is of its field under these parents; 0 for not at all.
fn quality(lexicon: &Lexicon<'_>, entry: &NamedField, parents: &Parents<'_>) -> i32 {
    let place = usize::from(entry.form);
    let Some(form) = lexicon.forms.get(place) else { return 0 };
    let field = usize::from(entry.field);
    let under = form.under.get(field).and_then(Option::as_deref);
    let own = parents.are_of(form, field);
    // Under a parent that belongs to other fields of the form, and not to this one, the same word means another thing.
    let foreign = !own
        && parents.own.contains(&true)
        && (0..form.header.len())
            .any(|other| form.header.get(other) == form.header.get(field) && parents.are_of(form, other));
    if foreign {
        return 0;
    }
    let parents = parents.path;
    match (entry.kind, under) {
        (Naming::Header, None) => 8 - i32::from(!parents.is_empty()),
        (Naming::Header, Some(_)) if own => 8,
        (Naming::Header, Some(_)) => {
            let certain = parents.is_empty() && form.header_unique.get(field).copied().unwrap_or(false);
            4 * i32::from(certain)
        }
        (Naming::Also, None) => 6,
        (Naming::Also, Some(_)) if own => 6,
        (Naming::Also, Some(_)) => 5 - 2 * i32::from(!parents.is_empty()),
        (Naming::Joined, _) => 6,
    }
}

fn assign(lexicon: &Lexicon<'_>, plan: &Plan, form: usize, headings: &[ColumnHeader], claims: &[Claim]) -> FormFit {
    let fields = plan.forms.get(form).map_or(&[][..], |form| form.fields.as_slice());
    let mut of_field: Vec<Option<(usize, i32)>> = vec![None; fields.len()];
    let mut taken = vec![false; headings.len()];
    let mut rivals: Vec<(u16, usize)> = Vec::new();
    let mut score = 0;
    for claim in claims.iter().filter(|claim| usize::from(claim.form) == form) {
        let (Some(slot), Some(used)) = (of_field.get_mut(usize::from(claim.field)), taken.get_mut(claim.heading))
        else {
            continue;
        };
        if *used {
            continue;
        }
        match slot {
            None => {
                *slot = Some((claim.heading, claim.quality));
                *used = true;
                score += claim.quality;
            }
            Some((_, quality)) if *quality == claim.quality => rivals.push((claim.field, claim.heading)),
            Some(_) => {}
        }
    }
    let col = |heading: usize| headings.get(heading).map_or(0, |heading| heading.col);
    let contested = rivals
        .iter()
        .filter(|(_, heading)| !taken.get(*heading).copied().unwrap_or(true))
        .filter(|(field, _)| !fields.get(usize::from(*field)).is_some_and(|field| field.ordinal))
        .filter_map(|(field, heading)| {
            let kept = of_field.get(usize::from(*field))?.as_ref()?.0;
            Some((*field, col(kept), col(*heading)))
        })
        .collect();
    let must = lexicon.forms.get(form).map_or(&[][..], |form| form.column_required.as_slice());
    let missing: Vec<u16> =
        (0..fields.len()).filter(|f| must.get(*f) == Some(&true) && of_field[*f].is_none()).map(|f| f as u16).collect();
    let required = must.iter().filter(|required| **required).count();
    let bound = of_field.iter().zip(fields).filter(|(col, field)| col.is_some() && !field.ordinal).count();
    FormFit {
        form: form as u16,
        columns: of_field.iter().map(|slot| slot.map(|(heading, _)| col(heading))).collect(),
        contested,
        uncertain: Vec::new(),
        score: score - 5 * missing.len() as i32,
        bound,
        recognised: bound >= 3.min(fields.len())
            && ((required - missing.len()) * 10 >= required * 6 || bound * 10 >= fields.len() * 6),
        missing,
    }
}
