//! A file's text beside what it means, and how places in it are found.

use crate::error::EditError;
use crate::node::{Kind, Node, What};
use crate::path::{Path, Step};
use std::collections::BTreeMap;

/// A text and its nodes.
#[derive(Debug, Clone)]
pub(crate) struct Source {
    pub text: String,
    /// `None` when the file holds nothing but comments.
    pub root: Option<Node>,
}

/// A place that was found.
pub(crate) struct Found<'n> {
    pub node: &'n Node,
    /// Where the node really stands: behind an alias, the place of the anchor.
    pub real: Path,
}

impl Source {
    /// Whether the node at a place stands inside brackets.
    pub fn is_in_flow(&self, real: &Path) -> bool {
        let holders = (0..real.0.len()).map(|depth| Path(real.0[..depth].to_vec()));
        holders.into_iter().any(|holder| self.find(&holder).is_ok_and(|found| found.node.is_flow()))
    }

    /// The line of a byte, from 1.
    pub fn line(&self, at: usize) -> usize {
        1 + self.text.as_bytes()[..at.min(self.text.len())].iter().filter(|byte| **byte == b'\n').count()
    }

    /// The node at a place, aliases followed on the way and at its end.
    pub fn find(&self, path: &Path) -> Result<Found<'_>, EditError> {
        let root = self.root.as_ref().ok_or_else(|| EditError::Missing(path.clone()))?;
        let anchors = anchors(root);
        let mut found = Found { node: root, real: Path::default() };
        let mut walked = Path::default();
        for step in &path.0 {
            found = self.step(&found, step, &walked)?;
            walked.0.push(step.clone());
            if let What::Alias(id) = found.node.what {
                let Some((node, real)) = anchors.get(&id) else { return Err(EditError::Missing(path.clone())) };
                found = Found { node, real: real.clone() };
            }
        }
        Ok(found)
    }

    fn step<'n>(&self, from: &Found<'n>, step: &Step, walked: &Path) -> Result<Found<'n>, EditError> {
        let (node, line) = (from.node, self.line(from.node.span.start));
        let wrong = |needed| EditError::Kind { line, place: walked.clone(), found: describe(node), needed };
        match (step, &node.what) {
            (Step::Key(key), What::Map { entries, .. }) => {
                let position = node.position(key).ok_or_else(|| EditError::Missing(walked.key(key.clone())))?;
                Ok(Found { node: &entries[position].value, real: from.real.key(key.clone()) })
            }
            (Step::Key(key), What::Scalar { .. }) if node.is_null() => Err(EditError::Missing(walked.key(key.clone()))),
            (Step::Key(_), _) => Err(wrong("a map")),
            (Step::Index(index), What::List { items, .. }) => {
                let length = items.len();
                let item = items.get(*index);
                let item =
                    item.ok_or_else(|| EditError::Index { line, place: walked.clone(), length, index: *index })?;
                Ok(Found { node: item, real: from.real.index(*index) })
            }
            (Step::Index(_), _) => Err(wrong("a list")),
        }
    }
}

fn describe(node: &Node) -> &'static str {
    match node.kind() {
        Some(Kind::Scalar) => "a scalar",
        Some(Kind::Null) => "empty",
        Some(Kind::Map) => "a map",
        Some(Kind::List) => "a list",
        None => "an alias",
    }
}

/// Where each anchor of the tree stands. An alias names an earlier anchor, so following one never leads in a circle.
fn anchors(root: &Node) -> BTreeMap<usize, (&Node, Path)> {
    let mut anchors = BTreeMap::new();
    let mut open = vec![(root, Path::default())];
    while let Some((node, path)) = open.pop() {
        if node.anchor != 0 {
            anchors.insert(node.anchor, (node, path.clone()));
        }
        for entry in node.entries() {
            if let Some(key) = entry.key.text() {
                open.push((&entry.value, path.key(key)));
            }
        }
        for (index, item) in node.items().iter().enumerate() {
            open.push((item, path.index(index)));
        }
    }
    anchors
}
