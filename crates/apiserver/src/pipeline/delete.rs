//! Deletion: preconditions, grace for pods, finalizers and propagation, and only then the removal.

use super::definition_marks::{CLEANUP_FINALIZER, mark_terminating as mark_terminating_definition};
use super::outcome::{Outcome, raw_in_version};
use super::request::{Removal, Writing};
use super::{lifecycle, metadata};
use crate::admission::{AdmissionRequest, Operation};
use crate::error::ApiError;
use crate::group_resource::{GroupResource, resources};
use crate::shared::time_text;
use crate::store::{Change, CommitError, Encoded, Entry, Expect, Fate, object_key};
use crate::verbs::Propagation;
use bytes::Bytes;
use jiff::SignedDuration;
use serde_json::{Value, json};

/// How often a deletion is tried anew when the object changes meanwhile.
const CONFLICT_TRIES: usize = 5;

/// Finalizers that stand for a propagation policy.
const ORPHAN: &str = "orphan";
const FOREGROUND: &str = "foregroundDeletion";

/// Kinds whose deletion answers with the object instead of a `Status`.
const ANSWERED_WITH_OBJECT: [GroupResource; 7] = [
    resources::PODS,
    resources::SERVICES,
    resources::SERVICE_ACCOUNTS,
    GroupResource::new("", "podtemplates"),
    GroupResource::new("", "resourcequotas"),
    GroupResource::new("", "persistentvolumes"),
    GroupResource::new("", "persistentvolumeclaims"),
];

/// What came of a deletion.
#[derive(Debug, Clone)]
pub struct Removed {
    /// What is answered.
    pub outcome: Outcome,
    /// Whether the object is gone.
    pub is_gone: bool,
}

/// Deletes the object, or marks it as to be deleted.
pub fn delete(writing: &Writing<'_>, removal: &Removal) -> Result<Removed, ApiError> {
    let resource = &writing.served.resource;
    let store_name = resource.store_name();
    let namespace = if resource.is_namespaced() { writing.namespace } else { "" };
    let key = object_key(namespace, writing.name);
    lifecycle::check_delete(writing)?;
    for _ in 0..CONFLICT_TRIES {
        let entry = writing.shared.store.get(&store_name, &key).ok_or_else(|| writing.not_found())?;
        check_preconditions(writing, removal, &entry)?;
        let stored = entry.object.value();
        admit(writing, &stored)?;
        let step = plan(writing, removal, &stored);
        if let Some(removed) = carry_out(writing, &key, &entry, &stored, step)? {
            return Ok(removed);
        }
    }
    Err(ApiError::modified(&resource.name(), writing.name))
}

fn check_preconditions(writing: &Writing<'_>, removal: &Removal, entry: &Entry) -> Result<(), ApiError> {
    // Compat: these conflicts name the kind where others name the resource.
    let resource = &writing.served.resource;
    let name = GroupResource::owned(resource.group(), resource.kind());
    let meta = entry.object.meta();
    let differs =
        |wanted: &Option<String>, actual: &str| wanted.as_deref().filter(|wanted| *wanted != actual).map(str::to_owned);
    if let Some(uid) = differs(&removal.options.uid, &meta.uid) {
        let cause = format!(
            "the UID in the precondition ({uid}) does not match the UID in record ({}). The object might have been deleted and then recreated",
            meta.uid
        );
        return Err(ApiError::conflict(&name, writing.name, &cause));
    }
    if let Some(revision) = differs(&removal.options.resource_version, &meta.resource_version) {
        let cause = format!(
            "the ResourceVersion in the precondition ({revision}) does not match the ResourceVersion in record ({}). The object might have been modified",
            meta.resource_version
        );
        return Err(ApiError::conflict(&name, writing.name, &cause));
    }
    Ok(())
}

fn admit(writing: &Writing<'_>, stored: &Value) -> Result<(), ApiError> {
    let resource = writing.served.resource.name();
    let request = AdmissionRequest {
        operation: Operation::Delete,
        resource: &resource,
        version: &writing.served.version,
        namespace: writing.namespace,
        name: writing.name,
        subresource: writing.subresource,
        user: &writing.options.user.name,
        old: Some(stored),
        is_dry_run: writing.options.is_dry_run,
    };
    writing.shared.admission().iter().try_for_each(|hook| hook.validate(&request, stored))
}

