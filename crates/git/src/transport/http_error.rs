//! What HTTP failures mean for a repository.

use super::http_client::root_cause;
use crate::error::Problem;
use crate::options::Timeouts;
use reqwest::StatusCode;
use reqwest::header::{HeaderMap, RETRY_AFTER};
use std::error::Error;
use std::time::Duration;

/// The pause where a server asks for one without saying how long.
const PAUSE_UNSAID: Duration = Duration::from_secs(60);

/// The longest pause a server can make us take: an hour, GitHub's rate limit window.
const PAUSE_MAX: Duration = Duration::from_secs(3600);

/// A status that is not success.
pub(super) fn of_status(status: StatusCode, headers: &HeaderMap) -> Problem {
    let wait = headers.get(RETRY_AFTER).and_then(|value| value.to_str().ok()).and_then(|text| text.trim().parse().ok());
    let wait = wait.map(|seconds| Duration::from_secs(seconds).min(PAUSE_MAX));
    let number = status.as_u16();
    match (number, wait) {
        (403 | 503, Some(wait)) => Problem::Busy { status: number, wait },
        (429, wait) => Problem::Busy { status: number, wait: wait.unwrap_or(PAUSE_UNSAID) },
        (401 | 403, _) => Problem::Unauthorised { detail: format!("status {number}") },
        (407, _) => Problem::Unauthorised { detail: "the proxy wants credentials (status 407)".into() },
        (404 | 410, _) => Problem::NotFound,
        (500.., _) => Problem::ServerFailed { status: number },
        _ => Problem::Protocol { detail: format!("status {number} where an answer was expected") },
    }
}

/// A request or an answer that broke.
pub(super) fn of_error(error: &reqwest::Error, timeouts: &Timeouts) -> Problem {
    let mut cause: Option<&(dyn Error + 'static)> = Some(error);
    while let Some(current) = cause {
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

#[cfg(test)]
mod tests {
    use super::*;

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
