//! What an operation asks of the sync engine, in the engine's terms.

use super::assess::{Assessment, Ground, scope_of};
use super::results::{options, selectors};
use crate::observed::Observed;
use api::names::{ANNOTATION_CLIENT_SIDE_APPLY_MIGRATION_MANAGER, ANNOTATION_DELETION_APPROVED};
use api::{Application, OperationState, SyncOperation};
use compare::{Scope, Verdict, respecting_ignored};
use health::assess as assess_health;
use jiff::Timestamp;
use object::{Fetched, Key, Object};
use schema::Schema;
use serde_json::json;
use std::collections::BTreeMap;
use sync::{Check, Hooks, Live, LiveHooks, Options, Request, Resource};

/// What the operation asks for.
#[must_use]
pub fn request(ground: &Ground<'_>, state: &OperationState, sync: &SyncOperation, revision: &str) -> Request {
    let strategy = sync.sync_strategy.clone().unwrap_or_default();
    let force = strategy.apply.as_ref().is_some_and(|apply| apply.force)
        || strategy.hook.as_ref().is_some_and(|hook| hook.force);
    let options = options(sync);
    let namespace = options.create_namespace.then(|| namespace(ground)).flatten();
    Request {
        options,
        prune: sync.prune,
        dry_run: sync.dry_run,
        force,
        client_side_manager: client_side_manager(ground.application),
        hooks: if strategy.apply.is_some() && strategy.hook.is_none() { Hooks::Skip } else { Hooks::Run },
        selection: selectors(sync),
        revision: revision.to_owned(),
        started_at: state.started_at.timestamp(),
        hooks_since: (state.retry_count == 0).then(|| state.started_at.timestamp()),
        approved_at: approved_at(ground.application),
        namespace,
    }
}

/// The client-side manager that the application names.
fn client_side_manager(application: &Application) -> Option<String> {
    let named = application.annotation(ANNOTATION_CLIENT_SIDE_APPLY_MIGRATION_MANAGER);
    named.filter(|manager| !manager.is_empty()).map(str::to_owned)
}

/// When somebody approved what waits for approval.
#[must_use]
pub fn approved_at(application: &Application) -> Option<Timestamp> {
    application.annotation(ANNOTATION_DELETION_APPROVED).and_then(|text| text.parse().ok())
}

/// The destination namespace, as it is to be made.
fn namespace(ground: &Ground<'_>) -> Option<Resource> {
    let spec = &ground.application.spec;
    let name = Some(spec.destination.namespace.as_str()).filter(|name| !name.is_empty())?;
    let managed = spec.sync_policy.as_ref().and_then(|policy| policy.managed_namespace_metadata.as_ref());
    let mut metadata = json!({"name": name});
    if let Some(managed) = managed {
        metadata["labels"] = json!(managed.labels);
        metadata["annotations"] = json!(managed.annotations);
    }
    let target = Object::from_value(&json!({"apiVersion": "v1", "kind": "Namespace", "metadata": metadata}))
        .expect("invariant: it has apiVersion, kind and a name");
    let key = namespace_key(name);
    let live = ground.observed.live(&key).unwrap_or(Fetched::Unknown("it was not looked up".to_owned()));
    let differs = match &live {
        Fetched::Known(live) => managed.is_some_and(|managed| {
            let has = |own: &BTreeMap<Box<str>, Box<str>>, wanted: &BTreeMap<String, String>| {
                wanted.iter().all(|(key, value)| own.get(key.as_str()).is_some_and(|own| **own == **value))
            };
            !has(&live.meta().labels, &managed.labels) || !has(&live.meta().annotations, &managed.annotations)
        }),
        _ => true,
    };
    let live = live.map(|object| Live { object, health: None });
    Some(Resource { key, target: Some(target), live, differs, check: Check::Valid })
}

/// What a namespace is called.
#[must_use]
pub fn namespace_key(name: &str) -> Key {
    Key::new("", "Namespace", None, name)
}

/// The objects of the sync, each with what is known of it.
#[must_use]
pub fn resources(
    ground: &Ground<'_>,
    assessment: &Assessment,
    targets: &compare::Targets,
    options: &Options,
) -> Vec<Resource> {
    let ignored = options.respect_ignored.then(|| ground.ignored());
    let compared = assessment.pairs.pairs.iter().zip(&assessment.comparison.resources);
    let mut resources: Vec<Resource> = compared
        .filter(|(pair, compared)| {
            // What carries a copied mark is nobody's to sync or prune.
            pair.desired.is_some() || compared.status.requires_pruning
        })
        .map(|(pair, compared)| Resource {
            key: pair.key.clone(),
            target: pair.desired.as_ref().map(|desired| match (&ignored, pair.live.known()) {
                (Some(rules), Some(live)) => respecting_ignored(desired, live, rules, Schema::builtin()),
                _ => desired.clone(),
            }),
            live: pair.live.clone().map(|live| with_health(ground.observed, live)),
            differs: compared.verdict.as_ref().is_none_or(|verdict| *verdict != Verdict::Same),
            check: pair.desired.as_ref().map_or(Check::Valid, |desired| check(ground, &pair.key, desired)),
        })
        .collect();
    resources.extend(targets.hooks.iter().map(|hook| Resource {
        key: hook.key.clone(),
        target: Some(hook.object.clone()),
        live: ground.observed.live(&hook.key).unwrap_or(Fetched::Absent).map(|live| with_health(ground.observed, live)),
        differs: true,
        check: check(ground, &hook.key, &hook.object),
    }));
    resources
}

