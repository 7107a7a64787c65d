//! What is done with several applications at once.

use super::forms::{Done, answer};
use crate::act::{Acting, SyncWish};
use crate::door::User;
use crate::problem::Problem;
use crate::respond;
use crate::site::Site;
use appview::PAGE;
use axum::body::Body;
use axum::extract::{Extension, State};
use axum::response::Response;
use http::HeaderMap;
use rbac::actions;
use std::sync::Arc;

/// Syncs or refreshes all that are ticked.
pub async fn act(
    State(site): State<Arc<Site>>,
    Extension(user): Extension<User>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let done = carry_out(&site, &user, body).await;
    answer(&user, &headers, done, "/applications")
}

/// Each for itself: one that is refused or busy stops no other, and all are told of.
async fn carry_out(site: &Site, user: &User, body: Body) -> Result<Done, Problem> {
    let fields = respond::form(body).await?;
    let is_sync = fields.get("do") == "sync";
    let names: Vec<&str> = fields.all("app").take(PAGE).collect();
    if names.is_empty() {
        return Err(Problem::wrong("Tick some applications first."));
    }
    let acting = Acting { site, world: site.world().await?, who: &user.name };
    let (mut count, mut failed) = (0_usize, Vec::new());
    for name in names {
        let (namespace, name) = name.split_once('/').ok_or_else(Problem::missing)?;
        let done = async {
            let entry = site.application(user, namespace, name).await?;
            if !is_sync {
                return acting.refresh(&entry, "normal").await;
            }
            if !site.may_app(user, actions::SYNC, &entry) {
                return Err(Problem::refused("sync it"));
            }
            acting.sync(&entry, &SyncWish::default()).await
        };
        match done.await {
            Ok(()) => count += 1,
            Err(problem) => failed.push(format!("{name}: {}", problem.message)),
        }
    }
    let word = if is_sync { "being synced" } else { "looked at again" };
    if failed.is_empty() {
        return Ok(Done { message: format!("{count} {word}"), location: None });
    }
    Err(Problem::wrong(format!("{count} {word}. {}", failed.join(" "))))
}
