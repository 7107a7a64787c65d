//! `app wait`, and the waiting of `sync` and `rollback`: rows as they change, then the state reached.

use super::output::{self, Format};
use super::refresh::{self, POLL, Refresh};
use super::resource_filter::ResourceFilter;
use super::resource_states::{ResourceState, resource_states, table};
use super::show;
use super::store::{AppName, Found, Store};
use super::time::progress_time;
use crate::failure::Failure;
use crate::tabs::{Layout, align};
use crate::terminal;
use api::{Application, HealthStatusCode, OperationState, SyncStatusCode};
use clap::Args;
use object::Key;
use std::collections::BTreeMap;
use std::time::Duration;

/// The flags of `app wait`.
#[derive(Debug, Args)]
pub(crate) struct Wait {
    /// Applications, as NAME or NAMESPACE/NAME
    names: Vec<String>,
    /// Wait for sync
    #[arg(long)]
    sync: bool,
    /// Wait for health
    #[arg(long)]
    health: bool,
    /// Wait for suspended
    #[arg(long)]
    suspended: bool,
    /// Wait for degraded
    #[arg(long)]
    degraded: bool,
    /// Wait for delete
    #[arg(long)]
    delete: bool,
    /// Wait for pending operations
    #[arg(long)]
    operation: bool,
    /// Wait for apps by label
    #[arg(short = 'l', long)]
    selector: Option<String>,
    /// Wait only for these resources, as GROUP:KIND:NAME or !GROUP:KIND:NAME; fields may be blank or '*'
    #[arg(long = "resource")]
    resources: Vec<String>,
    /// Time out after this many seconds; 0 waits as long as it takes
    #[arg(long, default_value_t = 0)]
    timeout: u64,
    /// Only wait for an application in namespace
    #[arg(short = 'N', long)]
    app_namespace: Option<String>,
    /// Output format. One of: json|yaml|wide
    #[arg(short, long, default_value = "wide")]
    output: Format,
}

/// What is waited for.
#[derive(Debug, Clone, Default)]
pub(crate) struct Goal {
    pub sync: bool,
    pub health: bool,
    pub suspended: bool,
    pub degraded: bool,
    pub delete: bool,
    pub operation: bool,
    /// The caller has just asked for the operation, so it may have ended before the first look.
    pub started: bool,
    pub resources: ResourceFilter,
    pub timeout: Option<Duration>,
    pub output: Option<Format>,
}

impl Wait {
    pub(crate) async fn run(&self, store: &Store) -> Result<(), Failure> {
        let mut names: Vec<AppName> =
            self.names.iter().map(|name| AppName::parse(name, self.app_namespace.as_deref())).collect();
        if let Some(selector) = &self.selector {
            let found = store.list(self.app_namespace.as_deref(), Some(selector)).await?;
            names.extend(found.iter().map(|found| AppName::parse(&show::qualified_name(&found.app), None)));
        }
        if names.is_empty() && self.selector.is_none() {
            return Err(Failure::with_code(1, "name at least one application, or select some with --selector"));
        }
        let goal = self.goal()?;
        for name in &names {
            until(store, name, &goal).await?;
        }
        Ok(())
    }

    fn goal(&self) -> Result<Goal, Failure> {
        let mut goal = Goal {
            sync: self.sync,
            health: self.health,
            suspended: self.suspended,
            degraded: self.degraded,
            delete: self.delete,
            operation: self.operation,
            started: false,
            resources: ResourceFilter::parse(&self.resources)?,
            timeout: (self.timeout > 0).then(|| Duration::from_secs(self.timeout)),
            output: Some(self.output),
        };
        // Compat: without any flag the three usual ones are meant.
        let any = [goal.sync, goal.health, goal.suspended, goal.degraded, goal.delete, goal.operation].contains(&true);
        if !any {
            (goal.sync, goal.health, goal.operation) = (true, true, true);
        }
        Ok(goal)
    }
}

/// Waits until `goal` is reached, printing rows as they change and the state at the end. Gives the last operation as it
/// was when the goal was reached.
pub(crate) async fn until(
    store: &Store,
    name: &AppName,
    goal: &Goal,
) -> Result<(Found, Option<OperationState>), Failure> {
    let format = goal.output.unwrap_or(Format::Wide);
    if !matches!(format, Format::Wide | Format::Json | Format::Yaml) {
        return Err(output::unknown(format));
    }
    let mut progress = Progress { printing: format == Format::Wide, operated: goal.started, ..Progress::default() };
    let reached = follow(store, name, goal, &mut progress);
    let end = match goal.timeout {
        None => reached.await?,
        Some(timeout) => match tokio::time::timeout(timeout, reached).await {
            Ok(end) => end?,
            Err(_) => return timed_out(store, name, goal, timeout).await,
        },
    };
    let Some(found) = end else {
        terminal::print(&format!("Application '{name}' deleted\n"))?;
        // Nothing is left to show.
        return Err(Failure::with_code(0, ""));
    };
    let operation = found.app.status.operation_state.clone();
    let found = match progress.operated {
        true => refresh::refresh(store, name, found, Refresh::Normal, goal.timeout).await?,
        false => found,
    };
    print_final(store, &found, goal, format)?;
    Ok((found, operation))
}

