//! What buttons do. A form carries the token that only who could read a page knows.

use super::layout;
use crate::action::{Action, Steered, is_name, not_found};
use crate::problem::{Code, Problem};
use crate::respond;
use crate::site::Site;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, header};
use look::{inert, segment};
use maud::html;
use serde_json::json;
use std::collections::BTreeMap;
use std::sync::Arc;
use steering::{ImageFor, Promotion};

/// Does what a button says, and sends the browser back to the page; a script is told in JSON.
pub async fn act(
    State(site): State<Arc<Site>>,
    Path((namespace, name, action)): Path<(String, String, String)>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let is_script = headers.get(header::ACCEPT).is_some_and(|accepted| accepted == "application/json");
    let bytes = match respond::body(&headers, body).await {
        Ok(bytes) => bytes,
        Err(refused) => return refused,
    };
    let fields: BTreeMap<String, String> = url::form_urlencoded::parse(&bytes).into_owned().collect();
    let done = carry_out(&site, (&namespace, &name), &action, &fields).await;
    let page = format!("{}/rollout/{}/{}", site.base, segment(&namespace), segment(&name));
    match done {
        Ok(done) if is_script => respond::json(json!({"message": format!("{name} {done}")}).to_string()),
        Ok(_) => respond::see_other(&page),
        Err(problem) if is_script => problem.into_response(),
        Err(problem) => {
            let content = html! { section.empty { h1 { "That did not work" } p { (inert(&problem.message)) }
            p { a href=(page) { "Back" } } } };
            respond::html(problem.code.status(), layout::bare(&site, "That did not work", &content))
        }
    }
}

async fn carry_out(
    site: &Site,
    (namespace, name): (&str, &str),
    action: &str,
    fields: &BTreeMap<String, String>,
) -> Result<String, Problem> {
    if !fields.get("token").is_some_and(|token| site.form_token.is(token)) {
        let message = "this form is from before the last start; load the page again";
        return Err(Problem::new(Code::PermissionDenied, message));
    }
    if !is_name(namespace) || !is_name(name) {
        return Err(not_found(name));
    }
    let action = read(action, fields)?;
    let steered = Steered { client: &site.client, board: site.board().await?, namespace, name, now: site.clock.now() };
    steered.carry_out(&action).await?;
    Ok(action.done())
}

fn read(action: &str, fields: &BTreeMap<String, String>) -> Result<Action, Problem> {
    let field = |name: &str| fields.get(name).map(|text| text.trim()).filter(|text| !text.is_empty());
    let missing = |name: &str| Problem::new(Code::InvalidArgument, format!("{name} is missing"));
    Ok(match action {
        "promote" => Action::Promote(Promotion::Onwards),
        "promote-full" => Action::Promote(Promotion::Full),
        "pause" => Action::Pause,
        "resume" => Action::Resume,
        "abort" => Action::Abort,
        "retry" => Action::Retry,
        "restart" => Action::Restart,
        "undo" => {
            let revision = field("revision").unwrap_or("0").parse();
            Action::Undo(revision.map_err(|_| Problem::new(Code::InvalidArgument, "revision is no number"))?)
        }
        "set-image" => Action::SetImage(ImageFor {
            container: field("container").ok_or_else(|| missing("container"))?.to_owned(),
            image: field("image").ok_or_else(|| missing("image"))?.to_owned(),
        }),
        _ => return Err(Problem::new(Code::NotFound, "there is no such action")),
    })
}
