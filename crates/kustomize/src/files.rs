//! The output as files of a directory, one for each object, named as `kustomize build -o DIRECTORY` names them.

use crate::build::BuiltResource;
use crate::id::{group_version, is_cluster_scoped};
use crate::problem::{Problem, Result};
use serde_json::Value;
use std::collections::BTreeSet;

/// One file: its name and what it holds.
pub type OutputFile = (String, String);

/// A file for each object.
///
/// # Errors
/// When an object's name would lead into another directory.
pub fn to_files(resources: &[BuiltResource]) -> Result<Vec<OutputFile>> {
    let namespaces: BTreeSet<&str> = resources.iter().filter_map(|resource| namespace(&resource.value)).collect();
    let several = namespaces.len() > 1;
    resources.iter().map(|resource| file(&resource.value, several)).collect()
}

fn text<'v>(value: &'v Value, pointer: &str) -> &'v str {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}

/// The namespace an object lives in; `None` when it lives in none.
fn namespace(value: &Value) -> Option<&str> {
    let (group, version) = group_version(text(value, "/apiVersion"));
    if is_cluster_scoped(group, version, text(value, "/kind")) {
        return None;
    }
    let named = text(value, "/metadata/namespace");
    Some(if named.is_empty() { "default" } else { named })
}

fn file(value: &Value, several_namespaces: bool) -> Result<OutputFile> {
    let (group, version) = group_version(text(value, "/apiVersion"));
    let (kind, name) = (text(value, "/kind"), text(value, "/metadata/name"));
    let mut parts: Vec<&str> = Vec::new();
    parts.extend(namespace(value).filter(|_| several_namespaces));
    parts.extend([group, version, kind].into_iter().filter(|part| !part.is_empty()));
    parts.push(name);
    let file = format!("{}.yaml", parts.join("_").to_lowercase());
    if file.contains(['/', '\0']) {
        return Err(Problem::invalid(format!("{kind} {name:?}: no file can have this name; print to standard output")));
    }
    Ok((file, yaml::emit(value)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resource::Origin;
    use serde_json::json;
    use tree::TreePath;

    fn built(value: Value) -> BuiltResource {
        BuiltResource { value, origin: Origin { path: TreePath::root(), line: 0 } }
    }

    fn names(resources: &[BuiltResource]) -> Vec<String> {
        to_files(resources).expect("files").into_iter().map(|(name, _)| name).collect()
    }

    #[test]
    fn files_are_named_after_what_they_hold() {
        let deployment = json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "Web"}});
        let other = json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "web", "namespace": "Prod"}});
        let role =
            json!({"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRole", "metadata": {"name": "r"}});
        assert_eq!(
            names(&[built(deployment.clone()), built(role.clone())]),
            ["apps_v1_deployment_web.yaml", "rbac.authorization.k8s.io_v1_clusterrole_r.yaml"]
        );
        assert_eq!(
            names(&[built(deployment), built(other), built(role)]),
            [
                "default_apps_v1_deployment_web.yaml",
                "prod_v1_service_web.yaml",
                "rbac.authorization.k8s.io_v1_clusterrole_r.yaml"
            ]
        );
        let outside = json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "../web"}});
        assert!(to_files(&[built(outside)]).is_err());
    }
}
