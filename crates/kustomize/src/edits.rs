//! What Argo CD changes about a kustomization before it is built: the fields of `spec.source.kustomize`, applied as the
//! commands of `kustomize edit` would, without touching a file. Start reading at [`Edits`].

mod images;

pub use images::ImageEdit;

use crate::id::Gvk;
use crate::kustomization::{Kustomization, LabelRule, Patch, PatchOptions, Replica, Selector};
use crate::problem::{Problem, Result};
use std::collections::BTreeMap;

/// Changes of the outermost kustomization, in the order in which Argo CD makes them. Empty fields change nothing.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Edits {
    /// Replaces `namePrefix`.
    pub name_prefix: String,
    /// Replaces `nameSuffix`.
    pub name_suffix: String,
    /// Each replaces the entry of its name.
    pub images: Vec<ImageEdit>,
    /// Each replaces the entry of its name.
    pub replicas: Vec<ReplicaEdit>,
    /// Labels, and where they go.
    pub labels: LabelEdit,
    /// Added to `commonAnnotations`.
    pub annotations: AnnotationEdit,
    /// Replaces `namespace`.
    pub namespace: String,
    /// Added to `patches`.
    pub patches: Vec<PatchEdit>,
    /// Added to `components`, unless they are there.
    pub components: Vec<String>,
    /// Whether components whose directory does not exist are left out.
    pub ignore_missing_components: bool,
}

/// The number of replicas of the workloads of a name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ReplicaEdit {
    /// The workload's name.
    pub name: String,
    /// How many.
    pub count: i64,
}

/// Labels that are added.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LabelEdit {
    /// The labels.
    pub pairs: BTreeMap<String, String>,
    /// Whether they win over those of the kustomization; without it one that is there already is a problem.
    pub force: bool,
    /// Whether they stay out of selectors.
    pub without_selectors: bool,
    /// Whether they go into templates when they stay out of selectors.
    pub include_templates: bool,
}

/// Annotations that are added.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AnnotationEdit {
    /// The annotations.
    pub pairs: BTreeMap<String, String>,
    /// Whether they win over those of the kustomization; without it one that is there already is a problem.
    pub force: bool,
}

/// A patch that is added.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PatchEdit {
    /// The file it stands in, or empty.
    pub path: String,
    /// Its text, or empty.
    pub patch: String,
    /// What it is for.
    pub target: Option<Target>,
    /// Whether it may rename.
    pub allow_name_change: bool,
    /// Whether it may change the kind.
    pub allow_kind_change: bool,
}

/// What objects a patch is for; each field is a pattern or empty.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Target {
    /// The API group.
    pub group: String,
    /// The version.
    pub version: String,
    /// The kind.
    pub kind: String,
    /// The name.
    pub name: String,
    /// The namespace.
    pub namespace: String,
    /// A selector of labels.
    pub label_selector: String,
    /// A selector of annotations.
    pub annotation_selector: String,
}

impl Edits {
    /// Changes a kustomization. `exists` says whether a directory, named from the kustomization's own, is there.
    ///
    /// # Errors
    /// As `kustomize edit`: labels and annotations that are there already and options that contradict each other.
    pub(crate) fn apply(
        &self,
        kustomization: &mut Kustomization,
        exists: &mut dyn FnMut(&str) -> Result<bool>,
    ) -> Result<()> {
        let set = |field: &mut String, value: &str| {
            if !value.is_empty() {
                *field = value.to_owned();
            }
        };
        set(&mut kustomization.name_prefix, &self.name_prefix);
        set(&mut kustomization.name_suffix, &self.name_suffix);
        images::set(&mut kustomization.images, &self.images);
        self.set_replicas(&mut kustomization.replicas);
        self.labels.add(kustomization)?;
        add_pairs(
            &mut kustomization.common_annotations,
            &self.annotations.pairs,
            self.annotations.force,
            "annotation",
        )?;
        set(&mut kustomization.namespace, &self.namespace);
        kustomization.patches.extend(self.patches.iter().map(patch));
        for component in &self.components {
            if self.ignore_missing_components && !exists(component)? {
                continue;
            }
            if !kustomization.components.contains(component) {
                kustomization.components.push(component.clone());
            }
        }
        Ok(())
    }

    /// Compat: setting any puts all in the order of their names, each once, the first of the file.
    fn set_replicas(&self, replicas: &mut Vec<Replica>) {
        if self.replicas.is_empty() {
            return;
        }
        let mut all: BTreeMap<String, i64> = BTreeMap::new();
        for old in replicas.drain(..) {
            all.entry(old.name).or_insert(old.count);
        }
        all.extend(self.replicas.iter().map(|edit| (edit.name.clone(), edit.count)));
        replicas.extend(all.into_iter().map(|(name, count)| Replica { name, count }));
    }
}

