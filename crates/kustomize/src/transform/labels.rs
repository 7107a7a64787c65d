//! `labels` and `commonLabels`.

use super::field_spec::{Field, Make};
use crate::config::{Config, add_spec};
use crate::kustomization::{FieldSpec, LabelRule};
use crate::node::{Node, Scalar, set_field, spread};
use crate::problem::{Problem, Result};
use crate::resmap::ResMap;
use std::collections::BTreeMap;

/// Adds pairs to every object.
///
/// # Errors
/// When a field that should hold them holds something else.
pub(crate) fn labels(resources: &mut ResMap, pairs: &BTreeMap<String, String>, specs: &[FieldSpec]) -> Result<()> {
    if pairs.is_empty() {
        return Ok(());
    }
    let fields = Field::all(specs);
    for resource in resources.iter_mut() {
        let first = resource.shared_nodes + 1;
        resource.shared_nodes += u32::try_from(pairs.len()).unwrap_or(u32::MAX);
        let mut changed: Vec<Scalar> = Vec::new();
        for field in &fields {
            field.apply(resource, Make::Map, &mut |node| {
                for (shared, (key, value)) in (first..).zip(pairs) {
                    let old = node.get(key).and_then(Node::as_scalar).map_or(0, |old| old.shared);
                    let value = Scalar { shared, ..Scalar::string(value) };
                    if old != 0 && old < first {
                        changed.push(Scalar { shared: old, ..value.clone() });
                    }
                    set_field(node, key, value)?;
                }
                Ok(())
            })?;
        }
        changed.iter().for_each(|changed| spread(&mut resource.node, changed));
    }
    Ok(())
}

/// The fields that the labels of one rule go into.
///
/// # Errors
/// When the rule's own fields contradict the configured ones.
pub(crate) fn label_specs(rule: &LabelRule, config: &Config) -> Result<Vec<FieldSpec>> {
    let failed = |problem: Problem| problem.within("failed to merge labels");
    let mut specs = rule.fields.clone();
    add_all(&mut specs, &config.labels).map_err(failed)?;
    if rule.include_selectors {
        add_all(&mut specs, &config.common_labels).map_err(failed)?;
        return Ok(specs);
    }
    if rule.include_templates {
        add_all(&mut specs, &config.template_labels)
            .map_err(|problem| problem.within("failed to merge template fieldSpec"))?;
    }
    let metadata = FieldSpec { path: "metadata/labels".to_owned(), create: true, ..FieldSpec::default() };
    add_spec(&mut specs, &metadata).map_err(failed)?;
    Ok(specs)
}

fn add_all(specs: &mut Vec<FieldSpec>, more: &[FieldSpec]) -> Result<()> {
    more.iter().try_for_each(|spec| add_spec(specs, spec))
}
