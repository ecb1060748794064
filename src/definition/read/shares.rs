//! `[quota]` and `[[share]]`.

use super::context::{Columns, Context};
use super::cursor::{Node, Section, Word};
use crate::definition::plan::{Bound, Compare, FieldType, Quota, Scope, Share, SharePart, UnitRule};
use crate::language::Type;
use crate::model::codes::DiagnosticCode;

/// The roster's only column of weights, and of numbers in tables.
pub const WORKERS: &str = "在岗职工人数";

pub const WEIGHTS: [(&str, &str); 1] = [(WORKERS, WORKERS)];

pub const METHODS: [(&str, ()); 1] = [("largest-remainder", ())];

pub const COMPARE: [(&str, Compare); 2] = [("at-least", Compare::AtLeast), ("at-most", Compare::AtMost)];

pub fn quota(document: &Section<'_>, context: &Context<'_>) -> Option<Quota> {
    let section = document.get("quota")?.section()?;
    let form = section.word("form").and_then(|word| context.form(&word));
    let total = section.need("total").and_then(|node| node.count());
    let weight = section.choice("weight", &WEIGHTS);
    let _ = section.choice("method", &METHODS);
    let minimum = section.get("minimum").map_or(Some(0), |node| node.count());
    let issued = issued(&section, context);
    let columns = form.map(|form| context.form_columns(form));
    let _ = (section.get("formal"), section.get("standby"));
    let condition =
        |key: &'static str| columns.as_ref().and_then(|columns| context.needed_condition(&section, key, columns));
    let (formal, standby) = (condition("formal"), condition("standby"));
    let rate = section.need("standby-rate").and_then(|node| match bound(&node) {
        Some(Bound::Ratio { num, den }) => Some((num, den)),
        Some(Bound::Count(_)) => {
            node.wrong("比例，如 \"20%\"");
            None
        }
        None => None,
    });
    let standby_minimum = section.get("standby-minimum").map_or(Some(0), |node| node.count());
    let over = unit_rule(&section, "over", context);
    let over_standby = unit_rule(&section, "over-standby", context);
    section.finish();
    Some(Quota {
        form: form?,
        total: total?,
        weight: weight?.to_owned(),
        minimum: minimum?,
        issued,
        formal: formal?,
        standby: standby?,
        standby_rate: rate?,
        standby_minimum: standby_minimum?,
        over: over?,
        over_standby: over_standby?,
    })
}

/// The issued table needs a text column for the unit and a whole-number column for its seats.
fn issued(section: &Section<'_>, context: &Context<'_>) -> Option<String> {
    let word = section.maybe_word("issued")?;
    let schema = context.schema(&word)?;
    let has = |ty: Type| schema.columns.iter().any(|column| column.ty == ty);
    if !has(Type::Text) || !has(Type::Integer) {
        let message = format!("参照表“{}”要有一个文字列（单位）和一个整数列（名额）", word.text);
        word.report(DiagnosticCode::WrongType, message, None);
    }
    Some(word.text.to_owned())
}

fn unit_rule(section: &Section<'_>, key: &'static str, context: &Context<'_>) -> Option<UnitRule> {
    const HOLES: [&str; 4] = ["单位", "名额", "实报", "超出"];
    let section = section.need(key)?.section()?;
    let code = context.rule_code(&section);
    let severity = context.severity(&section);
    let [found, expected, next] = context.texts(&section, &Columns::default(), &HOLES);
    let line = section.line();
    section.finish();
    Some(UnitRule { code, severity, found, expected, next, line })
}

/// One entry per `[[share]]`; `None` where it has a problem.
pub fn shares(document: &Section<'_>, context: &Context<'_>) -> Vec<Option<Share>> {
    document.sections("share").into_iter().map(|section| share(section, context)).collect()
}

fn share(section: Section<'_>, context: &Context<'_>) -> Option<Share> {
    let (id, title) = (section.text("id"), section.text("title"));
    let enabled = section.flag("enabled", true);
    let bound = section.need("bound").and_then(|node| bound(&node));
    let compare = section.choice("compare", &COMPARE);
    section.need_list("parts");
    let (wrong, parts) = parts(&section, "parts", context);
    let (wrong_fillers, fillers) = self::parts(&section, "fillers", context);
    let scopes = scopes(&section, &parts, context);
    let code = context.rule_code(&section);
    let severity = context.severity(&section);
    let (counted, notice) = (section.text("counted"), section.text("notice"));
    let line = section.line();
    section.finish();
    if wrong || wrong_fillers {
        return None;
    }
    let (bound, compare) = (bound?, compare?);
    Some(Share { id, title, parts, compare, bound, scopes, severity, code, counted, fillers, notice, enabled, line })
}

/// The parts that could be read, and whether any could not.
fn parts(section: &Section<'_>, key: &'static str, context: &Context<'_>) -> (bool, Vec<SharePart>) {
    let read: Vec<Option<SharePart>> =
        section.sections(key).into_iter().map(|section| part(section, context)).collect();
    (read.iter().any(Option::is_none), read.into_iter().flatten().collect())
}

