//! What HTTP failures mean for a repository.

use crate::error::Problem;
use crate::options::Timeouts;
use reqwest::StatusCode;
use reqwest::header::HeaderMap;
use web::{Cause, pause_asked};

/// A status that is not success.
pub(super) fn of_status(status: StatusCode, headers: &HeaderMap) -> Problem {
    let number = status.as_u16();
    match (number, pause_asked(number, headers)) {
        (_, Some(wait)) => Problem::Busy { status: number, wait },
        (401 | 403, _) => Problem::Unauthorised { detail: format!("status {number}") },
        (407, _) => Problem::Unauthorised { detail: "the proxy wants credentials (status 407)".into() },
        (404 | 410, _) => Problem::NotFound,
        (500.., _) => Problem::ServerFailed { status: number },
        _ => Problem::Protocol { detail: format!("status {number} where an answer was expected") },
    }
}

/// A request or an answer that broke.
pub(super) fn of_error(error: &reqwest::Error, timeouts: &Timeouts) -> Problem {
    match Cause::of(error) {
        Cause::Refused(host) => Problem::AddressRefused { host },
        Cause::Tls(detail) => Problem::Tls { detail },
        Cause::Slow => Problem::Timeout { doing: "connecting", limit: timeouts.connect },
        Cause::Unreachable(detail) => Problem::Unreachable { detail },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use reqwest::header::RETRY_AFTER;
    use std::time::Duration;

    #[test]
    fn statuses_say_what_to_do() {
        let of = |status: u16, retry_after: Option<&str>| {
            let mut headers = HeaderMap::new();
            if let Some(text) = retry_after {
                headers.insert(RETRY_AFTER, text.parse().expect("a header"));
            }
            of_status(StatusCode::from_u16(status).expect("a status"), &headers)
        };
        let busy = |status, seconds| Problem::Busy { status, wait: Duration::from_secs(seconds) };
        assert_eq!(of(401, None), Problem::Unauthorised { detail: "status 401".into() });
        assert_eq!(of(403, Some("30")), busy(403, 30));
        assert_eq!(of(429, None), busy(429, 60));
        assert_eq!(of(503, Some("999999999")), busy(503, 3600));
        assert_eq!(of(503, None), Problem::ServerFailed { status: 503 });
        assert_eq!(of(404, None), Problem::NotFound);
    }
}
