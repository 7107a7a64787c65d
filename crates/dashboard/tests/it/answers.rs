//! Answers of the dashboard: whole, or as they come.

use axum::body::Body;
use axum::response::Response;
use http::{HeaderMap, StatusCode};
use http_body_util::BodyExt;
use serde_json::Value;
use std::time::Duration;
use tokio::time::timeout;

/// How long anything may take: machines are slow at times.
const AT_MOST: Duration = Duration::from_secs(120);

/// An answer.
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    body: Body,
    rest: String,
}

impl Answer {
    pub fn of(response: Response) -> Self {
        let (parts, body) = response.into_parts();
        Answer { status: parts.status, headers: parts.headers, body, rest: String::new() }
    }

    /// The text of a header; empty without it.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().expect("text"))
    }

    /// Everything.
    pub async fn text(self) -> String {
        let bytes = timeout(AT_MOST, self.body.collect()).await.expect("it ends").expect("infallible").to_bytes();
        String::from_utf8(bytes.to_vec()).expect("text")
    }

    /// Everything, as JSON.
    pub async fn json(self) -> Value {
        serde_json::from_str(&self.text().await).expect("JSON")
    }

    /// The next piece that ends with `end`; `None` when nothing follows.
    pub async fn piece(&mut self, end: &str) -> Option<String> {
        loop {
            if let Some((piece, rest)) = self.rest.split_once(end) {
                let (piece, rest) = (piece.to_owned(), rest.to_owned());
                self.rest = rest;
                return Some(piece);
            }
            let frame = timeout(AT_MOST, self.body.frame()).await.expect("something comes")?.expect("infallible");
            let data = frame.into_data().expect("no trailers");
            self.rest.push_str(std::str::from_utf8(&data).expect("text"));
        }
    }

    /// The next line of JSON.
    pub async fn line(&mut self) -> Option<Value> {
        let line = self.piece("\n").await?;
        Some(serde_json::from_str(&line).expect("JSON"))
    }

    /// The first line that is as wanted.
    pub async fn line_until(&mut self, holds: impl Fn(&Value) -> bool) -> Value {
        loop {
            let line = self.line().await.expect("it goes on");
            if holds(&line) {
                return line;
            }
        }
    }
}
