//! ConfigMaps and Secrets.

use super::base64_text::encode;
use super::sources::{Load, pairs};
use crate::kustomization::{GeneratorArgs, GeneratorKind, GeneratorOptions};
use crate::node::{Map, Node, Scalar, Style, Tag, set_field};
use crate::problem::{Problem, Result};
use crate::resource::{Behavior, Origin, Resource};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Makes the object a generator describes.
///
/// # Errors
/// When it has no name, or its data cannot be read.
pub(crate) fn data_object(
    args: &GeneratorArgs,
    options: &GeneratorOptions,
    origin: Arc<Origin>,
    load: &mut Load<'_>,
) -> Result<Resource> {
    let secret = args.kind == GeneratorKind::Secret;
    if args.name.is_empty() {
        return Err(Problem::invalid("a configmap must have a name"));
    }
    let mut resource = Resource::new(super::object_node("v1", if secret { "Secret" } else { "ConfigMap" }), origin);
    resource.set_name(&args.name);
    resource.set_namespace(&args.namespace);
    let pairs = pairs(args, load)?;
    let mut put = |field: &str, value: Scalar| set_field(&mut resource.node, field, value);
    if secret {
        let ty = if args.secret_type.is_empty() { "Opaque" } else { &args.secret_type };
        put("type", Scalar::string(ty))?;
    }
    if options.immutable {
        put("immutable", Scalar { tag: Tag::Bool, ..Scalar::plain("true") })?;
    }
    for (key, value) in &pairs {
        if secret {
            put_data(&mut resource.node, "data", key, &encode(value));
        } else {
            put_text(&mut resource.node, key, value);
        }
    }
    if secret && resource.node.get("data").is_none() {
        put_map(&mut resource.node, "data");
    }
    for (field, texts) in [("labels", &options.labels), ("annotations", &options.annotations)] {
        if !texts.is_empty() {
            resource.set_texts(field, texts);
        }
    }
    resource.wants_hash = !options.disable_name_suffix_hash;
    resource.behavior = Behavior::parse(&args.behavior);
    Ok(resource)
}

/// Text goes to `data`, everything else to `binaryData`.
fn put_text(node: &mut Node, key: &str, value: &[u8]) {
    match std::str::from_utf8(value) {
        Ok(text) => put_data(node, "data", key, text),
        Err(_) => put_data(node, "binaryData", key, &encode(value)),
    }
}

fn put_map<'n>(node: &'n mut Node, field: &str) -> Option<&'n mut Map> {
    let map = node.as_map_mut()?;
    if map.get(field).is_none_or(Node::is_null) {
        map.insert(field, Node::map());
    }
    map.get_mut(field)?.as_map_mut()
}

fn put_data(node: &mut Node, field: &str, key: &str, text: &str) {
    let style = if text.contains('\n') { Style::QUOTED } else { Style::PLAIN };
    if let Some(map) = put_map(node, field) {
        map.insert(key, Node::Scalar(Scalar { style, ..Scalar::string(text) }));
    }
}

fn texts(node: &Node, field: &str) -> BTreeMap<String, String> {
    let map = node.get(field).and_then(Node::as_map);
    let text = |value: &Node| if value.is_null() { String::new() } else { value.text().to_owned() };
    map.into_iter().flat_map(Map::iter).map(|(key, value)| (key.to_owned(), text(value))).collect()
}

/// Fills up the data of a generated object from the one it merges into.
///
/// Compat: what is merged becomes text of ConfigMaps also in Secrets, whose values are encoded already.
pub(crate) fn merge_data(resource: &mut Resource, old: &Resource) {
    for field in ["data", "binaryData"] {
        let mut merged = texts(&old.node, field);
        merged.extend(texts(&resource.node, field));
        crate::node::clear_field(&mut resource.node, field);
        for (key, text) in merged {
            put_data(&mut resource.node, field, &key, &text);
        }
    }
}

/// Gives a generated object the name and history of the one it takes the place of, and the labels and annotations it does
/// not have itself.
pub(crate) fn take_over(resource: &mut Resource, old: &Resource) {
    for field in ["labels", "annotations"] {
        let mut merged = old.texts(field);
        merged.extend(resource.texts(field));
        resource.set_texts(field, &merged);
    }
    let (name, namespace) = (old.name().to_owned(), old.namespace().to_owned());
    resource.set_name(&name);
    resource.set_namespace(&namespace);
    resource.wants_hash &= old.wants_hash;
    resource.behavior = old.behavior;
    resource.previous.clone_from(&old.previous);
    resource.prefixes.clone_from(&old.prefixes);
    resource.suffixes.clone_from(&old.suffixes);
    resource.vars.clone_from(&old.vars);
    resource.from_chart = old.from_chart;
}
