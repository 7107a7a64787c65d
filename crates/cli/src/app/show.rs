//! An application in words, as `argocd app get` prints it.

use super::time::go_time;
use api::{Application, ApplicationSource, OperationState, SyncStatusCode};
use std::fmt::Write as _;

/// One line of a summary: a label in 20 columns and a value.
fn line(out: &mut String, label: &str, value: &str) {
    // Writing to a String cannot fail.
    let _ = writeln!(out, "{label:<20}{value}");
}

/// `namespace/name`.
pub(crate) fn qualified_name(app: &Application) -> String {
    match app.metadata.namespace.as_str() {
        "" => app.metadata.name.clone(),
        namespace => format!("{namespace}/{}", app.metadata.name),
    }
}

/// The destination cluster: its server, or its name where no server is given.
pub(crate) fn server(app: &Application) -> &str {
    let destination = &app.spec.destination;
    if destination.server.is_empty() { &destination.name } else { &destination.server }
}

/// The lines above the table of resources.
pub(crate) fn summary(app: &Application) -> String {
    let mut out = String::new();
    line(&mut out, "Name:", &qualified_name(app));
    line(&mut out, "Project:", app.spec.project_name());
    line(&mut out, "Server:", server(app));
    line(&mut out, "Namespace:", &app.spec.destination.namespace);
    out.push_str(if app.spec.has_multiple_sources() { "Sources:\n" } else { "Source:\n" });
    let sources = app.spec.effective_sources();
    for source in &sources {
        source_lines(&mut out, source);
    }
    let policy = match app.spec.automated() {
        Some(automated) if automated.prune == Some(true) => "Automated (Prune)",
        Some(_) => "Automated",
        None => "Manual",
    };
    line(&mut out, "Sync Policy:", policy);
    let target = sources.first().map(|source| source.target_revision.as_str()).unwrap_or_default();
    line(&mut out, "Sync Status:", &sync_status(app, target));
    line(&mut out, "Health Status:", app.status.health_code().as_str());
    out
}

fn source_lines(out: &mut String, source: &ApplicationSource) {
    line(out, "- Repo:", &source.repo_url);
    line(out, "  Target:", &source.target_revision);
    for (label, value) in [("  Path:", &source.path), ("  Chart:", &source.chart), ("  Ref:", &source.ref_name)] {
        if !value.is_empty() {
            line(out, label, value);
        }
    }
}

fn sync_status(app: &Application, target: &str) -> String {
    let code = app.status.sync_code();
    let mut text = match code {
        SyncStatusCode::Synced => format!("{code} to {target}"),
        SyncStatusCode::OutOfSync => format!("{code} from {target}"),
        SyncStatusCode::Unknown => code.to_string(),
    };
    let revision = app.status.sync.as_ref().map(|sync| sync.revision.as_str()).unwrap_or_default();
    if !is_commit(target)
        && let Some(short) = revision.get(..7)
        && revision.len() > 7
    {
        // Writing to a String cannot fail.
        let _ = write!(text, " ({short})");
    }
    text
}

/// Whether a revision is a commit id, whole or shortened.
fn is_commit(revision: &str) -> bool {
    (7..=40).contains(&revision.len()) && revision.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// The table of conditions; empty without any.
pub(crate) fn conditions(app: &Application) -> String {
    if app.status.conditions.is_empty() {
        return String::new();
    }
    let mut text = "CONDITION\tMESSAGE\tLAST TRANSITION\n".to_owned();
    for condition in &app.status.conditions {
        let since = condition.last_transition_time.map(go_time).unwrap_or_else(|| "<nil>".to_owned());
        let message = condition.message.replace(['\t', '\n'], " ");
        // Writing to a String cannot fail.
        let _ = writeln!(text, "{}\t{message}\t{since}", condition.condition_type);
    }
    crate::tabs::align(&text, crate::tabs::Layout::TABLE)
}

/// The last operation.
pub(crate) fn operation(state: &OperationState, now: api::Time) -> String {
    let mut out = String::new();
    if let Some(result) = &state.sync_result {
        line(&mut out, "Operation:", "Sync");
        let revisions = result.revisions.join(", ");
        let revision = if result.sources.is_empty() { &result.revision } else { &revisions };
        line(&mut out, "Sync Revision:", revision);
    }
    line(&mut out, "Phase:", state.phase.as_str());
    line(&mut out, "Start:", &go_time(state.started_at));
    line(&mut out, "Finished:", &state.finished_at.map(go_time).unwrap_or_else(|| "<nil>".to_owned()));
    let end = state.finished_at.unwrap_or(now);
    let seconds = end.timestamp().as_second() - state.started_at.timestamp().as_second();
    line(&mut out, "Duration:", &api::GoDuration::from_seconds(seconds).to_string());
    if !state.message.is_empty() {
        line(&mut out, "Message:", &state.message);
    }
    out
}
