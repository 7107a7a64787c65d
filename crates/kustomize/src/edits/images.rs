//! `kustomize edit set image`.

use crate::kustomization::Image;
use crate::problem::{Problem, Result};
use crate::transform::split_image;
use std::collections::BTreeMap;

/// One image as `kustomize edit set image` is told of it: `[name=]newName[:tag][@digest]`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ImageEdit {
    /// The image's name in the manifests.
    pub name: String,
    /// What it is called instead; empty for its own name, `*` for what the kustomization says.
    pub new_name: String,
    /// The tag it gets; empty for none, `*` for what the kustomization says.
    pub new_tag: String,
    /// The digest it gets; empty for none, `*` for what the kustomization says.
    pub digest: String,
}

/// What keeps the kustomization's own text.
const KEEP: &str = "*";

impl ImageEdit {
    /// Reads `[name=]newName[:tag][@digest]`.
    ///
    /// # Errors
    /// When the text says nothing but a name.
    pub fn parse(text: &str) -> Result<Self> {
        let (key, value) = text.split_once('=').unwrap_or(("", text));
        let (name, new_tag, digest) = split_image(value);
        if name == text {
            let rule = "expected <image>=<new-image>:<new-tag>, <image>:<new-tag> or <image>@<digest>";
            return Err(Problem::invalid(format!("image {text:?}: {rule}")));
        }
        let (name, new_name) = if key.is_empty() { (name, "") } else { (key, name) };
        let owned = str::to_owned;
        Ok(ImageEdit { name: owned(name), new_name: owned(new_name), new_tag: owned(new_tag), digest: owned(digest) })
    }

    fn over(&self, old: Option<&Image>) -> Image {
        let keep = |edit: &str, old: Option<&String>| {
            if edit == KEEP { old.cloned().unwrap_or_default() } else { edit.to_owned() }
        };
        Image {
            name: self.name.clone(),
            new_name: keep(&self.new_name, old.map(|old| &old.new_name)),
            new_tag: keep(&self.new_tag, old.map(|old| &old.new_tag)),
            digest: keep(&self.digest, old.map(|old| &old.digest)),
            tag_suffix: String::new(),
        }
    }
}

/// Sets images.
///
/// Compat: setting any puts all in the order of their names, each once, the first of the file.
pub(super) fn set(images: &mut Vec<Image>, edits: &[ImageEdit]) {
    if edits.is_empty() {
        return;
    }
    let mut all: BTreeMap<String, Image> = BTreeMap::new();
    for old in images.drain(..) {
        all.entry(old.name.clone()).or_insert(old);
    }
    for edit in edits {
        let image = edit.over(all.get(&edit.name));
        all.insert(edit.name.clone(), image);
    }
    images.extend(all.into_values());
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> String {
        let ImageEdit { name, new_name, new_tag, digest } = ImageEdit::parse(text).expect("an image");
        [name, new_name, new_tag, digest].join("|")
    }

    #[test]
    fn image_edits_are_read_as_kustomize_edit_reads_them() {
        assert_eq!(parse("nginx:1.2"), "nginx||1.2|");
        assert_eq!(parse("nginx=reg:5000/my/nginx:1.2"), "nginx|reg:5000/my/nginx|1.2|");
        assert_eq!(parse("nginx=my@sha256:ab"), "nginx|my||sha256:ab");
        assert_eq!(parse("reg:5000/nginx=other"), "reg:5000/nginx|other||");
        assert_eq!(parse("nginx:1@sha256:ab"), "nginx||1|sha256:ab");
        assert!(ImageEdit::parse("nginx").is_err() && ImageEdit::parse("reg:5000/nginx").is_err());
    }

    #[test]
    fn an_edit_replaces_all_of_an_entry_but_what_it_asks_to_keep() {
        let old =
            |name: &str| Image { name: name.into(), new_name: "n".into(), new_tag: "t".into(), ..Image::default() };
        let set_to = |text: &str| {
            let mut images = vec![old("z"), old("a")];
            set(&mut images, &[ImageEdit::parse(text).expect("an image")]);
            let tell = |image: &Image| format!("{}={}:{}", image.name, image.new_name, image.new_tag);
            images.iter().map(tell).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(set_to("z:2"), "a=n:t z=:2");
        assert_eq!(set_to("z=*:2"), "a=n:t z=n:2");
        assert_eq!(set_to("z=m:*"), "a=n:t z=m:t");
        assert_eq!(set_to("b:1"), "a=n:t b=:1 z=n:t");
    }
}
