//! Syncs, rollbacks, and their end.

use super::write::{done, patch};
use crate::call::Call;
use crate::index::Entry;
use crate::problem::{Code, Problem};
use crate::reply::Reply;
use api::{Application, Operation, OperationPhase, RetryStrategy, SyncOperation, SyncOperationResource, SyncStrategy};
use cluster::{Change, ErrorClass, Part, PatchKind, Precondition, Target, Write};
use rbac::{Resource, actions};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use std::sync::Arc;
use sync::{Pruning, Rollback, RollbackError};
use windows::{Asked, Subject, Verdict, Windows};

/// How often an end is asked for while the controller writes too.
const TERMINATE_TRIES: usize = 10;

/// Begins a sync. The order of checks is upstream's.
pub async fn sync(call: Call) -> Result<Reply, Problem> {
    let entry = call.entry()?;
    let app = read(entry)?;
    check_windows(&call, &app)?;
    call.must(Resource::Applications, actions::SYNC, &entry.policy_object)?;
    let body = &call.asked.body;
    let is_dry_run = body["dryRun"] == true;
    let is_automated = app.spec.automated().is_some();
    let manifests: Vec<String> = part(body, "manifests")?.unwrap_or_default();
    if !manifests.is_empty() {
        call.must(Resource::Applications, actions::OVERRIDE, &entry.policy_object)?;
        if is_automated && !is_dry_run {
            let why = "cannot use local sync when Automatic Sync Policy is enabled unless for dry run";
            return Err(Problem::precondition(why));
        }
    }
    check_not_deleting(&app)?;
    let (revision, revisions) = revisions(&call, &app, is_automated && !is_dry_run)?;
    let policy = app.spec.sync_policy.as_ref();
    let options: Option<Vec<String>> = part(&body["syncOptions"], "items")?;
    // Compat: options of the request take the place of the application's, they are not added to them.
    let sync_options = options.or_else(|| policy.map(|policy| policy.sync_options.clone())).unwrap_or_default();
    let is_replacing = sync_options.iter().any(|option| option == "Replace=true");
    if is_replacing
        && call.site.plane.now().parameters.get("server.sync.replace.allowed").is_some_and(|it| it == "false")
    {
        let why = "sync with replace was disabled on the API Server level via the server configuration";
        return Err(Problem::precondition(why));
    }
    let retry: Option<RetryStrategy> = part(body, "retryStrategy")?;
    let retry = retry.or_else(|| policy.and_then(|policy| policy.retry.clone())).unwrap_or_default();
    let resources: Vec<SyncOperationResource> = part(body, "resources")?.unwrap_or_default();
    let strategy: Option<SyncStrategy> = part(body, "strategy")?;
    let operation = SyncOperation {
        prune: body["prune"] == true,
        dry_run: is_dry_run,
        sync_strategy: strategy,
        revision,
        revisions,
        manifests,
        resources,
        sync_options,
        ..SyncOperation::default()
    };
    let operation = Operation {
        sync: Some(operation),
        retry,
        info: part(body, "infos")?.unwrap_or_default(),
        ..Operation::default()
    };
    start(&call, entry, &app, operation, "initiated sync").await
}

/// Goes back to an earlier deployment.
pub async fn rollback(call: Call) -> Result<Reply, Problem> {
    let entry = call.entry()?;
    let said = call.site.plane.now();
    let action = if said.is_on("server.rbac.rollback.enforce.enable") { actions::ROLLBACK } else { actions::SYNC };
    call.must(Resource::Applications, action, &entry.policy_object)?;
    let app = read(entry)?;
    check_not_deleting(&app)?;
    let body = &call.asked.body;
    let id = body["id"].as_i64().or_else(|| body["id"].as_str().and_then(|id| id.parse().ok())).unwrap_or_default();
    let asked = Rollback {
        application: &app.metadata.name,
        spec: &app.spec,
        history: &app.status.history,
        id,
        prune: if body["prune"] == true { Pruning::Prune } else { Pruning::Keep },
        username: call.who.name(),
    };
    let mut operation = sync::rollback(&asked).map_err(|error| match error {
        RollbackError::Automated => Problem::precondition("rollback cannot be initiated when auto-sync is enabled"),
        RollbackError::NotInHistory { .. } => {
            Problem::invalid(format!("application {} does not have deployment with id {id}", app.metadata.name))
        }
        other => Problem::precondition(other.to_string()),
    })?;
    if let Some(sync) = &mut operation.sync {
        sync.dry_run = body["dryRun"] == true;
    }
    start(&call, entry, &app, operation, "initiated rollback").await
}

