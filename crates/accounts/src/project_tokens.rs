//! Tokens of projects' roles.

use api::{AppProject, JwtToken};
use std::collections::BTreeMap;

/// The tokens of a project's roles, and which roles there are.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ProjectTokens {
    by_role: BTreeMap<String, Vec<JwtToken>>,
}

impl ProjectTokens {
    /// The tokens that a project lists in its status, and in its roles as it was done of old.
    #[must_use]
    pub fn of(project: &AppProject) -> Self {
        let issued = &project.status.jwt_tokens_by_role;
        let roles = project.spec.roles.iter().map(|role| {
            let listed = issued.get(&role.name).map(|tokens| tokens.items.as_slice()).unwrap_or_default();
            (role.name.clone(), listed.iter().chain(&role.jwt_tokens).cloned().collect())
        });
        ProjectTokens { by_role: roles.collect() }
    }

    /// Whether the token is listed: by its identity, or, when one of the two has none, by the second it was issued in.
    ///
    /// Upstream falls back to the second even where both have an identity, so that a deleted token lives on as long as
    /// another of the same second does.
    #[must_use]
    pub fn has(&self, role: &str, id: &str, issued_at: i64) -> bool {
        self.by_role.get(role).into_iter().flatten().any(|token| {
            if id.is_empty() || token.id.is_empty() { token.issued_at == issued_at } else { token.id == id }
        })
    }
}
