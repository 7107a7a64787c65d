//! Requests to a server and its answers.

use super::config::Context;
use crate::failure::Failure;
use reqwest::{Client, Method};
use serde_json::Value;
use std::time::Duration;

/// How long a server may take to be connected to.
const CONNECT_WITHIN: Duration = Duration::from_secs(15);
/// How long it may take to answer: a refresh takes as long as its sources.
const ANSWER_WITHIN: Duration = Duration::from_secs(120);

/// How a server is reached, and who one is there.
#[derive(Clone, Default)]
pub(crate) struct Reached {
    /// `host:port`.
    pub server: String,
    pub plain_text: bool,
    pub insecure: bool,
    pub token: String,
}

impl std::fmt::Debug for Reached {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Reached").field("server", &self.server).finish_non_exhaustive()
    }
}

impl Reached {
    /// A server by its address, which may begin with a scheme, with what is known of it.
    pub(crate) fn named(server: &str, (plain_text, insecure): (bool, bool), known: Option<&Context>) -> Self {
        let (server, is_http) = match (server.strip_prefix("http://"), server.strip_prefix("https://")) {
            (Some(rest), _) => (rest, true),
            (None, Some(rest)) => (rest, false),
            (None, None) => (server, false),
        };
        let known_of = |of: fn(&Context) -> bool| known.is_some_and(of);
        Reached {
            server: server.trim_end_matches('/').to_owned(),
            plain_text: plain_text || is_http || known_of(|it| it.server.plain_text),
            insecure: insecure || known_of(|it| it.server.insecure),
            token: known.map(|it| it.user.token.clone()).unwrap_or_default(),
        }
    }
}

/// A client of a server.
#[derive(Debug, Clone)]
pub(crate) struct Api {
    client: Client,
    reached: Reached,
}

impl Api {
    pub(crate) fn new(reached: Reached) -> Result<Self, Failure> {
        let client = Client::builder()
            .connect_timeout(CONNECT_WITHIN)
            .timeout(ANSWER_WITHIN)
            // A redirect to another host must not be given the token.
            .redirect(reqwest::redirect::Policy::none())
            .tls_danger_accept_invalid_certs(reached.insecure)
            .build();
        let client = client.map_err(|error| Failure::new(format!("cannot make a client: {error}")))?;
        Ok(Api { client, reached })
    }

    /// How it is reached.
    pub(crate) fn reached(&self) -> &Reached {
        &self.reached
    }

    /// Reads something.
    pub(crate) async fn get(&self, path: &str, query: &[(&str, &str)]) -> Result<Value, Failure> {
        self.send(Method::GET, path, query, None).await
    }

    /// Sends something.
    pub(crate) async fn send(
        &self,
        method: Method,
        path: &str,
        query: &[(&str, &str)],
        body: Option<&Value>,
    ) -> Result<Value, Failure> {
        let scheme = if self.reached.plain_text { "http" } else { "https" };
        let address = format!("{scheme}://{}{path}", self.reached.server);
        let address = url::Url::parse_with_params(&address, query)
            .map_err(|error| Failure::new(format!("{:?} is no address of a server: {error}", self.reached.server)))?;
        let mut request = self.client.request(method, address).header("content-type", "application/json");
        if !self.reached.token.is_empty() {
            request = request.bearer_auth(&self.reached.token);
        }
        if let Some(body) = body {
            request = request.body(body.to_string());
        }
        let answer = request.send().await.map_err(|error| self.unreachable(&error))?;
        let (status, text) = (answer.status(), answer.text().await.map_err(|error| self.unreachable(&error))?);
        let value: Value = serde_json::from_str(&text).unwrap_or_default();
        if status.is_success() {
            return Ok(value);
        }
        let message = value["message"].as_str().map_or_else(|| format!("status {status}"), str::to_owned);
        let next = match status.as_u16() {
            401 => "; sign in with `capstan login`",
            _ => "",
        };
        Err(Failure::new(format!("{message}{next}")))
    }

    fn unreachable(&self, error: &reqwest::Error) -> Failure {
        // The innermost error says what is wrong; the address in the others would repeat itself.
        let mut cause: &dyn std::error::Error = error;
        while let Some(inner) = cause.source() {
            cause = inner;
        }
        let next = if self.reached.plain_text {
            ""
        } else {
            " (--plaintext where it is not encrypted, --insecure where its certificate is its own)"
        };
        Failure::new(format!("cannot reach the server {}: {cause}{next}", self.reached.server))
    }
}

/// One part of a path.
pub(crate) fn part(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>().replace('+', "%20")
}