/// Ends the operation that runs.
pub async fn terminate(call: Call) -> Result<Reply, Problem> {
    let (namespace, name) = {
        let entry = call.entry()?;
        (entry.namespace().to_owned(), entry.object.name().to_owned())
    };
    let home = call.site.home()?;
    for _ in 0..TERMINATE_TRIES {
        // Read anew each time: the controller writes the state of an operation often.
        let found = home.get(&super::write::gvk(), Some(&namespace), &name).await?.ok_or_else(Problem::denied)?;
        let app = Application::read(&found).map_err(|error| Problem::precondition(error.to_string()))?;
        let is_running = app.status.operation_state.as_ref().is_some_and(|it| it.phase == OperationPhase::Running);
        if !is_running || app.operation.is_none() {
            return Err(Problem::invalid("Unable to terminate operation. No operation is in progress"));
        }
        let only_if = Precondition {
            uid: Some(found.meta().uid.clone()),
            resource_version: Some(found.meta().resource_version.clone()),
        };
        let body = json!({"status": {"operationState": {"phase": "Terminating"}}});
        let change = Change::Patch { kind: PatchKind::Merge, body, part: Part::Whole };
        match home.write(&Write::new(Target::of(&found), change).only_if(only_if)).await {
            Ok(_) => {
                call.site.audit_application(&call.who, &found, "ResourceUpdated", "terminated running operation");
                return Ok(Reply::done());
            }
            Err(error) if error.class == ErrorClass::Conflict => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(Problem::new(Code::Aborted, "Failed to terminate app. Too many conflicts"))
}

/// Writes the operation, unless another is asked for. Compat: it clears the state of the last one.
async fn start(
    call: &Call,
    entry: &Arc<Entry>,
    app: &Application,
    mut operation: Operation,
    what: &str,
) -> Result<Reply, Problem> {
    if app.operation.is_some() {
        return Err(Problem::precondition("another operation is already in progress"));
    }
    operation.initiated_by.username = call.who.name().to_owned();
    let body = json!({
        // What stands there when somebody else was quicker makes the cluster refuse this.
        "metadata": {"resourceVersion": entry.object.meta().resource_version},
        "operation": operation, "status": {"operationState": Value::Null},
    });
    let written = match patch(call, entry, body).await {
        Err(problem) if problem.code == Code::Aborted => retry(call, entry, json!(operation)).await?,
        other => other?,
    };
    call.site.audit_application(&call.who, &entry.object, "OperationStarted", what);
    done(call, written).await
}

/// The application has changed since the index saw it: what is there now decides.
async fn retry(call: &Call, entry: &Entry, operation: Value) -> Result<cluster::Written, Problem> {
    let home = call.site.home()?;
    for _ in 0..TERMINATE_TRIES {
        let found = home.get(&super::write::gvk(), Some(entry.namespace()), entry.object.name()).await?;
        let found = found.filter(|found| found.meta().uid == entry.object.meta().uid).ok_or_else(Problem::denied)?;
        if found.get("/operation").is_some() {
            return Err(Problem::precondition("another operation is already in progress"));
        }
        let body = json!({
            "metadata": {"resourceVersion": found.meta().resource_version},
            "operation": operation, "status": {"operationState": Value::Null},
        });
        match patch(call, entry, body).await {
            Err(problem) if problem.code == Code::Aborted => {}
            other => return other,
        }
    }
    Err(Problem::new(Code::Aborted, "the application changes too quickly; retry"))
}

fn read(entry: &Entry) -> Result<Application, Problem> {
    entry.application().map_err(|error| Problem::precondition(error.to_string()))
}

fn check_not_deleting(app: &Application) -> Result<(), Problem> {
    match app.metadata.deletion_timestamp {
        Some(_) => Err(Problem::precondition("application is deleting")),
        None => Ok(()),
    }
}

fn check_windows(call: &Call, app: &Application) -> Result<(), Problem> {
    let said = call.site.plane.now();
    let Some(project) = said.projects.get(app.spec.project_name()) else { return Err(Problem::denied()) };
    let windows = Windows::new(&project.read.spec.sync_windows);
    let destination = said.destination(&app.spec.destination).ok();
    let subject = Subject {
        application: &app.metadata.name,
        namespace: &app.spec.destination.namespace,
        server: destination.as_ref().map_or(&app.spec.destination.server, |it| &it.server),
        cluster: destination.as_ref().map_or(&app.spec.destination.name, |it| &it.name),
    };
    match windows.verdict(&subject, Asked::ByHand, None, call.site.clock.now()) {
        Verdict::Allowed => Ok(()),
        Verdict::Blocked { .. } if windows.problems().is_empty() => {
            Err(Problem::new(Code::PermissionDenied, "cannot sync: blocked by sync window"))
        }
        Verdict::Blocked { by, .. } => {
            Err(Problem::new(Code::PermissionDenied, format!("cannot sync: invalid sync window: {by}")))
        }
    }
}

/// The revisions to sync to: of the only source, or of each.
fn revisions(call: &Call, app: &Application, is_bound: bool) -> Result<(String, Vec<String>), Problem> {
    let body = &call.asked.body;
    let needs_override = call.site.plane.now().is_on("application.sync.requireOverridePrivilegeForRevisionSync");
    let sources = app.spec.effective_sources();
    let check = |wanted: &str, source: &api::ApplicationSource, what: String| {
        let target = if source.target_revision.is_empty() { "HEAD" } else { &source.target_revision };
        if wanted.is_empty() || wanted == target {
            return Ok(());
        }
        if needs_override {
            call.must(Resource::Applications, actions::OVERRIDE, &call.entry()?.policy_object)?;
        }
        match is_bound {
            true => Err(Problem::precondition(format!(
                "Cannot sync {what}to {wanted}: auto-sync currently set to {}",
                source.target_revision
            ))),
            false => Ok(()),
        }
    };
    if !app.spec.has_multiple_sources() {
        let wanted = body["revision"].as_str().unwrap_or_default();
        let source = sources.first();
        source.map_or(Ok(()), |source| check(wanted, source, String::new()))?;
        return Ok((wanted.to_owned(), Vec::new()));
    }
    let positions: Vec<Value> = part(body, "sourcePositions")?.unwrap_or_default();
    if positions.is_empty() {
        return Ok((String::new(), Vec::new()));
    }
    let mut revisions: Vec<String> = sources.iter().map(|source| source.target_revision.clone()).collect();
    let wanted: Vec<String> = part(body, "revisions")?.unwrap_or_default();
    for (position, wanted) in positions.iter().zip(wanted) {
        let position = position.as_u64().or_else(|| position.as_str().and_then(|text| text.parse().ok()));
        let index = position.and_then(|it| usize::try_from(it).ok()).and_then(|it| it.checked_sub(1));
        let place = index.and_then(|index| Some((revisions.get_mut(index)?, sources.get(index)?)));
        let (revision, source) = place.ok_or_else(|| Problem::invalid("source position is out of range"))?;
        check(&wanted, source, format!("source {} ", source.repo_url))?;
        *revision = wanted;
    }
    Ok((String::new(), revisions))
}

/// One part of a body.
fn part<T: DeserializeOwned>(body: &Value, name: &str) -> Result<Option<T>, Problem> {
    match body.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(value) => match serde_json::from_value(value.clone()) {
            Ok(read) => Ok(Some(read)),
            Err(_) => Err(Problem::invalid(format!("{name} has another type than expected"))),
        },
    }
}
