//! What stands in place of parts of a kubeconfig: the flags that every Kubernetes command has.

use std::fmt;
use std::path::PathBuf;

/// A bearer token. It cannot be printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(pub(crate) String);

impl From<&str> for Token {
    fn from(text: &str) -> Self {
        Token(text.to_owned())
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token")
    }
}

/// Parts of a kubeconfig that are given otherwise; `None` leaves the kubeconfig's.
#[derive(Debug, Clone, Default)]
pub struct Overrides {
    /// The context.
    pub context: Option<String>,
    /// The cluster, by its name in the kubeconfig.
    pub cluster: Option<String>,
    /// The user, by its name in the kubeconfig.
    pub user: Option<String>,
    /// The address of the API server.
    pub server: Option<String>,
    /// The token to be known by.
    pub token: Option<Token>,
    /// Whom to act as.
    pub impersonate: Option<String>,
    /// With which identity.
    pub impersonate_uid: Option<String>,
    /// In which groups.
    pub impersonate_groups: Vec<String>,
    /// A file with the certificates of authorities that are trusted.
    pub certificate_authority: Option<PathBuf>,
    /// A file with the client's certificate.
    pub client_certificate: Option<PathBuf>,
    /// A file with the key of that certificate.
    pub client_key: Option<PathBuf>,
    /// The name that the server's certificate must bear.
    pub tls_server_name: Option<String>,
    /// Whether the server may show any certificate.
    pub trust: Trust,
}

/// Which certificates of a server are accepted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Trust {
    /// Those of a trusted authority.
    #[default]
    Verified,
    /// Any.
    Anything,
}