fn part(section: Section<'_>, context: &Context<'_>) -> Option<SharePart> {
    let form = section.word("form").and_then(|word| context.form(&word));
    let columns = form.map(|form| context.form_columns(form));
    let _ = (section.get("among"), section.get("counts"));
    let among = columns.as_ref().and_then(|columns| context.condition(&section, "among", columns));
    let counts = columns.as_ref().and_then(|columns| context.needed_condition(&section, "counts", columns));
    section.finish();
    Some(SharePart { form: form?, among, counts: counts? })
}

fn scopes(section: &Section<'_>, parts: &[SharePart], context: &Context<'_>) -> Vec<Scope> {
    section.need_list("scopes");
    section.words("scopes").iter().filter_map(|word| scope(word, parts, context)).collect()
}

/// `province`, `unit`, or a code field that every part's form has.
pub fn scope(word: &Word<'_>, parts: &[SharePart], context: &Context<'_>) -> Option<Scope> {
    match word.text {
        "province" => return Some(Scope::Province),
        "unit" => return Some(Scope::Unit),
        _ => {}
    }
    for part in parts {
        let fields = context.forms.get(part.form).map_or(&[][..], |form| &form.fields);
        let codes: Vec<&str> = fields
            .iter()
            .filter(|field| matches!(field.ty, FieldType::Code { .. }))
            .map(|field| field.name.as_ref())
            .collect();
        if !codes.contains(&word.text) && !context.doubtful.contains(word.text) {
            let known = ["province", "unit"].into_iter().chain(codes);
            word.unknown(DiagnosticCode::UnknownScope, "范围（每个表式都要有的代码列）", known);
            return None;
        }
    }
    Some(Scope::Field(word.text.to_owned()))
}

/// `"50%"`, `"1/2"` as a proportion in lowest terms; a whole number as a count. A proportion lies within 0 and 1.
pub fn bound(node: &Node<'_>) -> Option<Bound> {
    let bound = match node.as_word() {
        Some(word) => parse_bound(word.text),
        None => node.as_integer().and_then(|n| u32::try_from(n).ok()).map(Bound::Count),
    };
    if bound.is_none() {
        let message = "比例或个数写得不对".to_owned();
        let help = Some("写成 \"50%\"、\"1/2\"（不超过 100%）或一个整数".to_owned());
        node.log.report(DiagnosticCode::BadBound, node.span(), message, help);
    }
    bound
}

/// `bound` and `compare`, which need one another.
pub fn pledged(section: &Section<'_>) -> Option<(Compare, Bound)> {
    together(section, &[("bound", "compare"), ("compare", "bound")]);
    let limit = section.get("bound").and_then(|node| bound(&node));
    section.get("compare").and_then(|_| section.choice("compare", &COMPARE)).zip(limit)
}

/// Reports each first key that stands without its second.
pub fn together(section: &Section<'_>, pairs: &[(&'static str, &'static str)]) {
    for (one, other) in pairs {
        if let (Some(node), None) = (section.get(one), section.get(other)) {
            let message = format!("写了“{one}”，还要写“{other}”");
            section.log.report(DiagnosticCode::MissingKey, node.span(), message, None);
        }
    }
}

fn parse_bound(text: &str) -> Option<Bound> {
    let digits = |part: &str| {
        let part = part.trim();
        (!part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit())).then(|| part.parse::<u32>().ok())?
    };
    let (num, den) = if let Some(percent) = text.trim().strip_suffix('%') {
        // 12.5% is 125 of 1000.
        let (whole, fraction) = percent.split_once('.').unwrap_or((percent, ""));
        let places = u32::try_from(fraction.len()).ok().filter(|places| *places <= 4)?;
        let scale = 10u32.pow(places);
        let below = if fraction.is_empty() { 0 } else { digits(fraction)? };
        (digits(whole)?.checked_mul(scale)?.checked_add(below)?, 100 * scale)
    } else if let Some((num, den)) = text.split_once('/') {
        (digits(num)?, digits(den)?)
    } else {
        return digits(text).map(Bound::Count);
    };
    if den == 0 || num > den {
        return None;
    }
    let common = gcd(num, den);
    Some(Bound::Ratio { num: num / common, den: den / common })
}

/// Never 0 where `b` is not.
fn gcd(a: u32, b: u32) -> u32 {
    if a == 0 { b } else { gcd(b % a, a) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_as_people_write_them() {
        assert_eq!(parse_bound("50%"), Some(Bound::Ratio { num: 1, den: 2 }));
        assert_eq!(parse_bound("12.5%"), Some(Bound::Ratio { num: 1, den: 8 }));
        assert_eq!(parse_bound("2/4"), Some(Bound::Ratio { num: 1, den: 2 }));
        assert_eq!(parse_bound("0%"), Some(Bound::Ratio { num: 0, den: 1 }));
        assert_eq!(parse_bound("7"), Some(Bound::Count(7)));
        for text in ["", "%", "120%", "1/0", "3/2", "-1", "1.5", "5 0%", "12.%x"] {
            assert_eq!(parse_bound(text), None, "{text}");
        }
    }
}
