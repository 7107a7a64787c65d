//! Text to objects: documents, lists of objects, and what every object must have.

use crate::node::{Node, parse_documents};
use crate::problem::{Problem, Result};
use crate::resource::{Behavior, Origin, Resource};
use budget::Budget;
use std::collections::VecDeque;
use std::sync::Arc;
use tree::TreePath;

/// The objects of a text that stands in the file `path`.
///
/// # Errors
/// When it is no YAML, or holds something that is no object.
pub(crate) fn resources(text: &str, path: &TreePath, budget: &mut Budget) -> Result<Vec<Resource>> {
    let mut documents = VecDeque::new();
    let parsed = parse_documents(text, budget)?;
    let only = parsed.len() == 1;
    for parsed in parsed {
        let origin = Arc::new(Origin { path: path.clone(), line: parsed.line });
        if only && is_plain_list(&parsed.node) {
            documents.extend(items(parsed.node).into_iter().map(|node| (node, Arc::clone(&origin))));
        } else {
            documents.push_back((parsed.node, origin));
        }
    }
    let mut resources = Vec::new();
    while let Some((node, origin)) = documents.pop_front() {
        if node.is_nil_or_empty() {
            continue;
        }
        check(&node)?;
        let kind = node.get("kind").map_or("", Node::text);
        if !kind.ends_with("List") || node.get("items").is_none() {
            resources.push(resource(node, origin));
            continue;
        }
        let kind = kind.to_owned();
        match node.get("items") {
            Some(Node::Seq(_)) => {}
            Some(items) if items.is_null() => continue,
            _ => return Err(Problem::invalid(format!("expected array in {kind}/items"))),
        }
        // Compat: the items of a list come after everything else in the file.
        documents.extend(items(node).into_iter().map(|node| (node, Arc::clone(&origin))));
    }
    Ok(resources)
}

fn is_plain_list(node: &Node) -> bool {
    matches!(node.get("kind").map_or("", Node::text), "List" | "ResourceList") && node.get("items").is_some()
}

fn items(node: Node) -> Vec<Node> {
    let Node::Map(mut map) = node else { return Vec::new() };
    match map.remove("items") {
        Some(Node::Seq(items)) => items,
        _ => Vec::new(),
    }
}

fn resource(node: Node, origin: Arc<Origin>) -> Resource {
    let mut resource = Resource::new(node, origin);
    let behavior = resource.annotation("internal.config.kubernetes.io/generatorBehavior").map(Behavior::parse);
    resource.behavior = behavior.unwrap_or_default();
    resource.wants_hash = resource.annotation("internal.config.kubernetes.io/needsHashSuffix") == Some("enabled");
    resource
}

/// Whether a node may be an object: it says what it is and what it is called.
fn check(node: &Node) -> Result<()> {
    let text = |node: Option<&Node>| {
        let value = node.filter(|value| !value.is_nil_or_empty());
        value.map_or("", Node::text).to_owned()
    };
    let (api_version, kind) = (text(node.get("apiVersion")), text(node.get("kind")));
    let meta = node.get("metadata").filter(|meta| !meta.is_nil_or_empty());
    let (name, namespace) = (text(meta.and_then(|m| m.get("name"))), text(meta.and_then(|m| m.get("namespace"))));
    let has_texts = |field: &str| meta.and_then(|meta| meta.get(field)).is_some_and(|texts| !texts.is_nil_or_empty());
    let anything = [&api_version, &kind, &name, &namespace].iter().any(|text| !text.is_empty());
    if !anything && !has_texts("labels") && !has_texts("annotations") {
        return Err(Problem::invalid("missing Resource metadata"));
    }
    let object = format!("{{{{{api_version} {kind}}} {{{{{name} {namespace}}} map[] map[]}}}}");
    if kind.is_empty() {
        return Err(Problem::invalid(format!("missing kind in object {object}")));
    }
    if name.is_empty() && !kind.ends_with("List") {
        return Err(Problem::invalid(format!("missing metadata.name in object {object}")));
    }
    Ok(())
}
