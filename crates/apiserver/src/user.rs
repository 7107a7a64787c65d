//! Who sends a request. Leaf module.

use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Who sends a request: put into its extensions by whoever authenticates. Without one the request comes from the
/// process itself and is an administrator's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// User name.
    pub name: String,
    /// Groups.
    pub groups: Vec<String>,
    /// Identity of the account behind the name; empty when there is none.
    pub uid: String,
    /// What else is known, such as by which credential the user came.
    pub extra: BTreeMap<String, Vec<String>>,
}

/// The group that may do everything.
const MASTERS: &str = "system:masters";
/// The group of everybody whose name was proven.
const AUTHENTICATED: &str = "system:authenticated";
/// The group of everybody else.
const UNAUTHENTICATED: &str = "system:unauthenticated";

impl Default for User {
    fn default() -> Self {
        User::new("kubernetes-admin", &[MASTERS])
    }
}

impl User {
    /// A user of these groups, of whom nothing else is known.
    #[must_use]
    pub fn new(name: &str, groups: &[&str]) -> Self {
        User {
            name: name.to_owned(),
            groups: groups.iter().map(|group| (*group).to_owned()).collect(),
            uid: String::new(),
            extra: BTreeMap::new(),
        }
    }

    /// A controller inside the process.
    pub(crate) fn controller(manager: &str) -> Self {
        let name = format!("system:serviceaccount:kube-system:{manager}");
        User::new(&name, &[MASTERS, "system:serviceaccounts"])
    }

    /// Whether the user may do everything.
    #[must_use]
    pub fn is_master(&self) -> bool {
        self.groups.iter().any(|group| group == MASTERS)
    }

    /// Whether the user is of a group; of that of all whose names are proven is everybody not said to be without.
    #[must_use]
    pub fn is_of(&self, group: &str) -> bool {
        let has = |wanted: &str| self.groups.iter().any(|own| own == wanted);
        has(group) || (group == AUTHENTICATED && !has(UNAUTHENTICATED))
    }

    /// As reviews tell of a user.
    pub(crate) fn info(&self) -> Value {
        let mut groups = self.groups.clone();
        if self.is_of(AUTHENTICATED) && !groups.iter().any(|group| group == AUTHENTICATED) {
            groups.push(AUTHENTICATED.to_owned());
        }
        let mut info = json!({"username": self.name, "groups": groups});
        if !self.uid.is_empty() {
            info["uid"] = self.uid.as_str().into();
        }
        if !self.extra.is_empty() {
            info["extra"] = json!(self.extra);
        }
        info
    }
}
