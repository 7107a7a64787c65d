//! How a repository is reached: credentials, trust, the way there.

use git::Credentials;
use web::{ClientCertificate, PlainHttp, Proxy, Reach, ServerTrust};

/// Everything about a repository but its address. Repositories that differ in it never share an answer, but archives
/// that are known by their digest.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Access {
    /// Who we are.
    pub credentials: Credentials,
    /// Which TLS certificates are accepted.
    pub trust: ServerTrust,
    /// A certificate of our own for servers that ask for one.
    pub client_certificate: Option<ClientCertificate>,
    /// The way there, when not direct.
    pub proxy: Option<Proxy>,
    /// Whether plain http may be used.
    pub plain_http: PlainHttp,
    /// Whether other hosts that the repository names see the credentials.
    pub pass_credentials: PassCredentials,
    /// Whether the repository's own host may be in a private network.
    pub reach: Reach,
}

/// Who sees the credentials.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PassCredentials {
    /// The repository's own scheme, host and port only.
    #[default]
    SameHost,
    /// Every host that the index or a redirect names: Helm's `--pass-credentials`.
    Everywhere,
}

impl Access {
    /// What tells credentials apart. For digests only.
    pub(crate) fn secret_key(&self) -> String {
        match &self.credentials {
            Credentials::Basic { username, password } => format!("{username}\0{}", password.reveal()),
            Credentials::Bearer(token) => token.reveal().to_owned(),
            _ => String::new(),
        }
    }
}
