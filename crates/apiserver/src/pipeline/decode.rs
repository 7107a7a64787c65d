//! Fitting the result of a patch to its resource's type, in the words upstream has for patches that do not fit.

use super::request::{FieldValidation, Writing};
use crate::error::{ApiError, Cause};
use crate::verbs::Patch;
use merge::value::print;
use serde_json::{Map, Value};

/// The order in which Go writes metadata, which a patch that does not touch it leaves.
const METADATA_ORDER: [&str; 15] = [
    "name",
    "generateName",
    "namespace",
    "selfLink",
    "uid",
    "resourceVersion",
    "generation",
    "creationTimestamp",
    "deletionTimestamp",
    "deletionGracePeriodSeconds",
    "labels",
    "annotations",
    "ownerReferences",
    "finalizers",
    "managedFields",
];

/// The order in which Go writes an entry of managedFields.
const MANAGER_ORDER: [&str; 7] =
    ["manager", "operation", "apiVersion", "time", "fieldsType", "fieldsV1", "subresource"];

/// Fits the result of a patch; gives what is to be warned of.
pub fn fit_patched(writing: &Writing<'_>, new: &mut Value, patch: &Patch) -> Result<Vec<String>, ApiError> {
    let refused = |cause: &str| {
        let shown = match patch {
            Patch::Strategic(patch) => print(patch),
            _ => go_json(new),
        };
        let message = format!("Invalid value: {}: {cause}", Value::from(shown));
        let cause = Cause { reason: "FieldValueInvalid".to_owned(), message, field: "patch".to_owned() };
        ApiError::invalid("", "", "", vec![cause])
    };
    check_type(writing, new).map_err(|cause| refused(&cause))?;
    let decoded = writing.served.fit(new.clone()).map_err(|error| refused(&in_words_of(patch, &error.to_string())))?;
    let mut notes = writing.options.duplicates.clone();
    notes.extend(decoded.strict);
    if writing.options.validation == FieldValidation::Strict && !notes.is_empty() {
        return Err(refused(&format!("strict decoding error: {}", notes.join(", "))));
    }
    *new = decoded.value;
    Ok(if writing.options.validation == FieldValidation::Warn { notes } else { Vec::new() })
}

/// Compat: strategic patches are fitted by a converter that names the wanted type only.
fn in_words_of(patch: &Patch, message: &str) -> String {
    match (patch, message.rsplit_once(" of type ")) {
        (Patch::Strategic(_), Some((_, wanted))) => format!("unrecognized type: {wanted}"),
        _ => message.to_owned(),
    }
}

/// A patch may not make another kind of the object.
fn check_type(writing: &Writing<'_>, new: &Value) -> Result<(), String> {
    let gvk = writing.gvk();
    let text = |field: &str| new.get(field).and_then(Value::as_str).unwrap_or_default();
    let (api_version, kind) = (text("apiVersion"), text("kind"));
    if api_version == gvk.api_version() && kind == &*gvk.kind {
        return Ok(());
    }
    let given = object::Gvk::from_api_version(api_version, kind);
    Err(if kinds::by_gvk(&given).is_some() {
        format!("unable to decode into a {}: got {given}", gvk.kind)
    } else {
        format!(
            "no kind \"{kind}\" is registered for version \"{api_version}\" in scheme \"pkg/api/legacyscheme/scheme.go:30\""
        )
    })
}

/// The document as upstream's patching leaves it: keys sorted where the patch went, Go's order in metadata.
fn go_json(object: &Value) -> String {
    let Some(map) = object.as_object() else { return object.to_string() };
    written(map, &[], &|key, value| match (key, value) {
        ("metadata", Value::Object(metadata)) => written(metadata, &METADATA_ORDER, &|key, value| match (key, value) {
            ("managedFields", Value::Array(entries)) => {
                let entries: Vec<String> = entries.iter().map(entry_json).collect();
                format!("[{}]", entries.join(","))
            }
            (_, value) => value.to_string(),
        }),
        (_, value) => value.to_string(),
    })
}

fn entry_json(entry: &Value) -> String {
    entry
        .as_object()
        .map_or_else(|| entry.to_string(), |entry| written(entry, &MANAGER_ORDER, &|_, value| value.to_string()))
}

fn written(map: &Map<String, Value>, order: &[&str], write: &dyn Fn(&str, &Value) -> String) -> String {
    let ordered = order.iter().filter_map(|key| map.get(*key).map(|value| (*key, value)));
    let rest = map.iter().map(|(key, value)| (key.as_str(), value)).filter(|(key, _)| !order.contains(key));
    let fields: Vec<String> =
        ordered.chain(rest).map(|(key, value)| format!("{}:{}", Value::from(key), write(key, value))).collect();
    format!("{{{}}}", fields.join(","))
}
