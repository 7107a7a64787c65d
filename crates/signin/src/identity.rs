//! Who somebody was found to be, and why somebody was not let in.

use accounts::Claims;
use jiff::Timestamp;

/// Somebody who showed a token that holds.
#[derive(Debug, Clone, PartialEq)]
pub struct Identity {
    /// The subject that policies speak of: an account's name, a user's identity, or `proj:<project>:<role>`.
    pub subject: String,
    /// What to call them: an address of mail where the provider gives one.
    pub username: String,
    /// Who vouches: `argocd` for local accounts.
    pub issuer: String,
    /// Until when; `None`: for ever.
    pub expires: Option<Timestamp>,
    /// A new token to hand out, when a session is about to end.
    pub renewed: Option<String>,
    /// What the token says.
    pub claims: Claims,
}

impl Identity {
    /// The groups that the token vouches for, in these claims.
    #[must_use]
    pub fn groups(&self, scopes: &[String]) -> Vec<String> {
        self.claims.groups(scopes)
    }

    /// Whether it is a local account or a project's role.
    #[must_use]
    pub fn is_local(&self) -> bool {
        self.issuer == crate::token::ISSUER
    }
}

/// Why a password was not enough. Everything that would tell whether an account exists reads the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LoginError {
    /// Name or password is missing. Status 401.
    #[error("no credentials supplied")]
    Blank,
    /// The name is longer than any account's. Status 400.
    #[error("Username is too long ({} bytes max)", accounts::NAME_BYTES_MAX)]
    LongName,
    /// No such account, a wrong password, too many failures, too many at a time, or an account that may not sign in.
    /// Status 401.
    #[error("Invalid username or password")]
    Invalid,
    /// The server has no key to sign with yet. Status 503.
    #[error("the server is not ready: argocd-secret has no server.secretkey")]
    NotReady,
}

/// Why a token does not hold. The text is for logs; whoever shows the token learns that it does not hold.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// It is no token, or not signed as it must be.
    #[error("the token cannot be read or its signature does not hold")]
    Unreadable,
    /// Nobody known issued it.
    #[error("the token's issuer is not known")]
    Issuer,
    /// It has expired, and may be replaced by signing in again.
    #[error("the token has expired")]
    Expired,
    /// It is not valid yet.
    #[error("the token is not valid yet")]
    Early,
    /// A claim is missing or not what it must be.
    #[error("the token's claim {0} is missing or not what it must be")]
    Claim(&'static str),
    /// It was signed out, or deleted.
    #[error("the token is revoked, please re-login")]
    Revoked,
    /// Its account or role is gone, disabled, or may not do this; or its password changed since.
    #[error("the token's account cannot be used: {0}")]
    Account(&'static str),
    /// The provider cannot be asked for its keys.
    #[error("the provider of single sign-on cannot be asked: {0}")]
    Provider(String),
}
