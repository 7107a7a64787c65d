//! `replicas`.

use super::field_spec::{Field, Make};
use crate::kustomization::{FieldSpec, Replica};
use crate::node::{Scalar, Tag, set_scalar};
use crate::problem::{Problem, Result};
use crate::resmap::ResMap;

/// Sets the number of replicas of the workloads of a name.
///
/// # Errors
/// When there is none.
pub(crate) fn replicas(resources: &mut ResMap, replica: &Replica, specs: &[FieldSpec]) -> Result<()> {
    let places = resources.named(&replica.name);
    let count = Scalar { tag: Tag::Int, ..Scalar::plain(&replica.count.to_string()) };
    let mut found = false;
    for field in Field::all(specs) {
        for at in &places {
            let resource = resources.get_mut(*at);
            let is_meant = |id: crate::id::Id<'_>| id.name == replica.name && field.applies_to(&id);
            if resource.is_gone() || !resource.any_ids().any(is_meant) {
                continue;
            }
            found = true;
            field.apply(resource, Make::Number, &mut |node| set_scalar(node, count.clone()))?;
        }
    }
    if found {
        return Ok(());
    }
    let kinds: Vec<String> = specs.iter().map(|spec| spec.gvk.to_string()).collect();
    Err(Problem::invalid(format!(
        "resource with name {} does not match a config with the following GVK [{}]",
        replica.name,
        kinds.join(" ")
    )))
}
