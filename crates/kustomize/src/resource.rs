//! One object of a build: its node, and what the build remembers about it.
//!
//! Compat: the original keeps its memory in annotations; here it stands beside the node, and annotations of those names
//! never reach the output.

use crate::id::{Gvk, Id, group_version};
use crate::node::{Node, Scalar, set_field};
use std::collections::BTreeMap;
use std::sync::Arc;
use tree::TreePath;

/// Where an object was read: the file, from the root of the repository, and the line it begins at.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Origin {
    /// The file; for generated objects the kustomization that asked for them.
    pub path: TreePath,
    /// The line, from 1; 0 when the object does not stand in the file.
    pub line: u32,
}

impl std::fmt::Display for Origin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.line {
            0 => write!(f, "{}", self.path),
            line => write!(f, "{}:{line}", self.path),
        }
    }
}

/// An object on its way to the output.
#[derive(Debug, Clone)]
pub(crate) struct Resource {
    pub node: Node,
    /// Earlier names, oldest first.
    pub previous: Vec<Previous>,
    /// Prefixes given so far, oldest first.
    pub prefixes: Vec<Box<str>>,
    /// Suffixes given so far, oldest first.
    pub suffixes: Vec<Box<str>>,
    /// What a generator asks for when its object meets one that exists.
    pub behavior: Behavior,
    /// Whether the name gets a digest of the content at the end.
    pub wants_hash: bool,
    /// A patch that may rename.
    pub allow_name_change: bool,
    /// A patch that may change the kind.
    pub allow_kind_change: bool,
    /// Rendered from a chart: its namespace is the chart's own business.
    pub from_chart: bool,
    /// Names of the vars that read this object.
    pub vars: Vec<Box<str>>,
    pub origin: Arc<Origin>,
    /// How many nodes of the object have been given a number because they may stand in several places.
    pub shared_nodes: u32,
}

/// What an object was called before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Previous {
    pub name: Box<str>,
    pub namespace: Box<str>,
    pub kind: Box<str>,
}

/// What becomes of a generated object when one of that name exists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Behavior {
    #[default]
    Unspecified,
    Create,
    Replace,
    Merge,
}

impl Behavior {
    pub fn parse(text: &str) -> Self {
        match text {
            "create" => Behavior::Create,
            "replace" => Behavior::Replace,
            "merge" => Behavior::Merge,
            _ => Behavior::Unspecified,
        }
    }

    pub fn name(self) -> &'static str {
        match self {
            Behavior::Unspecified => "unspecified",
            Behavior::Create => "create",
            Behavior::Replace => "replace",
            Behavior::Merge => "merge",
        }
    }
}

impl Resource {
    pub fn new(node: Node, origin: Arc<Origin>) -> Self {
        Resource {
            node,
            previous: Vec::new(),
            prefixes: Vec::new(),
            suffixes: Vec::new(),
            behavior: Behavior::Unspecified,
            wants_hash: false,
            allow_name_change: false,
            allow_kind_change: false,
            from_chart: false,
            vars: Vec::new(),
            origin,
            shared_nodes: 0,
        }
    }

    pub fn kind(&self) -> &str {
        self.node.get("kind").map_or("", Node::text)
    }

    pub fn api_version(&self) -> &str {
        self.node.get("apiVersion").map_or("", Node::text)
    }

    pub fn name(&self) -> &str {
        self.meta("name")
    }

    pub fn namespace(&self) -> &str {
        self.meta("namespace")
    }

    fn meta(&self, field: &str) -> &str {
        let value = self.node.get("metadata").and_then(|meta| meta.get(field));
        value.filter(|value| !value.is_nil_or_empty()).map_or("", Node::text)
    }

    pub fn gvk(&self) -> Gvk {
        let (group, version) = group_version(self.api_version());
        Gvk { group: group.into(), version: version.into(), kind: self.kind().into() }
    }

