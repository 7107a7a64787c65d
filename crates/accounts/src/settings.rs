//! What `argocd-cm` and `argocd-secret` say about signing in.

use crate::account::{ADMIN, Account, Capability, read_tokens};
use crate::hidden::Hidden;
use crate::references::Reference;
use crate::single_sign_on::{SingleSignOn, duration};
use budget::Budget;
use jiff::Timestamp;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// The data of a ConfigMap.
pub type ConfigData = BTreeMap<String, String>;
/// The data of a Secret, decoded.
pub type SecretData = BTreeMap<String, Vec<u8>>;

/// Upstream's own session length.
const SESSION: Duration = Duration::from_secs(24 * 60 * 60);
/// Upstream's own rule for passwords.
const PASSWORD_PATTERN: &str = "^.{8,32}$";

/// Everything about signing in.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Local accounts by name; `admin` is always there.
    pub accounts: BTreeMap<String, Account>,
    /// What sessions and tokens are signed with (`server.secretkey`); none before the first start.
    pub signing_key: Option<Hidden<Vec<u8>>>,
    /// Whether who is not signed in has the default role.
    pub anonymous: bool,
    /// How long a session lasts.
    pub session: Duration,
    /// What a new password must match.
    pub password_pattern: String,
    /// Addresses of the server, the first being its own (`url`, `additionalUrls`).
    pub urls: Vec<String>,
    /// The provider that people sign in with.
    pub single_sign_on: Option<SingleSignOn>,
    /// Do not check the provider's certificate.
    pub trusts_any_certificate: bool,
}

/// A setting that could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Which object and key.
    pub key: String,
    /// What is wrong, what is expected; no value of a Secret.
    pub problem: String,
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.key, self.problem)
    }
}

impl Settings {
    /// Reads both objects' data; what cannot be read is told beside it and never gives more rights.
    ///
    /// `lookup` finds keys of other Secrets, for references `$name:key`.
    #[must_use]
    pub fn read(
        config: &ConfigData,
        secret: &SecretData,
        lookup: impl Fn(Reference<'_>) -> Option<String>,
    ) -> (Self, Vec<Problem>) {
        let mut problems = Vec::new();
        let accounts = accounts(config, secret, &mut problems);
        let resolve = |reference: Reference<'_>| match reference.secret {
            None => text(secret, reference.key),
            Some(_) => lookup(reference),
        };
        let settings = Settings {
            accounts,
            signing_key: secret.get("server.secretkey").filter(|key| !key.is_empty()).cloned().map(Hidden::new),
            anonymous: get(config, "users.anonymous.enabled") == "true",
            session: session(config, &mut problems),
            password_pattern: Some(get(config, "passwordPattern"))
                .filter(|text| !text.is_empty())
                .unwrap_or(PASSWORD_PATTERN)
                .to_owned(),
            urls: urls(config, &mut problems),
            single_sign_on: single_sign_on(config, resolve, &mut problems),
            trusts_any_certificate: get(config, "oidc.tls.insecure.skip.verify") == "true",
        };
        (settings, problems)
    }
}

fn get<'a>(config: &'a ConfigData, key: &str) -> &'a str {
    config.get(key).map_or("", |text| text.trim())
}

fn text(secret: &SecretData, key: &str) -> Option<String> {
    secret.get(key).and_then(|bytes| String::from_utf8(bytes.clone()).ok())
}

fn session(config: &ConfigData, problems: &mut Vec<Problem>) -> Duration {
    let key = "users.session.duration";
    match get(config, key) {
        "" => SESSION,
        text => duration(key, text).unwrap_or_else(|problem| {
            problems.push(Problem { key: format!("argocd-cm, {key}"), problem });
            SESSION
        }),
    }
}

fn urls(config: &ConfigData, problems: &mut Vec<Problem>) -> Vec<String> {
    let own = Some(get(config, "url").to_owned()).filter(|url| !url.is_empty());
    let more = get(config, "additionalUrls");
    let listed = yaml::parse_one(more.as_bytes(), yaml::Dialect::V2, &mut Budget::default());
    let listed = match listed {
        _ if more.is_empty() => Vec::new(),
        Ok(Value::Array(items)) => items.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        Ok(_) | Err(_) => {
            let problem = "expected a list of addresses".to_owned();
            problems.push(Problem { key: "argocd-cm, additionalUrls".to_owned(), problem });
            Vec::new()
        }
    };
    own.into_iter().chain(listed).collect()
}

