//! Sentences for the overview: what holds, what does not, what is missing.

/// One line of the overview's conclusions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conclusion {
    /// `None` where nothing is to be judged.
    pub holds: Option<bool>,
    pub text: String,
}
