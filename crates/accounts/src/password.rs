//! Rules for names and passwords.

use crate::settings::Settings;

/// Longest name that may sign in, in bytes: upstream's own, so that a flood of names stays small.
pub const NAME_BYTES_MAX: usize = 32;
/// Longest password, in bytes: bcrypt reads no more.
pub const PASSWORD_BYTES_MAX: usize = 72;
/// Largest compiled pattern for passwords.
const PATTERN_BYTES_MAX: usize = 1 << 20;

/// Why a password is not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PasswordError {
    /// It does not match the configured expression.
    #[error("new password does not match the following expression: {0}")]
    Pattern(String),
    /// The configured expression cannot be read, so nothing matches it.
    #[error("failed to compile password regex: set passwordPattern in argocd-cm to a regular expression")]
    BadPattern,
    /// It is longer than can be told apart.
    #[error("a password may have {PASSWORD_BYTES_MAX} bytes")]
    TooLong,
}

/// Whether a new password may be taken.
///
/// # Errors
/// Why not, without the password.
pub fn check_new_password(settings: &Settings, password: &str) -> Result<(), PasswordError> {
    let pattern = settings.password_pattern.as_str();
    let regex = regex::RegexBuilder::new(pattern).size_limit(PATTERN_BYTES_MAX).build();
    let regex = regex.map_err(|_| PasswordError::BadPattern)?;
    if password.len() > PASSWORD_BYTES_MAX {
        return Err(PasswordError::TooLong);
    }
    if regex.is_match(password) { Ok(()) } else { Err(PasswordError::Pattern(pattern.to_owned())) }
}
