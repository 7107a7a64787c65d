//! Bitbucket Cloud: <https://support.atlassian.com/bitbucket-cloud/docs/event-payloads/#Push>.

use crate::body::{Capped, missing, read};
use crate::delivery::{Delivery, Sender};
use crate::event::{DefaultBranch, Event, Files, Push, RefChange, commit};
use crate::provider::Provider;
use crate::refusal::Refusal;
use crate::secrets::{BITBUCKET, Secrets, is_secret};
use serde::Deserialize;

pub(super) const PROVIDER: Provider = Provider { claims, verify, read: read_push };

/// Branches and tags of one push that are read.
const CHANGES_MAX: usize = 1_000;

fn claims(delivery: &Delivery<'_>, _: &Secrets) -> bool {
    delivery.header("x-hook-uuid").is_some()
}

fn verify(delivery: &Delivery<'_>, secrets: &Secrets) -> Result<(), Refusal> {
    let sent = delivery.header("x-hook-uuid");
    is_secret(Sender::Bitbucket, secrets.get(BITBUCKET), sent, "the header X-Hook-UUID is missing")
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Body {
    push: Option<Changes>,
    repository: Option<Repository>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Changes {
    changes: Capped<Change, CHANGES_MAX>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Change {
    new: Option<Side>,
    old: Option<Side>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Side {
    name: Option<String>,
    target: Option<Target>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Target {
    hash: Option<String>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Repository {
    links: Option<Links>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Links {
    html: Option<Link>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Link {
    href: Option<String>,
}

impl Side {
    fn hash(self) -> Option<String> {
        commit(self.target.and_then(|target| target.hash))
    }
}

impl Change {
    fn into_change(mut self) -> Option<RefChange> {
        let name = |side: &mut Option<Side>| side.as_mut().and_then(|side| side.name.take());
        let name = name(&mut self.new).or_else(|| name(&mut self.old))?;
        // Which branch is the default one is not told.
        let default_branch = DefaultBranch::Unknown;
        Some(RefChange {
            name,
            before: self.old.and_then(Side::hash),
            after: self.new.and_then(Side::hash),
            default_branch,
        })
    }
}

fn read_push(delivery: &Delivery<'_>) -> Result<Event, Refusal> {
    if delivery.header("x-event-key") != Some("repo:push") {
        return Err(Refusal::Event(Sender::Bitbucket));
    }
    let body: Body = read(Sender::Bitbucket, delivery.body)?;
    let links = body.repository.unwrap_or_default().links.unwrap_or_default();
    let url = links.html.and_then(|link| link.href);
    let url = url.ok_or_else(|| missing(Sender::Bitbucket, "repository.links.html.href"))?;
    let changes = body.push.unwrap_or_default().changes.items;
    let changes: Vec<RefChange> = changes.into_iter().filter_map(Change::into_change).collect();
    if changes.is_empty() {
        return Ok(Event::Nothing("a push without changes"));
    }
    Ok(Event::Push(Push { repositories: vec![url], changes, files: Files::Unknown }))
}
