//! What can be told to a Rollout.

use crate::action::{Action, Steered, is_name, not_found};
use crate::problem::{Code, Problem};
use crate::respond;
use crate::site::Site;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use http::HeaderMap;
use serde_json::Value;
use std::sync::Arc;
use steering::{ImageFor, Promotion};

/// Which Rollout.
type Which = Path<(String, String)>;

/// `restart`.
pub async fn restart(State(site): State<Arc<Site>>, which: Which, headers: HeaderMap, body: Body) -> Response {
    simple(&site, which, (headers, body), Action::Restart).await
}

/// `abort`.
pub async fn abort(State(site): State<Arc<Site>>, which: Which, headers: HeaderMap, body: Body) -> Response {
    simple(&site, which, (headers, body), Action::Abort).await
}

/// `retry`.
pub async fn retry(State(site): State<Arc<Site>>, which: Which, headers: HeaderMap, body: Body) -> Response {
    simple(&site, which, (headers, body), Action::Retry).await
}

/// `promote`, to the end when the body says `full`.
pub async fn promote(State(site): State<Arc<Site>>, which: Which, headers: HeaderMap, body: Body) -> Response {
    let said = match said(&headers, body).await {
        Ok(said) => said,
        Err(refused) => return refused,
    };
    let promotion = match &said["full"] {
        Value::Null | Value::Bool(false) => Promotion::Onwards,
        Value::Bool(true) => Promotion::Full,
        _ => return Problem::new(Code::InvalidArgument, "full is true or false").into_response(),
    };
    carry_out(&site, which, Action::Promote(promotion)).await
}

/// `undo` to a revision.
pub async fn undo(
    State(site): State<Arc<Site>>,
    Path((namespace, name, revision)): Path<(String, String, String)>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let Ok(revision) = revision.parse::<i64>() else {
        let syntax = format!("strconv.ParseInt: parsing {revision:?}: invalid syntax");
        let message = format!("type mismatch, parameter: revision, error: {syntax}");
        return Problem::new(Code::InvalidArgument, message).into_response();
    };
    simple(&site, Path((namespace, name)), (headers, body), Action::Undo(revision)).await
}

/// `set/{container}/{image}/{tag}`; an image has as many segments as it likes.
pub async fn set_image(
    State(site): State<Arc<Site>>,
    Path((namespace, name, rest)): Path<(String, String, String)>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let split = rest.split_once('/').and_then(|(container, rest)| Some((container, rest.rsplit_once('/')?)));
    let Some((container, (image, tag))) =
        split.filter(|(container, (image, tag))| [container, image, tag].iter().all(|part| !part.is_empty()))
    else {
        return Problem::new(Code::NotFound, "Not Found").into_response();
    };
    let image = ImageFor { container: container.to_owned(), image: format!("{image}:{tag}") };
    simple(&site, Path((namespace, name)), (headers, body), Action::SetImage(image)).await
}

/// What the body says; nothing when it is empty.
async fn said(headers: &HeaderMap, body: Body) -> Result<Value, Response> {
    let bytes = respond::body(headers, body).await?;
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Ok(Value::Null);
    }
    match serde_json::from_slice(&bytes) {
        Ok(said @ Value::Object(_)) => Ok(said),
        Ok(_) => Err(Problem::new(Code::InvalidArgument, "the body is no JSON object").into_response()),
        Err(error) => Err(Problem::new(Code::InvalidArgument, format!("the body is no JSON: {error}")).into_response()),
    }
}

/// Carries out what needs nothing of the body but that it can be read.
async fn simple(site: &Site, which: Which, (headers, body): (HeaderMap, Body), action: Action) -> Response {
    match said(&headers, body).await {
        Ok(_) => carry_out(site, which, action).await,
        Err(refused) => refused,
    }
}

async fn carry_out(site: &Site, Path((namespace, name)): Which, action: Action) -> Response {
    if !is_name(&namespace) || !is_name(&name) {
        return not_found(&name).into_response();
    }
    let board = match site.board().await {
        Ok(board) => board,
        Err(problem) => return problem.into_response(),
    };
    let steered = Steered { client: &site.client, board, namespace: &namespace, name: &name, now: site.clock.now() };
    match steered.carry_out(&action).await {
        Ok(rollout) => respond::json(rollout.raw().clone()),
        Err(problem) => problem.into_response(),
    }
}
