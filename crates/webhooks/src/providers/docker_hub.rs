//! Docker Hub: <https://docs.docker.com/docker-hub/repos/manage/webhooks/>. It cannot sign: the secret is in the address,
//! `?type=docker.io&secret=…`.

use crate::body::{missing, read};
use crate::delivery::{Delivery, Sender};
use crate::event::{Event, ImagePush};
use crate::provider::{Provider, is_type, must_show};
use crate::refusal::Refusal;
use crate::secrets::{DOCKER, Secrets};
use serde::Deserialize;

pub(super) const PROVIDER: Provider = Provider { claims, verify, read: read_push };

fn claims(delivery: &Delivery<'_>, _: &Secrets) -> bool {
    is_type(delivery, "docker.io")
}

fn verify(delivery: &Delivery<'_>, secrets: &Secrets) -> Result<(), Refusal> {
    must_show(Sender::DockerHub, secrets, DOCKER, delivery.parameter("secret"))
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Body {
    repository: Option<Repository>,
    push_data: Option<PushData>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Repository {
    name: Option<String>,
    namespace: Option<String>,
    repo_name: Option<String>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct PushData {
    tag: Option<String>,
}

fn read_push(delivery: &Delivery<'_>) -> Result<Event, Refusal> {
    let body: Body = read(Sender::DockerHub, delivery.body)?;
    let Repository { name, namespace, repo_name } = body.repository.unwrap_or_default();
    let full = repo_name.filter(|name| !name.is_empty());
    let repository = full.or_else(|| match (namespace.filter(|text| !text.is_empty()), name?) {
        (Some(namespace), name) => Some(format!("{namespace}/{name}")),
        (None, name) => Some(name),
    });
    let repository = repository.ok_or_else(|| missing(Sender::DockerHub, "repository.repo_name"))?;
    let tag = body.push_data.and_then(|data| data.tag).filter(|tag| !tag.is_empty());
    let tag = tag.ok_or_else(|| missing(Sender::DockerHub, "push_data.tag"))?;
    Ok(Event::Images(vec![ImagePush { registry: "docker.io".to_owned(), repository, tag, digest: None }]))
}
