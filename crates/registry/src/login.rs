//! Who we are to a registry.

use crate::problem::Problem;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use reqwest::header::HeaderValue;
use web::Secret;

/// Who we are to a registry.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Login {
    /// Nobody in particular.
    #[default]
    Anonymous,
    /// A name and a password or token.
    Basic {
        /// Name.
        username: String,
        /// Password or token.
        password: Secret,
    },
    /// A token of the registry itself.
    Bearer(Secret),
}

/// Text that holds no credentials. Never quotes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the credentials are not of the form user:password")]
pub struct LoginError;

impl Login {
    /// Reads `user:password`. A line feed at the end does not count.
    ///
    /// # Errors
    /// When it is something else.
    pub fn parse(text: &str) -> Result<Login, LoginError> {
        let (username, password) = text.trim_end_matches(['\r', '\n']).split_once(':').ok_or(LoginError)?;
        if username.is_empty() {
            return Err(LoginError);
        }
        Ok(Login::Basic { username: username.to_owned(), password: password.into() })
    }

    /// The header that says it.
    pub(crate) fn header(&self) -> Result<Option<HeaderValue>, Problem> {
        match self {
            Login::Anonymous => Ok(None),
            Login::Basic { username, password } => {
                let pair = format!("{username}:{}", password.reveal());
                sensitive(&format!("Basic {}", STANDARD.encode(pair))).map(Some)
            }
            Login::Bearer(token) => bearer(token.reveal()).map(Some),
        }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pair_is_read_and_nothing_else() {
        let login = Login::Basic { username: "u".into(), password: "p:q".into() };
        assert_eq!(Login::parse("u:p:q\n"), Ok(login.clone()));
        assert!(!format!("{login:?}").contains("p:q"));
        for odd in ["", "u", ":p"] {
            assert_eq!(Login::parse(odd), Err(LoginError), "{odd:?}");
        }
    }
}
