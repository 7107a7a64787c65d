//! Scalars that are one node in the original.

use super::{Node, Scalar};

/// Gives all scalars that share a node with a changed one its text and tag.
///
/// Compat: labels and annotations that one transformer makes in several places of an object are one node, so that what
/// changes one of them later changes all.
pub(crate) fn spread(node: &mut Node, changed: &Scalar) {
    match node {
        Node::Scalar(scalar) if scalar.shared == changed.shared => {
            scalar.text.clone_from(&changed.text);
            scalar.tag = changed.tag;
        }
        Node::Scalar(_) => {}
        Node::Map(map) => map.0.iter_mut().for_each(|(_, value)| spread(value, changed)),
        Node::Seq(items) => items.iter_mut().for_each(|item| spread(item, changed)),
    }
}
