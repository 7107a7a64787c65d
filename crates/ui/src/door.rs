//! Who asks, and what they may. Whoever serves these pages knows; pages only ask. A leaf module.

use crate::problem::Problem;
use futures::future::BoxFuture;
use http::HeaderMap;
use rbac::{Request, Subject};

/// Somebody who asks.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct User {
    /// What policies know them by.
    pub subject: Subject,
    /// What people know them by; empty for somebody who is not signed in.
    pub name: String,
    /// Who vouches for them.
    pub issuer: String,
}

/// A sign-in that worked.
pub struct SignedIn {
    /// The values of the `Set-Cookie` headers that carry the session.
    pub cookies: Vec<String>,
}

/// Who asks, and what they may.
pub trait Door: Send + Sync + 'static {
    /// Who sends a request with these headers; `None` where nobody may without signing in first.
    fn who<'a>(&'a self, headers: &'a HeaderMap) -> BoxFuture<'a, Option<User>>;

    /// Whether they may.
    fn may(&self, user: &User, request: Request<'_>) -> bool;

    /// Signs somebody in.
    ///
    /// # Errors
    /// Why not, in words that tell nothing about which of both was wrong.
    fn sign_in<'a>(
        &'a self,
        headers: &'a HeaderMap,
        name: &'a str,
        password: &'a str,
    ) -> BoxFuture<'a, Result<SignedIn, Problem>>;

    /// Ends a session; gives the values of the `Set-Cookie` headers that take it from the browser.
    fn sign_out<'a>(&'a self, headers: &'a HeaderMap) -> BoxFuture<'a, Vec<String>>;

    /// Where somebody signs in with an account of elsewhere, where that is set up.
    fn elsewhere(&self) -> Option<String> {
        None
    }
}
