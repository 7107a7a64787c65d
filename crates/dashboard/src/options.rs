//! How the dashboard is served. A leaf module.

use crate::token::Token;

/// The port that people know.
pub const DEFAULT_PORT: u16 = 3100;
/// The path that people know.
pub const DEFAULT_ROOT: &str = "rollouts";
/// How answers say who gives them.
pub const SERVER: &str = "capstan";

/// How the dashboard is served.
#[derive(Debug, Clone)]
pub struct Options {
    /// The path below which everything is; empty for none.
    pub root: String,
    /// The namespace that is shown first.
    pub namespace: String,
    /// The version that is told.
    pub version: String,
    /// What whoever asks must know; `None` where only this machine can ask.
    pub token: Option<Token>,
}

impl Options {
    /// The usual ones.
    #[must_use]
    pub fn new(namespace: &str) -> Self {
        Options {
            root: DEFAULT_ROOT.to_owned(),
            namespace: namespace.to_owned(),
            version: format!("v{}+capstan", env!("CARGO_PKG_VERSION")),
            token: None,
        }
    }

    /// The path below which everything is, such as `/rollouts`; empty for none.
    #[must_use]
    pub fn base(&self) -> String {
        let root = self.root.trim_matches('/');
        if root.is_empty() { String::new() } else { format!("/{root}") }
    }

    /// Whether the path can be served.
    #[must_use]
    pub fn is_root_valid(&self) -> bool {
        let is_segment = |segment: &str| {
            let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_~".contains(&byte);
            !segment.is_empty() && segment.bytes().all(is_plain)
        };
        let root = self.root.trim_matches('/');
        root.is_empty() || root.split('/').all(is_segment)
    }
}