/// What a deletion comes to.
enum Step {
    /// It is under way already; nothing changes.
    Pending,
    /// The object stays, marked.
    Mark(Value),
    /// The object goes; this is its last state.
    Remove(Value),
}

fn plan(writing: &Writing<'_>, removal: &Removal, stored: &Value) -> Step {
    let name = writing.served.resource.name();
    if name == resources::NAMESPACES {
        return plan_namespace(writing, removal, stored);
    }
    if name == resources::CUSTOM_RESOURCE_DEFINITIONS && !metadata::is_terminating(stored) {
        return mark_definition(writing, stored);
    }
    let mut new = stored.clone();
    let pods = name == resources::PODS;
    if pods && !mark_graceful(writing, removal, &mut new) {
        return Step::Pending;
    }
    let finalizers = finalizers_after(removal, &metadata::finalizers(stored));
    metadata::set_finalizers(&mut new, finalizers.clone());
    if !finalizers.is_empty() {
        if !metadata::is_terminating(&new) {
            mark(writing, &mut new, 0);
        }
        return if new == *stored { Step::Pending } else { Step::Mark(new) };
    }
    let grace = new.pointer("/metadata/deletionGracePeriodSeconds").and_then(Value::as_i64).unwrap_or_default();
    if pods && grace > 0 { Step::Mark(new) } else { Step::Remove(new) }
}

fn plan_namespace(writing: &Writing<'_>, removal: &Removal, stored: &Value) -> Step {
    let mut new = stored.clone();
    if !metadata::is_terminating(stored) {
        let now = writing.shared.now_text();
        metadata::metadata_mut(&mut new).insert("deletionTimestamp".to_owned(), now.into());
        lifecycle::mark_terminating(&mut new);
        let orphans = removal.propagation() == Some(Propagation::Orphan);
        let mut finalizers = metadata::finalizers(stored);
        finalizers.retain(|finalizer| finalizer != ORPHAN);
        finalizers.extend(orphans.then(|| ORPHAN.to_owned()));
        metadata::set_finalizers(&mut new, finalizers);
        return Step::Mark(new);
    }
    if lifecycle::holds_content(stored) || !metadata::finalizers(stored).is_empty() {
        return Step::Pending;
    }
    Step::Remove(new)
}

fn mark_definition(writing: &Writing<'_>, stored: &Value) -> Step {
    let mut new = stored.clone();
    let now = writing.shared.now_text();
    metadata::metadata_mut(&mut new).insert("deletionTimestamp".to_owned(), now.clone().into());
    let mut finalizers = metadata::finalizers(stored);
    if !finalizers.iter().any(|finalizer| finalizer == CLEANUP_FINALIZER) {
        finalizers.push(CLEANUP_FINALIZER.to_owned());
    }
    metadata::set_finalizers(&mut new, finalizers);
    let message = "CustomResourceDefinition marked for deletion; CustomResource deletion will begin soon";
    mark_terminating_definition(&mut new, &now, "InstanceDeletionPending", message);
    Step::Mark(new)
}

/// Marks a pod; `false` when it is marked already and the request does not shorten its time.
fn mark_graceful(writing: &Writing<'_>, removal: &Removal, pod: &mut Value) -> bool {
    let wanted = removal.options.grace_period_seconds;
    let current = pod.pointer("/metadata/deletionGracePeriodSeconds").and_then(Value::as_i64);
    if metadata::is_terminating(pod) {
        let (Some(wanted), Some(current)) = (wanted, current) else { return false };
        if wanted >= current {
            return false;
        }
        shorten(pod, current, wanted);
        return true;
    }
    let scheduled = pod.pointer("/spec/nodeName").and_then(Value::as_str).is_some_and(|node| !node.is_empty());
    let phase = pod.pointer("/status/phase").and_then(Value::as_str).unwrap_or_default();
    let own = pod.pointer("/spec/terminationGracePeriodSeconds").and_then(Value::as_i64);
    let grace = if scheduled && !matches!(phase, "Succeeded" | "Failed") {
        // Upstream reads negative periods as one second.
        match wanted.or(own).unwrap_or_default() {
            negative if negative < 0 => 1,
            grace => grace,
        }
    } else {
        0
    };
    mark(writing, pod, grace);
    true
}

