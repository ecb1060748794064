//! The registry of codes: what the program can say of submitted data ([`FindingCode`]), of a definition
//! ([`DiagnosticCode`]) and of its own automatic changes ([`AmendmentRule`]), each said once, with its words.
//!
//! README.md, `huizong lint --explain` and every output take spelling and words from here. Rules of definitions have codes
//! of their own; [`Code`] is either.

mod amendments;
mod diagnostics;
mod findings;
mod registry;

pub use amendments::{AmendmentEntry, AmendmentRule};
pub use diagnostics::{DiagnosticCode, DiagnosticEntry, Gravity};
pub use findings::{FindingCode, FindingEntry, Stands};

use std::cmp::Ordering;
use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

/// The code of a finding: the engine's own, or that of a rule of the definition.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Code {
    Engine(FindingCode),
    Rule(Arc<str>),
}

impl Code {
    /// A code as an output or a stored period spells it.
    pub fn spelled(text: &str) -> Code {
        FindingCode::spelled(text).map_or_else(|| Code::Rule(Arc::from(text)), Code::Engine)
    }

    /// Whether it is on what was not read, and so counts nowhere.
    pub fn is_unread(&self) -> bool {
        matches!(self, Code::Engine(code) if code.entry().stands == Stands::Unread)
    }
}

impl Deref for Code {
    type Target = str;

    fn deref(&self) -> &str {
        match self {
            Code::Engine(code) => code.as_str(),
            Code::Rule(code) => code,
        }
    }
}

impl AsRef<str> for Code {
    fn as_ref(&self) -> &str {
        self
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self)
    }
}

/// By spelling, as findings are sorted.
impl Ord for Code {
    fn cmp(&self, other: &Code) -> Ordering {
        (**self).cmp(&**other)
    }
}

impl PartialOrd for Code {
    fn partial_cmp(&self, other: &Code) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl From<FindingCode> for Code {
    fn from(code: FindingCode) -> Code {
        Code::Engine(code)
    }
}

/// A rule's own code. The definition reader refuses one that the engine has.
impl From<Arc<str>> for Code {
    fn from(code: Arc<str>) -> Code {
        Code::Rule(code)
    }
}

impl From<&Arc<str>> for Code {
    fn from(code: &Arc<str>) -> Code {
        Code::Rule(Arc::clone(code))
    }
}

impl PartialEq<FindingCode> for Code {
    fn eq(&self, other: &FindingCode) -> bool {
        matches!(self, Code::Engine(code) if code == other)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every spelling is kebab-case and stands once, and reads back as itself.
    #[test]
    fn spellings_are_stable_words_and_read_back() {
        let kebab = |text: &str| {
            let part =
                |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
            text.split('-').all(part)
        };
        for code in FindingCode::ALL {
            assert!(kebab(&code), "{code}");
            assert_eq!(FindingCode::spelled(&code), Some(code));
            assert_eq!(Code::spelled(&code), code);
            assert_eq!(FindingCode::from_index(code.index()), Some(code));
        }
        for code in DiagnosticCode::ALL {
            assert!(kebab(&code), "{code}");
            assert_eq!(DiagnosticCode::spelled(&code), Some(code));
        }
        for rule in AmendmentRule::ALL {
            assert!(kebab(&rule), "{rule}");
            assert_eq!(AmendmentRule::spelled(&rule), Some(rule));
        }
    }

    #[test]
    fn every_code_says_what_it_means_and_what_to_do() {
        for code in FindingCode::ALL {
            let FindingEntry { severities, word, meaning, next, .. } = code.entry();
            assert!(!severities.is_empty() && !word.is_empty() && !meaning.is_empty() && !next.is_empty(), "{code}");
        }
        for code in DiagnosticCode::ALL {
            let DiagnosticEntry { word, next, .. } = code.entry();
            assert!(!word.is_empty() && !next.is_empty(), "{code}");
        }
        for rule in AmendmentRule::ALL {
            let AmendmentEntry { word, meaning } = rule.entry();
            assert!(!word.is_empty() && !meaning.is_empty(), "{rule}");
        }
    }

    #[test]
    fn a_rule_of_a_definition_is_no_code_of_the_engine() {
        assert_eq!(Code::spelled("team-too-small"), Code::Rule(Arc::from("team-too-small")));
        assert!(Code::spelled("a") < Code::spelled("file-empty"));
    }
}
