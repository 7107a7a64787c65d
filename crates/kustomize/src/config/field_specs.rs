//! The fields of every transformer, and how those of two sources are merged.

use crate::id::Gvk;
use crate::kustomization::FieldSpec;
use crate::problem::{Problem, Result};
use crate::sort::kind_rank;
use std::sync::Arc;

/// The field specs of one transformer, shared until somebody adds to them.
pub(crate) type Specs = Arc<Vec<FieldSpec>>;

/// All field specs. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub(crate) struct Config {
    pub name_prefix: Specs,
    pub name_suffix: Specs,
    pub namespace: Specs,
    pub common_labels: Specs,
    pub labels: Specs,
    pub template_labels: Specs,
    pub common_annotations: Specs,
    pub name_references: Arc<Vec<NameReferences>>,
    pub var_references: Specs,
    pub images: Specs,
    pub replicas: Specs,
}

/// The fields that name objects of a kind.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct NameReferences {
    pub target: Gvk,
    pub referrers: Vec<FieldSpec>,
}

impl Config {
    /// These field specs and those of `other`.
    ///
    /// # Errors
    /// When both name a field and disagree on whether it is created.
    pub fn merge(&self, other: &Config) -> Result<Config> {
        let mut merged = Config {
            name_prefix: merge_specs(&self.name_prefix, &other.name_prefix, "NamePrefix")?,
            name_suffix: merge_specs(&self.name_suffix, &other.name_suffix, "NameSuffix")?,
            namespace: merge_specs(&self.namespace, &other.namespace, "NameSpace")?,
            common_labels: merge_specs(&self.common_labels, &other.common_labels, "CommonLabels")?,
            labels: merge_specs(&self.labels, &other.labels, "Labels")?,
            template_labels: merge_specs(&self.template_labels, &other.template_labels, "TemplateLabels")?,
            common_annotations: merge_specs(&self.common_annotations, &other.common_annotations, "CommonAnnotations")?,
            name_references: merge_references(&self.name_references, &other.name_references)?,
            var_references: merge_specs(&self.var_references, &other.var_references, "VarReference")?,
            images: merge_specs(&self.images, &other.images, "Images")?,
            replicas: merge_specs(&self.replicas, &other.replicas, "Replicas")?,
        };
        merged.sort();
        Ok(merged)
    }

    pub(super) fn sort(&mut self) {
        for specs in [
            &mut self.name_prefix,
            &mut self.name_suffix,
            &mut self.namespace,
            &mut self.common_labels,
            &mut self.labels,
            &mut self.template_labels,
            &mut self.common_annotations,
            &mut self.var_references,
            &mut self.images,
            &mut self.replicas,
        ] {
            if !specs.is_sorted_by_key(|spec| kind_rank(&spec.gvk)) {
                Arc::make_mut(specs).sort_by_cached_key(|spec| kind_rank(&spec.gvk));
            }
        }
        if !self.name_references.is_sorted_by_key(|references| kind_rank(&references.target)) {
            Arc::make_mut(&mut self.name_references).sort_by_cached_key(|references| kind_rank(&references.target));
        }
    }
}

fn merge_specs(specs: &Specs, other: &Specs, name: &str) -> Result<Specs> {
    if other.is_empty() || Arc::ptr_eq(specs, other) {
        return Ok(Arc::clone(specs));
    }
    let mut merged = Arc::clone(specs);
    for spec in other.iter() {
        add_spec_shared(&mut merged, spec)
            .map_err(|problem| problem.within(format!("failed to merge {name} fieldSpec")))?;
    }
    // Compat: a spec for all kinds is lost where one for some kind comes before it, also when all are new.
    Ok(if merged == *other { Arc::clone(other) } else { merged })
}

fn add_spec_shared(specs: &mut Specs, spec: &FieldSpec) -> Result<()> {
    if find(specs, spec)?.is_none() {
        Arc::make_mut(specs).push(spec.clone());
    }
    Ok(())
}

/// Adds a field spec unless one of that path is there that covers no more kinds than it.
///
/// # Errors
/// When it is there and says otherwise about creating the field.
pub(crate) fn add_spec(specs: &mut Vec<FieldSpec>, spec: &FieldSpec) -> Result<()> {
    if find(specs, spec)?.is_none() {
        specs.push(spec.clone());
    }
    Ok(())
}

fn find(specs: &[FieldSpec], spec: &FieldSpec) -> Result<Option<usize>> {
    let at = specs.iter().position(|old| old.path == spec.path && old.gvk.is_selected_by(&spec.gvk));
    match at {
        Some(at) if specs[at].create != spec.create => Err(Problem::invalid("conflicting fieldspecs")),
        at => Ok(at),
    }
}

fn merge_references(
    references: &Arc<Vec<NameReferences>>,
    other: &Arc<Vec<NameReferences>>,
) -> Result<Arc<Vec<NameReferences>>> {
    if other.is_empty() || Arc::ptr_eq(references, other) {
        return Ok(Arc::clone(references));
    }
    if references.is_empty() {
        return Ok(Arc::clone(other));
    }
    let mut merged = (**references).clone();
    for more in other.iter() {
        match merged.iter_mut().find(|known| known.target == more.target) {
            Some(known) => {
                for spec in &more.referrers {
                    add_spec(&mut known.referrers, spec)
                        .map_err(|problem| problem.within("failed to merge NameReference fieldSpec"))?;
                }
            }
            None => merged.push(more.clone()),
        }
    }
    Ok(if merged == **references { Arc::clone(references) } else { Arc::new(merged) })
}
