//! Who asks. A leaf module.

use jiff::Timestamp;
use rbac::Subject;
use std::sync::Arc;

/// Who asks, as the sign-in says.
#[derive(Clone, Default)]
pub struct Who {
    /// What policies know them by.
    pub subject: Subject,
    /// What people know them by.
    pub username: String,
    /// Who vouches for them.
    pub issuer: String,
    /// When the token ends; `None` never, or there is none.
    pub expires: Option<Timestamp>,
    /// When the token was issued.
    pub issued: Option<Timestamp>,
    /// A new token to hand out, when this one is about to end.
    pub renewed: Option<String>,
    /// What they showed; `None` for somebody who is not signed in.
    pub token: Option<Arc<str>>,
}

impl Who {
    /// Whether they are signed in.
    #[must_use]
    pub fn is_signed_in(&self) -> bool {
        self.token.is_some()
    }

    /// The name to write down beside what they do.
    #[must_use]
    pub fn name(&self) -> &str {
        if self.username.is_empty() { "Unknown user" } else { &self.username }
    }
}

impl std::fmt::Debug for Who {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Who").field("username", &self.username).field("groups", &self.subject.groups.len()).finish()
    }
}
