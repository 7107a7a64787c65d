//! Bitbucket Server and Data Center: <https://confluence.atlassian.com/bitbucketserver/event-payload-938025882.html>.

use crate::body::{Capped, missing, read};
use crate::delivery::{Delivery, Sender};
use crate::event::{DefaultBranch, Event, Files, Push, RefChange, commit, short_name};
use crate::provider::Provider;
use crate::refusal::Refusal;
use crate::secrets::{BITBUCKET_SERVER, Secrets, Signed};
use serde::Deserialize;

pub(super) const PROVIDER: Provider = Provider { claims, verify, read: read_push };
const SIGNED: Signed = Signed { sender: Sender::BitbucketServer, headers: &["x-hub-signature"], unnamed: None };

/// Branches and tags of one push that are read.
const CHANGES_MAX: usize = 1_000;
/// Addresses of one repository that are read.
const LINKS_MAX: usize = 16;

fn claims(delivery: &Delivery<'_>, _: &Secrets) -> bool {
    delivery.header("x-event-key").is_some()
}

fn verify(delivery: &Delivery<'_>, secrets: &Secrets) -> Result<(), Refusal> {
    // Its test of the connection is not signed.
    if delivery.header("x-event-key") == Some("diagnostics:ping") {
        return Ok(());
    }
    SIGNED.check(delivery, secrets.get(BITBUCKET_SERVER))
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Body {
    changes: Capped<Change, CHANGES_MAX>,
    repository: Option<Repository>,
}

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
struct Change {
    r#ref: Option<Reference>,
    ref_id: Option<String>,
    from_hash: Option<String>,
    to_hash: Option<String>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Reference {
    id: Option<String>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Repository {
    links: Option<Links>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Links {
    clone: Capped<Link, LINKS_MAX>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Link {
    href: Option<String>,
    name: Option<String>,
}

impl Change {
    fn into_change(self) -> Option<RefChange> {
        let reference = self.r#ref.and_then(|reference| reference.id).or(self.ref_id)?;
        Some(RefChange {
            name: short_name(&reference).to_owned(),
            before: commit(self.from_hash),
            after: commit(self.to_hash),
            // Which branch is the default one is not told.
            default_branch: DefaultBranch::Unknown,
        })
    }
}

fn read_push(delivery: &Delivery<'_>) -> Result<Event, Refusal> {
    match delivery.header("x-event-key") {
        Some("repo:refs_changed") => {}
        Some("diagnostics:ping") => return Ok(Event::Nothing("a test of the connection")),
        _ => return Err(Refusal::Event(Sender::BitbucketServer)),
    }
    let body: Body = read(Sender::BitbucketServer, delivery.body)?;
    let links = body.repository.unwrap_or_default().links.unwrap_or_default().clone.items;
    let links = links.into_iter().filter(|link| matches!(link.name.as_deref(), Some("http" | "ssh")));
    let repositories: Vec<String> = links.filter_map(|link| link.href).collect();
    if repositories.is_empty() {
        return Err(missing(Sender::BitbucketServer, "a link named http or ssh in repository.links.clone"));
    }
    let changes: Vec<RefChange> = body.changes.items.into_iter().filter_map(Change::into_change).collect();
    if changes.is_empty() {
        return Ok(Event::Nothing("a push without changes"));
    }
    Ok(Event::Push(Push { repositories, changes, files: Files::Unknown }))
}