fn single_sign_on(
    config: &ConfigData,
    lookup: impl Fn(Reference<'_>) -> Option<String>,
    problems: &mut Vec<Problem>,
) -> Option<SingleSignOn> {
    if get(config, "oidc.config").is_empty() {
        if !get(config, "dex.config").is_empty() {
            let problem = "no Dex is bundled; run one, and name it in oidc.config".to_owned();
            problems.push(Problem { key: "argocd-cm, dex.config".to_owned(), problem });
        }
        return None;
    }
    match SingleSignOn::read(get(config, "oidc.config"), lookup) {
        Ok(found) => Some(found),
        Err(problem) => {
            problems.push(Problem { key: "argocd-cm, oidc.config".to_owned(), problem });
            None
        }
    }
}

fn accounts(config: &ConfigData, secret: &SecretData, problems: &mut Vec<Problem>) -> BTreeMap<String, Account> {
    let mut admin = Account { capabilities: BTreeSet::from([Capability::Login]), ..Account::empty() };
    enable(&mut admin, config, "admin.enabled", problems);
    let mut accounts = BTreeMap::from([(ADMIN.to_owned(), admin)]);
    for (key, value) in config.iter().filter(|(key, _)| key.starts_with("accounts.")) {
        let (name, setting) = match key.split('.').collect::<Vec<_>>().as_slice() {
            [_, name] => (*name, ""),
            [_, name, setting] => (*name, *setting),
            _ => {
                let problem = "expected accounts.<name> or accounts.<name>.enabled".to_owned();
                problems.push(Problem { key: format!("argocd-cm, {key}"), problem });
                continue;
            }
        };
        let account = accounts.entry(name.to_owned()).or_insert_with(Account::empty);
        match setting {
            "" => capabilities(account, key, value, problems),
            "enabled" => enable(account, config, key, problems),
            _ => {}
        }
    }
    for (name, account) in &mut accounts {
        let prefix = if name == ADMIN { ADMIN.to_owned() } else { format!("accounts.{name}") };
        keep(account, secret, &prefix, problems);
    }
    accounts
}

fn capabilities(account: &mut Account, key: &str, value: &str, problems: &mut Vec<Problem>) {
    for word in value.split(',').map(str::trim).filter(|word| !word.is_empty()) {
        match Capability::parse(word) {
            Some(capability) => {
                account.capabilities.insert(capability);
            }
            None => {
                let problem = "an account can have login and apiKey".to_owned();
                problems.push(Problem { key: format!("argocd-cm, {key}"), problem });
            }
        }
    }
}

/// What cannot be read as a flag disables the account: upstream refuses to start then.
fn enable(account: &mut Account, config: &ConfigData, key: &str, problems: &mut Vec<Problem>) {
    account.enabled = match get(config, key) {
        "" => config.get(key).is_none(),
        "true" | "True" | "TRUE" | "t" | "T" | "1" => true,
        "false" | "False" | "FALSE" | "f" | "F" | "0" => false,
        _ => false,
    };
    if !account.enabled && !matches!(get(config, key), "false" | "False" | "FALSE" | "f" | "F" | "0") {
        let problem = "expected true or false; the account is disabled".to_owned();
        problems.push(Problem { key: format!("argocd-cm, {key}"), problem });
    }
}

/// What the Secret holds of an account.
fn keep(account: &mut Account, secret: &SecretData, prefix: &str, problems: &mut Vec<Problem>) {
    let text = |suffix: &str| text(secret, &format!("{prefix}.{suffix}"));
    let mut problem = |suffix: &str, problem: &str| {
        problems.push(Problem { key: format!("argocd-secret, {prefix}.{suffix}"), problem: problem.to_owned() });
    };
    account.password_hash = text("password").filter(|hash| !hash.is_empty()).map(Hidden::new);
    if let Some(changed) = text("passwordMtime") {
        account.password_changed = changed.trim().parse::<Timestamp>().ok();
        if account.password_changed.is_none() {
            // Nobody knows then which tokens were issued before.
            account.enabled = false;
            problem("passwordMtime", "expected a time such as 2026-01-31T12:00:00Z; the account is disabled");
        }
    }
    match read_tokens(&text("tokens").unwrap_or_default()) {
        Some(tokens) => account.tokens = tokens,
        None => problem("tokens", "expected a list of {id, iat, exp}; the account has no tokens"),
    }
}
