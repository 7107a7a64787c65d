//! Repositories as people see them: without their secrets.

use crate::control_plane::Stored;
use serde_json::{Map, Value, json};

/// The keys that are shown, each with its name in upstream's output.
const SHOWN: [(&str, &str); 14] = [
    ("url", "repo"),
    ("name", "name"),
    ("type", "type"),
    ("project", "project"),
    ("username", "username"),
    ("enableOCI", "enableOCI"),
    ("enableLfs", "enableLfs"),
    ("insecure", "insecure"),
    ("insecureOCIForceHttp", "insecureOCIForceHttp"),
    ("proxy", "proxy"),
    ("noProxy", "noProxy"),
    ("githubAppID", "githubAppID"),
    ("githubAppInstallationID", "githubAppInstallationID"),
    ("githubAppEnterpriseBaseUrl", "githubAppEnterpriseBaseUrl"),
];

/// The keys that say who one is.
const CREDENTIALS: [&str; 7] = [
    "username",
    "password",
    "bearerToken",
    "sshPrivateKey",
    "tlsClientCertData",
    "githubAppPrivateKey",
    "gcpServiceAccountKey",
];

/// One of them, without its secrets.
pub(super) fn shown(own: &Stored) -> Value {
    let mut value = Map::new();
    for (key, name) in SHOWN {
        let text = own.get(key);
        let typed = match text {
            "" => continue,
            "true" => json!(true),
            "false" => continue,
            _ => text.parse::<i64>().map_or_else(|_| json!(text), |number| json!(number)),
        };
        value.insert(name.to_owned(), typed);
    }
    Value::Object(value)
}

/// Whether it says who one is.
pub(super) fn has_credentials(own: &Stored) -> bool {
    CREDENTIALS.iter().any(|key| !own.get(key).is_empty())
}
