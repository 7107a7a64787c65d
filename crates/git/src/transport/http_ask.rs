//! Asking over https and http: one request, one answer.

use super::http_error::{of_error, of_status};
use crate::error::Problem;
use crate::options::Timeouts;
use crate::wire::pkt::{Answer, Pace, PktReader, protocol};
use crate::wire::service::Service;
use futures::TryStreamExt;
use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderValue};
use reqwest::{Client, Response};
use tokio_util::io::StreamReader;

/// The body as a stream whose errors carry a [`Problem`].
pub(super) fn body(response: Response, timeouts: Timeouts) -> Answer {
    let stream = response.bytes_stream().map_err(move |error| std::io::Error::other(of_error(&error, &timeouts)));
    Box::pin(StreamReader::new(stream))
}

/// The asking side of a conversation over http.
pub(super) struct HttpAsk {
    pub(super) client: Client,
    pub(super) url: String,
    /// What is asked for there.
    pub(super) service: Service,
    pub(super) authorization: Option<HeaderValue>,
    /// What to say about the protocol, when it is not version 0.
    pub(super) version: Option<&'static str>,
    pub(super) timeouts: Timeouts,
    /// The latest answer.
    pub(super) reader: Option<PktReader<Answer>>,
}

impl HttpAsk {
    pub(super) async fn ask(&mut self, request: Vec<u8>, pace: Pace) -> Result<&mut PktReader<Answer>, Problem> {
        let result = format!("application/x-{}-result", self.service.name());
        let mut post = self
            .client
            .post(&self.url)
            .header(CONTENT_TYPE, format!("application/x-{}-request", self.service.name()))
            .header(ACCEPT, &result)
            .body(request);
        if let Some(version) = self.version {
            post = post.header("Git-Protocol", version);
        }
        if let Some(value) = &self.authorization {
            post = post.header(AUTHORIZATION, value);
        }
        let sent = tokio::time::timeout(pace.idle, post.send()).await;
        let sent = sent.map_err(|_| Problem::Timeout { doing: "waiting for the server", limit: pace.idle })?;
        let response = sent.map_err(|error| of_error(&error, &self.timeouts))?;
        if !response.status().is_success() {
            return Err(of_status(response.status(), response.headers()));
        }
        expect_kind(&response, &result)?;
        Ok(self.reader.insert(PktReader::new(body(response, self.timeouts), pace)))
    }
}

/// Refuses an answer that is not what Git calls it: a login page, a proxy's error.
pub(super) fn expect_kind(response: &Response, expected: &str) -> Result<(), Problem> {
    let kind = response.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if kind == expected {
        Ok(())
    } else {
        Err(protocol(format!("an answer of type '{}'", kind.chars().take(60).collect::<String>())))
    }
}
