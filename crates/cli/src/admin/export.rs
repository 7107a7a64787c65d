//! `admin export`.

use super::objects::all;
use crate::control_plane::ControlPlane;
use crate::failure::Failure;
use crate::terminal;
use clap::Args;
use object::Object;
use serde_json::{Value, json};
use std::path::PathBuf;

/// The flags of `admin export`.
#[derive(Debug, Args)]
pub(super) struct Export {
    /// Output to the specified file instead of stdout
    #[arg(short, long, default_value = "-")]
    out: PathBuf,
    /// Namespace globs to export applications from, in addition to the control plane namespace
    #[arg(long, value_delimiter = ',')]
    application_namespaces: Vec<String>,
}

impl Export {
    pub(super) async fn run(&self, control_plane: &ControlPlane) -> Result<(), Failure> {
        let objects = all(control_plane, &self.application_namespaces).await?;
        let text: String = objects.iter().map(|object| document(object, &control_plane.namespace)).collect();
        if self.out.as_os_str() == "-" {
            return terminal::print(&text);
        }
        std::fs::write(&self.out, text).map_err(|error| Failure::new(format!("{}: {error}", self.out.display())))
    }
}

/// One object as it is made again: without what a cluster adds.
// Compat: upstream ends every document with a line of dashes, the last one too.
fn document(object: &Object, namespace: &str) -> String {
    let mut value = object.value();
    let known = value.get("metadata").cloned().unwrap_or_default();
    let mut metadata = json!({"name": object.name()});
    for key in ["annotations", "finalizers", "labels"] {
        if let Some(own) = known.get(key).filter(|own| !matches!(own, Value::Null)) {
            metadata[key] = own.clone();
        }
    }
    // Those of the control plane's namespace go wherever they are imported.
    if object.namespace().is_some_and(|own| own != namespace) {
        metadata["namespace"] = json!(object.namespace());
    }
    value["metadata"] = metadata;
    format!("{}---\n", yaml::emit(&value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_cluster_adds_is_left_out() {
        let value = json!({
            "apiVersion": "argoproj.io/v1alpha1", "kind": "Application", "spec": {"project": "default"},
            "metadata": {"name": "shop", "namespace": "argocd", "uid": "1", "resourceVersion": "7", "labels": {"a": "b"}},
        });
        let object = Object::from_value(&value).expect("an object");
        let text = "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata:\n  labels:\n    a: b\n  name: shop\nspec:\n  project: default\n---\n";
        assert_eq!(document(&object, "argocd"), text);
        assert!(document(&object, "other").contains("  namespace: argocd\n"));
    }
}
