//! `patches`, `patchesJson6902` and selectors.

use super::Fields;
use crate::id::Gvk;
use crate::problem::Result;

/// One patch: a text or a file, what it is for, and what it may do.
#[derive(Debug, Clone, Default)]
pub(crate) struct Patch {
    pub path: String,
    pub patch: String,
    pub target: Option<Selector>,
    pub options: PatchOptions,
}

/// What a patch may do beyond the usual.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct PatchOptions {
    pub allow_name_change: bool,
    pub allow_kind_change: bool,
}

/// What objects something is for. Everything named is a pattern and must fit.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Selector {
    pub gvk: Gvk,
    pub name: String,
    pub namespace: String,
    pub annotation_selector: String,
    pub label_selector: String,
}

impl Selector {
    /// Whether it names no type, name or namespace.
    pub fn names_no_id(&self) -> bool {
        self.gvk == Gvk::default() && self.name.is_empty() && self.namespace.is_empty()
    }
}

pub(crate) fn patch(fields: &mut Fields) -> Result<Patch> {
    Ok(Patch {
        path: fields.string("path")?,
        patch: fields.string("patch")?,
        target: fields.object("target", selector)?,
        options: fields.object("options", patch_options)?.unwrap_or_default(),
    })
}

pub(crate) fn patch_options(fields: &mut Fields) -> Result<PatchOptions> {
    Ok(PatchOptions {
        allow_name_change: fields.flag("allowNameChange")?,
        allow_kind_change: fields.flag("allowKindChange")?,
    })
}

pub(crate) fn gvk(fields: &mut Fields) -> Result<Gvk> {
    Ok(Gvk {
        group: fields.string("group")?.into(),
        version: fields.string("version")?.into(),
        kind: fields.string("kind")?.into(),
    })
}

pub(crate) fn selector(fields: &mut Fields) -> Result<Selector> {
    Ok(Selector {
        gvk: gvk(fields)?,
        name: fields.string("name")?,
        namespace: fields.string("namespace")?,
        annotation_selector: fields.string("annotationSelector")?,
        label_selector: fields.string("labelSelector")?,
    })
}
