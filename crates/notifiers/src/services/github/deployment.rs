//! Deployments and how they stand.
//!
//! <https://docs.github.com/en/rest/deployments/deployments> and `statuses`.

use super::told::Told;
use crate::error::SendError;
use crate::options::{Fields, filled};
use reqwest::Method;
use serde_json::{Value as Json, json};
use url::form_urlencoded::Serializer;

pub(super) async fn tell(told: &Told<'_>, deployment: Fields<'_>) -> Result<(), SendError> {
    let environment = deployment.text("environment");
    let query = Serializer::new(String::new())
        .append_pair("ref", told.revision)
        .append_pair("environment", environment)
        .finish();
    let known = told.call(Method::GET, &format!("/deployments?{query}"), None).await?;
    let made = match known.pointer("/0/id").and_then(Json::as_i64) {
        Some(id) => Some(id),
        None => create(told, deployment).await?.get("id").and_then(Json::as_i64),
    };
    let id = made.ok_or("GitHub gave the deployment no id")?;
    let status = filled([
        ("state", deployment.text("state").into()),
        ("log_url", deployment.text("logURL").into()),
        ("description", told.description().into()),
        ("environment", environment.into()),
        ("environment_url", deployment.text("environmentURL").into()),
    ]);
    told.call(Method::POST, &format!("/deployments/{id}/statuses"), Some(status)).await.map(drop)
}

async fn create(told: &Told<'_>, deployment: Fields<'_>) -> Result<Json, SendError> {
    let mut body = json!({
        "ref": deployment.text_or("reference", told.revision),
        "environment": deployment.text("environment"),
        "auto_merge": deployment.0.get("autoMerge").and_then(Json::as_bool).unwrap_or(true),
        "transient_environment": deployment.is("transientEnvironment"),
    });
    // Without the list every check of the commit must have passed; an empty one asks for none.
    if deployment.0.get("requiredContexts").is_some_and(Json::is_array) {
        body["required_contexts"] = deployment.list("requiredContexts").into();
    }
    told.call(Method::POST, "/deployments", Some(body)).await
}
