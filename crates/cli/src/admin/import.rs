//! `admin import`.

use super::objects::{all, named};
use crate::control_plane::ControlPlane;
use crate::failure::Failure;
use crate::terminal;
use api::names::APPLICATION;
use applications::plan::merge_patch;
use budget::Budget;
use clap::Args;
use cluster::{Change, Target, Write};
use object::{Key, Object};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::Read as _;
use std::path::PathBuf;

/// The kinds that are imported; anything else in a backup is an error.
const KINDS: [&str; 5] = ["ConfigMap", "Secret", "AppProject", "Application", "ApplicationSet"];

/// The flags of `admin import`.
#[derive(Debug, Args)]
pub(super) struct Import {
    /// The file, or `-` for standard input
    source: PathBuf,
    /// Print what will be performed
    #[arg(long)]
    dry_run: bool,
    /// Prune secrets, applications and projects which do not appear in the backup
    #[arg(long)]
    prune: bool,
    /// Verbose output (versus only changed output)
    #[arg(long)]
    verbose: bool,
    /// Stop any existing operations
    #[arg(long)]
    stop_operation: bool,
    /// Skip importing resources with this label, as KEY=VALUE
    #[arg(long)]
    skip_resources_with_label: Option<String>,
    /// Namespace globs to which import of applications is allowed
    #[arg(long, value_delimiter = ',')]
    application_namespaces: Vec<String>,
}

impl Import {
    pub(super) async fn run(&self, control_plane: &ControlPlane) -> Result<(), Failure> {
        let backup = self.backup(&control_plane.namespace)?;
        let live = all(control_plane, &self.application_namespaces).await?;
        let mut live: BTreeMap<Key, Object> = live.into_iter().map(|object| (object.key(), object)).collect();
        for object in &backup {
            let known = live.remove(&object.key());
            if self.is_skipped(object) {
                let (gvk, namespace) = (object.gvk(), object.namespace().unwrap_or_default());
                let said = format!("Skipping {}/{} {} in namespace {namespace}\n", gvk.group, gvk.kind, object.name());
                terminal::print(&said)?;
                continue;
            }
            self.put(control_plane, object, known.as_ref()).await?;
        }
        for object in live.values().filter(|object| !self.is_skipped(object)) {
            self.take_away(control_plane, object).await?;
        }
        Ok(())
    }

    /// What the backup holds; an object without a namespace goes into the control plane's.
    fn backup(&self, namespace: &str) -> Result<Vec<Object>, Failure> {
        let wrong = |why: String| Failure::new(format!("{}: {why}", self.source.display()));
        let mut bytes = Vec::new();
        if self.source.as_os_str() == "-" {
            std::io::stdin().read_to_end(&mut bytes).map_err(|error| wrong(error.to_string()))?;
        } else {
            bytes = std::fs::read(&self.source).map_err(|error| wrong(error.to_string()))?;
        }
        let documents = yaml::parse_all(&bytes, yaml::Dialect::V2, &mut Budget::default());
        let documents = documents.map_err(|error| wrong(error.to_string()))?;
        let values = documents.into_iter().map(|document| document.value).filter(|value| !value.is_null());
        let object = |mut value: Value| {
            if value["metadata"]["namespace"].as_str().is_none_or(str::is_empty) {
                value["metadata"]["namespace"] = json!(namespace);
            }
            let object = Object::from_value(&value).map_err(|error| wrong(error.to_string()))?;
            let kind = &*object.gvk().kind;
            if KINDS.contains(&kind) {
                return Ok(object);
            }
            Err(wrong(format!("{} is no part of a backup: {} are", named(&object), KINDS.join(", "))))
        };
        values.map(object).collect()
    }

    fn is_skipped(&self, object: &Object) -> bool {
        let label = self.skip_resources_with_label.as_deref().and_then(|label| label.split_once('='));
        label.is_some_and(|(key, value)| object.meta().labels.get(key).is_some_and(|own| **own == *value))
    }

