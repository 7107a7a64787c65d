//! What a control plane keeps in Secrets.

use object::Object;
use std::collections::BTreeMap;

/// Upstream deletes by its API only what carries this mark.
pub(super) const MANAGED_BY: (&str, &str) = ("managed-by", "argocd.argoproj.io");

/// A Secret of the control plane, decoded.
pub(crate) struct Stored {
    pub object: Object,
    pub values: BTreeMap<String, String>,
}

impl Stored {
    pub(crate) fn get(&self, key: &str) -> &str {
        self.values.get(key).map_or("", String::as_str)
    }

    pub(crate) fn is(&self, key: &str) -> bool {
        self.get(key) == "true"
    }
}

/// What becomes of one that is there already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Existing {
    /// It stays unless it says the same; that it differs is an error.
    Kept,
    /// It is put over.
    Overwritten,
}
