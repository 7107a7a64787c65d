//! What the control plane's ConfigMap `argocd-image-updater-config` says.

use api::GoDuration;
use budget::Budget;
use images::Registries;
use std::collections::BTreeMap;
use std::time::Duration;

/// The ConfigMap.
pub const CONFIG: &str = "argocd-image-updater-config";

/// How often registries are asked, unless said otherwise; upstream's interval.
const INTERVAL: Duration = Duration::from_secs(120);

/// The shortest interval.
const INTERVAL_MIN: Duration = Duration::from_secs(1);

/// What commits are signed with.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum SigningMethod {
    /// What the key is of.
    #[default]
    ByKey,
    /// OpenPGP, by the program `gpg`.
    OpenPgp,
    /// SSH.
    Ssh,
}

/// All of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// How often registries are asked.
    pub interval: Duration,
    /// How they are reached.
    pub registries: Registries,
    /// Certificate authorities by host, PEM: what `argocd-tls-certs-cm` says.
    pub authorities: BTreeMap<String, String>,
    /// The author of commits.
    pub author: (String, String),
    /// The template of their messages.
    pub message: Option<String>,
    /// Whether messages end with `Signed-off-by`.
    pub sign_off: bool,
    /// The key that signs commits: a path, `secret:<namespace>/<name>#<field>`, or a key of OpenPGP by id or mail address.
    pub signing_key: Option<String>,
    /// What it signs with.
    pub signing_method: SigningMethod,
    /// What is wrong with it; what is right counts all the same.
    pub problems: Vec<String>,
}

impl Settings {
    /// Reads the ConfigMap's data.
    #[must_use]
    pub fn read(data: &BTreeMap<String, String>) -> Settings {
        let said = |key: &str| data.get(key).map(|text| text.trim()).filter(|text| !text.is_empty());
        let mut problems = Vec::new();
        let registries = said("registries.conf").map(|text| Registries::parse(text, &mut Budget::default()));
        let registries = registries.unwrap_or_else(|| Ok(Registries::default())).unwrap_or_else(|error| {
            problems.push(error.to_string());
            Registries::default()
        });
        let interval = said("interval").map(GoDuration::parse).and_then(|parsed| match parsed {
            Ok(duration) => Some(duration.to_std()),
            Err(error) => {
                problems.push(format!("interval: {error}"));
                None
            }
        });
        let signing_method = match said("git.commit-signing-method") {
            None => SigningMethod::ByKey,
            Some("openpgp") => SigningMethod::OpenPgp,
            Some("ssh") => SigningMethod::Ssh,
            Some(other) => {
                problems.push(format!("git.commit-signing-method is {other:?}; openpgp or ssh is expected"));
                SigningMethod::ByKey
            }
        };
        let author =
            (said("git.user").unwrap_or("argocd-image-updater"), said("git.email").unwrap_or("noreply@argoproj.io"));
        Settings {
            interval: interval.unwrap_or(INTERVAL).max(INTERVAL_MIN),
            registries,
            authorities: BTreeMap::new(),
            author: (author.0.to_owned(), author.1.to_owned()),
            message: said("git.commit-message-template").map(str::to_owned),
            sign_off: said("git.commit-sign-off") == Some("true"),
            signing_key: said("git.commit-signing-key").map(str::to_owned),
            signing_method,
            problems,
        }
    }
}

impl Default for Settings {
    fn default() -> Self {
        Settings::read(&BTreeMap::new())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wrong_is_told_and_the_rest_counts() {
        let read = |pairs: &[(&str, &str)]| {
            Settings::read(&pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect())
        };
        let settings = read(&[("interval", "30s"), ("git.user", "bot"), ("registries.conf", "registries: 1")]);
        assert_eq!((settings.interval.as_secs(), settings.author.0.as_str()), (30, "bot"));
        assert!(settings.problems.len() == 1 && settings.problems[0].starts_with("registries.conf"));
        assert_eq!(read(&[("interval", "soon")]).interval, INTERVAL);
        assert!(read(&[("git.commit-signing-method", "x509")]).problems[0].contains("openpgp or ssh"));
        for (word, method) in [("openpgp", SigningMethod::OpenPgp), ("ssh", SigningMethod::Ssh)] {
            assert_eq!(read(&[("git.commit-signing-method", word)]).signing_method, method);
        }
    }
}
