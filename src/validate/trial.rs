//! Rules on trial (试行): what they find is said, and blocks nobody.

use crate::model::Severity;

/// The severity that a finding gets, and its words: on trial a remark that says what it will be.
pub fn mark(severity: Severity, trial: bool, found: String) -> (Severity, String) {
    if trial {
        (Severity::Note, format!("（试行，启用后为{}）{found}", severity.word()))
    } else {
        (severity, found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_on_trial_never_blocks_and_says_so() {
        assert_eq!(mark(Severity::Block, false, "甲".into()), (Severity::Block, "甲".to_string()));
        assert_eq!(mark(Severity::Block, true, "甲".into()), (Severity::Note, "（试行，启用后为必改）甲".to_string()));
    }
}
