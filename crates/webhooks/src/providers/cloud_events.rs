//! CloudEvents: <https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/formats/json-format.md>; those of Amazon's
//! registry and generic ones about images. The secret is in the address, `?type=cloudevents&secret=…`, or in the header
//! `X-Webhook-Secret`.

use crate::body::{missing, read};
use crate::delivery::{Delivery, Sender};
use crate::event::{Event, ImagePush};
use crate::provider::{Provider, is_type, must_show};
use crate::refusal::Refusal;
use crate::secrets::{CLOUD_EVENTS, Secrets};
use serde::Deserialize;

pub(super) const PROVIDER: Provider = Provider { claims, verify, read: read_event };

const SENDER: Sender = Sender::CloudEvents;

fn claims(delivery: &Delivery<'_>, _: &Secrets) -> bool {
    is_type(delivery, "cloudevents")
}

fn verify(delivery: &Delivery<'_>, secrets: &Secrets) -> Result<(), Refusal> {
    let sent = delivery.parameter("secret").or_else(|| delivery.header("x-webhook-secret"));
    must_show(SENDER, secrets, CLOUD_EVENTS, sent)
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Body {
    specversion: Option<String>,
    r#type: Option<String>,
    source: Option<String>,
    subject: Option<String>,
    data: Option<Data>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Data {
    #[serde(rename = "repositoryName")]
    repository_name: Option<String>,
    repository: Option<String>,
    #[serde(rename = "imageTag")]
    image_tag: Option<String>,
    tag: Option<String>,
    #[serde(rename = "imageDigest")]
    image_digest: Option<String>,
    digest: Option<String>,
    #[serde(rename = "registryUrl")]
    registry_url: Option<String>,
    registry: Option<String>,
    #[serde(rename = "registryId")]
    registry_id: Option<String>,
}

fn read_event(delivery: &Delivery<'_>) -> Result<Event, Refusal> {
    let body: Body = read(SENDER, delivery.body)?;
    body.specversion.ok_or_else(|| missing(SENDER, "specversion"))?;
    let kind = body.r#type.ok_or_else(|| missing(SENDER, "type"))?;
    let source = body.source.unwrap_or_default();
    let data = body.data.unwrap_or_default();
    let registry = if kind.starts_with("com.amazon.ecr.") {
        amazon_registry(&source, data.registry_id)
    } else if kind.contains("container") || kind.contains("image") {
        data.registry_url.or(data.registry).or_else(|| host(&source))
    } else {
        return Ok(Event::Nothing("an event that is about no image"));
    };
    let subject = body.subject.as_deref().and_then(|subject| subject.split_once(':'));
    let repository = given(data.repository_name, data.repository).or_else(|| subject.map(|(name, _)| name.to_owned()));
    let tag = given(data.image_tag, data.tag).or_else(|| subject.map(|(_, tag)| tag.to_owned()));
    Ok(Event::Images(vec![ImagePush {
        registry: registry.ok_or_else(|| missing(SENDER, "the registry, in source or data.registryUrl,"))?,
        repository: repository.ok_or_else(|| missing(SENDER, "data.repositoryName"))?,
        tag: tag.ok_or_else(|| missing(SENDER, "data.imageTag"))?,
        digest: given(data.image_digest, data.digest),
    }]))
}

fn given(first: Option<String>, second: Option<String>) -> Option<String> {
    first.filter(|text| !text.is_empty()).or(second).filter(|text| !text.is_empty())
}

/// `urn:aws:ecr:<region>:<account>:…` names the host.
fn amazon_registry(source: &str, account: Option<String>) -> Option<String> {
    let rest = source.strip_prefix("urn:aws:ecr:").or_else(|| source.strip_prefix("arn:aws:ecr:"))?;
    let (region, rest) = rest.split_once(':')?;
    let account =
        account.filter(|id| !id.is_empty()).unwrap_or_else(|| rest.split(':').next().unwrap_or_default().to_owned());
    Some(format!("{account}.dkr.ecr.{region}.amazonaws.com"))
}

/// The host of an address, or of a path that begins with one.
fn host(source: &str) -> Option<String> {
    let rest = source.strip_prefix("https://").or_else(|| source.strip_prefix("http://")).unwrap_or(source);
    let host = rest.split('/').next().unwrap_or_default();
    host.contains('.').then(|| host.to_owned())
}
