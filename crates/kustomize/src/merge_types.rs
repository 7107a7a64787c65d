//! What is known of the types that patches are merged by: Kubernetes' own, or those of a file named under `openapi`.
//!
//! Compat: the original knows Kubernetes 1.21. Kinds and lists that came later are one value to it, and kinds that have
//! gone since still merge.

use crate::id;
use crate::problem::{Problem, ProblemKind, Result};
use budget::Budget;
use schema::{ListKind, Schema, TypeRef};
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::Arc;
use yaml::Dialect;

/// Where types come from.
#[derive(Debug, Clone, Default)]
pub(crate) enum MergeTypes {
    #[default]
    Builtin,
    Custom(Arc<Custom>),
}

/// One type.
#[derive(Debug, Clone)]
pub(crate) enum Type {
    Builtin(TypeRef),
    Custom(Arc<Custom>, usize),
}

/// How the items of a list are told apart: by these fields, or by value when there are none.
pub(crate) type MergeKeys = Vec<Box<str>>;

/// A field's type, and the merge keys if it is a list that merges.
#[derive(Debug, Clone)]
pub(crate) struct FieldType {
    pub ty: Option<Type>,
    pub merge: Option<MergeKeys>,
}

/// Lists that Kubernetes merges since later versions than the original knows.
const LATER_LISTS: [&str; 4] = ["resourceClaims", "schedulingGates", "matchConditions", "x-kubernetes-validations"];

/// Kinds that have gone since, and what they were merged like.
const SUCCESSORS: [(&str, &str, &str); 4] = [
    ("batch/v1beta1", "CronJob", "batch/v1"),
    ("admissionregistration.k8s.io/v1beta1", "MutatingWebhookConfiguration", "admissionregistration.k8s.io/v1"),
    ("admissionregistration.k8s.io/v1beta1", "ValidatingWebhookConfiguration", "admissionregistration.k8s.io/v1"),
    ("storage.k8s.io/v1beta1", "CSINode", "storage.k8s.io/v1"),
];

impl MergeTypes {
    /// The type of a kind, if it is known.
    pub fn of(&self, api_version: &str, kind: &str) -> Option<Type> {
        match self {
            MergeTypes::Custom(custom) => {
                let index = *custom.kinds.get(&(api_version.to_owned(), kind.to_owned()))?;
                Some(Type::Custom(Arc::clone(custom), index))
            }
            MergeTypes::Builtin => {
                let (group, version) = id::group_version(api_version);
                if !id::is_known(group, version, kind) {
                    return None;
                }
                let successor = SUCCESSORS.iter().find(|(old, of, _)| *old == api_version && *of == kind);
                let api_version = successor.map_or(api_version, |(_, _, new)| new);
                let builtin = Schema::builtin();
                // Of other kinds that have gone, only the metadata ever merged.
                builtin.of(api_version, kind).or_else(|| builtin.of("v1", "ConfigMap")).map(Type::Builtin)
            }
        }
    }

    /// Reads a file named under `openapi`.
    ///
    /// # Errors
    /// When it is no YAML or no OpenAPI document.
    pub fn read(content: &[u8], budget: &mut Budget) -> Result<Self> {
        let value = yaml::parse_one(content, Dialect::V2, budget)
            .map_err(|error| Problem::new(ProblemKind::Malformed, format!("invalid schema file: {error}")))?;
        Ok(MergeTypes::Custom(Arc::new(Custom::from_document(&value, budget)?)))
    }
}

impl Type {
    /// The type of a field.
    pub fn field(&self, name: &str) -> FieldType {
        match self {
            Type::Builtin(ty) => builtin_field(ty, name),
            Type::Custom(custom, index) => {
                custom.field(*index, name).map_or(FieldType { ty: None, merge: None }, |(ty, merge)| FieldType {
                    ty: Some(Type::Custom(Arc::clone(custom), ty)),
                    merge,
                })
            }
        }
    }

    /// The type of a list's items.
    pub fn items(&self) -> Option<Type> {
        match self {
            Type::Builtin(ty) => known(ty.items()?),
            Type::Custom(custom, index) => {
                Some(Type::Custom(Arc::clone(custom), custom.resolve(custom.types.get(*index)?.items?)))
            }
        }
    }
}

fn known(ty: &TypeRef) -> Option<Type> {
    (!ty.is_untyped()).then(|| Type::Builtin(ty.clone()))
}