/// The live hooks of the application.
#[must_use]
pub fn live_hooks(ground: &Ground<'_>, changed: &BTreeMap<Key, Fetched<Object>>) -> LiveHooks {
    let observed = ground.observed;
    let known = observed.roots.iter().map(|(key, root)| (key, Fetched::Known(root.object.clone())));
    let looked_up = observed.looked_up.iter().map(|(key, answer)| (key, answer.clone()));
    let changed = changed.iter().map(|(key, answer)| (key, answer.clone()));
    let is_hook = |answer: &Fetched<Object>| answer.known().is_none_or(|object| api::hook::is_hook(object.meta()));
    let all = known.chain(looked_up).chain(changed).filter(|(_, answer)| is_hook(answer));
    all.map(|(key, answer)| (key.clone(), answer.map(|live| with_health(observed, live)))).collect()
}

/// A live object with its health.
#[must_use]
pub fn with_health(observed: &Observed, object: Object) -> Live {
    let health = assess_health(&object, &observed.health_rules()).unwrap_or_else(|error| Some(error.health()));
    Live { health: health.map(|health| (health.status, health.message)), object }
}

/// What can be said of a target before anything is sent.
fn check(ground: &Ground<'_>, key: &Key, target: &Object) -> Check {
    let gvk = target.gvk();
    if let Fetched::Absent = ground.served.resource(gvk) {
        return Check::NoKind(no_kind(ground, key, target));
    }
    let is_permitted = match scope_of(ground.served, gvk) {
        Fetched::Known(Scope::Namespaced) => {
            let namespace = key.namespace.as_deref().unwrap_or_default();
            if !ground.rules.permits_destination(ground.observed.cluster(ground.rules.name()), namespace) {
                let project = ground.rules.name();
                return Check::NotPermitted(format!("namespace {namespace} is not permitted in project '{project}'"));
            }
            ground.rules.permits_namespaced_kind(&gvk.group, &gvk.kind)
        }
        _ => ground.rules.permits_cluster_kind(&gvk.group, &gvk.kind, target.name()),
    };
    if is_permitted {
        return validated(ground, target);
    }
    Check::NotPermitted(format!(
        "resource {}:{} is not permitted in project {}",
        gvk.group,
        gvk.kind,
        ground.rules.name()
    ))
}

/// Whether a target fits the type of its kind.
// Compat: of kinds and of clusters newer than the types known here nothing is said before the server does.
fn validated(ground: &Ground<'_>, target: &Object) -> Check {
    if !knows_types_of(&ground.served.cluster_version) {
        return Check::Valid;
    }
    let problems = match defaults::decode_value(target.gvk(), target.value()) {
        Ok(decoded) if decoded.strict.is_empty() => return Check::Valid,
        Ok(decoded) => decoded.strict.join(", "),
        Err(error) => error.to_string(),
    };
    Check::Invalid(format!(
        "error validating data: {problems}; if this is meant so, add the sync option Validate=false"
    ))
}

/// Whether the cluster is no newer than the types known here.
fn knows_types_of(version: &str) -> bool {
    /// The minor version of Kubernetes that the types are from.
    const MINOR: u32 = 36;
    let minor = version
        .trim_start_matches('v')
        .split('.')
        .nth(1)
        .and_then(|minor| minor.trim_end_matches('+').parse::<u32>().ok());
    minor.is_some_and(|minor| minor <= MINOR)
}

fn no_kind(ground: &Ground<'_>, key: &Key, target: &Object) -> String {
    let gvk = target.gvk();
    let installed: Vec<&str> = ground
        .served
        .kinds()
        .filter(|kind| kind.gvk.group == gvk.group && kind.gvk.kind == gvk.kind)
        .map(|kind| &*kind.gvk.version)
        .collect();
    let hint = if installed.is_empty() {
        let server = ground.observed.cluster(ground.rules.name()).server;
        format!("Make sure the \"{}\" CRD is installed on the destination cluster ({server}).", gvk.kind)
    } else {
        format!("Installed versions: {}.", installed.join(", "))
    };
    let namespace = key.namespace.as_deref().unwrap_or_default();
    format!(
        "The Kubernetes API could not find {}/{} for requested resource {namespace}/{}. {hint}",
        if gvk.group.is_empty() { "core" } else { &*gvk.group },
        gvk.kind,
        key.name
    )
}
