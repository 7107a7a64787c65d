//! Who may do what, by the roles and bindings in the store, as Kubernetes' RBAC decides. Administrators are not asked.

use crate::error::{ApiError, about};
use crate::group_resource::GroupResource;
use crate::shared::Shared;
use crate::user::User;
use object::Object;
use serde_json::Value;

const ROLES: GroupResource = GroupResource::new("rbac.authorization.k8s.io", "roles");
/// `clusterroles.rbac.authorization.k8s.io`
pub const CLUSTER_ROLES: GroupResource = GroupResource::new("rbac.authorization.k8s.io", "clusterroles");
const ROLE_BINDINGS: GroupResource = GroupResource::new("rbac.authorization.k8s.io", "rolebindings");
/// `clusterrolebindings.rbac.authorization.k8s.io`
pub const CLUSTER_ROLE_BINDINGS: GroupResource = GroupResource::new("rbac.authorization.k8s.io", "clusterrolebindings");

/// Something done to objects.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deed<'a> {
    /// Verb.
    pub verb: &'a str,
    /// API group.
    pub group: &'a str,
    /// Plural resource.
    pub resource: &'a str,
    /// Subresource, empty for the object itself.
    pub subresource: &'a str,
    /// Namespace, empty for the whole cluster.
    pub namespace: &'a str,
    /// Name, empty for a collection.
    pub name: &'a str,
}

/// Whether the user may do it.
pub fn allows(shared: &Shared, user: &User, deed: &Deed<'_>) -> bool {
    user.is_master()
        || bound_rules(shared, user, &CLUSTER_ROLE_BINDINGS, "").iter().any(|rule| rule_allows(rule, deed))
        || (!deed.namespace.is_empty()
            && bound_rules(shared, user, &ROLE_BINDINGS, deed.namespace).iter().any(|rule| rule_allows(rule, deed)))
}

/// Whether the user may read a document.
pub fn allows_path(shared: &Shared, user: &User, path: &str) -> bool {
    let covers = |pattern: &str| match pattern.strip_suffix('*') {
        Some(beginning) => path.starts_with(beginning),
        None => path == pattern,
    };
    let allows = |rule: &Value| {
        let list = |field: &str| rule[field].as_array().into_iter().flatten().filter_map(Value::as_str);
        list("verbs").any(|verb| verb == "get" || verb == "*") && list("nonResourceURLs").any(covers)
    };
    user.is_master() || bound_rules(shared, user, &CLUSTER_ROLE_BINDINGS, "").iter().any(allows)
}

/// Everything the roles give the user in a namespace.
pub fn rules(shared: &Shared, user: &User, namespace: &str) -> Vec<Value> {
    let mut rules = bound_rules(shared, user, &CLUSTER_ROLE_BINDINGS, "");
    if !namespace.is_empty() {
        rules.extend(bound_rules(shared, user, &ROLE_BINDINGS, namespace));
    }
    rules
}

/// The refusal of something done to objects.
pub fn refusal(user: &User, deed: &Deed<'_>) -> ApiError {
    let part = if deed.subresource.is_empty() { String::new() } else { format!("/{}", deed.subresource) };
    let place = if deed.namespace.is_empty() {
        "at the cluster scope".to_owned()
    } else {
        format!("in the namespace \"{}\"", deed.namespace)
    };
    let cause = format!(
        "User \"{}\" cannot {} resource \"{}{part}\" in API group \"{}\" {place}",
        user.name, deed.verb, deed.resource, deed.group
    );
    let resource = GroupResource::owned(deed.group, deed.resource);
    ApiError::forbidden(&resource, deed.name, &cause).with_details(about(&resource, deed.name))
}

/// The rules that bindings of one place give the user.
fn bound_rules(shared: &Shared, user: &User, bindings: &GroupResource, namespace: &str) -> Vec<Value> {
    let mut bindings = shared.store.list(bindings, namespace).entries;
    // Compat: upstream gives them in no certain order; this is the order that was recorded.
    bindings.sort_by_key(|(_, entry)| entry.revision);
    let bindings = bindings.into_iter().map(|(_, entry)| entry.object.value());
    let bound = bindings.filter(|binding| binds(binding, user));
    bound.flat_map(|binding| rules_of(shared, &binding["roleRef"], namespace)).collect()
}

fn binds(binding: &Value, user: &User) -> bool {
    let subjects = binding["subjects"].as_array().into_iter().flatten();
    subjects.into_iter().any(|subject| {
        let name = subject["name"].as_str().unwrap_or_default();
        match subject["kind"].as_str() {
            Some("User") => name == user.name,
            Some("Group") => user.is_of(name),
            Some("ServiceAccount") => {
                let namespace = subject["namespace"].as_str().unwrap_or_default();
                user.name == format!("system:serviceaccount:{namespace}:{name}")
            }
            _ => false,
        }
    })
}

fn rules_of(shared: &Shared, role: &Value, namespace: &str) -> Vec<Value> {
    let name = role["name"].as_str().unwrap_or_default();
    let entry = match role["kind"].as_str() {
        Some("ClusterRole") => shared.store.get(&CLUSTER_ROLES, name),
        _ => shared.store.get(&ROLES, &crate::store::object_key(namespace, name)),
    };
    let rules = |object: Object| object.value()["rules"].as_array().cloned().unwrap_or_default();
    entry.map(|entry| rules(entry.object)).unwrap_or_default()
}

fn rule_allows(rule: &Value, deed: &Deed<'_>) -> bool {
    let lists = |field: &str, wanted: &str| {
        let list = rule[field].as_array().into_iter().flatten().filter_map(Value::as_str);
        list.into_iter().any(|entry| entry == "*" || entry == wanted)
    };
    let full = if deed.subresource.is_empty() {
        deed.resource.to_owned()
    } else {
        format!("{}/{}", deed.resource, deed.subresource)
    };
    let any_resource = !deed.subresource.is_empty() && lists("resources", &format!("*/{}", deed.subresource));
    let names = rule["resourceNames"].as_array().filter(|names| !names.is_empty());
    lists("verbs", deed.verb)
        && lists("apiGroups", deed.group)
        && (lists("resources", &full) || any_resource)
        && names.is_none_or(|names| names.iter().any(|name| name == deed.name))
}
