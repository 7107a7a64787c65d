//! Asking, as a program does.

use crate::stage::{PASSWORD, Stage};
use axum::body::{Body, to_bytes};
use http::{HeaderMap, Request, StatusCode, header};
use tower::ServiceExt;

/// What was answered.
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub text: String,
}

/// Somebody who asks.
pub struct Asker<'s> {
    stage: &'s Stage,
    cookie: String,
}

impl Stage {
    /// Somebody who has signed in.
    pub async fn signed_in(&self, name: &str) -> Asker<'_> {
        let mut asker = Asker { stage: self, cookie: String::new() };
        let body = format!("username={name}&password={}", PASSWORD.replace(' ', "+"));
        let answer = asker.ask("POST", "/login", &body).await;
        assert_eq!(answer.status, 303, "{}", answer.text);
        let cookie = answer.headers[header::SET_COOKIE].to_str().expect("text");
        asker.cookie = cookie.split(';').next().expect("a pair").to_owned();
        asker
    }

    /// Somebody who has not.
    pub fn stranger(&self) -> Asker<'_> {
        Asker { stage: self, cookie: String::new() }
    }
}

impl Asker<'_> {
    /// Asks for something.
    pub async fn ask(&self, method: &str, path: &str, body: &str) -> Answer {
        self.ask_with(method, path, body, &[]).await
    }

    /// The same with headers.
    pub async fn ask_with(&self, method: &str, path: &str, body: &str, headers: &[(&str, &str)]) -> Answer {
        let mut request = Request::builder().method(method).uri(path).header("host", "localhost:8080");
        request = request.header("cookie", &self.cookie);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Body::from(body.to_owned())).expect("a request");
        let answer = self.stage.router.clone().oneshot(request).await.expect("infallible");
        let (parts, body) = answer.into_parts();
        let bytes = to_bytes(body, 64 << 20).await.expect("a body");
        Answer { status: parts.status, headers: parts.headers, text: String::from_utf8(bytes.to_vec()).expect("text") }
    }

    /// A page.
    pub async fn page(&self, path: &str) -> String {
        let answer = self.ask("GET", path, "").await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.text);
        answer.text
    }

    /// Waits until a page is answered so.
    pub async fn until(&self, path: &str, status: u16) {
        let waited = tokio::time::timeout(std::time::Duration::from_secs(180), async {
            while self.ask("GET", path, "").await.status != status {
                tokio::time::sleep(std::time::Duration::from_millis(50)).await;
            }
        });
        assert!(waited.await.is_ok(), "{path} is never answered with {status}");
    }

    /// What a script is told of a form.
    pub async fn send(&self, path: &str, body: &str) -> Answer {
        self.ask_with("POST", path, body, &[("accept", "application/json")]).await
    }
}
