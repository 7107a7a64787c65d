//! References to keys of Secrets within configuration: `$key` of `argocd-secret`, `$name:key` of another Secret that is
//! labelled for it.

/// What a text refers to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reference<'a> {
    /// The Secret; `None`: `argocd-secret`.
    pub secret: Option<&'a str>,
    /// The key in it.
    pub key: &'a str,
}

/// The reference that a text is; `None` when it stands for itself.
#[must_use]
pub fn reference(text: &str) -> Option<Reference<'_>> {
    let name = text.strip_prefix('$').filter(|name| !name.is_empty())?;
    Some(match name.split_once(':') {
        Some((secret, key)) => Reference { secret: Some(secret), key },
        None => Reference { secret: None, key: name },
    })
}

/// The text with a reference replaced by what it refers to; `None` when that is not there.
///
/// Upstream leaves such a text as it is and then uses the name as the secret; here it stays without one.
pub fn resolve(text: &str, lookup: impl Fn(Reference<'_>) -> Option<String>) -> Option<String> {
    match reference(text.trim()) {
        Some(reference) => lookup(reference).map(|value| value.trim().to_owned()),
        None => Some(text.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_name_a_key_or_a_secret_and_a_key() {
        assert_eq!(reference("$a.b"), Some(Reference { secret: None, key: "a.b" }));
        assert_eq!(reference("$other:a.b"), Some(Reference { secret: Some("other"), key: "a.b" }));
        assert_eq!(reference("plain"), None);
        assert_eq!(reference("$"), None);
        assert_eq!(resolve("$gone", |_| None), None);
        assert_eq!(resolve("$key", |_| Some("value\n".to_owned())).as_deref(), Some("value"));
    }
}
