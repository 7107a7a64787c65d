//! GitHub, in the name of an app: statuses, deployments, comments on pull requests, check runs, dispatches.
//!
//! Each page is named beside what follows it; <https://docs.github.com/en/rest>.

mod account;
mod comment;
mod deployment;
mod told;

use super::Sending;
use crate::error::SendError;
use crate::options::{Fields, filled};
use account::Account;
use reqwest::Method;
use serde_json::json;
use told::Told;

pub(crate) async fn send(sending: &Sending<'_>) -> Result<(), SendError> {
    let fields = sending.fields.ok_or("config is empty: the template has no github fields")?;
    let name = sprig::argo::full_name(fields.text("repoURLPath").as_bytes());
    let name = String::from_utf8_lossy(&name).into_owned();
    if !name.contains('/') {
        return Err(format!("GitHub.repoURL ({}) does not have a `/`", fields.text("repoURLPath")).into());
    }
    let told = Told {
        account: Account::sign_in(sending).await?,
        repository: format!("/repos/{name}"),
        revision: fields.text("revisionPath"),
        message: sending.message,
    };
    if let Some(status) = fields.below("status") {
        told.status(status).await?;
    }
    if let Some(deployment) = fields.below("deployment") {
        deployment::tell(&told, deployment).await?;
    }
    if let Some(comment) = fields.below("pullRequestComment") {
        comment::tell(&told, comment).await?;
    }
    if let Some(run) = fields.below("checkRun") {
        told.check_run(run).await?;
    }
    match fields.below("repositoryDispatch") {
        Some(dispatch) => told.dispatch(dispatch).await,
        None => Ok(()),
    }
}

impl Told<'_> {
    /// <https://docs.github.com/en/rest/commits/statuses#create-a-commit-status>
    async fn status(&self, status: Fields<'_>) -> Result<(), SendError> {
        let label = status.text("label");
        let body = filled([
            ("state", status.text("state").into()),
            ("target_url", status.text("targetURL").into()),
            ("description", self.description().into()),
            ("context", label.into()),
        ]);
        let sent = self
            .account
            .ask(Method::POST, &format!("{}/statuses/{}", self.repository, self.revision), Some(body))
            .await?;
        // Compat: a commit has room for a thousand statuses of one context; more are let go.
        if sent.status.as_u16() == 422 {
            let told = format!("too many commit statuses for sha {} and context {label}", self.revision);
            return Err(SendError::Dropped(told));
        }
        self.account.read(&sent).map(drop)
    }

    /// <https://docs.github.com/en/rest/checks/runs#create-a-check-run>
    async fn check_run(&self, run: Fields<'_>) -> Result<(), SendError> {
        let conclusion = run.text("conclusion");
        let status = if conclusion.is_empty() { run.text("status") } else { run.text_or("status", "completed") };
        if conclusion.is_empty() && (status == "completed" || !run.text("completed_at").is_empty()) {
            return Err(
                "github checkrun: conclusion is required when status is completed or completed_at is set".into()
            );
        }
        let output = run.below("output").map(|output| {
            json!({"title": output.text("title"), "summary": output.text("summary"), "text": output.text("text")})
        });
        let body = filled([
            ("name", run.text("name").into()),
            ("head_sha", self.revision.into()),
            ("external_id", "argocd-notifications".into()),
            ("details_url", run.text("details_url").into()),
            ("status", status.into()),
            ("conclusion", conclusion.into()),
            ("started_at", run.text("started_at").into()),
            ("completed_at", run.text("completed_at").into()),
            ("output", output.unwrap_or_default()),
        ]);
        self.call(Method::POST, "/check-runs", Some(body)).await.map(drop)
    }

    /// <https://docs.github.com/en/rest/repos/repos#create-a-repository-dispatch-event>
    async fn dispatch(&self, dispatch: Fields<'_>) -> Result<(), SendError> {
        let payload = dispatch.json("client_payload")?.unwrap_or_default();
        let body = filled([("event_type", dispatch.text("event_type").into()), ("client_payload", payload)]);
        self.call(Method::POST, "/dispatches", Some(body)).await.map(drop)
    }
}
