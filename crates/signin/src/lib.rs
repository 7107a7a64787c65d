//! Signing in: local accounts with passwords, sessions and tokens, tokens of projects' roles, and single sign-on.
//!
//! Start reading at [`SignIn`]: [`SignIn::login`] gives a session for a password, [`SignIn::identify`] says who shows a
//! token, [`SignIn::begin`] and [`SignIn::finish`] go to a provider and back. [`Store`] keeps accounts in the cluster.
//!
//! Rules that need neither cryptography nor a network are `accounts`'. What somebody may do is `rbac`'s to say; requests,
//! cookies and answers are the server's.

mod entropy;

mod cryptography;
mod token;

mod passwords;

mod identity;

mod own_tokens;

mod sso;

mod service;

mod return_url;
mod sealed;

mod browser;

mod bootstrap;
pub mod store;

pub use bootstrap::{Bootstrap, Found, plan_bootstrap};
pub use browser::{Begin, Callback, CallbackError, Finished, STATE_SECONDS, Started};
pub use entropy::Entropy;
pub use identity::{Identity, LoginError, TokenError};
pub use return_url::is_allowed_return;
pub use service::{Parts, SignIn};
pub use sso::Provider;
pub use store::Store;
pub use token::{ISSUER, TOKEN_BYTES_MAX};