    fn dry(&self) -> &'static str {
        if self.dry_run { " (dry run)" } else { "" }
    }

    async fn put(&self, at: &ControlPlane, object: &Object, known: Option<&Object>) -> Result<(), Failure> {
        let (what, namespace) = (named(object), object.namespace().unwrap_or_default());
        let Some(known) = known else {
            if !self.dry_run {
                at.write(Write::new(Target::of(object), Change::Create(object.clone()))).await?;
            }
            return terminal::print(&format!("{what} in namespace {namespace} created{}\n", self.dry()));
        };
        let Some(patch) = patch(object, known, self.stop_operation) else {
            let said = format!("{what} unchanged{}\n", self.dry());
            return if self.verbose { terminal::print(&said) } else { Ok(()) };
        };
        if !self.dry_run {
            at.patch(known, patch).await?;
        }
        terminal::print(&format!("{what} in namespace {namespace} updated{}\n", self.dry()))
    }

    async fn take_away(&self, at: &ControlPlane, object: &Object) -> Result<(), Failure> {
        let what = named(object);
        // The control plane's own settings are never taken away.
        if &*object.gvk().kind == "ConfigMap" {
            return Ok(());
        }
        if !self.prune {
            return terminal::print(&format!("{what} needs pruning\n"));
        }
        if !self.dry_run {
            // Compat: an application that is not in the backup goes without what it has made.
            if &*object.gvk().kind == APPLICATION && !object.meta().finalizers.is_empty() {
                at.patch(object, json!({"metadata": {"finalizers": null}})).await?;
            }
            at.delete(object).await?;
        }
        terminal::print(&format!("{what} pruned{}\n", self.dry()))
    }
}

/// What makes the live object say what the backup says: labels, annotations, finalizers, and data or spec; and the
/// status of an application, so that its history comes back.
fn patch(backup: &Object, live: &Object, stop_operation: bool) -> Option<Value> {
    let (backup, live) = (backup.value(), live.value());
    let part = |value: &Value| {
        let mut own = json!({"metadata": {}});
        for key in ["annotations", "labels", "finalizers"] {
            if let Some(known) = value["metadata"].get(key) {
                own["metadata"][key] = known.clone();
            }
        }
        for key in ["data", "spec", "status"] {
            if let Some(known) = value.get(key) {
                own[key] = known.clone();
            }
        }
        own
    };
    let (mut wanted, mut known) = (part(&backup), part(&live));
    for side in [&mut wanted, &mut known] {
        if let Some(annotations) = side["metadata"]["annotations"].as_object_mut() {
            annotations.remove(api::names::ANNOTATION_LAST_APPLIED);
        }
    }
    match wanted.get_mut("status") {
        Some(status) => {
            // These change all the time and say nothing.
            for key in ["reconciledAt", "observedAt"] {
                status[key] = live.pointer(&format!("/status/{key}")).cloned().unwrap_or_default();
                known["status"][key] = status[key].clone();
            }
        }
        None => {
            if let Some(known) = known.as_object_mut() {
                known.remove("status");
            }
        }
    }
    let mut patch = merge_patch(&known, &wanted);
    if stop_operation && live.get("operation").is_some_and(|operation| !operation.is_null()) {
        patch.get_or_insert_with(|| json!({}))["operation"] = Value::Null;
    }
    patch
}

#[cfg(test)]
mod tests {
    use super::*;

    fn application(spec: Value, more: Value) -> Object {
        let mut value = json!({
            "apiVersion": "argoproj.io/v1alpha1", "kind": "Application", "spec": spec,
            "metadata": {"name": "shop", "namespace": "argocd"},
        });
        value.as_object_mut().expect("a map").extend(more.as_object().cloned().expect("a map"));
        Object::from_value(&value).expect("an object")
    }

    #[test]
    fn only_what_a_backup_says_is_put_over() {
        let live = application(
            json!({"project": "a", "gone": 1}),
            json!({"status": {"reconciledAt": "now"}, "operation": {"sync": {}}}),
        );
        let backup = application(json!({"project": "b"}), json!({}));
        assert_eq!(patch(&backup, &live, false), Some(json!({"spec": {"project": "b", "gone": null}})));
        let same = application(json!({"project": "a", "gone": 1}), json!({"status": {"reconciledAt": "then"}}));
        assert_eq!(patch(&same, &live, false), None);
        assert_eq!(patch(&same, &live, true), Some(json!({"operation": null})));
    }
}
