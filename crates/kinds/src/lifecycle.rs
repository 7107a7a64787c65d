//! What happens to an object when it is written: what the server resets, adds, counts and refuses. These are the
//! functions the request pipeline calls; what is special about a kind comes from its hooks.

use crate::field::{Errors, FieldError};
use crate::kind::{CreateContext, Generation, Kind, Part};
use crate::{metadata, read};
use serde_json::Value;

impl Kind {
    /// Resets and adds what the server owns on creation: status, generation, defaults that depend on the request.
    /// Metadata (uid, time, name, namespace) is already filled in.
    pub fn prepare_create(&self, object: &mut Value, context: &CreateContext<'_>) {
        if self.has_status && !self.keeps_first_status {
            read::remove(object, "status");
        }
        (self.hooks.create)(object, context);
        if let Generation::On(_) = self.generation {
            read::set(read::at_mut(object, "metadata"), "generation", 1);
        }
        defaults::apply(&self.storage_gvk(), object);
    }

    /// Keeps what this write may not change, as it is in `old`, and counts the generation.
    pub fn prepare_update(&self, part: Part<'_>, new: &mut Value, old: &Value) {
        match part {
            Part::Status => {
                keep_all_but_status(new, old);
                (self.hooks.update_status)(new, old);
            }
            Part::Whole => {
                if self.has_status {
                    read::copy(new, old, "status");
                }
                (self.hooks.update)(new, old);
            }
            Part::Other(name) => (self.hooks.update_part)(name, new, old),
        }
        self.count_generation(part, new, old);
        defaults::apply(&self.storage_gvk(), new);
    }

    /// Counts a change of what is asked for; writes that ask for nothing keep the count.
    fn count_generation(&self, part: Part<'_>, new: &mut Value, old: &Value) {
        // Compat: a status may bring annotations along, as the revision of a Deployment, and a binding changes a pod's
        // spec, but neither asks for anything.
        let asks = !matches!(part, Part::Status | Part::Other("binding"));
        let changed = |fields: &[&str]| fields.iter().any(|field| new.pointer(field) != old.pointer(field));
        let before = read::number(read::at(old, "metadata"), "generation");
        let after = match self.generation {
            Generation::On(fields) if asks && changed(fields) => before + 1,
            _ => before,
        };
        let metadata = read::at_mut(new, "metadata");
        if after == 0 { read::remove(metadata, "generation") } else { read::set(metadata, "generation", after) }
    }

    /// What is wrong with a new object, metadata first.
    #[must_use]
    pub fn validate_create(&self, object: &Value) -> Vec<FieldError> {
        let mut errors = Errors::default();
        metadata::validate_create(object, self.scope, self.names, &mut errors);
        (self.hooks.validate)(object, &mut errors);
        errors.into_vec()
    }

    /// What is wrong with a change, metadata first.
    #[must_use]
    pub fn validate_update(&self, part: Part<'_>, new: &Value, old: &Value) -> Vec<FieldError> {
        let mut errors = Errors::default();
        metadata::validate_update(new, old, self.scope, &mut errors);
        match part {
            Part::Status => (self.hooks.validate_status)(new, old, &mut errors),
            Part::Whole => (self.hooks.validate_update)(new, old, &mut errors),
            Part::Other(name) => (self.hooks.validate_part)(name, new, old, &mut errors),
        }
        errors.into_vec()
    }

    /// What is accepted with a warning; `old` is the state before an update.
    #[must_use]
    pub fn warnings(&self, object: &Value, old: Option<&Value>) -> Vec<String> {
        (self.hooks.warnings)(object, old)
    }

    /// The value of a selectable field of an object, `None` when this kind cannot be selected by that field.
    #[must_use]
    pub fn selectable_value(&self, field: &str, object: &Value) -> Option<String> {
        let (pointer, missing) = match field {
            "metadata.name" => ("/metadata/name", ""),
            "metadata.namespace" => ("/metadata/namespace", ""),
            _ => {
                let known = self.selectable.iter().find(|known| known.field == field)?;
                (known.pointer, known.missing)
            }
        };
        Some(match object.pointer(pointer) {
            None | Some(Value::Null) => missing.to_owned(),
            Some(Value::String(text)) => text.clone(),
            Some(other) => other.to_string(),
        })
    }
}

fn keep_all_but_status(new: &mut Value, old: &Value) {
    let Some(fields) = old.as_object() else { return };
    let kept = ["metadata", "status", "apiVersion", "kind"];
    read::object_mut(new).retain(|field, _| kept.contains(&field.as_str()));
    for field in fields.keys().filter(|field| !kept.contains(&field.as_str())) {
        read::copy(new, old, field);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn only_what_is_asked_for_is_counted() {
        let kind = crate::by_resource("apps", "v1", "deployments").expect("deployments").kind;
        let old = json!({
            "apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "d", "generation": 3},
            "spec": {"replicas": 1}, "status": {},
        });
        let generation_after = |part, pointer: &str, key: &str| {
            let mut old = old.clone();
            defaults::apply(&kind.storage_gvk(), &mut old);
            let mut new = old.clone();
            read::remove(read::at_mut(&mut new, "metadata"), "generation");
            let parent = new.pointer_mut(pointer).expect("a map");
            read::set(parent, key, json!({"a": "b"}));
            kind.prepare_update(part, &mut new, &old);
            new["metadata"]["generation"].as_i64()
        };
        assert_eq!(generation_after(Part::Whole, "/metadata", "labels"), Some(3));
        assert_eq!(generation_after(Part::Whole, "/metadata", "annotations"), Some(4));
        assert_eq!(generation_after(Part::Whole, "/spec/template/spec", "nodeSelector"), Some(4));
        assert_eq!(generation_after(Part::Status, "/metadata", "annotations"), Some(3));
    }
}
