//! Credentials from what people write.

use git::Credentials;

/// Credentials from two texts, of which none means nobody.
pub(super) fn basic(username: &str, password: &str) -> Credentials {
    if username.is_empty() && password.is_empty() {
        return Credentials::Anonymous;
    }
    Credentials::Basic { username: username.to_owned(), password: password.into() }
}
