//! The names that an expression may use.

use crate::value::Value;
use std::collections::BTreeMap;

/// Names and what they stand for.
#[derive(Debug, Clone)]
pub struct Environment {
    names: BTreeMap<String, Value>,
    is_strict: bool,
}

impl Environment {
    /// Only these names are known: any other is an error of the expression.
    #[must_use]
    pub fn strict(names: BTreeMap<String, Value>) -> Self {
        Environment { names, is_strict: true }
    }

    /// Any name may be used: those that are not among these are nil.
    #[must_use]
    pub fn open(names: BTreeMap<String, Value>) -> Self {
        Environment { names, is_strict: false }
    }

    /// What a name stands for.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.names.get(name)
    }

    pub(crate) fn is_strict(&self) -> bool {
        self.is_strict
    }

    pub(crate) fn names(&self) -> &BTreeMap<String, Value> {
        &self.names
    }
}
