//! What a signature is worth.

/// What a signature is worth.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Made by that key, of exactly these bytes.
    Good,
    /// Not made by that key, or not of these bytes.
    Bad,
    /// Good once; it said itself until when.
    ExpiredSignature,
    /// Made by a key that has expired.
    ExpiredKey,
    /// Made by a key that was revoked.
    RevokedKey,
    /// Made by a key that is not in the keyring.
    MissingKey,
    /// There is none.
    Unsigned,
    /// Nothing can be said of it, and why.
    Unsupported(String),
}

impl std::fmt::Display for Verdict {
    /// Upstream's words, where it has any.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Verdict::Good => "signed",
            Verdict::Bad => "bad signature",
            Verdict::ExpiredSignature => "expired signature",
            Verdict::ExpiredKey => "signed with expired key",
            Verdict::RevokedKey => "signed with revoked key",
            Verdict::MissingKey => "signed with key not in keyring",
            Verdict::Unsigned => "unsigned",
            Verdict::Unsupported(why) => return write!(f, "signed in a way that cannot be checked: {why}"),
        })
    }
}

/// A signature that was looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checked {
    /// What it is worth.
    pub verdict: Verdict,
    /// The key that made it: 16 hexadecimal digits, or `SHA256:…` for an SSH key; empty where it names none.
    pub key_id: String,
    /// The key that this one belongs to, where it is a part of another.
    pub primary_id: Option<String>,
    /// Until when that holds (seconds since 1970), where it ends by itself.
    pub until: Option<i64>,
}

impl Checked {
    /// A verdict that names no key.
    #[must_use]
    pub fn nobody(verdict: Verdict) -> Self {
        Checked { verdict, key_id: String::new(), primary_id: None, until: None }
    }

    /// The verdict on what carries no signature.
    #[must_use]
    pub fn unsigned() -> Self {
        Checked::nobody(Verdict::Unsigned)
    }

    pub(crate) fn by(key_id: String, verdict: Verdict) -> Self {
        Checked { key_id, ..Checked::nobody(verdict) }
    }
}
