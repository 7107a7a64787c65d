//! `namePrefix` and `nameSuffix`.

use super::field_spec::{Field, Make};
use crate::id::Id;
use crate::kustomization::FieldSpec;
use crate::node::{Scalar, set_scalar};
use crate::problem::Result;
use crate::resmap::ResMap;

/// Which end of a name changes, and what it gets.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Affix<'t> {
    Prefix(&'t str),
    Suffix(&'t str),
}

impl Affix<'_> {
    fn text(&self) -> &str {
        match self {
            Affix::Prefix(text) | Affix::Suffix(text) => text,
        }
    }

    fn add_to(&self, name: &str) -> String {
        match self {
            Affix::Prefix(prefix) => format!("{prefix}{name}"),
            Affix::Suffix(suffix) => format!("{name}{suffix}"),
        }
    }
}

/// Kinds whose names others rely on.
fn keeps_its_name(id: &Id<'_>) -> bool {
    id.kind == "CustomResourceDefinition"
        || id.kind == "Namespace"
        || id.kind == "APIService" && id.group == "apiregistration.k8s.io"
}

/// Puts a prefix or suffix on names.
///
/// # Errors
/// When a name field holds something else than a plain value.
pub(crate) fn affix(resources: &mut ResMap, affix: Affix<'_>, specs: &[FieldSpec]) -> Result<()> {
    let fields = Field::all(specs);
    for resource in resources.rename_mut() {
        let original = resource.original_id();
        if keeps_its_name(&original) {
            continue;
        }
        let fields: Vec<&Field> = fields.iter().filter(|field| field.applies_to(&original)).collect();
        for field in fields {
            if field.spec.path == "metadata/name" && !affix.text().is_empty() {
                match affix {
                    Affix::Prefix(text) => resource.prefixes.push(text.into()),
                    Affix::Suffix(text) => resource.suffixes.push(text.into()),
                }
                resource.remember_id();
            }
            field.apply(resource, Make::Text, &mut |node| {
                let name = affix.add_to(node.text());
                set_scalar(node, Scalar::plain(&name))
            })?;
        }
    }
    Ok(())
}
