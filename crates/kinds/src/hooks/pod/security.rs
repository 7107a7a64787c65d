//! Security contexts.

use crate::checks::numbers::in_range;
use crate::field::{Errors, Path};
use crate::read;
use serde_json::{Map, Value};

/// The largest user and group number.
const ID_MAX: i64 = i32::MAX as i64;

/// The context of a whole pod.
pub fn of_pod(path: &Path<'_>, context: &Value, errors: &mut Errors) {
    for field in ["fsGroup", "runAsUser", "runAsGroup"] {
        if let Some(id) = read::given_number(context, field) {
            in_range(&path.child(field), id, 0, ID_MAX, errors);
        }
    }
    let groups = path.child("supplementalGroups");
    for (index, group) in read::list(context, "supplementalGroups").iter().enumerate() {
        in_range(&groups.index(index), group.as_i64().unwrap_or_default(), 0, ID_MAX, errors);
    }
    if let Some(policy) = context.get("fsGroupChangePolicy").and_then(Value::as_str)
        && !matches!(policy, "OnRootMismatch" | "Always")
    {
        errors.not_supported(&path.child("fsGroupChangePolicy"), policy, &["OnRootMismatch", "Always"]);
    }
    profile(&path.child("seccompProfile"), read::at(context, "seccompProfile"), "seccomp", errors);
    profile(&path.child("appArmorProfile"), read::at(context, "appArmorProfile"), "AppArmor", errors);
}

/// The context of a container.
pub fn of_container(path: &Path<'_>, context: &Value, host_users: bool, errors: &mut Errors) {
    for field in ["runAsUser", "runAsGroup"] {
        if let Some(id) = read::given_number(context, field) {
            in_range(&path.child(field), id, 0, ID_MAX, errors);
        }
    }
    if let Some(mount) = context.get("procMount").and_then(Value::as_str) {
        let place = path.child("procMount");
        if !matches!(mount, "Default" | "Unmasked") {
            errors.not_supported(&place, mount, &["Default", "Unmasked"]);
        }
        if host_users && mount == "Unmasked" {
            errors.invalid_text(&place, mount, "`hostUsers` must be false to use `Unmasked`");
        }
    }
    profile(&path.child("seccompProfile"), read::at(context, "seccompProfile"), "seccomp", errors);
    if read::given_flag(context, "allowPrivilegeEscalation") == Some(false) {
        escalation(path, context, errors);
    }
    profile(&path.child("appArmorProfile"), read::at(context, "appArmorProfile"), "AppArmor", errors);
}

fn escalation(path: &Path<'_>, context: &Value, errors: &mut Errors) {
    if read::flag(context, "privileged") {
        let message = "cannot set `allowPrivilegeEscalation` to false and `privileged` to true";
        errors.invalid_shown(path, in_go(context), message);
    }
    let added = read::list(read::at(context, "capabilities"), "add");
    if added.iter().any(|capability| capability == "CAP_SYS_ADMIN") {
        let message = "cannot set `allowPrivilegeEscalation` to false and `capabilities.Add` CAP_SYS_ADMIN";
        errors.invalid_shown(path, in_go(context), message);
    }
}

/// Compat: the context is shown as Go's own struct, every field of it, in its order.
fn in_go(context: &Value) -> String {
    const FIELDS: &[(&str, &str)] = &[
        ("Capabilities", "capabilities"),
        ("Privileged", "privileged"),
        ("SELinuxOptions", "seLinuxOptions"),
        ("WindowsOptions", "windowsOptions"),
        ("RunAsUser", "runAsUser"),
        ("RunAsGroup", "runAsGroup"),
        ("RunAsNonRoot", "runAsNonRoot"),
        ("ReadOnlyRootFilesystem", "readOnlyRootFilesystem"),
        ("AllowPrivilegeEscalation", "allowPrivilegeEscalation"),
        ("ProcMount", "procMount"),
        ("SeccompProfile", "seccompProfile"),
        ("AppArmorProfile", "appArmorProfile"),
    ];
    let fields: Vec<String> =
        FIELDS.iter().map(|(go, json)| format!("\"{go}\":{}", capitalized(read::at(context, json)))).collect();
    format!("{{{}}}", fields.join(","))
}

/// A value with the names of its fields as Go has them.
fn capitalized(value: &Value) -> Value {
    let Some(map) = value.as_object() else { return value.clone() };
    let name = |key: &str| {
        let mut letters = key.chars();
        letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
    };
    Value::Object(map.iter().map(|(key, value)| (name(key), capitalized(value))).collect::<Map<String, Value>>())
}

fn profile(path: &Path<'_>, profile: &Value, what: &str, errors: &mut Errors) {
    if profile.is_null() {
        return;
    }
    let kind = read::text(profile, "type");
    let local = read::given(profile, "localhostProfile");
    let place = path.child("localhostProfile");
    match kind {
        "Localhost" if local.is_none() => {
            errors.required(&place, format!("must be set when {what} type is Localhost"));
        }
        "Localhost" => (),
        "RuntimeDefault" | "Unconfined" => {
            if let Some(local) = local {
                errors.invalid(&place, local, format!("can only be set when {what} type is Localhost"));
            }
        }
        "" => errors.required(&path.child("type"), "type is required when seccompProfile is set"),
        _ => errors.not_supported(&path.child("type"), kind, &["Localhost", "RuntimeDefault", "Unconfined"]),
    }
}
