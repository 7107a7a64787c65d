//! These pages beside the API of the server: its sign-in, its policies, its rendering.

use crate::door::{Door, SignedIn, User};
use crate::judge::{Compared, Judge};
use crate::plane::{Ask, Plane};
use crate::problem::Problem;
use crate::router::router;
use crate::site::Options;
use axum::Router;
use axum::body::{Body, to_bytes};
use futures::future::BoxFuture;
use http::{HeaderMap, Request as HttpRequest, StatusCode, header};
use object::Object;
use rbac::Request;
use serde_json::Value;
use server::Site;
use server::session::{set_cookie, token};
use server::tools::Managed;
use std::sync::Arc;
use tower::ServiceExt;

/// No answer about what is set up is larger.
const ANSWER_MAX: usize = 8 << 20;

/// The pages of a server, to be served beside its API.
///
/// # Errors
/// When its own cluster is not known.
pub fn pages(site: &Arc<Site>) -> Result<Router, Problem> {
    let client = site.home().map_err(|problem| Problem::new(StatusCode::BAD_GATEWAY, problem.message))?;
    let own = Arc::new(AtServer(Arc::clone(site), server::router(site)));
    Ok(router(Options {
        namespace: site.plane.namespace().to_owned(),
        client,
        clock: site.clock.clone(),
        door: Arc::clone(&own) as Arc<dyn Door>,
        judge: Arc::clone(&own) as Arc<dyn Judge>,
        plane: own,
    }))
}

struct AtServer(Arc<Site>, Router);

impl Door for AtServer {
    fn who<'a>(&'a self, headers: &'a HeaderMap) -> BoxFuture<'a, Option<User>> {
        Box::pin(async move {
            let site = &self.0;
            let Some(shown) = token(headers) else {
                let is_open = site.plane.now().is_on("users.anonymous.enabled");
                return is_open.then(|| User { name: "anonymous".to_owned(), ..User::default() });
            };
            let who = site.options.door.recognise(&site.plane, shown.token()).await.ok()?;
            Some(User { name: who.name().to_owned(), subject: who.subject, issuer: who.issuer })
        })
    }

    fn may(&self, user: &User, request: Request<'_>) -> bool {
        self.0.plane.now().authority.decide(&user.subject, request).is_allowed()
    }

    fn sign_in<'a>(
        &'a self,
        _: &'a HeaderMap,
        name: &'a str,
        password: &'a str,
    ) -> BoxFuture<'a, Result<SignedIn, Problem>> {
        Box::pin(async move {
            let site = &self.0;
            let token = site.options.door.enter(&site.plane, name, password).await;
            let token = token.map_err(|problem| Problem::new(problem.code.status(), problem.message))?;
            Ok(SignedIn { cookies: vec![set_cookie(&token, site.options.scheme)] })
        })
    }

    fn sign_out<'a>(&'a self, headers: &'a HeaderMap) -> BoxFuture<'a, Vec<String>> {
        Box::pin(async move {
            if let Some(shown) = token(headers) {
                // Void in this process in any case.
                let _ = self.0.options.door.leave(&self.0.plane, shown.token()).await;
            }
            vec![set_cookie("", self.0.options.scheme)]
        })
    }

    fn elsewhere(&self) -> Option<String> {
        let said = self.0.plane.now();
        said.config.contains_key("oidc.config").then(|| "/auth/login".to_owned())
    }
}

impl Judge for AtServer {
    fn compared<'a>(&'a self, application: &'a Object) -> BoxFuture<'a, Result<Vec<Compared>, Problem>> {
        Box::pin(async move {
            let none = || Problem::new(StatusCode::NOT_IMPLEMENTED, "What is desired cannot be rendered here.");
            let tools = self.0.tools.as_ref().ok_or_else(none)?;
            let managed = tools.managed(application).await.map_err(Problem::wrong)?;
            Ok(managed.into_iter().filter(|own| !own.is_hook).map(compared).collect())
        })
    }
}

impl Plane for AtServer {
    fn ask<'a>(&'a self, headers: &'a HeaderMap, ask: Ask) -> BoxFuture<'a, Result<Value, Problem>> {
        Box::pin(async move {
            let mut request = HttpRequest::builder().method(ask.method).uri(ask.path).header(header::HOST, "localhost");
            for name in [header::COOKIE, header::AUTHORIZATION] {
                for value in headers.get_all(&name) {
                    request = request.header(&name, value);
                }
            }
            let body = if ask.body.is_null() { Body::empty() } else { Body::from(ask.body.to_string()) };
            let request = request.header(header::CONTENT_TYPE, "application/json").body(body);
            let request = request.map_err(|_| Problem::wrong("What you named cannot stand in an address."))?;
            let answer = match self.1.clone().oneshot(request).await {
                Ok(answer) => answer,
                Err(never) => match never {},
            };
            let status = answer.status();
            let too_large = |_| Problem::new(StatusCode::BAD_GATEWAY, "The answer is larger than 8 MiB.");
            let bytes = to_bytes(answer.into_body(), ANSWER_MAX).await.map_err(too_large)?;
            let value: Value = serde_json::from_slice(&bytes).unwrap_or_default();
            if status.is_success() {
                return Ok(value);
            }
            Err(Problem::new(status, value["message"].as_str().unwrap_or("The server did not say why.")))
        })
    }
}

/// Compat: what is compared is the live object without what does not count, and what applying would give.
fn compared(own: Managed) -> Compared {
    let differs = own.is_modified || own.target.is_some() != own.live.is_some();
    let desired = own.target.is_some().then(|| own.predicted.or(own.target)).flatten();
    let live = own.live.is_some().then(|| own.normalized.or(own.live)).flatten();
    Compared { key: own.key, desired, live, differs }
}
