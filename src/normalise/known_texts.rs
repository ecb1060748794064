//! Answers about texts that were asked before: the titles and labels around a table are the same in return after return.

use std::collections::HashMap;
use std::sync::{PoisonError, RwLock};

/// So many texts are remembered; when there are more, remembering begins anew.
const MOST: usize = 1_024;
/// Longer ones are not, in bytes.
const LONGEST: usize = 240;

/// What one question came to, by the text that it was asked of.
#[derive(Debug)]
pub struct KnownTexts<T>(RwLock<HashMap<Box<str>, T>>);

impl<T> Default for KnownTexts<T> {
    fn default() -> KnownTexts<T> {
        KnownTexts(RwLock::default())
    }
}

impl<T: Copy> KnownTexts<T> {
    /// What `answer` says, which looks at nothing but the text and the words of the run.
    pub fn of(&self, text: &str, answer: impl FnOnce() -> T) -> T {
        // Each entry is whole or not there, so a thread that panicked left nothing broken.
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner).get(text).copied();
        known.unwrap_or_else(|| {
            let said = answer();
            if text.len() <= LONGEST {
                let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
                if known.len() >= MOST {
                    known.clear();
                }
                known.insert(text.into(), said);
            }
            said
        })
    }
}
