//! Accounts as the two objects keep them, their changes, limits on guessing, and single sign-on's configuration.

mod attempts;
mod edits;
mod settings;
mod sign_on;

use accounts::{Problem, SecretData, Settings};
use std::collections::BTreeMap;

fn map(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs.iter().map(|(key, text)| ((*key).to_owned(), (*text).to_owned())).collect()
}

fn secret(pairs: &[(&str, &str)]) -> SecretData {
    pairs.iter().map(|(key, text)| ((*key).to_owned(), text.as_bytes().to_vec())).collect()
}

fn read(config: &[(&str, &str)], kept: &[(&str, &str)]) -> (Settings, Vec<String>) {
    let (settings, problems) = Settings::read(&map(config), &secret(kept), |reference| {
        (reference.secret == Some("other") && reference.key == "key").then(|| "from another".to_owned())
    });
    (settings, problems.iter().map(Problem::to_string).collect())
}
