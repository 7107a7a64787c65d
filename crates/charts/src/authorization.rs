//! The header that says who we are.

use crate::problem::Problem;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use git::Credentials;
use reqwest::header::HeaderValue;

/// The header of these credentials.
///
/// # Errors
/// When they do not fit HTTP.
pub(crate) fn header(credentials: &Credentials) -> Result<Option<HeaderValue>, Problem> {
    match credentials {
        Credentials::Anonymous => Ok(None),
        Credentials::Basic { username, password } => {
            sensitive(&format!("Basic {}", STANDARD.encode(format!("{username}:{}", password.reveal())))).map(Some)
        }
        Credentials::Bearer(token) => sensitive(&format!("Bearer {}", token.reveal())).map(Some),
        _ => Err(Problem::BadCredentials { why: "an ssh key does not fit a chart repository".into() }),
    }
}

pub(crate) fn bearer(token: &str) -> Result<HeaderValue, Problem> {
    sensitive(&format!("Bearer {token}"))
}

fn sensitive(text: &str) -> Result<HeaderValue, Problem> {
    let mut value = HeaderValue::from_str(text)
        .map_err(|_| Problem::BadCredentials { why: "they hold characters that HTTP does not allow".into() })?;
    value.set_sensitive(true);
    Ok(value)
}
