//! A local account.

use crate::hidden::Hidden;
use jiff::Timestamp;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::fmt;

/// The account that is always there.
pub const ADMIN: &str = "admin";

/// What an account may be used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Capability {
    /// Sign in with a password.
    Login,
    /// Have tokens for programs.
    ApiKey,
}

impl Capability {
    /// Its name in `argocd-cm` and in tokens.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Capability::Login => "login",
            Capability::ApiKey => "apiKey",
        }
    }

    /// The capability of that name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        [Capability::Login, Capability::ApiKey].into_iter().find(|capability| capability.as_str() == name)
    }
}

impl fmt::Display for Capability {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A token that was issued to an account. The token itself is nowhere kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// Its identity.
    pub id: String,
    /// When it was issued, in seconds since 1970.
    pub issued_at: i64,
    /// When it expires, in seconds since 1970; 0 never.
    pub expires_at: i64,
}

/// A local account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// The bcrypt hash of its password; none: nobody can sign in with one.
    pub password_hash: Option<Hidden<String>>,
    /// When its password was last changed: what was issued before is void.
    pub password_changed: Option<Timestamp>,
    /// Whether it may be used.
    pub enabled: bool,
    /// What for.
    pub capabilities: BTreeSet<Capability>,
    /// Tokens issued to it.
    pub tokens: Vec<Token>,
}

impl Account {
    pub(crate) fn empty() -> Self {
        Account {
            password_hash: None,
            password_changed: None,
            enabled: true,
            capabilities: BTreeSet::new(),
            tokens: Vec::new(),
        }
    }

    /// Whether it may be used for this.
    #[must_use]
    pub fn can(&self, capability: Capability) -> bool {
        self.capabilities.contains(&capability)
    }

    /// The token of that identity.
    #[must_use]
    pub fn token(&self, id: &str) -> Option<&Token> {
        self.tokens.iter().find(|token| token.id == id)
    }
}

/// `[{"id": …, "iat": …, "exp": …}]`, as the Secret keeps them.
pub(crate) fn write_tokens(tokens: &[Token]) -> String {
    let tokens: Vec<Value> = tokens
        .iter()
        .map(|token| {
            let mut value = json!({"id": token.id, "iat": token.issued_at});
            if token.expires_at != 0 {
                value["exp"] = token.expires_at.into();
            }
            value
        })
        .collect();
    Value::from(tokens).to_string()
}

pub(crate) fn read_tokens(text: &str) -> Option<Vec<Token>> {
    if text.trim().is_empty() {
        return Some(Vec::new());
    }
    let read = |value: &Value| {
        Some(Token {
            id: value.get("id")?.as_str()?.to_owned(),
            issued_at: value.get("iat")?.as_i64()?,
            expires_at: value.get("exp").map_or(Some(0), Value::as_i64)?,
        })
    };
    serde_json::from_str::<Option<Vec<Value>>>(text).ok()?.unwrap_or_default().iter().map(read).collect()
}
