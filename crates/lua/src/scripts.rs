//! The scripts of one control plane, as they are kept.

use crate::sandbox::Libraries;
use api::Glob;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The scripts that a control plane's ConfigMap holds.
#[derive(Debug, Clone, Default)]
pub struct Customizations {
    /// Health scripts by `group/Kind`.
    pub(crate) health: BTreeMap<String, Script>,
    /// Health scripts by pattern, in the order of the patterns.
    pub(crate) patterns: Vec<(String, Glob, Script)>,
    /// Actions by `group/Kind`.
    pub(crate) actions: BTreeMap<String, UserActions>,
}

/// A health script.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Script {
    pub(crate) text: Arc<str>,
    pub(crate) libraries: Libraries,
}

/// The actions of a kind.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct UserActions {
    pub(crate) discovery: Arc<str>,
    pub(crate) merges_built_in: bool,
    pub(crate) definitions: Vec<Definition>,
}

/// One action.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Definition {
    pub(crate) name: String,
    pub(crate) script: Arc<str>,
}

impl PartialEq for Customizations {
    fn eq(&self, other: &Self) -> bool {
        let texts = |of: &Customizations| -> Vec<(String, Script)> {
            of.patterns.iter().map(|(pattern, _, script)| (pattern.clone(), script.clone())).collect()
        };
        self.health == other.health && self.actions == other.actions && texts(self) == texts(other)
    }
}
