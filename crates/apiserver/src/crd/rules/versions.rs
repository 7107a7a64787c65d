//! Which versions a definition serves and stores.

use super::read::{items, text};
use kinds::{Errors, Path};
use serde_json::{Value, json};

/// That names are unique and exactly one is stored.
pub fn check(at: &Path<'_>, versions: &[Value], errors: &mut Errors) {
    let names: Vec<&str> = versions.iter().map(|version| text(version, "name")).collect();
    if (1..names.len()).any(|index| names[..index].contains(&names[index])) {
        errors.invalid_shown(at, shown(versions), "must contain unique version names");
    }
    if versions.iter().filter(|version| version["storage"] == true).count() != 1 {
        errors.invalid_shown(at, shown(versions), "must have exactly one version marked as storage version");
    }
}

/// The versions as upstream shows them: its inner form, from which what all have alike was moved up.
fn shown(versions: &[Value]) -> String {
    let version = |version: &Value| {
        let fields = [
            ("Name", json!(text(version, "name"))),
            ("Served", json!(version["served"] == true)),
            ("Storage", json!(version["storage"] == true)),
            ("Deprecated", json!(version["deprecated"] == true)),
            ("DeprecationWarning", version.get("deprecationWarning").cloned().unwrap_or_default()),
            ("Schema", own(versions, version, "schema")),
            ("Subresources", own(versions, version, "subresources")),
            ("AdditionalPrinterColumns", own(versions, version, "additionalPrinterColumns")),
            ("SelectableFields", own(versions, version, "selectableFields")),
        ];
        let fields: Vec<String> = fields.iter().map(|(name, value)| format!("\"{name}\":{value}")).collect();
        format!("{{{}}}", fields.join(","))
    };
    format!("[{}]", versions.iter().map(version).collect::<Vec<_>>().join(","))
}

fn own(versions: &[Value], version: &Value, field: &str) -> Value {
    if shared(versions, field).is_some() { Value::Null } else { version.get(field).cloned().unwrap_or_default() }
}

/// What every version has alike, which upstream then shows at the definition itself; `None` when they differ or none has
/// it.
pub fn shared<'v>(versions: &'v [Value], field: &str) -> Option<&'v Value> {
    let first = versions.first()?.get(field).filter(|value| !value.is_null())?;
    versions.iter().all(|version| version.get(field) == Some(first)).then_some(first)
}

/// That what objects are stored in is among the versions, and the version to store them in among what is stored.
pub fn check_stored(definition: &Value, spec: &Value, errors: &mut Errors) {
    let status = Path::root("status");
    let at = status.child("storedVersions");
    let given = definition.pointer("/status/storedVersions").cloned().unwrap_or_default();
    let mut stored: Vec<&str> = given.as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let all = stored.clone();
    if stored.is_empty() {
        errors.invalid_shown(&at, "null", "must have at least one stored version");
    }
    for version in items(spec, "versions") {
        let name = text(version, "name");
        // Compat: a version that was met is crossed out, so that a second one of its name is missed.
        let known = stored.contains(&name);
        stored.retain(|stored| *stored != name);
        if version["storage"] == true && !known && !all.is_empty() {
            errors.invalid(&at, &given, format!("must have the storage version {name}"));
        }
    }
    for (index, name) in all.iter().enumerate().filter(|(_, name)| stored.contains(name)) {
        errors.invalid_text(&at.index(index), name, "must appear in spec.versions");
    }
}
