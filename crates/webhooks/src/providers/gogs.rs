//! Gogs: <https://gogs.io/docs/features/webhook>, and Gitea, which sends the same and more:
//! <https://docs.gitea.com/usage/repository/webhooks>.

use crate::body::{missing, read};
use crate::commits::{Commits, Sent, files};
use crate::delivery::{Delivery, Sender};
use crate::event::{DefaultBranch, Event, Push, RefChange, commit, short_name};
use crate::provider::Provider;
use crate::refusal::Refusal;
use crate::secrets::{GOGS, Secrets, Signed};
use serde::Deserialize;

pub(super) const PROVIDER: Provider = Provider { claims, verify, read: read_push };
const SIGNED: Signed = Signed {
    sender: Sender::Gogs,
    headers: &["x-gogs-signature", "x-gitea-signature", "x-forgejo-signature"],
    unnamed: Some("sha256"),
};
const EVENTS: [&str; 3] = ["x-gogs-event", "x-gitea-event", "x-forgejo-event"];

fn event<'a>(delivery: &Delivery<'a>) -> Option<&'a str> {
    EVENTS.iter().find_map(|name| delivery.header(name))
}

fn claims(delivery: &Delivery<'_>, _: &Secrets) -> bool {
    event(delivery).is_some()
}

fn verify(delivery: &Delivery<'_>, secrets: &Secrets) -> Result<(), Refusal> {
    SIGNED.check(delivery, secrets.get(GOGS))
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Body {
    r#ref: Option<String>,
    before: Option<String>,
    after: Option<String>,
    total_commits: Option<u64>,
    commits: Commits,
    repository: Option<Repository>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Repository {
    html_url: Option<String>,
    default_branch: Option<String>,
}

fn read_push(delivery: &Delivery<'_>) -> Result<Event, Refusal> {
    if event(delivery) != Some("push") {
        return Err(Refusal::Event(Sender::Gogs));
    }
    let body: Body = read(Sender::Gogs, delivery.body)?;
    let reference = body.r#ref.ok_or_else(|| missing(Sender::Gogs, "ref"))?;
    let repository = body.repository.unwrap_or_default();
    let url = repository.html_url.ok_or_else(|| missing(Sender::Gogs, "repository.html_url"))?;
    let name = short_name(&reference).to_owned();
    let before = commit(body.before);
    // Gitea sends the first few commits only, and says how many there are.
    let sent = match (&before, body.total_commits) {
        (None, _) => Sent::Unknown,
        (Some(_), Some(total)) => Sent::Of(total),
        (Some(_), None) => Sent::All,
    };
    let change = RefChange {
        default_branch: DefaultBranch::from_name(repository.default_branch.as_deref(), &name),
        name,
        before,
        after: commit(body.after),
    };
    Ok(Event::Push(Push { repositories: vec![url], changes: vec![change], files: files(body.commits, sent) }))
}
