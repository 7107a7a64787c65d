//! `app sync`: writes an operation, then waits for it.

use super::output::Format;
use super::resource_filter::ResourceFilter;
use super::show;
use super::store::{AppName, Found, Store};
use super::wait::{self, Goal};
use crate::failure::Failure;
use api::{Application, OperationPhase, ResultCode, SyncStatusCode};
use clap::{Args, ValueEnum};
use object::Key;
use serde_json::{Map, Value, json};
use std::time::Duration;

/// The flags of `app sync`.
#[derive(Debug, Args)]
pub(crate) struct Sync {
    /// Applications, as NAME or NAMESPACE/NAME
    names: Vec<String>,
    /// Preview apply without affecting cluster
    #[arg(long)]
    dry_run: bool,
    /// Allow deleting unexpected resources
    #[arg(long)]
    prune: bool,
    /// Sync to a specific revision. Preserves parameter overrides
    #[arg(long)]
    revision: Option<String>,
    /// Sync only these resources, as GROUP:KIND:NAME or !GROUP:KIND:NAME; fields may be blank or '*'
    #[arg(long = "resource")]
    resources: Vec<String>,
    /// Sync apps that match this label
    #[arg(short = 'l', long)]
    selector: Option<String>,
    /// Sync apps that belong to these projects
    #[arg(long = "project")]
    projects: Vec<String>,
    /// Time out after this many seconds; 0 waits as long as it takes
    #[arg(long, default_value_t = 0)]
    timeout: u64,
    /// Max number of allowed sync retries
    #[arg(long, default_value_t = 0)]
    retry_limit: i64,
    /// Use the latest revision on retry instead of the initial one
    #[arg(long)]
    retry_refresh: bool,
    /// Retry backoff base duration, e.g. 2m, 1h
    #[arg(long, default_value = "5s")]
    retry_backoff_duration: String,
    /// Max retry backoff duration, e.g. 2m, 1h
    #[arg(long, default_value = "3m0s")]
    retry_backoff_max_duration: String,
    /// Factor multiplies the base duration after each failed retry
    #[arg(long, default_value_t = 2)]
    retry_backoff_factor: i64,
    /// Sync strategy
    #[arg(long)]
    strategy: Option<Strategy>,
    /// Use a force apply
    #[arg(long)]
    force: bool,
    /// Use a kubectl create/replace instead apply
    #[arg(long)]
    replace: bool,
    /// Use server-side apply while syncing the application
    #[arg(long)]
    server_side: bool,
    /// Sync only out-of-sync resources
    #[arg(long)]
    apply_out_of_sync_only: bool,
    /// Do not wait for application to sync before continuing
    #[arg(long = "async")]
    no_wait: bool,
    /// Key-value pairs to keep with the operation, as KEY=VALUE
    #[arg(long = "info")]
    infos: Vec<String>,
    /// Only sync an application in namespace
    #[arg(short = 'N', long)]
    app_namespace: Option<String>,
    /// Output format. One of: json|yaml|wide
    #[arg(short, long, default_value = "wide")]
    output: Format,
}

/// How a sync applies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Strategy {
    Apply,
    Hook,
}

impl Sync {
    pub(crate) async fn run(&self, store: &Store) -> Result<(), Failure> {
        let filter = ResourceFilter::parse(&self.resources)?;
        for found in self.applications(store).await? {
            self.one(store, &found, &filter).await?;
        }
        Ok(())
    }

    async fn applications(&self, store: &Store) -> Result<Vec<Found>, Failure> {
        if self.selector.is_none() && self.projects.is_empty() {
            if self.names.is_empty() {
                return Err(Failure::with_code(
                    1,
                    "name at least one application, or select some with --selector or --project",
                ));
            }
            let mut found = Vec::new();
            for name in &self.names {
                found.push(store.get(&AppName::parse(name, self.app_namespace.as_deref())).await?);
            }
            return Ok(found);
        }
        if !self.names.is_empty() {
            return Err(Failure::with_code(
                1,
                "Cannot use selector option when application name(s) passed as argument(s)",
            ));
        }
        let mut found = store.list(self.app_namespace.as_deref(), self.selector.as_deref()).await?;
        found.retain(|found| {
            self.projects.is_empty() || self.projects.iter().any(|name| name == found.app.spec.project_name())
        });
        match found.is_empty() {
            true => Err(Failure::with_code(1, "no application matches")),
            false => Ok(found),
        }
    }

    async fn one(&self, store: &Store, found: &Found, filter: &ResourceFilter) -> Result<(), Failure> {
        let name = AppName::parse(&show::qualified_name(&found.app), None);
        if found.app.operation.is_some() {
            return Err(Failure::new("another operation is already in progress"));
        }
        let operation = self.operation(&found.app, filter)?;
        store.start(found, operation, None).await?;
        if self.no_wait {
            return Ok(());
        }
        let timeout = (self.timeout > 0).then(|| Duration::from_secs(self.timeout));
        let goal = Goal {
            operation: true,
            started: !self.dry_run,
            resources: filter.clone(),
            timeout,
            output: Some(self.output),
            ..Goal::default()
        };
        let (found, state) = wait::until(store, &name, &goal).await?;
        self.verdict(&found.app, state.as_ref(), filter)
    }

