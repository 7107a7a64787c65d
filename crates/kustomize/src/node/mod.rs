//! The value a build works on: YAML as text, tag and style, for the original decides what a scalar means only when it is
//! written. Comments, anchors and layout are gone: nothing in the output shows them.

mod field;
mod from_value;
mod parse;
mod path;
mod refold;
mod resolve;
mod scalar;
mod shared;
mod to_value;

pub(crate) use field::{clear_field, quote_text, set_field, set_scalar};
pub(crate) use from_value::{from_json, from_value};
pub(crate) use parse::{parse_documents, parse_text};
pub(crate) use path::{Create, Place, places, split_path, split_smarter};
pub(crate) use resolve::{is_not_text, reads_as_text};
pub(crate) use scalar::{Scalar, Style, Tag};
pub(crate) use shared::spread;
pub(crate) use to_value::{into_value, to_value};

/// One YAML node.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Node {
    Scalar(Scalar),
    Map(Map),
    Seq(Vec<Node>),
}

/// A mapping in the order its keys were written. Keys are few: looking one up is a walk.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Map(pub Vec<(Scalar, Node)>);

impl Map {
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.0.iter().find(|(name, _)| &*name.text == key).map(|(_, value)| value)
    }

    pub fn get_mut(&mut self, key: &str) -> Option<&mut Node> {
        self.0.iter_mut().find(|(name, _)| &*name.text == key).map(|(_, value)| value)
    }

    /// Takes away a field.
    pub fn remove(&mut self, key: &str) -> Option<Node> {
        let at = self.0.iter().position(|(name, _)| &*name.text == key)?;
        Some(self.0.remove(at).1)
    }

    /// Sets a field, at the end when it is new.
    pub fn insert(&mut self, key: &str, value: Node) {
        match self.get_mut(key) {
            Some(old) => *old = value,
            None => self.0.push((Scalar::key(key), value)),
        }
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }

    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(name, _)| &*name.text)
    }

    pub fn iter(&self) -> impl Iterator<Item = (&str, &Node)> {
        self.0.iter().map(|(name, value)| (&*name.text, value))
    }
}

impl Node {
    /// An empty mapping.
    pub fn map() -> Self {
        Node::Map(Map::default())
    }

    /// A string, whatever it looks like.
    pub fn string(text: &str) -> Self {
        Node::Scalar(Scalar::string(text))
    }

    /// A scalar without a tag, which means what its text looks like.
    pub fn plain(text: &str) -> Self {
        Node::Scalar(Scalar::plain(text))
    }

    pub fn as_map(&self) -> Option<&Map> {
        match self {
            Node::Map(map) => Some(map),
            _ => None,
        }
    }

    pub fn as_map_mut(&mut self) -> Option<&mut Map> {
        match self {
            Node::Map(map) => Some(map),
            _ => None,
        }
    }

    pub fn as_seq(&self) -> Option<&[Node]> {
        match self {
            Node::Seq(items) => Some(items),
            _ => None,
        }
    }

    pub fn as_scalar(&self) -> Option<&Scalar> {
        match self {
            Node::Scalar(scalar) => Some(scalar),
            _ => None,
        }
    }

    /// The text of a scalar; empty for anything else, as the original's node value is.
    pub fn text(&self) -> &str {
        self.as_scalar().map_or("", |scalar| &scalar.text)
    }

    /// The field of a mapping; `None` for anything else.
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.as_map()?.get(key)
    }

    pub fn get_mut(&mut self, key: &str) -> Option<&mut Node> {
        self.as_map_mut()?.get_mut(key)
    }

    pub fn is_null(&self) -> bool {
        matches!(self, Node::Scalar(scalar) if scalar.tag == Tag::Null)
    }

    /// Null, `{}` or `[]`.
    pub fn is_nil_or_empty(&self) -> bool {
        match self {
            Node::Scalar(scalar) => scalar.tag == Tag::Null,
            Node::Map(map) => map.is_empty(),
            Node::Seq(items) => items.is_empty(),
        }
    }

    /// What kind of node it is, in the original's words.
    pub fn kind_name(&self) -> &'static str {
        match self {
            Node::Scalar(_) => "ScalarNode",
            Node::Map(_) => "MappingNode",
            Node::Seq(_) => "SequenceNode",
        }
    }

    /// How many nodes this is, itself included: what a copy costs.
    pub fn weight(&self) -> u64 {
        match self {
            Node::Scalar(_) => 1,
            Node::Map(map) => 1 + map.0.iter().map(|(_, value)| 1 + value.weight()).sum::<u64>(),
            Node::Seq(items) => 1 + items.iter().map(Node::weight).sum::<u64>(),
        }
    }
}
