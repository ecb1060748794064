//! What the returns of one template have in common is kept once for all of them.

use crate::model::normalised::{Binding, NormalisedReturn};
use std::sync::{Arc, Mutex, PoisonError};

/// Bindings that returns had so far.
#[derive(Debug, Default)]
pub struct KnownBindings(Mutex<Vec<Arc<Binding>>>);

impl KnownBindings {
    /// So many are remembered: a pipeline has a few templates, and what everybody writes by himself is like no other.
    const MOST: usize = 64;

    /// Lets a return have its bindings, and the names of its sheets, in common with those before that have the same.
    pub fn share(&self, returned: &mut NormalisedReturn) {
        for binding in &mut returned.bindings {
            let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            match known.iter().find(|known| ***known == **binding) {
                Some(same) => *binding = Arc::clone(same),
                None if known.len() < Self::MOST => known.push(Arc::clone(binding)),
                None => {}
            }
        }
        for account in &mut returned.sheets {
            if let Some(same) = returned.bindings.iter().find(|binding| binding.sheet_name == account.name) {
                account.name = Arc::clone(&same.sheet_name);
            }
        }
    }
}
