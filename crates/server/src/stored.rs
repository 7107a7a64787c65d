//! Secrets of the control plane by which repositories and clusters are declared: read, made, changed, deleted.

use crate::plane::Data;
use crate::problem::{Code, Problem};
use crate::site::Site;
use applications::sources::{SECRET_TYPE, secret_values};
use cluster::{Change, ErrorClass, Part, PatchKind, Precondition, Propagation, Target, Write};
use object::Object;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Upstream deletes by its API only what carries this mark.
const MANAGED_BY: (&str, &str) = ("managed-by", "argocd.argoproj.io");

/// One Secret, decoded.
#[derive(Clone)]
pub struct Stored {
    /// As it is.
    pub object: Object,
    /// Its values.
    pub values: Data,
}

impl Stored {
    /// Those of one type.
    #[must_use]
    pub fn all(site: &Site, kind: &str) -> Vec<Stored> {
        let all = site.plane.secrets(kind).into_iter();
        all.map(|object| Stored { values: secret_values(&object), object }).collect()
    }

    /// A value; empty when there is none.
    #[must_use]
    pub fn get(&self, key: &str) -> &str {
        self.values.get(key).map_or("", |text| text.trim())
    }

    /// Whether a value is `true`.
    #[must_use]
    pub fn is(&self, key: &str) -> bool {
        self.get(key) == "true"
    }
}

/// The hash upstream names Secrets by: FNV-1a over 32 bits.
#[must_use]
pub fn hash_of(parts: &[&str]) -> u32 {
    let bytes = parts.iter().flat_map(|part| part.bytes());
    bytes.fold(0x811c_9dc5, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}

/// Makes a Secret of one type.
///
/// # Errors
/// There is one of that name; or the cluster's.
pub async fn make(site: &Site, kind: &str, name: &str, values: &BTreeMap<&str, String>) -> Result<(), Problem> {
    let values: BTreeMap<&&str, &String> = values.iter().filter(|(_, text)| !text.is_empty()).collect();
    let value = json!({
        "apiVersion": "v1", "kind": "Secret", "type": "Opaque", "stringData": values,
        "metadata": {
            "name": name, "namespace": site.plane.namespace(),
            "labels": {SECRET_TYPE: kind}, "annotations": {MANAGED_BY.0: MANAGED_BY.1},
        },
    });
    let made = Object::from_value(&value).map_err(|_| Problem::invalid("the values make no Secret"))?;
    match site.home()?.write(&Write::new(Target::of(&made), Change::Create(made))).await {
        Ok(_) => Ok(()),
        Err(error) if error.class == ErrorClass::AlreadyExists => {
            Err(Problem::new(Code::AlreadyExists, "it is declared already"))
        }
        Err(error) => Err(error.into()),
    }
}

/// Puts values over those of a Secret; `None` takes a value away.
///
/// # Errors
/// The cluster's.
pub async fn change(site: &Site, stored: &Stored, values: &BTreeMap<&str, Option<String>>) -> Result<(), Problem> {
    change_with(site, stored, values, json!({})).await
}

/// The same, together with what changes of its metadata.
///
/// # Errors
/// The cluster's.
pub async fn change_with(
    site: &Site,
    stored: &Stored,
    values: &BTreeMap<&str, Option<String>>,
    metadata: Value,
) -> Result<(), Problem> {
    let gone: BTreeMap<&&str, Value> =
        values.iter().filter(|(_, text)| text.is_none()).map(|(key, _)| (key, Value::Null)).collect();
    let put: BTreeMap<&&str, &String> = values.iter().filter_map(|(key, text)| Some((key, text.as_ref()?))).collect();
    patch(site, stored, json!({"data": gone, "stringData": put, "metadata": metadata})).await
}

/// Changes a Secret that is still the one that was read.
///
/// # Errors
/// The cluster's.
pub async fn patch(site: &Site, stored: &Stored, body: Value) -> Result<(), Problem> {
    let meta = stored.object.meta();
    let only_if = Precondition { uid: Some(meta.uid.clone()), resource_version: Some(meta.resource_version.clone()) };
    let change = Change::Patch { kind: PatchKind::Merge, body, part: Part::Whole };
    site.home()?.write(&Write::new(Target::of(&stored.object), change).only_if(only_if)).await?;
    Ok(())
}

/// Deletes a Secret that the API has made; one that somebody else declares only loses its mark. Compat: upstream's way.
///
/// # Errors
/// The cluster's.
pub async fn delete(site: &Site, stored: &Stored) -> Result<(), Problem> {
    let is_own = stored.object.meta().annotation(MANAGED_BY.0) == Some(MANAGED_BY.1);
    if !is_own {
        return patch(site, stored, json!({"metadata": {"labels": {SECRET_TYPE: null}}})).await;
    }
    let only_if = Precondition { uid: Some(stored.object.meta().uid.clone()), resource_version: None };
    let write = Write::new(Target::of(&stored.object), Change::Delete(Propagation::Background)).only_if(only_if);
    site.home()?.write(&write).await?;
    Ok(())
}

/// The texts of a body by the keys that Secrets have them under.
#[must_use]
pub fn texts<'k>(body: &Value, keys: &[(&str, &'k str)]) -> BTreeMap<&'k str, String> {
    let text = |value: &Value| match value {
        Value::String(text) => Some(text.clone()),
        Value::Bool(true) => Some("true".to_owned()),
        Value::Number(number) if number.as_i64() != Some(0) => Some(number.to_string()),
        _ => None,
    };
    keys.iter().filter_map(|(field, key)| Some((*key, text(body.get(*field)?)?))).collect()
}
