//! Azure Container Registry: <https://learn.microsoft.com/en-us/azure/container-registry/container-registry-webhook-reference>.
//! The secret is a custom header, `Authorization`, and the address ends in `?type=acr`.

use crate::body::{missing, read};
use crate::delivery::{Delivery, Sender};
use crate::event::{Event, ImagePush};
use crate::provider::{Provider, is_type, must_show};
use crate::refusal::Refusal;
use crate::secrets::{AZURE_REGISTRY, Secrets};
use serde::Deserialize;

pub(super) const PROVIDER: Provider = Provider { claims, verify, read: read_push };

fn claims(delivery: &Delivery<'_>, _: &Secrets) -> bool {
    is_type(delivery, "acr")
}

fn verify(delivery: &Delivery<'_>, secrets: &Secrets) -> Result<(), Refusal> {
    must_show(Sender::AzureRegistry, secrets, AZURE_REGISTRY, delivery.header("authorization"))
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Body {
    action: Option<String>,
    target: Option<Target>,
    request: Option<Request>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Target {
    digest: Option<String>,
    repository: Option<String>,
    tag: Option<String>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Request {
    host: Option<String>,
}

fn read_push(delivery: &Delivery<'_>) -> Result<Event, Refusal> {
    let body: Body = read(Sender::AzureRegistry, delivery.body)?;
    if body.action.as_deref() != Some("push") {
        return Ok(Event::Nothing("an event that is no push"));
    }
    let target = body.target.unwrap_or_default();
    let repository = target.repository.ok_or_else(|| missing(Sender::AzureRegistry, "target.repository"))?;
    let host = body.request.and_then(|request| request.host);
    let registry = host.ok_or_else(|| missing(Sender::AzureRegistry, "request.host"))?;
    let tag = target.tag.unwrap_or_default();
    Ok(Event::Images(vec![ImagePush { registry, repository, tag, digest: target.digest }]))
}
