//! What Argo CD changes about a kustomization before it is built: the fields of `spec.source.kustomize`, applied as
//! `kustomize edit` would, without touching a file.

use crate::id::Gvk;
use crate::kustomization::{Image, Kustomization, LabelRule, Patch, PatchOptions, Replica, Selector};
use std::collections::BTreeMap;

/// Changes of the outermost kustomization. Empty fields change nothing.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Edits {
    /// Replaces `namePrefix`.
    pub name_prefix: String,
    /// Replaces `nameSuffix`.
    pub name_suffix: String,
    /// Replaces `namespace`.
    pub namespace: String,
    /// Each replaces the entry of its name.
    pub images: Vec<ImageEdit>,
    /// Each replaces the entry of its name.
    pub replicas: Vec<ReplicaEdit>,
    /// Labels, and where they go.
    pub labels: LabelEdit,
    /// Added to `commonAnnotations`.
    pub annotations: BTreeMap<String, String>,
    /// Added to `patches`.
    pub patches: Vec<PatchEdit>,
    /// Added to `components`.
    pub components: Vec<String>,
}

/// One image, as `kustomize edit set image` is told: `[name=]newName[:tag][@digest]`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ImageEdit {
    /// The image's name in the manifests.
    pub name: String,
    /// What it is called instead; empty to keep the name.
    pub new_name: String,
    /// The tag it gets.
    pub new_tag: String,
    /// The digest it gets.
    pub digest: String,
}

impl ImageEdit {
    /// Reads `[name=]newName[:tag][@digest]`.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let (name, image) = match text.split_once('=') {
            Some((name, image)) => (Some(name), image),
            None => (None, text),
        };
        let (rest, digest) = image.split_once('@').unwrap_or((image, ""));
        let slash = rest.rfind('/').map_or(0, |at| at + 1);
        let colon = rest[slash..].find(':').map(|at| at + slash);
        let (new_name, tag) = colon.map_or((rest, ""), |at| (&rest[..at], &rest[at + 1..]));
        let (name, new_name) = match name {
            Some(name) if name != new_name => (name, new_name),
            _ => (new_name, ""),
        };
        let keep = |text: &str| if text == "*" { String::new() } else { text.to_owned() };
        ImageEdit { name: name.to_owned(), new_name: keep(new_name), new_tag: keep(tag), digest: digest.to_owned() }
    }
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
    /// Whether they stay out of selectors.
    pub without_selectors: bool,
    /// Whether they go into templates when they stay out of selectors.
    pub include_templates: bool,
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
    /// Changes a kustomization.
    pub(crate) fn apply(&self, kustomization: &mut Kustomization) {
        let set = |field: &mut String, value: &str| {
            if !value.is_empty() {
                *field = value.to_owned();
            }
        };
        set(&mut kustomization.name_prefix, &self.name_prefix);
        set(&mut kustomization.name_suffix, &self.name_suffix);
        set(&mut kustomization.namespace, &self.namespace);
        for edit in &self.images {
            set_image(&mut kustomization.images, edit);
        }
        for edit in &self.replicas {
            let replica = Replica { name: edit.name.clone(), count: edit.count };
            match kustomization.replicas.iter_mut().find(|old| old.name == edit.name) {
                Some(old) => *old = replica,
                None => kustomization.replicas.push(replica),
            }
        }
        let pairs = self.labels.pairs.clone();
        if self.labels.without_selectors && !pairs.is_empty() {
            let include_templates = self.labels.include_templates;
            kustomization.labels.push(LabelRule { pairs, include_templates, ..LabelRule::default() });
        } else {
            kustomization.common_labels.extend(pairs);
        }
        kustomization.common_annotations.extend(self.annotations.clone());
        kustomization.patches.extend(self.patches.iter().map(patch));
        kustomization.components.extend(self.components.iter().cloned());
    }
}

/// Sets an image. What the edit does not say stays, except that a new tag ends an old digest and the other way round.
fn set_image(images: &mut Vec<Image>, edit: &ImageEdit) {
    let old = images.iter().position(|image| image.name == edit.name);
    let mut image = old.map_or_else(Image::default, |at| images[at].clone());
    image.name.clone_from(&edit.name);
    if !edit.new_name.is_empty() {
        image.new_name.clone_from(&edit.new_name);
    }
    if !edit.new_tag.is_empty() || !edit.digest.is_empty() {
        image.new_tag.clone_from(&edit.new_tag);
        image.digest.clone_from(&edit.digest);
    }
    match old {
        Some(at) => images[at] = image,
        None => images.push(image),
    }
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

    #[test]
    fn image_edits_are_read_as_kustomize_edit_reads_them() {
        let parse = |text: &str| {
            let ImageEdit { name, new_name, new_tag, digest } = ImageEdit::parse(text);
            [name, new_name, new_tag, digest].join("|")
        };
        assert_eq!(parse("nginx:1.2"), "nginx||1.2|");
        assert_eq!(parse("nginx=reg:5000/my/nginx:1.2"), "nginx|reg:5000/my/nginx|1.2|");
        assert_eq!(parse("nginx=my@sha256:ab"), "nginx|my||sha256:ab");
        assert_eq!(parse("reg:5000/nginx"), "reg:5000/nginx|||");
    }
}
