//! A repository as it is reached: URL, credentials, and whom to trust.

use crate::error::{GitError, Problem};
use crate::repo_url::{Place, RepoUrl};
use std::sync::Arc;
use web::{ClientCertificate, PlainHttp, Proxy, Reach, Secret, ServerTrust};

/// Everything needed to reach a repository. Two equal remotes share one poller and one connection pool; remotes that
/// differ only in credentials or trust never share an answer.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Remote {
    /// Where it is.
    pub url: RepoUrl,
    /// Who we are.
    pub credentials: Credentials,
    /// Which servers are believed.
    pub trust: Trust,
    /// A certificate of our own for servers that ask for one.
    pub client_certificate: Option<ClientCertificate>,
    /// The way there, when not direct.
    pub proxy: Option<Proxy>,
    /// Whether plain http may be used.
    pub plain_http: PlainHttp,
    /// Which addresses its server may have.
    pub reach: Reach,
}

/// Who we are to the server.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Credentials {
    /// Nobody in particular.
    #[default]
    Anonymous,
    /// User name and password, or a token as the password (http and https).
    Basic {
        /// User name; may be empty for servers that look at the token only.
        username: String,
        /// Password or token.
        password: Secret,
    },
    /// A bearer token (http and https).
    Bearer(Secret),
    /// A private key in OpenSSH or PEM form (ssh).
    SshKey {
        /// The key file's text.
        private_key: Secret,
        /// What decrypts it, when it is encrypted.
        passphrase: Option<Secret>,
    },
}

/// Which servers are believed to be themselves.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Trust {
    /// For https.
    pub tls: ServerTrust,
    /// For ssh.
    pub host_keys: HostKeys,
}

/// Which ssh host keys are accepted.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum HostKeys {
    /// Those in this text, in the format of a `known_hosts` file. Everything else is refused.
    Known(Arc<str>),
    /// Any (`insecureIgnoreHostKey` upstream).
    Anything,
}

impl Default for HostKeys {
    /// None is known, so none is accepted.
    fn default() -> Self {
        HostKeys::Known("".into())
    }
}

impl Remote {
    /// The repository at `url`, which may hold a user name and password, with nothing else set. Its server may be in a
    /// private network; for what somebody untrusted has named, narrow the reach.
    ///
    /// # Errors
    /// [`Problem::BadUrl`].
    pub fn parse(url: &str) -> Result<Self, GitError> {
        let (url, user_info) = RepoUrl::parse_with_user_info(url).map_err(|problem| problem.of(printable(url)))?;
        let credentials = user_info.map_or(Credentials::Anonymous, |(username, password)| Credentials::Basic {
            username,
            password: password.into(),
        });
        Ok(Remote {
            url,
            credentials,
            trust: Trust::default(),
            client_certificate: None,
            proxy: None,
            plain_http: PlainHttp::default(),
            reach: Reach::Private,
        })
    }

    /// The same, with these credentials.
    #[must_use]
    pub fn with_credentials(mut self, credentials: Credentials) -> Self {
        self.credentials = credentials;
        self
    }

    /// The same, with this trust.
    #[must_use]
    pub fn with_trust(mut self, trust: Trust) -> Self {
        self.trust = trust;
        self
    }

    /// The same, with servers no farther away than this.
    #[must_use]
    pub fn with_reach(mut self, reach: Reach) -> Self {
        self.reach = reach;
        self
    }

    /// Whether it is a directory of this machine.
    #[must_use]
    pub fn is_local(&self) -> bool {
        matches!(self.url.place(), Place::Local(_))
    }

    pub(crate) fn error(&self, problem: Problem) -> GitError {
        problem.of(self.url.to_string())
    }
}

/// The longest part of an unreadable URL that is quoted back.
const QUOTED_CHARS_MAX: usize = 120;

/// An unreadable URL for a message: what could be a user name and password is cut out.
fn printable(url: &str) -> String {
    let without_user = match (url.find("://"), url.rfind('@')) {
        (Some(scheme), Some(at)) if at > scheme => format!("{}{}", &url[..scheme + 3], &url[at + 1..]),
        _ => url.to_owned(),
    };
    without_user.chars().filter(|c| !c.is_control()).take(QUOTED_CHARS_MAX).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_secret_prints() {
        let remote = Remote::parse("https://user:hunter2@h/x").expect("a URL");
        assert!(!format!("{remote:?}").contains("hunter2"));
        let error = Remote::parse("ftp://user:hunter2@h/x").expect_err("not supported");
        assert!(!error.to_string().contains("hunter2"), "{error}");
        assert!(error.to_string().starts_with("ftp://h/x: "), "{error}");
    }
}
