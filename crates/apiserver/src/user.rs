//! Who sends a request. Leaf module.

/// Who sends a request: put into its extensions by whoever authenticates. Without one the request comes from the
/// process itself and is an administrator's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// User name.
    pub name: String,
    /// Groups.
    pub groups: Vec<String>,
}

/// The group that may do everything.
const MASTERS: &str = "system:masters";

impl Default for User {
    fn default() -> Self {
        User { name: "kubernetes-admin".to_owned(), groups: vec![MASTERS.to_owned()] }
    }
}

impl User {
    /// A controller inside the process.
    pub(crate) fn controller(manager: &str) -> Self {
        User {
            name: format!("system:serviceaccount:kube-system:{manager}"),
            groups: vec![MASTERS.to_owned(), "system:serviceaccounts".to_owned()],
        }
    }

    /// Whether the user may do everything.
    #[must_use]
    pub fn is_master(&self) -> bool {
        self.groups.iter().any(|group| group == MASTERS)
    }
}
