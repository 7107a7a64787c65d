//! An installation of an app: signs in with the app's key, and asks with the token it gets.
//!
//! <https://docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app>

use super::super::Sending;
use crate::context::{Body, Request, refused};
use crate::error::SendError;
use crate::jwt;
use crate::options::Fields;
use outbound::Reply;
use reqwest::Method;
use serde_json::{Value as Json, json};

/// How long the app's own token is good for, and how far clocks may differ; GitHub's most is ten minutes.
const TOKEN_SECONDS: i64 = 120;
const CLOCKS_DIFFER_SECONDS: i64 = 30;

/// An installation that is signed in.
pub(super) struct Account<'s> {
    sending: &'s Sending<'s>,
    server: String,
    token: String,
}

impl<'s> Account<'s> {
    pub(super) async fn sign_in(sending: &'s Sending<'s>) -> Result<Self, SendError> {
        let options = sending.options;
        let number = |name: &str| options.number(name).ok_or_else(|| format!("{name} must be a number"));
        let (app, installation) = (number("appID")?, number("installationID")?);
        let enterprise = options.text("enterpriseBaseURL").trim_end_matches('/');
        let server = match enterprise {
            "" => "https://api.github.com".to_owned(),
            own if own.ends_with("/api/v3") => own.to_owned(),
            own => format!("{own}/api/v3"),
        };
        let now = sending.context.clock.now().as_second();
        let claims = json!({"iss": app.to_string(), "iat": now - CLOCKS_DIFFER_SECONDS, "exp": now + TOKEN_SECONDS});
        let mut account = Account { sending, server, token: jwt::signed(&claims, options.text("privateKey"))? };
        let path = format!("/app/installations/{installation}/access_tokens");
        let answer = account.call(Method::POST, &path, None).await?;
        account.token = Fields(&answer).text("token").to_owned();
        Ok(account)
    }

    /// Asks; whatever the status, the answer is the result.
    pub(super) async fn ask(&self, method: Method, path: &str, body: Option<Json>) -> Result<Reply, SendError> {
        let mut request = Request::post(format!("{}{path}", self.server), body.map_or(Body::Nothing, Body::Json))
            .header("accept", "application/vnd.github+json")
            .header("authorization", format!("Bearer {}", self.token))
            .header("x-github-api-version", "2022-11-28")
            .trusting(self.sending.options);
        request.method = method;
        self.sending.context.ask(request).await
    }

    /// What an answer of success says.
    pub(super) fn read(&self, reply: &Reply) -> Result<Json, SendError> {
        if !reply.status.is_success() {
            return Err(refused("GitHub", reply));
        }
        // Some answers of success say nothing.
        Ok(serde_json::from_slice(&reply.body).unwrap_or_default())
    }

    pub(super) async fn call(&self, method: Method, path: &str, body: Option<Json>) -> Result<Json, SendError> {
        self.read(&self.ask(method, path, body).await?)
    }
}
