//! Single sign-on with OpenID Connect: <https://openid.net/specs/openid-connect-core-1_0.html>, the code flow with PKCE
//! (RFC 7636), discovery, and the provider's keys.
//!
//! Start reading at [`Provider`]. A session is the provider's own identity token, as upstream has it, so that the command
//! line may bring one that it fetched itself.

pub(crate) mod fetch;

pub(crate) mod discovery;
mod keys;

mod id_token;
mod user_info;

mod provider;

pub use provider::Provider;
