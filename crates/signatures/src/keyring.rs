//! The OpenPGP keys that are trusted.

use crate::openpgp::{KeyError, PublicKey, read_keys};
use std::collections::BTreeMap;

/// The OpenPGP keys that are trusted, by their identity.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Keyring(BTreeMap<String, PublicKey>);

/// An entry that is no key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyringProblem {
    /// Its name is none that a key could have.
    #[error("error validating key ID {name:?} in GPG keys configmap: '{name}' is not a valid GnuPG key ID")]
    Name {
        /// The entry's name.
        name: String,
    },
    /// Its content is no key.
    #[error("error parsing GPG key for entry {name:?}: {error}")]
    Content {
        /// The entry's name.
        name: String,
        /// What is wrong.
        error: KeyError,
    },
    /// It holds several.
    #[error("error parsing GPG key for entry {name:?}: more than one key found in input data")]
    Several {
        /// The entry's name.
        name: String,
    },
    /// It holds another one.
    #[error("key parsed for entry with key ID '{name}' had different key ID '{found}'")]
    Other {
        /// The entry's name.
        name: String,
        /// The key that was found.
        found: String,
    },
}

impl Keyring {
    /// The keys in a ConfigMap's data, and what of it is none: such entries trust nobody.
    #[must_use]
    pub fn read(data: &BTreeMap<String, String>) -> (Self, Vec<KeyringProblem>) {
        let (mut keys, mut problems) = (BTreeMap::new(), Vec::new());
        for (name, text) in data {
            match entry(name, text) {
                Ok(key) => drop(keys.insert(key.key_id().to_owned(), key)),
                Err(problem) => problems.push(problem),
            }
        }
        (Keyring(keys), problems)
    }

    /// The keys, in order of their identities.
    pub fn keys(&self) -> impl Iterator<Item = &PublicKey> + Clone {
        self.0.values()
    }

    /// The key of that identity or fingerprint.
    #[must_use]
    pub fn get(&self, id: &str) -> Option<&PublicKey> {
        self.0.get(&key_id(id)?)
    }
}

fn entry(name: &str, text: &str) -> Result<PublicKey, KeyringProblem> {
    let name = name.to_owned();
    let Some(id) = key_id(&name) else { return Err(KeyringProblem::Name { name }) };
    let mut keys = match read_keys(text.as_bytes()) {
        Ok(keys) => keys,
        Err(error) => return Err(KeyringProblem::Content { name, error }),
    };
    match keys.pop() {
        Some(key) if keys.is_empty() && key.key_id() == id => Ok(key),
        Some(key) if keys.is_empty() => Err(KeyringProblem::Other { name, found: key.key_id().to_owned() }),
        _ => Err(KeyringProblem::Several { name }),
    }
}

/// The 16 digits that a key goes by, of those or of the whole fingerprint; `None` for anything else.
#[must_use]
pub fn key_id(text: &str) -> Option<String> {
    let is_hex = text.bytes().all(|byte| byte.is_ascii_hexdigit());
    match text.len() {
        16 if is_hex => Some(text.to_ascii_uppercase()),
        40 if is_hex => Some(text[24..].to_ascii_uppercase()),
        _ => None,
    }
}
