//! `images`, `labels`, `replicas`, `sortOptions` and the field specs that say where a change goes.

use super::{Fields, patches};
use crate::id::Gvk;
use crate::problem::Result;
use std::collections::BTreeMap;

/// A field of some kinds of object.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct FieldSpec {
    pub gvk: Gvk,
    pub path: String,
    pub create: bool,
}

/// One change of image names.
#[derive(Debug, Clone, Default)]
pub(crate) struct Image {
    pub name: String,
    pub new_name: String,
    pub tag_suffix: String,
    pub new_tag: String,
    pub digest: String,
}

/// Labels and where they go.
#[derive(Debug, Clone, Default)]
pub(crate) struct LabelRule {
    pub pairs: BTreeMap<String, String>,
    pub include_selectors: bool,
    pub include_templates: bool,
    pub fields: Vec<FieldSpec>,
}

/// How many replicas the workload of a name gets.
#[derive(Debug, Clone, Default)]
pub(crate) struct Replica {
    pub name: String,
    pub count: i64,
}

/// The order of the output.
#[derive(Debug, Clone, Default)]
pub(crate) struct SortOptions {
    pub order: String,
    pub legacy: Option<LegacySort>,
}

/// Kinds that come first and last.
#[derive(Debug, Clone, Default)]
pub(crate) struct LegacySort {
    pub first: Vec<String>,
    pub last: Vec<String>,
}

pub(crate) fn field_spec(fields: &mut Fields) -> Result<FieldSpec> {
    Ok(FieldSpec { gvk: patches::gvk(fields)?, path: fields.string("path")?, create: fields.flag("create")? })
}

pub(crate) fn image(fields: &mut Fields) -> Result<Image> {
    Ok(Image {
        name: fields.string("name")?,
        new_name: fields.string("newName")?,
        tag_suffix: fields.string("tagSuffix")?,
        new_tag: fields.string("newTag")?,
        digest: fields.string("digest")?,
    })
}

pub(crate) fn label(fields: &mut Fields) -> Result<LabelRule> {
    let mut rule = LabelRule {
        pairs: fields.texts("pairs")?,
        include_selectors: fields.flag("includeSelectors")?,
        include_templates: fields.flag("includeTemplates")?,
        fields: fields.list("fields", field_spec)?,
    };
    // Of later versions: the claim templates of a StatefulSet alone.
    if fields.flag("includeVolumeClaimTemplates")? && !rule.include_templates && !rule.include_selectors {
        rule.fields.push(FieldSpec {
            gvk: Gvk { group: "apps".into(), version: "".into(), kind: "StatefulSet".into() },
            path: "spec/volumeClaimTemplates[]/metadata/labels".to_owned(),
            create: true,
        });
    }
    Ok(rule)
}

pub(crate) fn replica(fields: &mut Fields) -> Result<Replica> {
    Ok(Replica { name: fields.string("name")?, count: fields.integer("count")? })
}

pub(crate) fn sort_options(fields: &mut Fields) -> Result<SortOptions> {
    Ok(SortOptions { order: fields.string("order")?, legacy: fields.object("legacySortOptions", legacy_sort)? })
}

fn legacy_sort(fields: &mut Fields) -> Result<LegacySort> {
    Ok(LegacySort { first: fields.strings("orderFirst")?, last: fields.strings("orderLast")? })
}
