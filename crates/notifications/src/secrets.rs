//! Values that no message may show. A leaf module.

use std::collections::BTreeMap;
use std::fmt;

/// What stands where a secret value stood.
const HIDDEN: &str = "***";
/// Shorter values are not looked for: they would blot out words that hold them by chance.
const HIDDEN_BYTES_MIN: usize = 4;

/// The values of a Secret by key. Cannot be printed.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Secrets(BTreeMap<String, Vec<u8>>);

impl Secrets {
    /// These values.
    #[must_use]
    pub fn new(values: BTreeMap<String, Vec<u8>>) -> Self {
        Secrets(values)
    }

    /// The value of a key, as text.
    #[must_use]
    pub fn text(&self, key: &str) -> Option<String> {
        self.0.get(key).map(|value| String::from_utf8_lossy(value).into_owned())
    }

    /// The values by key: for services and templates only, never for messages.
    #[must_use]
    pub fn reveal(&self) -> &BTreeMap<String, Vec<u8>> {
        &self.0
    }

    /// `text` without any of the values in it.
    #[must_use]
    pub fn redacted(&self, text: &str) -> String {
        let mut values: Vec<String> =
            self.0.values().map(|value| String::from_utf8_lossy(value).into_owned()).collect();
        values.extend(values.clone().iter().flat_map(|value| value.lines().map(str::to_owned).collect::<Vec<_>>()));
        // The longest first: a part of one must not keep the whole from being found.
        values.sort_by_key(|value| std::cmp::Reverse(value.len()));
        let mut text = text.to_owned();
        for value in values.iter().map(|value| value.trim()).filter(|value| value.len() >= HIDDEN_BYTES_MIN) {
            if text.contains(value) {
                text = text.replace(value, HIDDEN);
            }
        }
        text
    }

    /// `text` with every `$key` that is known in place of its value, and the keys that are not.
    #[must_use]
    pub(crate) fn resolved(&self, text: &str) -> (String, Vec<String>) {
        let (mut out, mut missing, mut rest) = (String::new(), Vec::new(), text);
        while let Some(at) = rest.find('$') {
            let (before, behind) = (&rest[..at], &rest[at + 1..]);
            let is_part = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
            let length = behind.bytes().take_while(|byte| is_part(*byte)).count();
            let (key, after) = behind.split_at(length);
            out.push_str(before);
            match self.text(key).filter(|_| length > 0) {
                Some(value) => out.push_str(&value),
                None => {
                    out.push('$');
                    out.push_str(key);
                    missing.extend((length > 0).then(|| key.to_owned()));
                }
            }
            rest = after;
        }
        out.push_str(rest);
        (out, missing)
    }
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Secrets({} keys)", self.0.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secrets() -> Secrets {
        let values = [("slack-token", "xoxb-1234"), ("key", "-----BEGIN\nabcdef\n"), ("n", "1")];
        Secrets::new(values.iter().map(|(key, value)| ((*key).to_owned(), value.as_bytes().to_vec())).collect())
    }

    #[test]
    fn keys_are_resolved_wherever_they_stand() {
        assert_eq!(secrets().resolved("Bearer $slack-token!"), ("Bearer xoxb-1234!".to_owned(), vec![]));
        assert_eq!(secrets().resolved("$n$n $ $none"), ("11 $ $none".to_owned(), vec!["none".to_owned()]));
    }

    #[test]
    fn nothing_of_a_secret_is_told() {
        let told = secrets().redacted("POST ?token=xoxb-1234 with abcdef 1");
        assert_eq!(told, "POST ?token=*** with *** 1");
        assert_eq!(format!("{:?}", secrets()), "Secrets(3 keys)");
    }
}
