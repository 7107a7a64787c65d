//! A file named under `configurations`.

use super::field_specs::{Config, NameReferences, Specs};
use crate::kustomization::{FieldSpec, Fields, Reading, field_spec};
use crate::problem::{Problem, ProblemKind, Result};
use budget::Budget;
use std::sync::Arc;
use yaml::Dialect;

/// Reads a file of field specs.
///
/// # Errors
/// When it is no YAML, or holds something unknown.
pub(crate) fn read(content: &[u8], budget: &mut Budget) -> Result<Config> {
    let value = yaml::parse_one(content, Dialect::V2, budget).map_err(|error| {
        Problem::new(ProblemKind::Malformed, format!("error converting YAML to JSON: yaml: {error}"))
    })?;
    let mut fields = Fields::new(value, "TransformerConfig", Reading::Strict)?;
    let mut config = Config {
        name_prefix: specs(&mut fields, "namePrefix")?,
        name_suffix: specs(&mut fields, "nameSuffix")?,
        namespace: specs(&mut fields, "namespace")?,
        common_labels: specs(&mut fields, "commonLabels")?,
        labels: specs(&mut fields, "labels")?,
        template_labels: specs(&mut fields, "templateLabels")?,
        common_annotations: specs(&mut fields, "commonAnnotations")?,
        name_references: Arc::new(fields.list("nameReference", references)?),
        var_references: specs(&mut fields, "varReference")?,
        images: specs(&mut fields, "images")?,
        replicas: specs(&mut fields, "replicas")?,
    };
    fields.finish()?;
    config.sort();
    Ok(config)
}

fn specs(fields: &mut Fields, name: &str) -> Result<Specs> {
    let specs: Vec<FieldSpec> = fields.list(name, field_spec)?;
    Ok(Arc::new(specs))
}

fn references(fields: &mut Fields) -> Result<NameReferences> {
    let referrers = fields.list("fieldSpecs", field_spec)?;
    let target = field_spec(fields)?.gvk;
    Ok(NameReferences { target, referrers })
}
