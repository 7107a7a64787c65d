//! What a prediction gives.

use super::defaulted;
use object::Gvk;
use serde_json::Value;

/// What applying would make of the live object.
pub(crate) enum Prediction {
    /// Nothing else: the patch is empty. Whose defaults are still to be filled in is said by `kind`.
    Unchanged { live: Value, kind: Option<Gvk> },
    /// The live object as it is and as it would be, both with defaults. They may still be equal.
    Patched { live: Value, predicted: Value },
}

impl Prediction {
    /// Whether the live object would stay as it is.
    pub(crate) fn is_same(&self) -> bool {
        match self {
            Prediction::Unchanged { .. } => true,
            Prediction::Patched { live, predicted } => live == predicted,
        }
    }

    /// The live object as it is and as it would be, in the form they are compared in.
    pub(crate) fn into_sides(self) -> (Value, Value) {
        match self {
            Prediction::Unchanged { live, kind: None } => (live.clone(), live),
            Prediction::Unchanged { live, kind: Some(gvk) } => {
                let live = defaulted::with_defaults(&gvk, live);
                (live.clone(), live)
            }
            Prediction::Patched { live, predicted } => (live, predicted),
        }
    }
}

/// Whether a patch changes nothing.
pub(super) fn is_empty(patch: &Value) -> bool {
    patch.as_object().is_some_and(serde_json::Map::is_empty)
}
