//! Sentences of the first page: how much is in, what the period says, what rests on doubt, what is asked of the reader.

/// What a sentence is about, in the order in which the first page says them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum About {
    /// Who reported, and who is in the figures.
    Coverage,
    /// What the figures say.
    News,
    /// What they rest on that nobody has vouched for yet.
    Doubt,
    /// What the reader is asked to do.
    Ask,
}

/// One sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conclusion {
    pub about: About,
    /// `None` where nothing is to be judged.
    pub holds: Option<bool>,
    pub text: String,
}

impl Conclusion {
    pub fn new(about: About, holds: Option<bool>, text: String) -> Conclusion {
        Conclusion { about, holds, text }
    }
}
