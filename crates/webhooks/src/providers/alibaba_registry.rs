//! Alibaba Cloud's registry: <https://www.alibabacloud.com/help/en/acr/user-guide/manage-webhooks>. It cannot sign: the
//! secret is in the address, `?type=aliyun-acr&secret=…[&registry_url=…]`.

use crate::body::{missing, read};
use crate::delivery::{Delivery, Sender};
use crate::event::{Event, ImagePush};
use crate::provider::{Provider, is_type, must_show};
use crate::refusal::Refusal;
use crate::secrets::{ALIBABA, Secrets};
use serde::Deserialize;

pub(super) const PROVIDER: Provider = Provider { claims, verify, read: read_push };

fn claims(delivery: &Delivery<'_>, _: &Secrets) -> bool {
    is_type(delivery, "aliyun-acr")
}

fn verify(delivery: &Delivery<'_>, secrets: &Secrets) -> Result<(), Refusal> {
    must_show(Sender::AlibabaRegistry, secrets, ALIBABA, delivery.parameter("secret"))
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Body {
    push_data: Option<PushData>,
    repository: Option<Repository>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct PushData {
    digest: Option<String>,
    tag: Option<String>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Repository {
    name: Option<String>,
    namespace: Option<String>,
    region: Option<String>,
    repo_full_name: Option<String>,
}

fn read_push(delivery: &Delivery<'_>) -> Result<Event, Refusal> {
    let sender = Sender::AlibabaRegistry;
    let body: Body = read(sender, delivery.body)?;
    let Repository { name, namespace, region, repo_full_name } = body.repository.unwrap_or_default();
    let full = repo_full_name.filter(|name| !name.is_empty());
    let repository = full.or_else(|| Some(format!("{}/{}", namespace?, name?)));
    let repository = repository.ok_or_else(|| missing(sender, "repository.repo_full_name"))?;
    let registry = delivery.parameter("registry_url").map(str::to_owned);
    let registry = registry.or_else(|| Some(format!("registry.{}.aliyuncs.com", region?)));
    let registry = registry.ok_or_else(|| missing(sender, "repository.region, and registry_url in the address,"))?;
    let PushData { digest, tag } = body.push_data.unwrap_or_default();
    let tag = tag.filter(|tag| !tag.is_empty()).ok_or_else(|| missing(sender, "push_data.tag"))?;
    Ok(Event::Images(vec![ImagePush { registry, repository, tag, digest }]))
}
