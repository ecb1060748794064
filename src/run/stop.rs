//! Why a run stops before it has written anything.

use crate::definition::Diagnostic;

/// Why a run stopped; nothing was written and earlier results are untouched.
#[derive(Debug, Clone)]
pub enum Stop {
    /// Mistakes in the definition or the reference data, all of them.
    Definition(Vec<Diagnostic>),
    /// The command asks for something that cannot be (a period of the wrong kind).
    Usage(String),
    /// There is nothing to read, or it cannot be read.
    Input(String),
    /// Results cannot be written.
    Output(String),
    /// The run cannot prove its own accounting: a defect of the program, and no reason to print figures.
    Unproven(String),
}

impl Stop {
    /// Why, in one text; of mistakes in a definition that there are some.
    pub fn words(&self) -> &str {
        match self {
            Stop::Definition(_) => "定义或参照表有误",
            Stop::Usage(why) | Stop::Input(why) | Stop::Output(why) | Stop::Unproven(why) => why,
        }
    }
}
