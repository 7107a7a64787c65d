//! Why a request failed, and how long a server asks to wait: what every user of a client must tell apart.

use crate::client::root_cause;
use crate::reach::Refused;
use reqwest::header::{HeaderMap, RETRY_AFTER};
use std::error::Error;
use std::time::Duration;

/// Why a request failed before there was an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cause {
    /// The host's address may not be asked.
    Refused(String),
    /// The server is not who it should be, or speaks another TLS.
    Tls(String),
    /// Connecting took too long.
    Slow,
    /// Anything else: the innermost cause.
    Unreachable(String),
}

impl Cause {
    /// Tells why.
    #[must_use]
    pub fn of(error: &reqwest::Error) -> Self {
        let mut cause: Option<&(dyn Error + 'static)> = Some(error);
        while let Some(current) = cause {
            if let Some(Refused(host)) = find::<Refused>(current) {
                return Cause::Refused(host.clone());
            }
            if let Some(tls) = find::<rustls::Error>(current) {
                return Cause::Tls(tls.to_string());
            }
            cause = current.source();
        }
        if error.is_timeout() { Cause::Slow } else { Cause::Unreachable(root_cause(error)) }
    }
}

/// Errors hide inside I/O errors.
fn find<'e, E: Error + 'static>(error: &'e (dyn Error + 'static)) -> Option<&'e E> {
    match error.downcast_ref::<E>() {
        Some(found) => Some(found),
        None => find(error.downcast_ref::<std::io::Error>()?.get_ref()?),
    }
}

/// The pause where a server asks for one without saying how long.
const PAUSE_UNSAID: Duration = Duration::from_secs(60);

/// The longest pause a server can make us take: an hour, GitHub's rate limit window.
const PAUSE_MAX: Duration = Duration::from_secs(3600);

/// The pause that an answer which is no success asks for: 429 always, 403 and 503 where they say how long.
#[must_use]
pub fn pause_asked(status: u16, headers: &HeaderMap) -> Option<Duration> {
    let said = headers.get(RETRY_AFTER).and_then(|value| value.to_str().ok()).and_then(|text| text.trim().parse().ok());
    let said = said.map(|seconds| Duration::from_secs(seconds).min(PAUSE_MAX));
    match status {
        429 => Some(said.unwrap_or(PAUSE_UNSAID)),
        403 | 503 => said,
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_are_read_and_bounded() {
        let asked = |status, said: Option<&str>| {
            let mut headers = HeaderMap::new();
            if let Some(said) = said {
                headers.insert(RETRY_AFTER, said.parse().expect("a header"));
            }
            pause_asked(status, &headers).map(|pause| pause.as_secs())
        };
        assert_eq!((asked(403, Some("30")), asked(403, None)), (Some(30), None));
        assert_eq!((asked(429, None), asked(503, Some("999999999"))), (Some(60), Some(3600)));
        assert_eq!(asked(404, Some("5")), None);
    }
}
