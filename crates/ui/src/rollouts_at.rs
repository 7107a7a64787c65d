//! The Rollouts dashboard at `/rollouts`, for who is signed in here.
//!
//! It has a guard of its own, which is satisfied by a token that only this process knows. Who looks must be permitted to
//! see applications of every project, for Rollouts of all namespaces are shown; who acts, to run the actions of Rollouts.

use crate::door::User;
use crate::problem::Problem;
use crate::site::Site;
use axum::Router;
use axum::extract::{Extension, Request, State};
use axum::response::{IntoResponse, Response};
use axum::routing::any;
use dashboard::{Options, Token};
use http::{HeaderValue, Method, header};
use rbac::{Resource, actions};
use std::sync::Arc;
use tower::ServiceExt;

#[derive(Clone)]
struct Board {
    site: Arc<Site>,
    inner: Router,
    bearer: Option<HeaderValue>,
}

/// The routes below `/rollouts`; none where the system gives no random numbers.
pub fn routes(site: &Arc<Site>) -> Router {
    let (Some(token), Some(form_token)) = (Token::random(), Token::random()) else { return Router::new() };
    let bearer = HeaderValue::from_str(&format!("Bearer {}", token.text())).ok();
    let options = Options { token: Some(token), ..Options::new("default") };
    let inner = dashboard::router(options, site.client.clone(), site.clock.clone(), form_token);
    let board = Board { site: Arc::clone(site), inner, bearer };
    Router::new()
        .route("/rollouts", any(pass))
        .route("/rollouts/", any(pass))
        .route("/rollouts/{*path}", any(pass))
        .with_state(board)
}

async fn pass(State(board): State<Board>, Extension(user): Extension<User>, mut request: Request) -> Response {
    let is_asset = request.uri().path().starts_with("/rollouts/assets/");
    let is_reading = [Method::GET, Method::HEAD].contains(request.method());
    let action = if is_reading { actions::GET.to_owned() } else { actions::on_action("argoproj.io", "Rollout", "*") };
    if !is_asset && !board.site.may(&user, Resource::Applications, &action, "*/*") {
        let what = if is_reading { "see Rollouts of all projects" } else { "act on Rollouts" };
        return Problem::refused(what).into_response();
    }
    // What was read from the path here is none of the inner routes' business.
    *request.extensions_mut() = http::Extensions::new();
    request.headers_mut().remove(header::COOKIE);
    if let Some(bearer) = &board.bearer {
        request.headers_mut().insert(header::AUTHORIZATION, bearer.clone());
    }
    match board.inner.clone().oneshot(request).await {
        Ok(response) => response,
        Err(never) => match never {},
    }
}
