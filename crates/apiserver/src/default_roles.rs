//! The cluster roles and bindings that every cluster begins with, as far as people bind them or every user has them.
//! Those of Kubernetes' own components are left out: its controllers here are the process itself.

use serde::Deserialize;
use serde_json::{Value, json};

/// Roles in the order in which they are made, each with the groups that have it from the start.
const ROLES: &str = include_str!("../data/roles.json");
/// What marks an object that the API server makes again when it is missing.
const BOOTSTRAPPING: (&str, &str) = ("kubernetes.io/bootstrapping", "rbac-defaults");
/// The API group of roles.
const GROUP: &str = "rbac.authorization.k8s.io";

#[derive(Deserialize)]
struct Role {
    name: String,
    groups: Vec<String>,
    /// The role whose rules it has as well.
    #[serde(default)]
    extends: String,
    rules: Vec<Value>,
}

/// A cluster role and, if any group has it from the start, its binding.
pub struct Default {
    /// The name of both.
    pub name: String,
    /// `ClusterRole`.
    pub role: Value,
    /// `ClusterRoleBinding`.
    pub binding: Option<Value>,
}

/// All of them, in the order in which they are made.
pub fn all() -> Vec<Default> {
    let roles: Vec<Role> = serde_json::from_str(ROLES).expect("invariant: the table is part of this program");
    roles.iter().map(|role| made(role, &roles)).collect()
}

fn made(role: &Role, all: &[Role]) -> Default {
    let metadata = json!({
        "name": role.name,
        "labels": {BOOTSTRAPPING.0: BOOTSTRAPPING.1},
        "annotations": {"rbac.authorization.kubernetes.io/autoupdate": "true"},
    });
    let subject = |group: &String| json!({"kind": "Group", "apiGroup": GROUP, "name": group});
    let subjects: Vec<Value> = role.groups.iter().map(subject).collect();
    let api_version = format!("{GROUP}/v1");
    let binding = json!({
        "apiVersion": api_version, "kind": "ClusterRoleBinding", "metadata": metadata, "subjects": subjects,
        "roleRef": {"apiGroup": GROUP, "kind": "ClusterRole", "name": role.name},
    });
    Default {
        name: role.name.clone(),
        binding: (!role.groups.is_empty()).then_some(binding),
        role: json!({
            "apiVersion": api_version, "kind": "ClusterRole", "metadata": metadata, "rules": rules(role, all),
        }),
    }
}

/// A role's rules before those of the role it extends; the table has three levels and no cycle.
fn rules(role: &Role, all: &[Role]) -> Vec<Value> {
    let mut rules = role.rules.clone();
    let mut extended = &role.extends;
    while let Some(other) = all.iter().find(|other| other.name == *extended) {
        rules.extend(other.rules.iter().cloned());
        extended = &other.extends;
    }
    rules
}
