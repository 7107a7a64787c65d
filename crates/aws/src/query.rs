//! The query protocol: a form is posted, XML comes back.
//!
//! <https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/Query-Requests.html>

use crate::error::Error;
use crate::http::{Http, Request, To};
use crate::keys::Keys;
use crate::sigv4::{Scope, Unsigned, escaped, sign};
use crate::xml;
use jiff::Timestamp;
use reqwest::Method;
use url::Url;

const FORM: &str = "application/x-www-form-urlencoded; charset=utf-8";
/// How much of somebody's words is told.
const MESSAGE_CHARS_MAX: usize = 300;

/// A question to a service.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Question<'a> {
    /// Where the service answers.
    pub endpoint: &'a Url,
    /// The edition of its API.
    pub version: &'a str,
    /// What is asked.
    pub action: &'a str,
    /// About what.
    pub parameters: &'a [(String, String)],
}

/// How a question is signed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Signature<'a> {
    pub keys: &'a Keys,
    pub scope: Scope<'a>,
    pub now: Timestamp,
}

/// Asks, once.
///
/// # Errors
/// When nobody answers, or the service refuses.
pub(crate) async fn ask(
    http: &Http,
    question: Question<'_>,
    signature: Option<Signature<'_>>,
) -> Result<String, Error> {
    let reply = http.send(To::Service, request(question, signature)).await?;
    if reply.status == 200 {
        return Ok(reply.body);
    }
    let (code, message) = xml::failure(&reply.body).unwrap_or_default();
    let code = if code.is_empty() { format!("status {}", reply.status) } else { code };
    let message = message.chars().take(MESSAGE_CHARS_MAX).collect();
    Err(Error::Refused { action: question.action.to_owned(), code, message, status: reply.status })
}

fn request(question: Question<'_>, signature: Option<Signature<'_>>) -> Request {
    let fixed = [("Action", question.action), ("Version", question.version)];
    let fixed = fixed.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let pairs = fixed.iter().chain(question.parameters);
    let form: Vec<String> = pairs.map(|(name, value)| format!("{}={}", escaped(name), escaped(value))).collect();
    let body = form.join("&").into_bytes();
    let mut headers = vec![("content-type".to_owned(), FORM.to_owned())];
    if let Some(Signature { keys, scope, now }) = signature {
        let unsigned = Unsigned { method: "POST", url: question.endpoint, headers: &headers, body: &body };
        let added = sign(&unsigned, scope, keys, now);
        headers.extend(added);
    }
    Request { method: Method::POST, url: question.endpoint.clone(), headers, body }
}