    /// Who the object is now.
    pub fn id(&self) -> Id<'_> {
        let (group, version) = group_version(self.api_version());
        Id { group, version, kind: self.kind(), name: self.name(), namespace: self.namespace() }
    }

    /// Who it was before, oldest first.
    pub fn previous_ids(&self) -> impl Iterator<Item = Id<'_>> {
        let (group, version) = group_version(self.api_version());
        self.previous.iter().map(move |previous| Id {
            group,
            version,
            kind: &previous.kind,
            name: &previous.name,
            namespace: &previous.namespace,
        })
    }

    /// Who it is and who it was.
    pub fn any_ids(&self) -> impl Iterator<Item = Id<'_>> {
        self.previous_ids().chain(std::iter::once(self.id()))
    }

    /// Who it was at first.
    pub fn original_id(&self) -> Id<'_> {
        self.previous_ids().next().unwrap_or_else(|| self.id())
    }

    /// Notes what the object is called now, before that changes.
    pub fn remember_id(&mut self) {
        let id = self.id();
        let previous =
            Previous { name: id.name.into(), namespace: id.effective_namespace().into(), kind: id.kind.into() };
        // Compat: the original's list is one text, in which an empty first name cannot be told from none.
        self.previous.push(previous);
    }

    /// Every name the object has or had, without repetition.
    pub fn names(&self) -> Vec<&str> {
        let mut names = vec![self.name()];
        for previous in &self.previous {
            if !names.contains(&&*previous.name) {
                names.push(&previous.name);
            }
        }
        names
    }

    pub fn set_name(&mut self, name: &str) {
        self.set_meta("name", name);
    }

    /// Sets the namespace; an empty one takes the field away.
    pub fn set_namespace(&mut self, namespace: &str) {
        if namespace.is_empty() {
            if let Some(meta) = self.node.get_mut("metadata") {
                crate::node::clear_field(meta, "namespace");
            }
        } else {
            self.set_meta("namespace", namespace);
        }
    }

    pub fn set_kind(&mut self, kind: &str) {
        // A node that is no mapping has no kind to set.
        let _ = set_field(&mut self.node, "kind", Scalar::plain(kind));
    }

    pub fn set_api_version(&mut self, api_version: &str) {
        let _ = set_field(&mut self.node, "apiVersion", Scalar::plain(api_version));
    }

    fn set_meta(&mut self, field: &str, value: &str) {
        if let Some(meta) = self.metadata_mut() {
            let _ = set_field(meta, field, Scalar::plain(value));
        }
    }

    fn metadata_mut(&mut self) -> Option<&mut Node> {
        let map = self.node.as_map_mut()?;
        if map.get("metadata").is_none_or(Node::is_null) {
            map.insert("metadata", Node::map());
        }
        map.get_mut("metadata")
    }

    /// `metadata.labels` or `metadata.annotations` as text.
    pub fn texts(&self, field: &str) -> BTreeMap<String, String> {
        let texts = self.node.get("metadata").and_then(|meta| meta.get(field)).and_then(Node::as_map);
        texts
            .map(|map| map.iter().map(|(key, value)| (key.to_owned(), value.text().to_owned())).collect())
            .unwrap_or_default()
    }

    /// One annotation's text.
    pub fn annotation(&self, key: &str) -> Option<&str> {
        self.node.get("metadata")?.get("annotations")?.get(key).map(Node::text)
    }

    /// Replaces `metadata.labels` or `metadata.annotations`; an empty map takes the field away.
    ///
    /// Compat: every value becomes a string of the text that stood there.
    pub fn set_texts(&mut self, field: &str, texts: &BTreeMap<String, String>) {
        let Some(Node::Map(meta)) = self.metadata_mut() else { return };
        meta.remove(field);
        if texts.is_empty() {
            return;
        }
        let mut map = crate::node::Map::default();
        for (key, value) in texts {
            map.0.push((Scalar::key(key), Node::string(value)));
        }
        meta.insert(field, Node::Map(map));
    }

    /// Sets one annotation.
    pub fn set_annotation(&mut self, key: &str, value: &str) {
        let mut annotations = self.texts("annotations");
        annotations.insert(key.to_owned(), value.to_owned());
        self.set_texts("annotations", &annotations);
    }

    /// Whether nothing is left of the object.
    pub fn is_gone(&self) -> bool {
        self.node.is_nil_or_empty()
    }
}
