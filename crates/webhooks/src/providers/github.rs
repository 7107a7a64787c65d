//! GitHub: <https://docs.github.com/en/webhooks/webhook-events-and-payloads#push>.

use crate::body::{missing, read};
use crate::commits::{Commits, Sent, files};
use crate::delivery::{Delivery, Sender};
use crate::event::{DefaultBranch, Event, Push, RefChange, commit, short_name};
use crate::provider::Provider;
use crate::refusal::Refusal;
use crate::secrets::{GITHUB, Secrets, Signed};
use serde::Deserialize;

pub(super) const PROVIDER: Provider = Provider { claims, verify, read: read_push };
pub(super) const SIGNED: Signed =
    Signed { sender: Sender::GitHub, headers: &["x-hub-signature-256", "x-hub-signature"], unnamed: None };

fn claims(delivery: &Delivery<'_>, _: &Secrets) -> bool {
    delivery.header("x-github-event").is_some()
}

fn verify(delivery: &Delivery<'_>, secrets: &Secrets) -> Result<(), Refusal> {
    SIGNED.check(delivery, secrets.get(GITHUB))
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Body {
    r#ref: Option<String>,
    before: Option<String>,
    after: Option<String>,
    forced: Option<bool>,
    created: Option<bool>,
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
    match delivery.header("x-github-event") {
        Some("push") => {}
        Some("ping") => return Ok(Event::Nothing("a ping")),
        _ => return Err(Refusal::Event(Sender::GitHub)),
    }
    let body: Body = read(Sender::GitHub, delivery.body)?;
    let reference = body.r#ref.ok_or_else(|| missing(Sender::GitHub, "ref"))?;
    let repository = body.repository.unwrap_or_default();
    let url = repository.html_url.ok_or_else(|| missing(Sender::GitHub, "repository.html_url"))?;
    let name = short_name(&reference).to_owned();
    // A push that was forced takes commits away too, and a new branch stands on commits that were pushed before.
    let is_whole = body.forced != Some(true) && body.created != Some(true);
    let change = RefChange {
        default_branch: DefaultBranch::from_name(repository.default_branch.as_deref(), &name),
        name,
        before: commit(body.before),
        after: commit(body.after),
    };
    let sent = if is_whole { Sent::All } else { Sent::Unknown };
    Ok(Event::Push(Push { repositories: vec![url], changes: vec![change], files: files(body.commits, sent) }))
}
