//! What can go wrong with a repository, as classes that say what to do. Nobody needs to read the text.

use crate::oid::Oid;
use std::time::Duration;

/// A failure, with the repository it concerns. The text never holds credentials or file content.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{repository}: {problem}")]
pub struct GitError {
    /// The repository's URL without credentials.
    pub repository: String,
    /// What went wrong.
    pub problem: Problem,
}

/// When trying again makes sense.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Retry {
    /// Later, with growing pauses: the fault may pass by itself.
    Backoff,
    /// Not before so much time has passed: the server said so.
    After(Duration),
    /// Once somebody changed something: credentials, trust, the URL, a limit, the repository.
    WhenChanged,
}

/// The kinds of failure.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Problem {
    /// The URL cannot be used.
    #[error("not a usable repository URL: {why}")]
    BadUrl {
        /// What is wrong with it and what is expected.
        why: String,
    },
    /// Credentials would cross the network in the clear, or plain http was not allowed.
    #[error(
        "plain http is refused (the content and any credentials could be read and changed on the way); use https, or allow plain http for this repository"
    )]
    PlainHttp,
    /// The server has an address that is not asked.
    #[error(
        "{host} has an address of a private network or of a cloud's metadata, which is not asked for what others name; a private one is where a repository on that host is declared, or with --allow-private"
    )]
    AddressRefused {
        /// The host.
        host: String,
    },
    /// The server did not accept the credentials, or wants some.
    #[error("access denied: {detail}")]
    Unauthorised {
        /// What the server said or which credentials were refused.
        detail: String,
    },
    /// The credentials themselves cannot be used.
    #[error("credentials cannot be used: {why}")]
    BadCredentials {
        /// What is wrong, never the secret.
        why: String,
    },
    /// There is no such repository, or it is hidden from these credentials.
    #[error("repository not found (or not visible with these credentials)")]
    NotFound,
    /// A commit or ref is not there (any more).
    #[error("{what} does not exist in the repository (any more)")]
    Gone {
        /// The commit or ref.
        what: String,
    },
    /// An abbreviated commit name fits several commits.
    #[error("'{prefix}' names more than one commit: write more digits")]
    Ambiguous {
        /// What was asked for.
        prefix: String,
    },
    /// The ssh server's key is in no known_hosts entry for it.
    #[error("ssh host key of {host} is not known (it offered {fingerprint}); add it to known_hosts after checking it")]
    HostKeyUnknown {
        /// Host and port.
        host: String,
        /// Kind and SHA256 fingerprint of the key offered.
        fingerprint: String,
    },
    /// The ssh server's key differs from the known one.
    #[error(
        "ssh host key of {host} has changed: it offered {fingerprint}, known_hosts has {known}; somebody may be listening in"
    )]
    HostKeyMismatch {
        /// Host and port.
        host: String,
        /// Kind and SHA256 fingerprint of the key offered.
        fingerprint: String,
        /// Kinds and fingerprints of the keys known for it.
        known: String,
    },
    /// The TLS connection could not be trusted or set up.
    #[error("TLS: {detail}")]
    Tls {
        /// What the TLS library said.
        detail: String,
    },
    /// Nobody answers there.
    #[error("cannot be reached: {detail}")]
    Unreachable {
        /// The cause.
        detail: String,
    },
    /// It took too long.
    #[error("{doing} took longer than {} s", limit.as_secs_f64())]
    Timeout {
        /// What was being done.
        doing: &'static str,
        /// The limit.
        limit: Duration,
    },
    /// The server asks for a pause.
    #[error("the server asks to wait {} s (status {status})", wait.as_secs())]
    Busy {
        /// HTTP status.
        status: u16,
        /// How long.
        wait: Duration,
    },
    /// The server answered with an error of its own.
    #[error("the server failed with status {status}")]
    ServerFailed {
        /// HTTP status.
        status: u16,
    },
    /// The server refused the request in its own words.
    #[error("the server refused: {message}")]
    Refused {
        /// What it said, shortened and with control characters taken out.
        message: String,
    },
    /// The server sent something that is not Git's protocol.
    #[error("the server's answer is not Git's protocol: {detail}")]
    Protocol {
        /// What was found, without content.
        detail: String,
    },
    /// More than a limit allows.
    #[error("{what} is larger than the limit of {limit}")]
    TooLarge {
        /// What is too large, with its unit.
        what: &'static str,
        /// The limit.
        limit: u64,
    },
    /// The disk is full.
    #[error("no space left on the disk that holds {path}")]
    DiskFull {
        /// The directory written to.
        path: String,
    },
    /// Something that is not implemented.
    #[error("not supported: {what}")]
    Unsupported {
        /// What.
        what: String,
    },
    /// The local object store failed or holds damaged objects.
    #[error("reading the repository's objects failed: {detail}")]
    Store {
        /// What the store said.
        detail: String,
    },
}

impl Problem {
    /// The failure of the repository at `url` (which must not hold credentials).
    #[must_use]
    pub fn of(self, url: impl Into<String>) -> GitError {
        GitError { repository: url.into(), problem: self }
    }

    /// A missing commit.
    #[must_use]
    pub fn gone(commit: Oid) -> Self {
        Problem::Gone { what: format!("commit {commit}") }
    }
}

impl GitError {
    /// When trying again makes sense.
    #[must_use]
    pub fn retry(&self) -> Retry {
        match &self.problem {
            Problem::Busy { wait, .. } => Retry::After(*wait),
            Problem::Unreachable { .. }
            | Problem::Timeout { .. }
            | Problem::ServerFailed { .. }
            | Problem::Refused { .. }
            | Problem::Protocol { .. }
            | Problem::DiskFull { .. }
            | Problem::Store { .. } => Retry::Backoff,
            Problem::BadUrl { .. }
            | Problem::PlainHttp
            | Problem::AddressRefused { .. }
            | Problem::Unauthorised { .. }
            | Problem::BadCredentials { .. }
            | Problem::NotFound
            | Problem::Gone { .. }
            | Problem::Ambiguous { .. }
            | Problem::HostKeyUnknown { .. }
            | Problem::HostKeyMismatch { .. }
            | Problem::Tls { .. }
            | Problem::TooLarge { .. }
            | Problem::Unsupported { .. } => Retry::WhenChanged,
        }
    }
}
