//! `patches`, `patchesStrategicMerge` and `patchesJson6902`.

use super::patch_text::PatchBody;
pub(crate) use super::patch_text::{operations, read};
use super::strategic::Merge;
use crate::kustomization::Selector;
use crate::merge_types::MergeTypes;
use crate::node::{Map, Node, from_json, to_value};
use crate::problem::{Problem, Result};
use crate::resmap::ResMap;
use crate::resource::Resource;
use crate::selector::Matcher;
use budget::Budget;
use serde_json::Value;

/// What merging needs besides patch and objects.
pub(crate) struct Means<'a> {
    pub types: &'a MergeTypes,
    pub budget: &'a mut Budget,
}

/// One entry of `patches`, read.
pub(crate) struct LoadedPatch<'t> {
    pub body: PatchBody,
    pub target: Option<&'t Selector>,
    /// Where it stands, for messages.
    pub source: String,
}

/// Applies one entry of `patches`.
///
/// # Errors
/// When its object is not there, or it does not fit.
pub(crate) fn patch(resources: &mut ResMap, patch: LoadedPatch<'_>, means: &mut Means<'_>) -> Result<()> {
    let LoadedPatch { body, target, source } = patch;
    match (body, target) {
        (PatchBody::Merge(patches), _) if patches.is_empty() => Ok(()),
        (PatchBody::Merge(patches), Some(target)) => {
            if patches.len() > 1 {
                return Err(Problem::invalid(format!(
                    "Multiple Strategic-Merge Patches in one `patches` entry is not allowed to set `patches.target` field: {source}"
                )));
            }
            let matcher =
                Matcher::new(target).map_err(|problem| problem.within("unable to find patch target in `resources`"))?;
            let selected = matcher.select(resources);
            let patch = patches.into_iter().next().expect("invariant: it is not empty");
            merge_into_all(resources, &selected, &patch, means)
        }
        (PatchBody::Merge(patches), None) => {
            patches.into_iter().try_for_each(|patch| merge_by_id(resources, patch, means))
        }
        (PatchBody::Operations(Value::Null), _) => Ok(()),
        (PatchBody::Operations(_), None) => {
            Err(Problem::invalid(format!("must specify a target for JSON patch {source}")))
        }
        (PatchBody::Operations(operations), Some(target)) => {
            for at in Matcher::new(target)?.select(resources) {
                means.budget.spend(1)?;
                resources.get_mut(at).remember_id();
                change(resources, at, &operations)?;
            }
            Ok(())
        }
    }
}

fn merge_by_id(resources: &mut ResMap, patch: Resource, means: &mut Means<'_>) -> Result<()> {
    let id = patch.original_id();
    let at = resources
        .by_id(&id)
        .map_err(|problem| problem.within(format!("no resource matches strategic merge patch {:?}", id.to_string())))?;
    merge_into(resources, at, patch, means)
}

/// Applies one entry of `patchesStrategicMerge`.
///
/// # Errors
/// As [`patch`].
pub(crate) fn strategic_merge(resources: &mut ResMap, patches: &[Resource], means: &mut Means<'_>) -> Result<()> {
    for patch in patches {
        let at = resources.by_id(&patch.original_id())?;
        merge_into_all(resources, &[at], patch, means)?;
    }
    Ok(())
}

/// Applies one entry of `patchesJson6902`.
///
/// # Errors
/// As [`patch`].
pub(crate) fn json6902(resources: &mut ResMap, operations: &Value, target: &Selector) -> Result<()> {
    Matcher::new(target)?.select(resources).into_iter().try_for_each(|at| change(resources, at, operations))
}

fn merge_into_all(resources: &mut ResMap, selected: &[usize], patch: &Resource, means: &mut Means<'_>) -> Result<()> {
    for at in selected {
        let target = resources.get(*at);
        if target.is_gone() {
            continue;
        }
        let (kind, api_version) = (patch.kind().to_owned(), target.gvk().api_version());
        means.budget.spend(patch.node.weight())?;
        let mut copy = patch.clone();
        // Compat: labels and annotations become text here, so that a null in them no longer deletes.
        for field in ["labels", "annotations"] {
            let texts = copy.texts(field);
            copy.set_texts(field, &texts);
        }
        copy.set_kind(&kind);
        copy.set_api_version(&api_version);
        merge_into(resources, *at, copy, means)?;
    }
    // Compat: only here does the original look for objects that an earlier patch made the same.
    resources.confirm_unique()
}

/// Merges a patch into one object. Its name, namespace and kind stay, unless the patch may change them.
fn merge_into(resources: &mut ResMap, at: usize, patch: Resource, means: &mut Means<'_>) -> Result<()> {
    let renames = patch.allow_name_change || patch.allow_kind_change;
    let target = if renames { &mut resources.rename_mut()[at] } else { resources.get_mut(at) };
    let (name, namespace, kind) = (target.name().to_owned(), target.namespace().to_owned(), target.kind().to_owned());
    if renames {
        target.remember_id();
    }
    let old = std::mem::replace(&mut target.node, Node::map());
    let mut merge = Merge::new(means.types, &mut *means.budget, true);
    let Some(merged) = merge.object(old, patch.node)? else { return Ok(()) };
    target.node = merged;
    if target.is_gone() {
        return Ok(());
    }
    if !patch.allow_kind_change {
        target.set_kind(&kind);
    }
    if !patch.allow_name_change {
        target.set_name(&name);
    }
    target.set_namespace(&namespace);
    Ok(())
}

/// Applies operations to one object.
fn change(resources: &mut ResMap, at: usize, operations: &Value) -> Result<()> {
    let target = &mut resources.rename_mut()[at];
    if has_memory(target) {
        // Compat: the original keeps its memory in annotations, so operations may count on there being some.
        ensure_annotations(&mut target.node);
    }
    let document = to_value(&target.node)?;
    let id = target.id().to_string();
    let changed = merge::json_patch::apply(&document, operations)
        .map_err(|error| Problem::invalid(format!("{error} (JSON patch of {id})")))?;
    if !changed.is_object() {
        return Err(Problem::invalid(format!("the JSON patch of {id} leaves no object")));
    }
    target.node = from_json(&changed);
    Ok(())
}

fn has_memory(resource: &Resource) -> bool {
    !resource.previous.is_empty()
        || resource.wants_hash
        || resource.from_chart
        || resource.behavior != crate::resource::Behavior::Unspecified
}

fn ensure_annotations(node: &mut Node) {
    let Some(Node::Map(meta)) = node.get_mut("metadata") else { return };
    if meta.get("annotations").is_none_or(Node::is_null) {
        meta.insert("annotations", Node::Map(Map::default()));
    }
}
