//! Quay: <https://docs.quay.io/guides/notifications.html>. It cannot sign: the secret is in the address,
//! `?type=quay.io&secret=…`.

use crate::body::{Capped, missing, read};
use crate::delivery::{Delivery, Sender};
use crate::event::{Event, ImagePush};
use crate::provider::{Provider, is_type, must_show};
use crate::refusal::Refusal;
use crate::secrets::{QUAY, Secrets};
use serde::Deserialize;

pub(super) const PROVIDER: Provider = Provider { claims, verify, read: read_push };

/// Tags of one push that are read.
const TAGS_MAX: usize = 1_000;

fn claims(delivery: &Delivery<'_>, _: &Secrets) -> bool {
    is_type(delivery, "quay.io")
}

fn verify(delivery: &Delivery<'_>, secrets: &Secrets) -> Result<(), Refusal> {
    must_show(Sender::Quay, secrets, QUAY, delivery.parameter("secret"))
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Body {
    repository: Option<String>,
    docker_url: Option<String>,
    updated_tags: Capped<String, TAGS_MAX>,
}

fn read_push(delivery: &Delivery<'_>) -> Result<Event, Refusal> {
    let body: Body = read(Sender::Quay, delivery.body)?;
    let repository = body.repository.ok_or_else(|| missing(Sender::Quay, "repository"))?;
    let url = body.docker_url.unwrap_or_default();
    let registry = url.split_once("://").map_or(url.as_str(), |(_, rest)| rest).split('/').next().unwrap_or_default();
    let registry = if registry.is_empty() { "quay.io" } else { registry };
    let image = |tag| ImagePush { registry: registry.to_owned(), repository: repository.clone(), tag, digest: None };
    let images: Vec<ImagePush> = body.updated_tags.items.into_iter().map(image).collect();
    if images.is_empty() { Err(missing(Sender::Quay, "updated_tags")) } else { Ok(Event::Images(images)) }
}
