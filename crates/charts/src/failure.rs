//! What HTTP failures mean for a repository of charts.

use crate::options::Timeouts;
use crate::problem::{Problem, protocol};
use crate::reach::RefusedName;
use reqwest::StatusCode;
use reqwest::header::{HeaderMap, RETRY_AFTER};
use std::error::Error;
use std::time::Duration;

/// The pause where a server asks for one without saying how long.
const PAUSE_UNSAID: Duration = Duration::from_secs(60);

/// The longest pause a server can make us take.
const PAUSE_MAX: Duration = Duration::from_secs(3600);

/// A status that is not success; `what` was asked for.
pub(crate) fn of_status(status: StatusCode, headers: &HeaderMap, what: &str) -> Problem {
    let wait = headers.get(RETRY_AFTER).and_then(|value| value.to_str().ok()).and_then(|text| text.trim().parse().ok());
    let wait = wait.map(|seconds| Duration::from_secs(seconds).min(PAUSE_MAX));
    let number = status.as_u16();
    match (number, wait) {
        (403 | 503, Some(wait)) => Problem::Busy { status: number, wait },
        (429, wait) => Problem::Busy { status: number, wait: wait.unwrap_or(PAUSE_UNSAID) },
        (401 | 403, _) => Problem::Unauthorised { detail: format!("status {number}") },
        (407, _) => Problem::Unauthorised { detail: "the proxy wants credentials (status 407)".into() },
        (404 | 410, _) => Problem::NotFound { what: what.to_owned() },
        (500.., _) => Problem::ServerFailed { status: number },
        _ => protocol(format!("status {number} where an answer was expected")),
    }
}

/// A request or an answer that broke.
pub(crate) fn of_error(error: &reqwest::Error, timeouts: &Timeouts) -> Problem {
    let mut cause: Option<&(dyn Error + 'static)> = Some(error);
    while let Some(current) = cause {
        if let Some(RefusedName(host)) = current.downcast_ref::<RefusedName>() {
            return Problem::Refused { host: host.clone() };
        }
        if let Some(tls) = find_tls(current) {
            return Problem::Tls { detail: tls };
        }
        cause = current.source();
    }
    if error.is_timeout() {
        return Problem::Timeout { doing: "connecting", limit: timeouts.connect };
    }
    Problem::Unreachable { detail: root_cause(error) }
}

/// TLS errors hide inside I/O errors.
fn find_tls(error: &(dyn Error + 'static)) -> Option<String> {
    if let Some(tls) = error.downcast_ref::<rustls::Error>() {
        return Some(tls.to_string());
    }
    let io = error.downcast_ref::<std::io::Error>()?;
    find_tls(io.get_ref()?)
}

/// The innermost cause: the outer ones only say that a request failed.
pub(crate) fn root_cause(error: &dyn Error) -> String {
    let mut cause = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    cause.to_string()
}
