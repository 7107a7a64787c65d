//! GitLab: <https://docs.gitlab.com/user/project/integrations/webhook_events/#push-events>; its system hooks send the
//! same: <https://docs.gitlab.com/administration/system_hooks/#push-events>.

use crate::body::{missing, read};
use crate::commits::{Commits, Sent, files};
use crate::delivery::{Delivery, Sender};
use crate::event::{DefaultBranch, Event, Push, RefChange, commit, short_name};
use crate::provider::Provider;
use crate::refusal::Refusal;
use crate::secrets::{GITLAB, Secrets, is_secret};
use serde::Deserialize;

pub(super) const PROVIDER: Provider = Provider { claims, verify, read: read_push };

fn claims(delivery: &Delivery<'_>, _: &Secrets) -> bool {
    delivery.header("x-gitlab-event").is_some()
}

fn verify(delivery: &Delivery<'_>, secrets: &Secrets) -> Result<(), Refusal> {
    let sent = delivery.header("x-gitlab-token");
    is_secret(Sender::GitLab, secrets.get(GITLAB), sent, "the header X-Gitlab-Token is missing")
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Body {
    object_kind: Option<String>,
    event_name: Option<String>,
    r#ref: Option<String>,
    before: Option<String>,
    after: Option<String>,
    total_commits_count: Option<u64>,
    commits: Commits,
    project: Option<Project>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Project {
    web_url: Option<String>,
    default_branch: Option<String>,
}

fn read_push(delivery: &Delivery<'_>) -> Result<Event, Refusal> {
    let is_system = match delivery.header("x-gitlab-event") {
        Some("Push Hook" | "Tag Push Hook") => false,
        Some("System Hook") => true,
        _ => return Err(Refusal::Event(Sender::GitLab)),
    };
    let body: Body = read(Sender::GitLab, delivery.body)?;
    let kind = body.object_kind.or(body.event_name);
    if is_system && !matches!(kind.as_deref(), Some("push" | "tag_push")) {
        return Ok(Event::Nothing("a system event that is no push"));
    }
    let reference = body.r#ref.ok_or_else(|| missing(Sender::GitLab, "ref"))?;
    let project = body.project.unwrap_or_default();
    let url = project.web_url.ok_or_else(|| missing(Sender::GitLab, "project.web_url"))?;
    let name = short_name(&reference).to_owned();
    let before = commit(body.before);
    // At most 20 commits are sent; what is forced is not told, so a new branch alone is known to stand on more.
    let sent = match (&before, body.total_commits_count) {
        (None, _) => Sent::Unknown,
        (Some(_), Some(total)) => Sent::Of(total),
        (Some(_), None) => Sent::All,
    };
    let change = RefChange {
        default_branch: DefaultBranch::from_name(project.default_branch.as_deref(), &name),
        name,
        before,
        after: commit(body.after),
    };
    Ok(Event::Push(Push { repositories: vec![url], changes: vec![change], files: files(body.commits, sent) }))
}