fn mark(writing: &Writing<'_>, object: &mut Value, grace: i64) {
    let now = writing.shared.clock.now();
    let end = now.checked_add(SignedDuration::from_secs(grace)).unwrap_or(now);
    let metadata = metadata::metadata_mut(object);
    metadata.insert("deletionTimestamp".to_owned(), time_text(end).into());
    metadata.insert("deletionGracePeriodSeconds".to_owned(), grace.into());
    if let Some(generation) = metadata.get("generation").and_then(Value::as_i64).filter(|generation| *generation > 0) {
        metadata.insert("generation".to_owned(), (generation + 1).into());
    }
}

fn shorten(pod: &mut Value, current: i64, wanted: i64) {
    let end = metadata::text(pod, "deletionTimestamp").parse::<jiff::Timestamp>();
    let metadata = metadata::metadata_mut(pod);
    if let Some(end) = end.ok().and_then(|end| end.checked_sub(SignedDuration::from_secs(current - wanted)).ok()) {
        metadata.insert("deletionTimestamp".to_owned(), time_text(end).into());
    }
    metadata.insert("deletionGracePeriodSeconds".to_owned(), wanted.into());
}

/// The finalizers with those that stand for propagation brought up to date.
fn finalizers_after(removal: &Removal, current: &[String]) -> Vec<String> {
    let has = |name: &str| current.iter().any(|finalizer| finalizer == name);
    let (orphan, foreground) = match removal.propagation() {
        Some(propagation) => (propagation == Propagation::Orphan, propagation == Propagation::Foreground),
        None => (has(ORPHAN), has(FOREGROUND) && !has(ORPHAN)),
    };
    let kept = current.iter().filter(|finalizer| *finalizer != ORPHAN && *finalizer != FOREGROUND).cloned();
    let added = orphan.then(|| ORPHAN.to_owned()).into_iter().chain(foreground.then(|| FOREGROUND.to_owned()));
    let after: Vec<String> = kept.chain(added).collect();
    let same = after.len() == current.len() && after.iter().all(|finalizer| current.contains(finalizer));
    if same { current.to_vec() } else { after }
}

fn carry_out(
    writing: &Writing<'_>,
    key: &str,
    entry: &Entry,
    stored: &Value,
    step: Step,
) -> Result<Option<Removed>, ApiError> {
    let answer = |raw: &Bytes, revision, is_gone| {
        let outcome =
            Outcome { raw: raw_in_version(writing.served, raw), is_created: false, revision, warnings: Vec::new() };
        Removed { outcome, is_gone }
    };
    let (object, fate) = match step {
        Step::Pending => return Ok(Some(answer(entry.object.raw(), Some(entry.revision), false))),
        Step::Mark(object) => (object, Fate::Keep),
        Step::Remove(object) => (object, Fate::Remove),
    };
    let encoded = Encoded::new(&object);
    let is_gone = fate == Fate::Remove;
    let (raw, revision) = if writing.options.is_dry_run {
        (encoded.with_revision(entry.revision), None)
    } else {
        let store_name = writing.served.resource.store_name();
        let expect = Expect::Revision(entry.revision);
        // What goes is seen by watches as it last was, under the revision at which it went.
        let last = is_gone.then(|| Encoded::new(stored));
        let object = last.as_ref().unwrap_or(&encoded);
        let change = Change { resource: &store_name, key, expect, object, fate };
        match writing.shared.store.commit(&change) {
            Ok(event) => (encoded.with_revision(event.revision), Some(event.revision)),
            Err(CommitError::Changed) => return Ok(None),
            Err(CommitError::Missing) => return Err(writing.not_found()),
            Err(other) => return Err(ApiError::internal(other)),
        }
    };
    let with_object = !is_gone || ANSWERED_WITH_OBJECT.contains(&writing.served.resource.name());
    let removed = answer(&raw, revision, is_gone);
    if with_object {
        return Ok(Some(removed));
    }
    let outcome = Outcome { raw: success(writing, &entry.object.meta().uid), ..removed.outcome };
    Ok(Some(Removed { outcome, is_gone }))
}

fn success(writing: &Writing<'_>, uid: &str) -> Bytes {
    let mut details = crate::error::about(&writing.served.resource.name(), writing.name);
    uid.clone_into(&mut details.uid);
    let status = json!({
        "kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success", "details": details,
    });
    Encoded::plain(&status)
}
