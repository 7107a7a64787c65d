//! Keys of an account. A leaf module.

use jiff::{SignedDuration, Timestamp};
use std::fmt;

/// How long before their end keys are replaced by new ones.
const REPLACED_BEFORE: SignedDuration = SignedDuration::from_mins(5);

/// Keys of an account; they cannot be printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Keys {
    /// Which key it is.
    pub id: String,
    /// The key.
    pub secret: String,
    /// What keys that end are sent with.
    pub session: Option<String>,
    /// When they end, if they do.
    pub expires: Option<Timestamp>,
}

impl Keys {
    /// Keys that do not end.
    #[must_use]
    pub fn lasting(id: &str, secret: &str, session: Option<&str>) -> Self {
        Keys { id: id.to_owned(), secret: secret.to_owned(), session: session.map(str::to_owned), expires: None }
    }

    /// Whether they are good for a request now, with some time to spare.
    #[must_use]
    pub fn are_good(&self, now: Timestamp) -> bool {
        self.expires.is_none_or(|end| end.duration_since(now) > REPLACED_BEFORE)
    }
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Keys").field("expires", &self.expires).finish_non_exhaustive()
    }
}
