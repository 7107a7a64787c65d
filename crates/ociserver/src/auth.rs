//! Who may ask.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::HeaderMap;
use http::header::AUTHORIZATION;

/// Who may ask.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Auth {
    /// Everybody.
    #[default]
    Anybody,
    /// Who knows this name and password.
    Basic(String, String),
    /// Who has a token, which is given to who knows this name and password.
    Token(String, String),
    /// Who has a token, which is given to everybody.
    AnonymousToken,
}

impl Auth {
    /// Whether a request for `scope` may be answered.
    pub(crate) fn admits(&self, headers: &HeaderMap, scope: &str) -> bool {
        match self {
            Auth::Anybody => true,
            Auth::Basic(user, password) => said(headers) == Some(basic(user, password).as_str()),
            Auth::Token(..) | Auth::AnonymousToken => {
                said(headers) == Some(format!("Bearer {}", token(scope)).as_str())
            }
        }
    }

    /// Whether who asks for a token gets one.
    pub(crate) fn gives_token(&self, headers: &HeaderMap) -> bool {
        match self {
            Auth::Token(user, password) => said(headers) == Some(basic(user, password).as_str()),
            Auth::AnonymousToken => true,
            Auth::Anybody | Auth::Basic(..) => false,
        }
    }

    /// The header that says what is wanted.
    pub(crate) fn challenge(&self, base: &str, scope: &str) -> String {
        match self {
            Auth::Token(..) | Auth::AnonymousToken => {
                format!("Bearer realm=\"{base}/token\",service=\"loopback\",scope=\"{scope}\"")
            }
            Auth::Anybody | Auth::Basic(..) => "Basic realm=\"loopback\"".to_owned(),
        }
    }
}

/// The token for a scope.
pub(crate) fn token(scope: &str) -> String {
    STANDARD.encode(scope)
}

fn said(headers: &HeaderMap) -> Option<&str> {
    headers.get(AUTHORIZATION)?.to_str().ok()
}

fn basic(user: &str, password: &str) -> String {
    format!("Basic {}", STANDARD.encode(format!("{user}:{password}")))
}
