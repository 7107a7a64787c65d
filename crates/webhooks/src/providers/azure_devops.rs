//! Azure DevOps: <https://learn.microsoft.com/en-us/azure/devops/service-hooks/events#git.push>.

use crate::body::{Capped, missing, read};
use crate::delivery::{Delivery, Sender};
use crate::event::{DefaultBranch, Event, Files, Push, RefChange, commit, short_name};
use crate::provider::Provider;
use crate::refusal::Refusal;
use crate::secrets::{AZURE_PASSWORD, AZURE_USER, Secrets, is_basic};
use serde::Deserialize;

pub(super) const PROVIDER: Provider = Provider { claims, verify, read: read_push };

/// Branches and tags of one push that are read.
const CHANGES_MAX: usize = 1_000;

fn claims(delivery: &Delivery<'_>, _: &Secrets) -> bool {
    delivery.header("x-vss-activityid").is_some()
}

fn verify(delivery: &Delivery<'_>, secrets: &Secrets) -> Result<(), Refusal> {
    is_basic(Sender::AzureDevOps, delivery, secrets.get(AZURE_USER), secrets.get(AZURE_PASSWORD))
}

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
struct Body {
    event_type: Option<String>,
    resource: Option<Resource>,
}

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
struct Resource {
    ref_updates: Capped<Update, CHANGES_MAX>,
    repository: Option<Repository>,
}

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
struct Update {
    name: Option<String>,
    old_object_id: Option<String>,
    new_object_id: Option<String>,
}

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
struct Repository {
    remote_url: Option<String>,
    default_branch: Option<String>,
}

fn read_push(delivery: &Delivery<'_>) -> Result<Event, Refusal> {
    let body: Body = read(Sender::AzureDevOps, delivery.body)?;
    if body.event_type.as_deref() != Some("git.push") {
        return Err(Refusal::Event(Sender::AzureDevOps));
    }
    let resource = body.resource.unwrap_or_default();
    let repository = resource.repository.unwrap_or_default();
    let url = repository.remote_url.ok_or_else(|| missing(Sender::AzureDevOps, "resource.repository.remoteUrl"))?;
    let into_change = |update: Update| {
        let reference = update.name?;
        let default_branch = if repository.default_branch.as_deref() == Some(reference.as_str()) {
            DefaultBranch::Yes
        } else {
            DefaultBranch::No
        };
        Some(RefChange {
            name: short_name(&reference).to_owned(),
            before: commit(update.old_object_id),
            after: commit(update.new_object_id),
            default_branch,
        })
    };
    let changes: Vec<RefChange> = resource.ref_updates.items.into_iter().filter_map(into_change).collect();
    if changes.is_empty() {
        return Ok(Event::Nothing("a push without changes"));
    }
    Ok(Event::Push(Push { repositories: vec![url], changes, files: Files::Unknown }))
}
