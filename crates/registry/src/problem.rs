//! What can go wrong with a registry, as classes that say when to try again. Nobody needs to read the text.

use std::time::Duration;

/// A failure, with the repository it concerns. The text never holds credentials or content.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{repository}: {problem}")]
pub struct RegistryError {
    /// Registry and repository.
    pub repository: String,
    /// What went wrong.
    pub problem: Problem,
}

/// The kinds of failure.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Problem {
    /// The address cannot be used.
    #[error("not a usable address: {why}")]
    BadAddress {
        /// What is wrong with it.
        why: String,
    },
    /// Plain http was not allowed.
    #[error(
        "plain http is refused (images and credentials could be read and changed on the way): use https, or declare the registry in registries.conf with an http:// api_url"
    )]
    PlainHttp,
    /// The host has an address that is not asked.
    #[error(
        "{host} has an address of a private network or of a cloud's metadata, which is not asked for what others name: declare the registry in registries.conf"
    )]
    Refused {
        /// The host.
        host: String,
    },
    /// The registry did not accept the credentials, or wants some.
    #[error("access denied: {detail}")]
    Unauthorised {
        /// What it said.
        detail: String,
    },
    /// The credentials themselves cannot be used.
    #[error("credentials cannot be used: {why}")]
    BadCredentials {
        /// What is wrong, never the secret.
        why: String,
    },
    /// Something is not there.
    #[error("{what} not found (or not visible with these credentials)")]
    NotFound {
        /// What was asked for.
        what: String,
    },
    /// Nobody answers.
    #[error("cannot be reached: {detail}")]
    Unreachable {
        /// The innermost cause.
        detail: String,
    },
    /// The server is not who it should be, or speaks another TLS.
    #[error("TLS: {detail}")]
    Tls {
        /// What failed.
        detail: String,
    },
    /// Something took too long.
    #[error("timed out after {} s while {doing}", limit.as_secs_f64())]
    Timeout {
        /// What was being done.
        doing: &'static str,
        /// The limit.
        limit: Duration,
    },
    /// Something is larger than allowed.
    #[error("more than {max} {what} (limit: {what})")]
    TooLarge {
        /// What is counted.
        what: &'static str,
        /// The limit.
        max: u64,
    },
    /// Content is not what was promised.
    #[error("{what} has digest {found}, not the promised {expected}")]
    Digest {
        /// Which content.
        what: &'static str,
        /// The digest promised.
        expected: String,
        /// That of the content.
        found: String,
    },
    /// The registry asks for a pause.
    #[error("the registry is busy (status {status}); it asks to wait {} s", wait.as_secs())]
    Busy {
        /// The HTTP status.
        status: u16,
        /// The pause.
        wait: Duration,
    },
    /// The registry failed.
    #[error("the registry failed (status {status})")]
    ServerFailed {
        /// The HTTP status.
        status: u16,
    },
    /// The registry said something that makes no sense here.
    #[error("unexpected answer: {detail}")]
    Protocol {
        /// What.
        detail: String,
    },
    /// The image is not built for what it should run on.
    #[error("{what} is built for {offered}, not for {wanted}")]
    Platform {
        /// Which image.
        what: String,
        /// What it is built for.
        offered: String,
        /// What was asked for.
        wanted: String,
    },
    /// Nobody whose key was given has signed it.
    #[error("no signature of {digest} is good by the given key: {why}")]
    Signature {
        /// The image.
        digest: String,
        /// What was found.
        why: String,
    },
}

impl Problem {
    /// The error of this repository.
    pub(crate) fn of(self, repository: &impl ToString) -> RegistryError {
        RegistryError { repository: repository.to_string(), problem: self }
    }

    /// How long to leave the registry alone, where it asked for that.
    #[must_use]
    pub fn pause(&self) -> Option<Duration> {
        match self {
            Problem::Busy { wait, .. } => Some(*wait),
            _ => None,
        }
    }
}

pub(crate) fn protocol(detail: impl Into<String>) -> Problem {
    Problem::Protocol { detail: detail.into() }
}
