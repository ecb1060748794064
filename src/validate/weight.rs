//! What a definition's rule gives a finding: its code and line, how much it weighs and what it holds. On trial (试行) what
//! it finds is said, weighs nothing and holds nobody.

use crate::model::{Effect, Finding, FindingKey, Place, Severity};
use std::sync::Arc;

/// One rule, as its findings carry it.
#[derive(Clone, Copy)]
pub struct Weight<'a> {
    pub code: &'a Arc<str>,
    pub severity: Severity,
    pub effect: Effect,
    pub trial: bool,
    pub line: u32,
}

impl Weight<'_> {
    /// A finding of this rule; `said` is what was found, what was expected, and who does what next.
    pub fn finding(self, place: Place, key: FindingKey, said: [String; 3]) -> Finding {
        let [found, expected, next] = said;
        let (severity, effect, found) = match self.trial {
            true => {
                let found = format!("（试行，启用后为{}）{found}", self.severity.word());
                (Severity::Note, Effect::Counts, found)
            }
            false => (self.severity, self.effect, found),
        };
        let (code, line) = (self.code.into(), Some(self.line));
        Finding {
            code,
            severity,
            place,
            found,
            expected: expected.into(),
            next: next.into(),
            line,
            effect,
            key,
            rules: Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_on_trial_never_holds_and_says_so() {
        let found = |trial| {
            let code = Arc::from("x");
            let weight = Weight { code: &code, severity: Severity::Block, effect: Effect::HoldsRow, trial, line: 1 };
            let said = ["甲".to_owned(), String::new(), String::new()];
            let finding = weight.finding(Place::default(), FindingKey::default(), said);
            (finding.severity, finding.effect, finding.found)
        };
        assert_eq!(found(false), (Severity::Block, Effect::HoldsRow, "甲".to_owned()));
        assert_eq!(found(true), (Severity::Note, Effect::Counts, "（试行，启用后为必改）甲".to_owned()));
    }
}
