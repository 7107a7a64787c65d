//! `images`.

use super::field_spec::{Field, Make};
use crate::kustomization::{FieldSpec, Image};
use crate::node::{Node, Scalar, Tag, set_scalar};
use crate::problem::{Problem, Result};
use crate::resmap::ResMap;
use crate::selector::PATTERN_BYTES_MAX;
use regex::Regex;

/// Changes the images of one name, in every list of containers and in the configured fields.
///
/// # Errors
/// When a field that should hold an image holds something else.
pub(crate) fn images(resources: &mut ResMap, image: &Image, specs: &[FieldSpec]) -> Result<()> {
    let matcher = Matcher::new(&image.name);
    let fields = Field::all(specs);
    for resource in resources.iter_mut() {
        if resource.kind() == "CustomResourceDefinition" {
            continue;
        }
        let mut change = |node: &mut Node| set_image(node, image, &matcher);
        containers(&mut resource.node, &mut change)?;
        for field in &fields {
            field.apply(resource, Make::Nothing, &mut change)?;
        }
    }
    Ok(())
}

/// Calls `change` for the image of every item of every list called `containers` or `initContainers`.
fn containers(node: &mut Node, change: &mut dyn FnMut(&mut Node) -> Result<()>) -> Result<()> {
    match node {
        Node::Scalar(_) => Ok(()),
        Node::Seq(items) => items.iter_mut().try_for_each(|item| containers(item, change)),
        Node::Map(map) => {
            for (key, value) in &mut map.0 {
                containers(value, change)?;
                if !matches!(&*key.text, "containers" | "initContainers") {
                    continue;
                }
                let Node::Seq(items) = value else { continue };
                for item in items {
                    match item {
                        Node::Map(container) => container.get_mut("image").map_or(Ok(()), &mut *change)?,
                        other if other.is_null() => {}
                        other => {
                            let found = other.kind_name();
                            let rule = format!("wrong node kind: expected MappingNode but got {found}");
                            return Err(Problem::invalid(rule));
                        }
                    }
                }
            }
            Ok(())
        }
    }
}

fn set_image(node: &mut Node, image: &Image, matcher: &Matcher) -> Result<()> {
    let Node::Scalar(scalar) = &*node else {
        let rule = format!("wrong node kind: expected ScalarNode but got {}", node.kind_name());
        return Err(Problem::invalid(rule));
    };
    if scalar.tag == Tag::Null && scalar.text.is_empty() && !image.name.is_empty() || !matcher.matches(&scalar.text) {
        return Ok(());
    }
    let changed = changed(&scalar.text, image);
    set_scalar(node, Scalar::plain(&changed))
}

fn changed(old: &str, image: &Image) -> String {
    let (name, tag, digest) = split(old);
    let mut result = if image.new_name.is_empty() { name } else { &image.new_name }.to_owned();
    let suffixed;
    let (tag, digest) = match (image.new_tag.as_str(), image.digest.as_str()) {
        ("", "") if !image.tag_suffix.is_empty() => {
            suffixed = format!("{tag}{}", image.tag_suffix);
            (suffixed.as_str(), "")
        }
        ("", "") => (tag, digest),
        (new_tag, new_digest) => (new_tag, new_digest),
    };
    if !tag.is_empty() {
        result = format!("{result}:{tag}");
    }
    if !digest.is_empty() {
        result = format!("{result}@{digest}");
    }
    result
}

/// Name, tag and digest of an image. A colon before the first slash belongs to a registry's port.
pub(crate) fn split(image: &str) -> (&str, &str, &str) {
    let from = image.find('/').filter(|at| *at > 0).unwrap_or(0);
    let find = |c: char| image[from..].find(c).map(|at| at + from);
    match (find(':'), find('@')) {
        (None, None) => (image, "", ""),
        (Some(colon), Some(at)) if colon < at => (&image[..colon], &image[colon + 1..at], &image[at + 1..]),
        (_, Some(at)) => (&image[..at], "", &image[at + 1..]),
        (Some(colon), None) => (&image[..colon], &image[colon + 1..], ""),
    }
}

/// Whether an image is of a name. The name is a pattern: in most names only the dot means anything but itself.
enum Matcher {
    Dotted(Vec<char>),
    Pattern(Box<Regex>),
    Never,
}

/// What may follow a name: a tag, a digest, both or neither.
const AFTER_NAME: &str = r"(:[a-zA-Z0-9_.{}-]*)?(@[a-zA-Z0-9]+([.+_-][a-zA-Z0-9]+)*:[a-zA-Z0-9_.{}-]*)?";

impl Matcher {
    fn new(name: &str) -> Self {
        if name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '/' | '-' | '_' | ':')) {
            return Matcher::Dotted(name.chars().collect());
        }
        let pattern = format!("^{name}{AFTER_NAME}$");
        let regex = regex::RegexBuilder::new(&pattern).size_limit(PATTERN_BYTES_MAX).build();
        regex.map_or(Matcher::Never, |regex| Matcher::Pattern(Box::new(regex)))
    }

    fn matches(&self, image: &str) -> bool {
        match self {
            Matcher::Never => false,
            Matcher::Pattern(regex) => regex.is_match(image),
            Matcher::Dotted(name) => {
                let mut rest = image.chars();
                for expected in name {
                    match rest.next() {
                        Some(c) if c == *expected || *expected == '.' && c != '\n' => {}
                        _ => return false,
                    }
                }
                is_tag_and_digest(rest.as_str())
            }
        }
    }
}

/// What [`AFTER_NAME`] says, by hand: this is asked for every container and every entry of `images`.
fn is_tag_and_digest(text: &str) -> bool {
    let is_tag = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '{' | '}' | '-');
    let rest = match text.strip_prefix(':') {
        Some(after) => after.trim_start_matches(is_tag),
        None => text,
    };
    let Some(digest) = rest.strip_prefix('@') else { return rest.is_empty() };
    let Some((algorithm, value)) = digest.split_once(':') else { return false };
    let parts_fit = algorithm
        .split(['.', '+', '_', '-'])
        .all(|part| !part.is_empty() && part.chars().all(|c| c.is_ascii_alphanumeric()));
    parts_fit && value.chars().all(is_tag)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn images_match_by_name_whatever_their_tag() {
        let matches = |name: &str, image: &str| Matcher::new(name).matches(image);
        assert!(matches("nginx", "nginx") && matches("nginx", "nginx:1.2") && matches("nginx", "nginx@sha256:ab"));
        assert!(matches("nginx", "nginx:1.2@sha256:ab") && matches("gcr.io/x", "gcrXio/x:1"));
        assert!(!matches("nginx", "my/nginx") && !matches("nginx", "nginxx") && !matches("nginx", "nginx@nothing"));
        assert!(matches("ngin.*", "nginxes:1") && matches("(a|b)", "a:1") && !matches("(a", "(a"));
        assert!(matches("", "") && matches("", ":1") && !matches("", "a"));
    }

    #[test]
    fn images_are_taken_apart() {
        assert_eq!(split("reg:5000/a/b:1@sha256:x"), ("reg:5000/a/b", "1", "sha256:x"));
        assert_eq!(split("a@sha256:x"), ("a", "", "sha256:x"));
        assert_eq!(split("a:1"), ("a", "1", ""));
        let image = Image { tag_suffix: "-x".into(), ..Image::default() };
        assert_eq!(changed("a:1@sha256:y", &image), "a:1-x");
        let image = Image { digest: "sha256:z".into(), ..Image::default() };
        assert_eq!(changed("a:1", &image), "a@sha256:z");
    }
}
