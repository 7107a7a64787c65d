//! Whom to trust on the way to a server, and how to get there.

use crate::reach::is_loopback;
use crate::secret::Secret;
use std::sync::Arc;
use url::Url;

/// Which TLS certificates are accepted.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ServerTrust {
    /// Those that the machine's own certificate authorities signed.
    #[default]
    System,
    /// Those that these authorities (PEM, one or several) signed, and no others.
    Only(Arc<str>),
    /// Those that the machine's own certificate authorities or these (PEM, one or several) signed.
    Also(Arc<str>),
    /// Any (`insecure` upstream): somebody on the way can read and change everything.
    Anything,
}

/// A client certificate with its key, both PEM.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ClientCertificate {
    /// The certificate chain.
    pub certificate: Arc<str>,
    /// The private key.
    pub key: Secret,
}

/// A proxy on the way to an http or https server.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Proxy {
    /// Its URL, which may hold credentials.
    pub url: Secret,
    /// Comma-separated hosts that are reached directly.
    pub no_proxy: Option<String>,
}

/// Whether plain http may be used.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PlainHttp {
    /// Only to this machine itself.
    #[default]
    LoopbackOnly,
    /// Anywhere, credentials included.
    Allowed,
}

impl PlainHttp {
    /// Whether `url`, which is http or https, may be asked.
    #[must_use]
    pub fn allows(self, url: &Url) -> bool {
        url.scheme() == "https" || self == PlainHttp::Allowed || is_loopback(url)
    }
}