fn builtin_field(ty: &TypeRef, name: &str) -> FieldType {
    let Some(map) = &ty.map else { return FieldType { ty: None, merge: None } };
    let Some(field) = map.field(name) else {
        return FieldType { ty: map.other.as_ref().and_then(known), merge: None };
    };
    let of_ephemeral = ty.name.as_deref().is_some_and(|owner| owner.ends_with(".EphemeralContainer"));
    let later = LATER_LISTS.contains(&name) || of_ephemeral && name == "ports";
    let merges = field.patch.merge && !later;
    let merge = merges.then(|| match field.ty.list.as_ref().map(|list| &list.kind) {
        Some(ListKind::Map(keys)) => keys.to_vec(),
        _ => field.patch.merge_key.iter().cloned().collect(),
    });
    FieldType { ty: known(&field.ty), merge }
}

/// The types of one OpenAPI document.
#[derive(Debug, Default)]
pub(crate) struct Custom {
    types: Vec<CustomType>,
    names: BTreeMap<String, usize>,
    kinds: BTreeMap<(String, String), usize>,
}

#[derive(Debug, Default)]
struct CustomType {
    fields: BTreeMap<String, usize>,
    other: Option<usize>,
    items: Option<usize>,
    /// The definition this type only points to.
    reference: Option<String>,
    merge: Option<MergeKeys>,
}

/// How many references may follow one another.
const REFERENCES_MAX: usize = 32;

impl Custom {
    fn from_document(document: &Value, budget: &mut Budget) -> Result<Self> {
        let mut custom = Custom::default();
        for (name, definition) in document.get("definitions").and_then(Value::as_object).into_iter().flatten() {
            let index = custom.add(definition, budget)?;
            custom.names.insert(name.clone(), index);
            let kinds = definition.get("x-kubernetes-group-version-kind").and_then(Value::as_array);
            for kind in kinds.into_iter().flatten() {
                let text = |key: &str| kind.get(key).and_then(Value::as_str).unwrap_or_default();
                let (group, version) = (text("group"), text("version"));
                let api_version = if group.is_empty() { version.to_owned() } else { format!("{group}/{version}") };
                custom.kinds.insert((api_version, text("kind").to_owned()), index);
            }
        }
        Ok(custom)
    }

    fn add(&mut self, schema: &Value, budget: &mut Budget) -> Result<usize> {
        budget.spend(1)?;
        budget.enter()?;
        let text = |key: &str| schema.get(key).and_then(Value::as_str);
        let mut ty = CustomType {
            reference: text("$ref").and_then(|target| target.rsplit('/').next()).map(str::to_owned),
            merge: merge_keys(schema),
            ..CustomType::default()
        };
        for (name, property) in schema.get("properties").and_then(Value::as_object).into_iter().flatten() {
            let index = self.add(property, budget)?;
            ty.fields.insert(name.clone(), index);
        }
        if let Some(other) = schema.get("additionalProperties").filter(|other| other.is_object()) {
            ty.other = Some(self.add(other, budget)?);
        }
        if text("type") == Some("array")
            && let Some(items) = schema.get("items")
        {
            ty.items = Some(self.add(items, budget)?);
        }
        budget.leave();
        self.types.push(ty);
        Ok(self.types.len() - 1)
    }

    fn resolve(&self, mut index: usize) -> usize {
        for _ in 0..REFERENCES_MAX {
            let reference = self.types.get(index).and_then(|ty| ty.reference.as_ref());
            match reference.and_then(|name| self.names.get(name)) {
                Some(next) => index = *next,
                None => break,
            }
        }
        index
    }

    fn field(&self, index: usize, name: &str) -> Option<(usize, Option<MergeKeys>)> {
        let ty = self.types.get(index)?;
        let field = ty.fields.get(name).copied().or(ty.other)?;
        let resolved = self.resolve(field);
        Some((resolved, self.types.get(resolved)?.merge.clone()))
    }
}

fn merge_keys(schema: &Value) -> Option<MergeKeys> {
    let strategy = schema.get("x-kubernetes-patch-strategy")?.as_str()?;
    if !strategy.split(',').any(|part| part == "merge") {
        return None;
    }
    if let Some(keys) = schema.get("x-kubernetes-list-map-keys").and_then(Value::as_array) {
        return Some(keys.iter().filter_map(Value::as_str).map(Into::into).collect());
    }
    Some(schema.get("x-kubernetes-patch-merge-key").and_then(Value::as_str).map(Into::into).into_iter().collect())
}
