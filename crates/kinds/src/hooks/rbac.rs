//! Roles and bindings.

use crate::checks::labels;
use crate::checks::text::{dns_subdomain, invalid_each, path_segment};
use crate::field::{Errors, Path};
use crate::kind::{Hooks, PLAIN};
use crate::read;
use serde_json::Value;

/// What is special about roles.
pub const ROLE: Hooks =
    Hooks { validate: of_namespace, validate_update: |new, _, errors| of_namespace(new, errors), ..PLAIN };

/// What is special about cluster roles.
pub const CLUSTER_ROLE: Hooks =
    Hooks { validate: of_cluster, validate_update: |new, _, errors| of_cluster(new, errors), ..PLAIN };

/// What is special about role bindings.
pub const BINDING: Hooks = Hooks {
    validate: |binding, errors| bind(binding, &["Role", "ClusterRole"], errors),
    validate_update: |new, old, errors| {
        bind(new, &["Role", "ClusterRole"], errors);
        same_role(new, old, errors);
    },
    ..PLAIN
};

/// What is special about cluster role bindings.
pub const CLUSTER_BINDING: Hooks = Hooks {
    validate: |binding, errors| bind(binding, &["ClusterRole"], errors),
    validate_update: |new, old, errors| {
        bind(new, &["ClusterRole"], errors);
        same_role(new, old, errors);
    },
    ..PLAIN
};

const GROUP: &str = "rbac.authorization.k8s.io";
const ROLE_REF: Path<'static> = Path::root("roleRef");

fn of_namespace(role: &Value, errors: &mut Errors) {
    const RULES: Path<'static> = Path::root("rules");
    for (index, one) in read::list(role, "rules").iter().enumerate() {
        let path = RULES.index(index);
        let urls = read::list(one, "nonResourceURLs");
        verbs(&path, one, errors);
        if !urls.is_empty() {
            let message = "namespaced rules cannot apply to non-resource URLs";
            errors.invalid(&path.child("nonResourceURLs"), read::at(one, "nonResourceURLs"), message);
        } else {
            groups_and_resources(&path, one, errors);
        }
    }
}

fn of_cluster(role: &Value, errors: &mut Errors) {
    const RULES: Path<'static> = Path::root("rules");
    for (index, one) in read::list(role, "rules").iter().enumerate() {
        let path = RULES.index(index);
        verbs(&path, one, errors);
        if read::list(one, "nonResourceURLs").is_empty() {
            groups_and_resources(&path, one, errors);
        } else {
            let others = ["apiGroups", "resources", "resourceNames"];
            if others.iter().any(|field| !read::list(one, field).is_empty()) {
                let message = "rules cannot apply to both regular resources and non-resource URLs";
                errors.invalid(&path.child("nonResourceURLs"), read::at(one, "nonResourceURLs"), message);
            }
        }
    }
    let Some(aggregation) = read::given(role, "aggregationRule") else { return };
    const AGGREGATION: Path<'static> = Path::root("aggregationRule");
    let path = AGGREGATION.child("clusterRoleSelectors");
    let selectors = read::list(aggregation, "clusterRoleSelectors");
    if selectors.is_empty() {
        errors.required(&path, "at least one clusterRoleSelector required if aggregationRule is non-nil");
    }
    for (index, selector) in selectors.iter().enumerate() {
        labels::selector(&path.index(index), selector, errors);
    }
}

fn verbs(path: &Path<'_>, rule: &Value, errors: &mut Errors) {
    if read::list(rule, "verbs").is_empty() {
        errors.required(&path.child("verbs"), "verbs must contain at least one value");
    }
}

fn groups_and_resources(path: &Path<'_>, rule: &Value, errors: &mut Errors) {
    if read::list(rule, "apiGroups").is_empty() {
        errors.required(&path.child("apiGroups"), "resource rules must supply at least one api group");
    }
    if read::list(rule, "resources").is_empty() {
        errors.required(&path.child("resources"), "resource rules must supply at least one resource");
    }
}

fn bind(binding: &Value, kinds: &[&str], errors: &mut Errors) {
    let role = read::at(binding, "roleRef");
    let group = read::text(role, "apiGroup");
    if group != GROUP {
        errors.not_supported(&ROLE_REF.child("apiGroup"), group, &[GROUP]);
    }
    let kind = read::text(role, "kind");
    if !kinds.contains(&kind) {
        errors.not_supported(&ROLE_REF.child("kind"), kind, kinds);
    }
    match read::text(role, "name") {
        "" => errors.required(&ROLE_REF.child("name"), ""),
        name => invalid_each(&ROLE_REF.child("name"), name, path_segment(name), errors),
    }
    const SUBJECTS: Path<'static> = Path::root("subjects");
    let namespaced = kinds.len() > 1;
    for (index, one) in read::list(binding, "subjects").iter().enumerate() {
        subject(&SUBJECTS.index(index), one, namespaced, errors);
    }
}

fn subject(path: &Path<'_>, subject: &Value, namespaced: bool, errors: &mut Errors) {
    let (kind, name, group) =
        (read::text(subject, "kind"), read::text(subject, "name"), read::text(subject, "apiGroup"));
    if name.is_empty() {
        errors.required(&path.child("name"), "");
    }
    match kind {
        "ServiceAccount" => {
            if !name.is_empty() {
                invalid_each(&path.child("name"), name, dns_subdomain(name), errors);
            }
            if !group.is_empty() {
                errors.not_supported(&path.child("apiGroup"), group, &[""]);
            }
            if !namespaced && read::text(subject, "namespace").is_empty() {
                errors.required(&path.child("namespace"), "");
            }
        }
        "User" | "Group" if group != GROUP => errors.not_supported(&path.child("apiGroup"), group, &[GROUP]),
        "User" | "Group" => (),
        _ => errors.not_supported(&path.child("kind"), kind, &["ServiceAccount", "User", "Group"]),
    }
}

fn same_role(new: &Value, old: &Value, errors: &mut Errors) {
    let role = read::at(new, "roleRef");
    if role == read::at(old, "roleRef") {
        return;
    }
    // Compat: the reference is shown as Go's own struct.
    let field = |name: &str| crate::field::quoted(read::text(role, name));
    let (group, kind, name) = (field("apiGroup"), field("kind"), field("name"));
    let shown = format!("{{\"APIGroup\":{group},\"Kind\":{kind},\"Name\":{name}}}");
    errors.invalid_shown(&ROLE_REF, shown, "cannot change roleRef");
}
