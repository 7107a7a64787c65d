//! From paired objects to tasks in the order they run.

use crate::hook::{HOOK_FINALIZER, generated_name};
use crate::options::{any_has_option, may_prune};
use crate::{Check, Hooks, Live, Phase, Removal, Request, Resource, Role, Task, kind_rank, phase_of, role};
use api::hook::sync_wave;
use object::{Fetched, Key, Object};
use serde_json::{Map, Value, json};
use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

/// The live hooks of the application by key: a hook's live object is found here, whatever it was made from.
pub type LiveHooks = BTreeMap<Key, Fetched<Live>>;

/// All tasks of a sync, in order.
///
/// Guarantees: the same input in any order gives the same tasks in the same order; a prune is planned only for an object
/// that is live and that no source names.
#[must_use]
pub fn plan_tasks(resources: &[Resource], hooks: &LiveHooks, request: &Request) -> Vec<Task> {
    let mut tasks = Vec::new();
    for resource in resources {
        match resource.target.as_ref().or(live_object(&resource.live)).map(|object| role(object.meta())) {
            Some(Role::Resource) if is_selected(resource, request) => tasks.extend(resource_task(resource)),
            Some(Role::Hook(types)) if request.hooks == Hooks::Run && !request.is_partial() => {
                let phases = types.into_iter().filter_map(|hook| phase_of(hook).map(|phase| (hook, phase)));
                tasks.extend(phases.filter_map(|(hook, phase)| {
                    let target = hook_target(resource.target.as_ref()?, phase, request);
                    Some(hook_task(resource, target, hook, phase, hooks))
                }));
            }
            _ => {}
        }
    }
    tasks.extend(namespace_task(resources, request));
    mirror_prune_waves(&mut tasks);
    prune_last(&mut tasks, request);
    tasks.sort_by(order);
    bubble(&mut tasks, namespace_provided, namespace_needed);
    bubble(&mut tasks, kind_provided, kind_needed);
    tasks
}

fn live_object(live: &Fetched<Live>) -> Option<&Object> {
    live.known().map(|live| &live.object)
}

fn is_selected(resource: &Resource, request: &Request) -> bool {
    !request.is_partial() || request.selection.iter().any(|selector| selector.matches(&resource.key))
}

fn resource_task(resource: &Resource) -> Option<Task> {
    let object = resource.target.as_ref().or(live_object(&resource.live))?;
    Some(Task {
        phase: Phase::Sync,
        key: resource.key.clone(),
        gvk: object.gvk().clone(),
        wave: sync_wave(object.meta()),
        target: resource.target.clone(),
        live: resource.live.clone(),
        hook: None,
        differs: resource.differs,
        check: resource.check.clone(),
        makes_namespace: false,
        progress: None,
    })
}

/// The hook with a name and our finalizer, which holds it until its outcome was seen.
fn hook_target(target: &Object, phase: Phase, request: &Request) -> Object {
    let mut value = target.value();
    if let Some(Value::Object(metadata)) = value.get_mut("metadata") {
        if let Some(prefix) = target.meta().generate_name.as_deref().filter(|_| target.name().is_empty()) {
            let name = generated_name(prefix, &request.revision, phase, request.started_at.as_second());
            metadata.remove("generateName");
            metadata.insert("name".into(), name.into());
        }
        hold(metadata);
    }
    Object::from_value(&value).expect("invariant: an object with a name added is an object")
}

fn hold(metadata: &mut Map<String, Value>) {
    let finalizers = metadata.entry("finalizers").or_insert(Value::Null);
    match finalizers {
        Value::Array(own) if own.iter().any(|finalizer| finalizer == HOOK_FINALIZER) => {}
        Value::Array(own) => own.push(HOOK_FINALIZER.into()),
        other => *other = json!([HOOK_FINALIZER]),
    }
}

fn hook_task(resource: &Resource, target: Object, hook: crate::HookType, phase: Phase, hooks: &LiveHooks) -> Task {
    let key = Key { name: target.name().into(), ..resource.key.clone() };
    Task {
        phase,
        gvk: target.gvk().clone(),
        wave: sync_wave(target.meta()),
        live: hooks.get(&key).cloned().unwrap_or_else(|| match key == resource.key {
            true => resource.live.clone(),
            false => Fetched::Absent,
        }),
        key,
        target: Some(target),
        hook: Some(hook),
        differs: true,
        check: resource.check.clone(),
        makes_namespace: false,
        progress: None,
    }
}