impl LabelEdit {
    fn add(&self, kustomization: &mut Kustomization) -> Result<()> {
        if self.pairs.is_empty() {
            return Ok(());
        }
        if !self.without_selectors {
            if self.include_templates {
                let rule = "labels go into templates alone only without selectors: set labelWithoutSelector as well";
                return Err(Problem::invalid(rule));
            }
            return add_pairs(&mut kustomization.common_labels, &self.pairs, self.force, "label");
        }
        let same = |rule: &&mut LabelRule| !rule.include_selectors && rule.include_templates == self.include_templates;
        match kustomization.labels.iter_mut().find(same) {
            Some(rule) => add_pairs(&mut rule.pairs, &self.pairs, self.force, "label"),
            None => {
                let rule = LabelRule {
                    pairs: self.pairs.clone(),
                    include_templates: self.include_templates,
                    ..LabelRule::default()
                };
                kustomization.labels.push(rule);
                Ok(())
            }
        }
    }
}

fn add_pairs(
    into: &mut BTreeMap<String, String>,
    pairs: &BTreeMap<String, String>,
    force: bool,
    what: &str,
) -> Result<()> {
    for (key, value) in pairs {
        if into.contains_key(key) && !force {
            let rule = format!("{what} {key} already in kustomization file: force it to replace the file's");
            return Err(Problem::invalid(rule));
        }
        into.insert(key.clone(), value.clone());
    }
    Ok(())
}

fn patch(edit: &PatchEdit) -> Patch {
    let selector = |target: &Target| Selector {
        gvk: Gvk {
            group: target.group.as_str().into(),
            version: target.version.as_str().into(),
            kind: target.kind.as_str().into(),
        },
        name: target.name.clone(),
        namespace: target.namespace.clone(),
        annotation_selector: target.annotation_selector.clone(),
        label_selector: target.label_selector.clone(),
    };
    Patch {
        path: edit.path.clone(),
        patch: edit.patch.clone(),
        target: edit.target.as_ref().map(selector),
        options: PatchOptions { allow_name_change: edit.allow_name_change, allow_kind_change: edit.allow_kind_change },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(text: &[(&str, &str)]) -> BTreeMap<String, String> {
        text.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
    }

    fn applied(edits: &Edits, mut kustomization: Kustomization) -> Result<Kustomization> {
        edits.apply(&mut kustomization, &mut |path| Ok(path == "there"))?;
        Ok(kustomization)
    }

    #[test]
    fn labels_that_are_there_need_force() {
        let old = Kustomization { common_labels: pairs(&[("a", "old")]), ..Kustomization::default() };
        let mut edits =
            Edits { labels: LabelEdit { pairs: pairs(&[("a", "new")]), ..Default::default() }, ..Default::default() };
        assert!(applied(&edits, old.clone()).is_err_and(|problem| problem.message.contains("label a already")));
        edits.labels.force = true;
        assert_eq!(applied(&edits, old.clone()).expect("forced").common_labels, pairs(&[("a", "new")]));
        edits.labels.include_templates = true;
        assert!(applied(&edits, old.clone()).is_err(), "templates alone want no selectors");
        edits.labels.without_selectors = true;
        let kustomization = applied(&edits, old).expect("both options");
        assert_eq!(kustomization.common_labels, pairs(&[("a", "old")]));
        assert!(kustomization.labels[0].include_templates && kustomization.labels[0].pairs == pairs(&[("a", "new")]));
    }

    #[test]
    fn components_come_once_and_missing_ones_may_be_ignored() {
        let old = Kustomization { components: vec!["there".to_owned()], ..Kustomization::default() };
        let components = vec!["there".to_owned(), "missing".to_owned()];
        let edits = Edits { components, ignore_missing_components: true, ..Default::default() };
        assert_eq!(applied(&edits, old.clone()).expect("ignored").components, ["there"]);
        let edits = Edits { ignore_missing_components: false, ..edits };
        assert_eq!(applied(&edits, old).expect("named").components, ["there", "missing"]);
    }

    #[test]
    fn replicas_are_set_by_name() {
        let replica = |name: &str, count| Replica { name: name.to_owned(), count };
        let old = Kustomization { replicas: vec![replica("b", 1), replica("a", 1)], ..Kustomization::default() };
        let edits = Edits { replicas: vec![ReplicaEdit { name: "b".into(), count: 2 }], ..Default::default() };
        let found = applied(&edits, old).expect("set").replicas;
        assert_eq!(found.iter().map(|r| (r.name.as_str(), r.count)).collect::<Vec<_>>(), [("a", 1), ("b", 2)]);
    }
}
