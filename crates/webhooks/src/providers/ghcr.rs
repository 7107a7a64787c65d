//! GitHub's container registry: <https://docs.github.com/en/webhooks/webhook-events-and-payloads#package>.

use crate::body::{missing, read};
use crate::delivery::{Delivery, Sender};
use crate::event::{Event, ImagePush};
use crate::provider::{Provider, is_type};
use crate::refusal::Refusal;
use crate::secrets::{GHCR, GITHUB, Secrets, Signed};
use serde::Deserialize;

pub(super) const PROVIDER: Provider = Provider { claims, verify, read: read_package };
const SIGNED: Signed = Signed { sender: Sender::Ghcr, headers: &["x-hub-signature-256"], unnamed: None };

fn claims(delivery: &Delivery<'_>, _: &Secrets) -> bool {
    delivery.header("x-github-event") == Some("package") || is_type(delivery, "ghcr.io")
}

fn verify(delivery: &Delivery<'_>, secrets: &Secrets) -> Result<(), Refusal> {
    SIGNED.check(delivery, secrets.get(GHCR).or_else(|| secrets.get(GITHUB)))
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Body {
    action: Option<String>,
    package: Option<Package>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Package {
    name: Option<String>,
    package_type: Option<String>,
    owner: Option<Owner>,
    package_version: Option<Version>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Owner {
    login: Option<String>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Version {
    container_metadata: Option<Metadata>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Metadata {
    tag: Option<Tag>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Tag {
    name: Option<String>,
    digest: Option<String>,
}

fn read_package(delivery: &Delivery<'_>) -> Result<Event, Refusal> {
    if delivery.header("x-github-event") == Some("ping") {
        return Ok(Event::Nothing("a ping"));
    }
    let body: Body = read(Sender::Ghcr, delivery.body)?;
    let package = body.package.unwrap_or_default();
    let is_image = package.package_type.is_some_and(|kind| kind.eq_ignore_ascii_case("container"));
    if body.action.as_deref() != Some("published") || !is_image {
        return Ok(Event::Nothing("a package that is no newly published image"));
    }
    let tag =
        package.package_version.unwrap_or_default().container_metadata.unwrap_or_default().tag.unwrap_or_default();
    let Some(name) = tag.name.filter(|name| !name.is_empty()) else {
        return Ok(Event::Nothing("an image without a tag"));
    };
    let owner =
        package.owner.and_then(|owner| owner.login).ok_or_else(|| missing(Sender::Ghcr, "package.owner.login"))?;
    let package = package.name.ok_or_else(|| missing(Sender::Ghcr, "package.name"))?;
    let repository = format!("{owner}/{package}").to_lowercase();
    Ok(Event::Images(vec![ImagePush { registry: "ghcr.io".to_owned(), repository, tag: name, digest: tag.digest }]))
}
