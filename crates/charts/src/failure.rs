//! What HTTP failures mean for a repository of charts.

use crate::options::Timeouts;
use crate::problem::{Problem, protocol};
use reqwest::StatusCode;
use reqwest::header::HeaderMap;
use web::{Cause, pause_asked};

/// A status that is not success; `what` was asked for.
pub(crate) fn of_status(status: StatusCode, headers: &HeaderMap, what: &str) -> Problem {
    let number = status.as_u16();
    match (number, pause_asked(number, headers)) {
        (_, Some(wait)) => Problem::Busy { status: number, wait },
        (401 | 403, _) => Problem::Unauthorised { detail: format!("status {number}") },
        (407, _) => Problem::Unauthorised { detail: "the proxy wants credentials (status 407)".into() },
        (404 | 410, _) => Problem::NotFound { what: what.to_owned() },
        (500.., _) => Problem::ServerFailed { status: number },
        _ => protocol(format!("status {number} where an answer was expected")),
    }
}

/// A request or an answer that broke.
pub(crate) fn of_error(error: &reqwest::Error, timeouts: &Timeouts) -> Problem {
    match Cause::of(error) {
        Cause::Refused(host) => Problem::Refused { host },
        Cause::Tls(detail) => Problem::Tls { detail },
        Cause::Slow => Problem::Timeout { doing: "connecting", limit: timeouts.connect },
        Cause::Unreachable(detail) => Problem::Unreachable { detail },
    }
}
