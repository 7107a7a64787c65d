//! Who may sign in, as `argocd-cm` and `argocd-secret` say it: local accounts with passwords and tokens, single sign-on,
//! and the rules around them: limits on guessing, void tokens, what a token's claims mean.
//!
//! Start reading at [`Settings::read`]. Changes are [`Edit`]s: keys to set, for others to write.
//!
//! This crate knows neither cryptography nor the cluster nor the clock: data and times are handed in. What must not be
//! printed is [`Hidden`].

mod hidden;

mod account;

mod references;

mod single_sign_on;

mod settings;

mod edit;

mod claims;

mod attempts;

mod revoked;

mod password;

mod project_tokens;

pub use account::{ADMIN, Account, Capability, Token};
pub use attempts::{AttemptLimits, Attempts, Known};
pub use claims::{Claims, GROUPS_MAX};
pub use edit::{Edit, EditError, add_token, remove_token, set_password};
pub use hidden::Hidden;
pub use password::{NAME_BYTES_MAX, PASSWORD_BYTES_MAX, PasswordError, check_new_password};
pub use project_tokens::ProjectTokens;
pub use references::{Reference, reference, resolve};
pub use revoked::Revoked;
pub use settings::{ConfigData, Problem, SecretData, Settings};
pub use single_sign_on::{SingleSignOn, UserInfo};
