//! What can go wrong with a chart, as classes that say what to do. Nobody needs to read the text.

use git::Retry;
use std::time::Duration;

/// A failure, with the repository it concerns. The text never holds credentials or content.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{repository}: {problem}")]
pub struct ChartError {
    /// The repository, without credentials.
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
        /// What is wrong with it and what is expected.
        why: String,
    },
    /// Plain http was not allowed.
    #[error(
        "plain http is refused (the chart and any credentials could be read and changed on the way); use https, or allow plain http for this repository"
    )]
    PlainHttp,
    /// The host has an address that charts are not fetched from.
    #[error(
        "{host} has an address of a private network or of a cloud's metadata, which is not asked for what others name; a private one is where a repository on that host is declared, or with --allow-private"
    )]
    Refused {
        /// The host.
        host: String,
    },
    /// The server did not accept the credentials, or wants some.
    #[error("access denied: {detail}")]
    Unauthorised {
        /// What the server said.
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
    /// The repository has no such chart.
    #[error("no chart is named {chart:?}")]
    NoChart {
        /// Its name.
        chart: String,
    },
    /// The chart has no version that will do.
    #[error("chart {chart:?} has no version matching {wanted:?}")]
    NoVersion {
        /// The chart.
        chart: String,
        /// The version or constraint asked for.
        wanted: String,
    },
    /// The version asked for is neither a version nor a constraint.
    #[error("{wanted:?} is neither a version nor a constraint on versions: {why}")]
    BadVersion {
        /// What was asked for.
        wanted: String,
        /// What is wrong with it.
        why: String,
    },
    /// The index is no index.
    #[error("index.yaml cannot be used: {why}")]
    BadIndex {
        /// What is wrong.
        why: String,
    },
    /// The server cannot be reached.
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
    #[error("timed out after {} s while {doing}", limit.as_secs())]
    Timeout {
        /// What was being done.
        doing: &'static str,
        /// The limit.
        limit: Duration,
    },
    /// Something is larger than allowed.
    #[error("{what} is larger than {max} (limit: {what})")]
    TooLarge {
        /// What is counted.
        what: &'static str,
        /// The limit.
        max: u64,
    },
    /// Content is not what was promised.
    #[error("{what} has digest {found}, not {expected}")]
    Digest {
        /// Which content.
        what: &'static str,
        /// The digest promised.
        expected: String,
        /// That of the content.
        found: String,
    },
    /// The server asks for a pause.
    #[error("the server is busy (status {status}); it asks to wait {} s", wait.as_secs())]
    Busy {
        /// The HTTP status.
        status: u16,
        /// The pause.
        wait: Duration,
    },
    /// The server failed.
    #[error("the server failed (status {status})")]
    ServerFailed {
        /// The HTTP status.
        status: u16,
    },
    /// The server said something that makes no sense here.
    #[error("unexpected answer: {detail}")]
    Protocol {
        /// What.
        detail: String,
    },
    /// The disk does not do what it should.
    #[error("the folder for charts: {detail}")]
    Disk {
        /// What failed.
        detail: String,
    },
}

impl Problem {
    /// The error of `repository`, which holds no credentials.
    pub(crate) fn of(self, repository: &impl ToString) -> ChartError {
        ChartError { repository: repository.to_string(), problem: self }
    }

    /// When trying again makes sense.
    #[must_use]
    pub fn retry(&self) -> Retry {
        match self {
            Problem::Unreachable { .. }
            | Problem::Timeout { .. }
            | Problem::ServerFailed { .. }
            | Problem::Protocol { .. }
            | Problem::Disk { .. } => Retry::Backoff,
            Problem::Busy { wait, .. } => Retry::After(*wait),
            _ => Retry::WhenChanged,
        }
    }
}

pub(crate) fn protocol(detail: impl Into<String>) -> Problem {
    Problem::Protocol { detail: detail.into() }
}

pub(crate) fn disk(error: &std::io::Error) -> Problem {
    Problem::Disk { detail: error.to_string() }
}