/// Polls until the goal is reached; `None` when the application is gone and that was the goal.
async fn follow(store: &Store, name: &AppName, goal: &Goal, progress: &mut Progress) -> Result<Option<Found>, Failure> {
    progress.header()?;
    let mut found = store.get(name).await?;
    loop {
        if !goal.delete && is_reached(&found.app, goal) {
            return Ok(Some(found));
        }
        progress.operated |= found.app.operation.as_ref().is_some_and(|operation| !is_dry_run(operation));
        if let Err(failure) = progress.rows(store, &found.app, goal) {
            print_final(store, &found, goal, goal.output.unwrap_or(Format::Wide))?;
            return Err(failure);
        }
        tokio::time::sleep(POLL).await;
        found = match store.find(name).await? {
            Some(found) => found,
            None if goal.delete => return Ok(None),
            None => return Err(Failure::new(format!("application '{name}' was deleted while waiting for it"))),
        };
    }
}

/// What was printed already.
#[derive(Default)]
struct Progress {
    printing: bool,
    seen: BTreeMap<Key, ResourceState>,
    /// An operation was under way: the state wants a refresh before it is shown.
    operated: bool,
}

impl Progress {
    fn header(&self) -> Result<(), Failure> {
        if !self.printing {
            return Ok(());
        }
        terminal::print(&align(
            "TIMESTAMP\tGROUP\tKIND\tNAMESPACE\tNAME\tSTATUS\tHEALTH\tHOOK\tMESSAGE\n",
            Layout::PROGRESS,
        ))
    }

    fn rows(&mut self, store: &Store, app: &Application, goal: &Goal) -> Result<(), Failure> {
        let now = progress_time(api::Time::new(store.client.clock().now()));
        let mut text = String::new();
        for state in resource_states(app, &goal.resources) {
            let degraded = HealthStatusCode::Degraded.as_str();
            let changed = match self.seen.get_mut(&state.key()) {
                Some(before) => {
                    let was = before.health.clone();
                    let fell = was != degraded && was != HealthStatusCode::Unknown.as_str() && state.health == degraded;
                    if goal.health && fell {
                        let message = format!(
                            "application '{}' health state has transitioned from {was} to {degraded}",
                            app.metadata.name
                        );
                        return Err(Failure::new(message));
                    }
                    before.merge(&state)
                }
                None => true,
            };
            let row = self.seen.entry(state.key()).or_insert(state);
            if changed {
                text.push_str(&format!("{now}\t{}\n", row.cells()));
            }
        }
        if self.printing && !text.is_empty() {
            terminal::print(&align(&text, Layout::PROGRESS))?;
        }
        Ok(())
    }
}

fn is_dry_run(operation: &api::Operation) -> bool {
    operation.sync.as_ref().is_some_and(|sync| sync.dry_run)
}

/// Whether all that is waited for holds.
fn is_reached(app: &Application, goal: &Goal) -> bool {
    let at_rest = !goal.operation || !in_progress(app);
    if goal.resources.is_everything() {
        let (health, sync) = (app.status.health_code(), app.status.sync_code());
        return at_rest && fits(goal, health.as_str(), sync.as_str());
    }
    at_rest && resource_states(app, &goal.resources).iter().all(|state| fits(goal, &state.health, &state.status))
}

fn fits(goal: &Goal, health: &str, sync: &str) -> bool {
    let wanted = [
        (goal.health, HealthStatusCode::Healthy),
        (goal.suspended, HealthStatusCode::Suspended),
        (goal.degraded, HealthStatusCode::Degraded),
    ];
    let mut wanted = wanted.iter().filter(|(wanted, _)| *wanted).peekable();
    let healthy = wanted.peek().is_none() || wanted.any(|(_, code)| health == code.as_str());
    healthy && (!goal.sync || sync == SyncStatusCode::Synced.as_str())
}

/// Whether an operation was asked for, runs, or has ended without the controller having looked since.
fn in_progress(app: &Application) -> bool {
    let Some(state) = &app.status.operation_state else { return app.operation.is_some() };
    let Some(finished) = state.finished_at else { return true };
    let looked = app.status.reconciled_at.is_some_and(|at| at.timestamp() >= finished.timestamp());
    app.operation.is_some() || !is_dry_run(&state.operation) && !looked
}

fn print_final(store: &Store, found: &Found, goal: &Goal, format: Format) -> Result<(), Failure> {
    if format != Format::Wide {
        return terminal::print(&output::object(&found.object, format));
    }
    let mut out = format!("\n{}\n", show::summary(&found.app));
    if let (true, Some(state)) = (goal.operation, &found.app.status.operation_state) {
        out.push_str(&show::operation(state, api::Time::new(store.client.clock().now())));
    }
    let states = resource_states(&found.app, &ResourceFilter::default());
    if !states.is_empty() {
        out.push('\n');
        out.push_str(&table(&states));
    }
    terminal::print(&out)
}

async fn timed_out(
    store: &Store,
    name: &AppName,
    goal: &Goal,
    timeout: Duration,
) -> Result<(Found, Option<OperationState>), Failure> {
    let format = goal.output.unwrap_or(Format::Wide);
    if let Some(found) = store.find(name).await? {
        if format == Format::Wide {
            terminal::print("\nThis is the state of the app after wait timed out:\n")?;
        }
        print_final(store, &found, goal, format)?;
    }
    let seconds = timeout.as_secs();
    Err(Failure::new(format!("timed out ({seconds}s) waiting for app \"{name}\" match desired state")))
}
