//! Harbor: <https://goharbor.io/docs/2.12.0/working-with-projects/project-configuration/configure-webhooks/>.

use crate::body::{Capped, missing, read};
use crate::delivery::{Delivery, Sender};
use crate::event::{Event, ImagePush};
use crate::provider::{Provider, is_type, must_show};
use crate::refusal::Refusal;
use crate::secrets::{HARBOR, Secrets, is_secret};
use serde::Deserialize;

pub(super) const PROVIDER: Provider = Provider { claims, verify, read: read_artifact };

/// Artifacts of one event that are read.
const RESOURCES_MAX: usize = 1_000;

/// Harbor sends no header of its own: it is known by the secret it shows, or by the address.
fn claims(delivery: &Delivery<'_>, secrets: &Secrets) -> bool {
    let sent = delivery.header("authorization");
    let shows_secret = || must_show(Sender::Harbor, secrets, HARBOR, sent).is_ok();
    is_type(delivery, "harbor") || (sent.is_some() && shows_secret())
}

fn verify(delivery: &Delivery<'_>, secrets: &Secrets) -> Result<(), Refusal> {
    must_show(Sender::Harbor, secrets, HARBOR, delivery.header("authorization"))?;
    is_secret(Sender::Harbor, secrets.get(HARBOR), delivery.header("authorization"), "the secret is missing")
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Body {
    r#type: Option<String>,
    event_data: Option<Data>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Data {
    resources: Capped<Resource, RESOURCES_MAX>,
    repository: Option<Repository>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Resource {
    digest: Option<String>,
    tag: Option<String>,
    resource_url: Option<String>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Repository {
    name: Option<String>,
    namespace: Option<String>,
    repo_full_name: Option<String>,
}

fn read_artifact(delivery: &Delivery<'_>) -> Result<Event, Refusal> {
    let body: Body = read(Sender::Harbor, delivery.body)?;
    if body.r#type.as_deref() != Some("PUSH_ARTIFACT") {
        return Ok(Event::Nothing("an event that is no push of an artifact"));
    }
    let data = body.event_data.unwrap_or_default();
    let repository = name(data.repository.unwrap_or_default());
    let repository = repository.ok_or_else(|| missing(Sender::Harbor, "event_data.repository.repo_full_name"))?;
    let image = |resource: Resource| {
        let tag = resource.tag.filter(|tag| !tag.is_empty())?;
        let registry = host(&resource.resource_url?)?.to_owned();
        Some(ImagePush { registry, repository: repository.clone(), tag, digest: resource.digest })
    };
    let images: Vec<ImagePush> = data.resources.items.into_iter().filter_map(image).collect();
    Ok(if images.is_empty() { Event::Nothing("no artifact with a tag") } else { Event::Images(images) })
}

fn name(repository: Repository) -> Option<String> {
    let full = repository.repo_full_name.filter(|name| !name.is_empty());
    full.or_else(|| Some(format!("{}/{}", repository.namespace?, repository.name?)))
}

/// `host[:port]` of `[scheme://]host[:port]/path`.
fn host(url: &str) -> Option<&str> {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    rest.split_once('/').map(|(host, _)| host).filter(|host| !host.is_empty())
}
