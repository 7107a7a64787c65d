//! The life of custom resource definitions: a definition is served and says so in its conditions as soon as it is
//! committed; one that is deleted takes its objects along and goes when the last of them is gone.

use super::definition_marks::{CLEANUP_FINALIZER, mark_terminating};
use super::delete::delete;
use super::modify::modify;
use super::request::{Removal, WriteOptions, Writing};
use super::{metadata, ownership};
use crate::crd::Custom;
use crate::error::ApiError;
use crate::group_resource::{GroupResource, resources};
use crate::resource::Resource;
use crate::shared::Shared;
use kinds::Part;
use serde_json::{Value, json};

/// The field manager under which the server writes a definition's status.
const MANAGER: &str = "kube-apiserver";

/// Serves every definition in the store, after it was opened.
pub fn serve_all(shared: &Shared) {
    for (_, entry) in shared.store.list(&resources::CUSTOM_RESOURCE_DEFINITIONS, "").entries {
        if let Some(custom) = Custom::from_definition(&entry.object.value()) {
            shared.registry.serve(custom);
        }
    }
}

/// Brings what is served up to date after a write.
pub fn after_write(writing: &Writing<'_>) {
    let Writing { shared, served, name, .. } = writing;
    if let Resource::Custom(custom) = &served.resource {
        if is_terminating(shared, custom) {
            finish_removal(shared, custom);
        }
        return;
    }
    let resource = resources::CUSTOM_RESOURCE_DEFINITIONS;
    if served.resource.name() != resource || writing.options.is_dry_run {
        return;
    }
    match shared.store.get(&resource, name) {
        Some(entry) => follow(shared, &entry.object.value()),
        None => withdraw(shared, name),
    }
}

fn withdraw(shared: &Shared, name: &str) {
    if let Some((plural, group)) = name.split_once('.') {
        shared.registry.withdraw(group, plural);
    }
}

fn is_terminating(shared: &Shared, custom: &Custom) -> bool {
    let key = (custom.group.clone(), custom.plural.clone());
    shared.registry.custom().get(&key).is_some_and(|custom| custom.is_terminating)
}

fn follow(shared: &Shared, definition: &Value) {
    let Some(custom) = Custom::from_definition(definition) else { return };
    let terminating = custom.is_terminating;
    let known = (custom.group.clone(), custom.plural.clone());
    let was_terminating = shared.registry.custom().get(&known).is_some_and(|custom| custom.is_terminating);
    shared.registry.serve(custom.clone());
    if terminating && !was_terminating {
        remove_objects(shared, &custom);
        finish_removal(shared, &custom);
    } else if !terminating {
        accept(shared, definition);
    }
}

fn name_of(custom: &Custom) -> String {
    format!("{}.{}", custom.plural, custom.group)
}

/// Writes a part of a definition as the server itself.
fn write(
    shared: &Shared,
    name: &str,
    subresource: &'static str,
    change: &mut dyn FnMut(&Value) -> Value,
) -> Result<(), ApiError> {
    let resource = resources::CUSTOM_RESOURCE_DEFINITIONS;
    let served = shared.registry.by_name(&resource).ok_or_else(ApiError::no_such_resource)?;
    let options = WriteOptions::in_process(MANAGER);
    let writing = Writing { shared, served: &served, namespace: "", name, subresource, options: &options };
    let part = if subresource == "status" { Part::Status } else { Part::Whole };
    modify(&writing, part, &mut |live| {
        let mut new = change(live);
        ownership::note_update(&writing, Some(live), &mut new);
        Ok(new)
    })?;
    Ok(())
}

/// Accepts the names and says so, once.
fn accept(shared: &Shared, definition: &Value) {
    let names = &definition["spec"]["names"];
    if definition.pointer("/status/acceptedNames") == Some(names) {
        return;
    }
    let now = shared.now_text();
    let condition = |kind: &str, reason: &str, message: &str| json!({"type": kind, "status": "True", "lastTransitionTime": now, "reason": reason, "message": message});
    let outcome = write(shared, metadata::text(definition, "name"), "status", &mut |live| {
        let mut new = live.clone();
        new["status"]["acceptedNames"] = names.clone();
        if !new["status"]["conditions"].is_array() {
            new["status"]["conditions"] = json!([
                condition("NamesAccepted", "NoConflicts", "no conflicts found"),
                condition("Established", "InitialNamesAccepted", "the initial names have been accepted"),
            ]);
        }
        new
    });
    if let Err(error) = outcome {
        tracing::error!(name = metadata::text(definition, "name"), %error, "could not accept a definition's names");
    }
}

fn remove_objects(shared: &Shared, custom: &Custom) {
    let resource = GroupResource::owned(&custom.group, &custom.plural);
    let Some(served) = shared.registry.by_name(&resource) else { return };
    let options = WriteOptions::in_process(MANAGER);
    for (_, entry) in shared.store.list(&resource, "").entries {
        let (namespace, name) = (entry.object.namespace().unwrap_or_default(), entry.object.name());
        let writing = Writing { shared, served: &served, namespace, name, subresource: "", options: &options };
        match delete(&writing, &Removal::default()) {
            Err(error) if !error.is_not_found() => {
                tracing::error!(%resource, name, %error, "could not delete an object of a definition that goes");
            }
            _ => {}
        }
    }
}

/// Lets a definition go whose objects are gone; otherwise says what it waits for.
fn finish_removal(shared: &Shared, custom: &Custom) {
    let resource = GroupResource::owned(&custom.group, &custom.plural);
    let name = name_of(custom);
    let left = shared.store.list(&resource, "").entries.len();
    let outcome = if left == 0 {
        write(shared, &name, "", &mut |live| {
            let mut new = live.clone();
            let kept = metadata::finalizers(live).into_iter().filter(|finalizer| finalizer != CLEANUP_FINALIZER);
            metadata::set_finalizers(&mut new, kept.collect());
            new
        })
    } else {
        let message = "CustomResource deletion is in progress";
        set_terminating(shared, &name, "InstanceDeletionInProgress", message)
    };
    match outcome {
        Err(error) if !error.is_not_found() => tracing::error!(name, %error, "could not let a definition go"),
        _ => {}
    }
    if shared.store.get(&resources::CUSTOM_RESOURCE_DEFINITIONS, &name).is_none() {
        withdraw(shared, &name);
    }
}

fn set_terminating(shared: &Shared, name: &str, reason: &str, message: &str) -> Result<(), ApiError> {
    let now = shared.now_text();
    write(shared, name, "status", &mut |live| {
        let mut new = live.clone();
        mark_terminating(&mut new, &now, reason, message);
        new
    })
}
