//! These pages beside the API of the server: its sign-in, its policies, its rendering.

use crate::door::{Door, SignedIn, User};
use crate::judge::{Compared, Judge};
use crate::problem::Problem;
use crate::router::{Options, router};
use axum::Router;
use futures::future::BoxFuture;
use http::{HeaderMap, StatusCode};
use object::Object;
use rbac::Request;
use server::Site;
use server::session::{set_cookie, token};
use server::tools::Managed;
use std::sync::Arc;

/// The pages of a server, to be served beside its API.
///
/// # Errors
/// When its own cluster is not known.
pub fn pages(site: &Arc<Site>) -> Result<Router, Problem> {
    let client = site.home().map_err(|problem| Problem::new(StatusCode::BAD_GATEWAY, problem.message))?;
    let own = Arc::new(AtServer(Arc::clone(site)));
    Ok(router(Options {
        namespace: site.plane.namespace().to_owned(),
        client,
        clock: site.clock.clone(),
        door: Arc::clone(&own) as Arc<dyn Door>,
        judge: own,
    }))
}

struct AtServer(Arc<Site>);

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

/// Compat: what is compared is the live object without what does not count, and what applying would give.
fn compared(own: Managed) -> Compared {
    let differs = own.is_modified || own.target.is_some() != own.live.is_some();
    let desired = own.target.is_some().then(|| own.predicted.or(own.target)).flatten();
    let live = own.live.is_some().then(|| own.normalized.or(own.live)).flatten();
    Compared { key: own.key, desired, live, differs }
}
