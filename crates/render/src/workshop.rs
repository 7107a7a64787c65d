//! What one render leaves for the next: templates that have been parsed. It makes renders faster and never different.

use helm::Compiled;
use std::sync::{Mutex, PoisonError};

/// Parsed templates that renders lend from each other. As many sets exist as renders run side by side.
#[derive(Debug, Default)]
pub struct Workshop(Mutex<Vec<Bench>>);

#[derive(Debug, Default)]
struct Bench {
    compiled: Compiled,
    uses: u32,
}

/// After so many renders a set is made anew, so that templates nobody uses any more are forgotten.
const USES_MAX: u32 = 256;

/// Sets that are kept: more renders than this do not run side by side.
const BENCHES_MAX: usize = 64;

impl Workshop {
    /// Nothing parsed yet.
    #[must_use]
    pub fn new() -> Self {
        Workshop::default()
    }

    /// Lends a set to `work`.
    pub(crate) fn lend<T>(workshop: Option<&Self>, work: impl FnOnce(&mut Compiled) -> T) -> T {
        let mut bench = workshop.and_then(Workshop::take).unwrap_or_default();
        let done = work(&mut bench.compiled);
        bench.uses += 1;
        if let Some(workshop) = workshop.filter(|_| bench.uses < USES_MAX) {
            workshop.give_back(bench);
        }
        done
    }

    fn take(&self) -> Option<Bench> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).pop()
    }

    fn give_back(&self, bench: Bench) {
        let mut benches = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if benches.len() < BENCHES_MAX {
            benches.push(bench);
        }
    }
}
