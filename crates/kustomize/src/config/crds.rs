//! Files named under `crds`: type descriptions of custom resources, whose annotations say which fields hold names,
//! labels and annotations.

use super::field_specs::{Config, NameReferences, add_spec};
use crate::id::Gvk;
use crate::kustomization::FieldSpec;
use crate::problem::{Problem, ProblemKind, Result};
use budget::Budget;
use serde_json::Value;
use std::sync::Arc;
use yaml::Dialect;

/// Reads one file of type descriptions.
///
/// # Errors
/// When it is no YAML, or when types nest deeper than the budget allows.
pub(crate) fn from_crds(path: &str, content: &[u8], budget: &mut Budget) -> Result<Config> {
    let value = yaml::parse_one(content, Dialect::V2, budget).map_err(|error| {
        let message = format!("unable to parse open API definition from '{path}': {error}");
        Problem::new(ProblemKind::Malformed, message)
    })?;
    let mut collector = Collector { types: &value, budget, config: Collected::default() };
    for (name, ty) in value.as_object().into_iter().flatten() {
        let properties = properties(ty);
        if ["kind", "apiVersion", "metadata"].iter().all(|field| properties.is_some_and(|p| p.get(*field).is_some())) {
            let kind = name.rsplit('.').next().unwrap_or(name);
            collector.collect(&Gvk { kind: kind.into(), ..Gvk::default() }, name, &mut Vec::new())?;
        }
    }
    let found = collector.config;
    let mut config = Config {
        common_annotations: Arc::new(found.annotations),
        common_labels: Arc::new(found.labels),
        name_prefix: Arc::new(found.prefixes),
        name_references: Arc::new(found.references),
        ..Config::default()
    };
    config.sort();
    Ok(config)
}

#[derive(Default)]
struct Collected {
    annotations: Vec<FieldSpec>,
    labels: Vec<FieldSpec>,
    prefixes: Vec<FieldSpec>,
    references: Vec<NameReferences>,
}

struct Collector<'v, 'b> {
    types: &'v Value,
    budget: &'b mut Budget,
    config: Collected,
}

/// The properties of a type: files hold either the schema itself or an object with a `Schema`.
fn properties(ty: &Value) -> Option<&Value> {
    ty.get("Schema").or_else(|| ty.get("schema"))?.get("properties")
}

impl Collector<'_, '_> {
    fn collect(&mut self, gvk: &Gvk, type_name: &str, path: &mut Vec<String>) -> Result<()> {
        let Some(properties) = self.types.get(type_name).and_then(properties).and_then(Value::as_object) else {
            return Ok(());
        };
        self.budget.enter()?;
        for (name, property) in properties {
            self.budget.spend(1)?;
            path.push(name.clone());
            self.property(gvk, property, path)?;
            if let Some(next) = property.get("$ref").and_then(Value::as_str) {
                self.collect(gvk, next, path)?;
            }
            path.pop();
        }
        self.budget.leave();
        Ok(())
    }

    fn property(&mut self, gvk: &Gvk, property: &Value, path: &mut Vec<String>) -> Result<()> {
        let text = |key: &str| property.get(key).and_then(Value::as_str);
        let spec = |path: &[String]| FieldSpec { gvk: gvk.clone(), path: path.join("/"), create: false };
        if text("x-kubernetes-annotation").is_some() {
            add_spec(&mut self.config.annotations, &spec(path))?;
        }
        if text("x-kubernetes-label-selector").is_some() {
            add_spec(&mut self.config.labels, &spec(path))?;
        }
        if text("x-kubernetes-identity").is_some() {
            add_spec(&mut self.config.prefixes, &spec(path))?;
        }
        let (Some(version), Some(kind)) =
            (text("x-kubernetes-object-ref-api-version"), text("x-kubernetes-object-ref-kind"))
        else {
            return Ok(());
        };
        path.push(text("x-kubernetes-object-ref-name-key").unwrap_or("name").to_owned());
        let referrer = spec(path);
        path.pop();
        let target = Gvk { group: "".into(), version: version.into(), kind: kind.into() };
        match self.config.references.iter_mut().find(|known| known.target == target) {
            Some(known) => add_spec(&mut known.referrers, &referrer),
            None => {
                self.config.references.push(NameReferences { target, referrers: vec![referrer] });
                Ok(())
            }
        }
    }
}
