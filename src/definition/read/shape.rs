//! What may stand in a section of a definition: its keys, what each holds, and what it is for. The reader finds a key only
//! here, and the schema for editors is written from here, so neither knows one that the other lacks. Knows nothing of TOML.

/// What a section may hold.
#[derive(Debug)]
pub struct Shape {
    pub keys: &'static [SectionKey],
    /// Where the keys are names that the definition makes up (`[values]`): what stands under each.
    pub names: Option<&'static KeyHolds>,
}

/// One key of a section.
#[derive(Debug)]
pub struct SectionKey {
    pub name: &'static str,
    /// The section means nothing without it, whatever else it says.
    pub required: bool,
    pub holds: KeyHolds,
    /// What it is for, for whoever writes the definition.
    pub says: &'static str,
}

/// What stands under a key.
#[derive(Debug)]
pub enum KeyHolds {
    Text,
    /// One of a few words.
    Word(&'static [&'static str]),
    Texts,
    /// `[["a", "b"], …]`.
    TextLists,
    /// A whole number from 0.
    Whole,
    Number,
    Truth,
    /// `{ … }` or `[key]`.
    Table(&'static Shape),
    /// `[{ … }]` or `[[key]]`.
    Tables(&'static Shape),
    Any(&'static [KeyHolds]),
}

impl Shape {
    pub const fn of(keys: &'static [SectionKey]) -> Shape {
        Shape { keys, names: None }
    }

    pub const fn named(holds: &'static KeyHolds) -> Shape {
        Shape { keys: &[], names: Some(holds) }
    }

    /// The key of that name, and its place among the keys.
    pub fn key(&self, name: &str) -> Option<(usize, &'static SectionKey)> {
        self.keys.iter().enumerate().find(|(_, key)| key.name == name)
    }
}

impl KeyHolds {
    /// The shape of the table, or of each table, that stands there.
    pub fn shape(&self) -> Option<&'static Shape> {
        match self {
            KeyHolds::Table(shape) | KeyHolds::Tables(shape) => Some(shape),
            KeyHolds::Any(holds) => holds.iter().find_map(KeyHolds::shape),
            KeyHolds::Text
            | KeyHolds::Word(_)
            | KeyHolds::Texts
            | KeyHolds::TextLists
            | KeyHolds::Whole
            | KeyHolds::Number
            | KeyHolds::Truth => None,
        }
    }
}

/// A key that must be there.
pub const fn must(name: &'static str, holds: KeyHolds, says: &'static str) -> SectionKey {
    SectionKey { name, required: true, holds, says }
}

/// A key that may be there, or that must be only beside certain others.
pub const fn may(name: &'static str, holds: KeyHolds, says: &'static str) -> SectionKey {
    SectionKey { name, required: false, holds, says }
}

/// The words of a table of choices, as the reader looks them up in it.
pub const fn words<T: Copy, const N: usize>(choices: &[(&'static str, T); N]) -> [&'static str; N] {
    let mut words = [""; N];
    let mut at = 0;
    while at < N {
        words[at] = choices[at].0;
        at += 1;
    }
    words
}
