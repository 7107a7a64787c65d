//! What goes when an application is deleted, and in which order.

use crate::options::{Options, Removal, may_delete};
use api::hook::sync_wave;
use api::names::{ANNOTATION_HELM_RESOURCE_POLICY, FINALIZER_RESOURCES_BACKGROUND};
use jiff::Timestamp;
use object::{Key, Object};

/// What the deletion goes by.
#[derive(Debug, Clone, Copy)]
pub struct Deletion<'a> {
    /// The live objects that belong to the application and that its project permits.
    pub live: &'a [Object],
    /// The application itself, which may be one of its own resources.
    pub itself: &'a Key,
    /// The application's options.
    pub options: &'a Options,
    /// Since when it is being deleted.
    pub deleted_at: Timestamp,
    /// When somebody approved deletions that wait for it.
    pub approved_at: Option<Timestamp>,
}

/// What is due.
#[derive(Debug, Clone, PartialEq)]
pub enum Due {
    /// Delete these, in this order.
    Delete(Vec<Object>),
    /// Wait: for what, in words.
    Wait(String),
    /// Nothing is left.
    Nothing,
}

/// What is due: one wave after the other, the highest first, each gone before the next begins.
#[must_use]
pub fn plan_deletion(deletion: &Deletion<'_>) -> Due {
    let mut going: Vec<&Object> = deletion.live.iter().filter(|object| goes(object, deletion)).collect();
    going.sort_by_key(|object| object.key());
    let name = |objects: &[&Object]| {
        let names: Vec<String> = objects.iter().take(3).map(|object| object.key().to_string()).collect();
        let more = objects.len().saturating_sub(names.len());
        if more > 0 { format!("{} and {more} more", names.join(", ")) } else { names.join(", ") }
    };
    let terminating: Vec<&Object> = going.iter().copied().filter(|object| object.meta().is_terminating()).collect();
    if !terminating.is_empty() {
        return Due::Wait(format!("deletion of {}", name(&terminating)));
    }
    let is_approved = deletion.approved_at.is_some_and(|at| at >= deletion.deleted_at);
    let asks = |object: &&Object| may_delete(object.meta(), deletion.options) == Removal::Confirm;
    let unapproved: Vec<&Object> = going.iter().copied().filter(asks).collect();
    if !unapproved.is_empty() && !is_approved {
        return Due::Wait(format!("confirmation of the deletion of {}", name(&unapproved)));
    }
    let Some(last) = going.iter().map(|object| sync_wave(object.meta())).max() else { return Due::Nothing };
    Due::Delete(going.into_iter().filter(|object| sync_wave(object.meta()) == last).cloned().collect())
}

/// Whether the object goes with the application.
fn goes(object: &Object, deletion: &Deletion<'_>) -> bool {
    let meta = object.meta();
    let is_definition = &*meta.gvk.group == "apiextensions.k8s.io" && &*meta.gvk.kind == "CustomResourceDefinition";
    let is_kept = meta.annotation(ANNOTATION_HELM_RESOURCE_POLICY) == Some("keep");
    let is_forbidden = may_delete(meta, deletion.options) == Removal::Forbidden;
    !is_definition && !is_kept && !is_forbidden && object.key() != *deletion.itself
}

/// Whether this finalizer lets dependents go in the background.
#[must_use]
pub fn is_background(finalizer: &str) -> bool {
    finalizer == FINALIZER_RESOURCES_BACKGROUND
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn object(kind: &str, name: &str, annotations: Value) -> Object {
        let api_version = if kind == "CustomResourceDefinition" { "apiextensions.k8s.io/v1" } else { "v1" };
        let metadata = json!({"name": name, "namespace": "shop", "annotations": annotations});
        Object::from_value(&json!({"apiVersion": api_version, "kind": kind, "metadata": metadata})).expect("an object")
    }

    fn plan(live: &[Object], approved_at: Option<&str>) -> String {
        let itself = Key::new("argoproj.io", "Application", Some("argocd"), "shop");
        let due = plan_deletion(&Deletion {
            live,
            itself: &itself,
            options: &Options::default(),
            deleted_at: "2026-01-01T00:00:00Z".parse().expect("a time"),
            approved_at: approved_at.map(|text| text.parse().expect("a time")),
        });
        match due {
            Due::Delete(objects) => objects.iter().map(|object| object.name().to_owned()).collect::<Vec<_>>().join(" "),
            Due::Wait(what) => format!("waits for {what}"),
            Due::Nothing => "nothing".into(),
        }
    }

    #[test]
    fn the_highest_wave_goes_first() {
        let wave = |name: &str, wave: &str| object("ConfigMap", name, json!({api::names::ANNOTATION_SYNC_WAVE: wave}));
        let (a, b, c) = (wave("a", "1"), wave("b", "5"), wave("c", "5"));
        assert_eq!(plan(&[a.clone(), b, c], None), "b c");
        assert_eq!(plan(&[a], None), "a");
        assert_eq!(plan(&[], None), "nothing");
    }

    #[test]
    fn what_is_to_stay_stays() {
        let keep = object("ConfigMap", "kept", json!({"helm.sh/resource-policy": "keep"}));
        let own = object("ConfigMap", "own", json!({"argocd.argoproj.io/sync-options": "Delete=false"}));
        let definition = object("CustomResourceDefinition", "things", json!({}));
        assert_eq!(plan(&[keep, own, definition], None), "nothing");
    }

    #[test]
    fn a_deletion_that_needs_approval_waits_for_it() {
        let asks = object("ConfigMap", "asks", json!({"argocd.argoproj.io/sync-options": "Delete=confirm"}));
        let waits = "waits for confirmation of the deletion of /ConfigMap/shop/asks";
        assert_eq!(plan(std::slice::from_ref(&asks), None), waits);
        assert_eq!(plan(std::slice::from_ref(&asks), Some("2025-12-31T00:00:00Z")), waits);
        assert_eq!(plan(&[asks], Some("2026-01-01T00:00:00Z")), "asks");
    }
}
