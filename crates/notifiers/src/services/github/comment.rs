//! Comments on the pull requests that a commit belongs to; with a tag, one comment that is written anew.
//!
//! <https://docs.github.com/en/rest/commits/commits#list-pull-requests-associated-with-a-commit> and `issues/comments`.

use super::told::{Told, shortened};
use crate::error::SendError;
use crate::options::Fields;
use reqwest::Method;
use serde_json::{Value as Json, json};

/// The longest comment.
const COMMENT_MAX: usize = 65_536;

pub(super) async fn tell(told: &Told<'_>, comment: Fields<'_>) -> Result<(), SendError> {
    let tag = match comment.text("commentTag") {
        "" => None,
        tag => Some(format!("<!-- argocd-notifications {tag} -->")),
    };
    let room = tag.as_ref().map_or(0, |tag| tag.chars().count() + 1);
    let content = shortened(comment.text("content"), COMMENT_MAX.saturating_sub(room));
    let body = tag.as_ref().map_or(content.clone(), |tag| format!("{content}\n{tag}"));
    let requests = told.call(Method::GET, &format!("/commits/{}/pulls", told.revision), None).await?;
    for number in requests.as_array().into_iter().flatten().filter_map(|it| it.get("number").and_then(Json::as_i64)) {
        let known = match &tag {
            Some(tag) => find(told, number, tag).await?,
            None => None,
        };
        let (method, path) = match known {
            Some(id) => (Method::PATCH, format!("/issues/comments/{id}")),
            None => (Method::POST, format!("/issues/{number}/comments")),
        };
        told.call(method, &path, Some(json!({"body": body}))).await?;
    }
    Ok(())
}

/// The comment with that tag.
async fn find(told: &Told<'_>, number: i64, tag: &str) -> Result<Option<i64>, SendError> {
    let comments = told.call(Method::GET, &format!("/issues/{number}/comments?per_page=100"), None).await?;
    let found = comments.as_array().into_iter().flatten().find(|comment| Fields(comment).text("body").contains(tag));
    Ok(found.and_then(|comment| comment.get("id")?.as_i64()))
}