    /// The operation that the flags ask for; the application's own sync options are kept, the flags' are added.
    fn operation(&self, app: &Application, filter: &ResourceFilter) -> Result<Value, Failure> {
        let mut sync = Map::new();
        if let Some(revision) = &self.revision {
            sync.insert("revision".into(), json!(revision));
        }
        for (field, wanted) in [("prune", self.prune), ("dryRun", self.dry_run)] {
            if wanted {
                sync.insert(field.into(), json!(true));
            }
        }
        let strategy = if self.strategy == Some(Strategy::Apply) { "apply" } else { "hook" };
        let force = if self.force { json!({ "force": true }) } else { json!({}) };
        sync.insert("syncStrategy".into(), json!({ strategy: force }));
        let resources = selected(app, filter)?;
        if !resources.is_empty() {
            sync.insert("resources".into(), Value::Array(resources));
        }
        let options = self.sync_options(app);
        if !options.is_empty() {
            sync.insert("syncOptions".into(), json!(options));
        }
        let mut operation = json!({ "sync": sync, "initiatedBy": { "username": user() } });
        let infos = self.infos()?;
        if !infos.is_empty() {
            operation["info"] = Value::Array(infos);
        }
        if let Some(retry) = self.retry(app) {
            operation["retry"] = retry;
        }
        Ok(operation)
    }

    fn sync_options(&self, app: &Application) -> Vec<String> {
        let mut options = app.spec.sync_policy.as_ref().map(|policy| policy.sync_options.clone()).unwrap_or_default();
        let flags = [
            (self.replace, "Replace=true"),
            (self.server_side, "ServerSideApply=true"),
            (self.apply_out_of_sync_only, "ApplyOutOfSyncOnly=true"),
        ];
        for (_, option) in flags.iter().filter(|(wanted, _)| *wanted) {
            if !options.iter().any(|has| has == option) {
                options.push((*option).to_owned());
            }
        }
        options
    }

    fn retry(&self, app: &Application) -> Option<Value> {
        if self.retry_limit == 0 {
            let policy = app.spec.sync_policy.as_ref()?.retry.as_ref()?;
            return serde_json::to_value(policy).ok();
        }
        Some(json!({
            "limit": self.retry_limit,
            "refresh": self.retry_refresh,
            "backoff": {
                "duration": self.retry_backoff_duration,
                "maxDuration": self.retry_backoff_max_duration,
                "factor": self.retry_backoff_factor,
            },
        }))
    }

    fn infos(&self) -> Result<Vec<Value>, Failure> {
        let read = |text: &String| match text.split_once('=') {
            Some((name, value)) => Ok(json!({ "name": name, "value": value })),
            None => Err(Failure::with_code(1, format!("--info {text:?}: expected KEY=VALUE"))),
        };
        self.infos.iter().map(read).collect()
    }

    fn verdict(
        &self,
        app: &Application,
        state: Option<&api::OperationState>,
        filter: &ResourceFilter,
    ) -> Result<(), Failure> {
        let Some(state) = state.filter(|_| !self.dry_run) else { return Ok(()) };
        ended_well(Some(state))?;
        if !filter.is_everything() || app.status.sync_code() == SyncStatusCode::Synced {
            return Ok(());
        }
        let results = state.sync_result.iter().flat_map(|result| &result.resources);
        match results.filter(|result| result.status == Some(ResultCode::PruneSkipped)).count() {
            0 => Ok(()),
            count => Err(Failure::with_code(1, format!("{count} resources require pruning"))),
        }
    }
}

/// The resources a filter selects among those the application has.
fn selected(app: &Application, filter: &ResourceFilter) -> Result<Vec<Value>, Failure> {
    if filter.is_everything() {
        return Ok(Vec::new());
    }
    let selected: Vec<Value> = app
        .status
        .resources
        .iter()
        .filter(|one| filter.selects(&Key::new(&one.group, &one.kind, Some(&one.namespace), &one.name)))
        .map(|one| json!({ "group": one.group, "kind": one.kind, "namespace": one.namespace, "name": one.name }))
        .collect();
    match selected.is_empty() {
        true => Err(Failure::with_code(1, "No matching resources found for resource filter")),
        false => Ok(selected),
    }
}

/// Who asks, as far as the machine knows.
pub(crate) fn user() -> String {
    std::env::var("USER").ok().filter(|user| !user.is_empty()).unwrap_or_else(|| "capstan".to_owned())
}

/// Whether an operation ended well, for `rollback` too.
pub(crate) fn ended_well(state: Option<&api::OperationState>) -> Result<(), Failure> {
    match state {
        Some(state) if state.phase != OperationPhase::Succeeded => {
            Err(Failure::with_code(1, format!("Operation has completed with phase: {}", state.phase)))
        }
        _ => Ok(()),
    }
}