/// The task that makes the destination namespace, unless a source brings that namespace itself.
fn namespace_task(resources: &[Resource], request: &Request) -> Option<Task> {
    let wanted = request.namespace.as_ref()?;
    let is_brought = resources.iter().any(|resource| resource.key == wanted.key && resource.target.is_some());
    let is_there = wanted.live.known().is_some() && !wanted.differs;
    if is_brought || is_there {
        return None;
    }
    let task = resource_task(wanted)?;
    Some(Task { phase: Phase::PreSync, makes_namespace: true, check: Check::Valid, ..task })
}

/// Prunes go in the reverse order of creation: the lowest of their waves changes places with the highest, and so on.
fn mirror_prune_waves(tasks: &mut [Task]) {
    let waves: BTreeSet<i64> = tasks.iter().filter(|task| task.is_prune()).map(|task| task.wave).collect();
    let mirrored: BTreeMap<i64, i64> = waves.iter().copied().zip(waves.iter().rev().copied()).collect();
    for task in tasks.iter_mut().filter(|task| task.is_prune()) {
        task.wave = mirrored[&task.wave];
    }
}

fn prune_last(tasks: &mut [Task], request: &Request) {
    // Compat: the last wave of the Sync phase counts, and never less than 0, even where PostSync hooks come later.
    let in_sync = tasks.iter().filter(|task| task.phase == Phase::Sync);
    let last = in_sync.map(|task| task.wave).max().unwrap_or(0).max(0);
    for task in tasks.iter_mut().filter(|task| task.is_prune()) {
        let own = any_has_option([None, live_object(&task.live).map(Object::meta)], "PruneLast=true");
        if request.options.prune_last || own {
            task.wave = last.saturating_add(1);
        }
    }
}

/// Phase, wave, kind, name; then namespace and group, so that ties have one order too.
fn order(a: &Task, b: &Task) -> Ordering {
    let place = |task: &Task| (task.phase, task.wave, kind_rank(&task.key.kind));
    let name = |task: &Task| (task.key.name.clone(), task.key.namespace.clone());
    place(a).cmp(&place(b)).then_with(|| name(a).cmp(&name(b))).then_with(|| a.key.cmp(&b.key))
}

/// Moves every task that provides what an earlier one needs to right before it, into its phase and wave.
fn bubble(
    tasks: &mut Vec<Task>,
    provided: impl Fn(&Task) -> Option<(String, String)>,
    needed: impl Fn(&Task) -> Option<(String, String)>,
) {
    let mut first_need: BTreeMap<(String, String), usize> = BTreeMap::new();
    for index in 0..tasks.len() {
        if tasks[index].is_prune() {
            continue;
        }
        if let Some(provision) = provided(&tasks[index]) {
            let Some(&before) = first_need.get(&provision) else { continue };
            let mut task = tasks.remove(index);
            (task.phase, task.wave) = (tasks[before].phase, tasks[before].wave);
            tasks.insert(before, task);
            first_need.values_mut().filter(|place| **place >= before).for_each(|place| *place += 1);
        } else if let Some(need) = needed(&tasks[index]) {
            first_need.entry(need).or_insert(index);
        }
    }
}

fn namespace_provided(task: &Task) -> Option<(String, String)> {
    let is_namespace = task.key.group.is_empty() && &*task.key.kind == "Namespace";
    is_namespace.then(|| (String::new(), task.key.name.to_string()))
}

fn namespace_needed(task: &Task) -> Option<(String, String)> {
    task.key.namespace.as_ref().map(|namespace| (String::new(), namespace.to_string()))
}

/// Group and kind that a CustomResourceDefinition among the targets defines.
pub(crate) fn kind_provided(task: &Task) -> Option<(String, String)> {
    if &*task.key.group != "apiextensions.k8s.io" || &*task.key.kind != "CustomResourceDefinition" {
        return None;
    }
    let value = task.target.as_ref()?.value();
    let text = |pointer: &str| value.pointer(pointer).and_then(Value::as_str).map(str::to_owned);
    Some((text("/spec/group")?, text("/spec/names/kind")?))
}

pub(crate) fn kind_needed(task: &Task) -> Option<(String, String)> {
    Some((task.key.group.to_string(), task.key.kind.to_string()))
}

/// Why this prune is not carried out, `None` when it is.
pub(crate) fn prune_refusal(live: &Object, request: &Request) -> Option<&'static str> {
    if !request.prune {
        return Some("ignored (requires pruning)");
    }
    (may_prune(live.meta(), &request.options) == Removal::Forbidden).then_some("ignored (no prune)")
}

/// Whether this prune waits for somebody's approval.
pub(crate) fn awaits_approval(live: &Object, request: &Request) -> bool {
    let approved = request.approved_at.is_some_and(|at| at >= request.started_at);
    request.prune && !approved && may_prune(live.meta(), &request.options) == Removal::Confirm
}
