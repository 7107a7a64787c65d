//! Changes to accounts, as changes to keys of the two objects that hold them.

use crate::account::{ADMIN, Account, Token, write_tokens};
use jiff::Timestamp;
use std::collections::BTreeMap;
use std::fmt;

/// Keys to set and keys to take away (`None`) in `argocd-secret` and `argocd-cm`. Written as one guarded change each.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Edit {
    /// In `argocd-secret`.
    pub secret: BTreeMap<String, Option<String>>,
    /// In `argocd-cm`.
    pub config: BTreeMap<String, Option<String>>,
}

impl fmt::Debug for Edit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let keys: Vec<&String> = self.secret.keys().collect();
        f.debug_struct("Edit").field("secret", &keys).field("config", &self.config).finish()
    }
}

/// Why an account cannot be changed so.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EditError {
    /// It has a token of that identity.
    #[error("account already has token with id '{0}'")]
    TokenExists(String),
    /// It has no such token.
    #[error("token with id '{0}' does not exist")]
    TokenMissing(String),
    /// More tokens than one account may have.
    #[error("an account may have {0} tokens; delete some first")]
    TooManyTokens(usize),
}

/// Tokens of one account at most: they share one Secret, which ends at 1 MiB.
const TOKENS_MAX: usize = 1_000;

fn key(name: &str, suffix: &str) -> String {
    if name == ADMIN { format!("{ADMIN}.{suffix}") } else { format!("accounts.{name}.{suffix}") }
}

/// Another password, from which on everything issued before is void.
#[must_use]
pub fn set_password(name: &str, hash: &str, now: Timestamp) -> Edit {
    let seconds = Timestamp::from_second(now.as_second()).unwrap_or(now);
    let secret = [("password", hash.to_owned()), ("passwordMtime", seconds.to_string())];
    Edit { secret: secret.map(|(suffix, text)| (key(name, suffix), Some(text))).into(), config: BTreeMap::new() }
}

/// One more token. Those that expired are forgotten on the way.
///
/// # Errors
/// When the account has one of that identity, or too many.
pub fn add_token(name: &str, account: &Account, token: Token, now: Timestamp) -> Result<Edit, EditError> {
    if account.token(&token.id).is_some() {
        return Err(EditError::TokenExists(token.id));
    }
    let is_alive = |token: &&Token| token.expires_at == 0 || token.expires_at > now.as_second();
    let mut tokens: Vec<Token> = account.tokens.iter().filter(is_alive).cloned().collect();
    if tokens.len() >= TOKENS_MAX {
        return Err(EditError::TooManyTokens(TOKENS_MAX));
    }
    tokens.push(token);
    Ok(with_tokens(name, &tokens))
}

/// One token less.
///
/// # Errors
/// When the account has none of that identity.
pub fn remove_token(name: &str, account: &Account, id: &str) -> Result<Edit, EditError> {
    account.token(id).ok_or_else(|| EditError::TokenMissing(id.to_owned()))?;
    let tokens: Vec<Token> = account.tokens.iter().filter(|token| token.id != id).cloned().collect();
    Ok(with_tokens(name, &tokens))
}

fn with_tokens(name: &str, tokens: &[Token]) -> Edit {
    let text = (!tokens.is_empty()).then(|| write_tokens(tokens));
    Edit { secret: BTreeMap::from([(key(name, "tokens"), text)]), config: BTreeMap::new() }
}
