//! A file in work.

use crate::change::Change;
use crate::node::{Kind, Node, What};
use crate::parse::parse;
use crate::path::{Path, Step};
use budget::{Budget, Exceeded};
use std::collections::BTreeMap;

/// A YAML file of one document, and the edits made to it so far.
///
/// Guarantees: an edit that is refused leaves the document as it was; an edit that is taken changes what it names and
/// nothing else; comments and layout of everything else stay byte for byte.
#[derive(Debug, Clone)]
pub struct Document {
    text: String,
    root: Option<Node>,
}

/// Why a file cannot be edited. Names lines and keys, never values.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EditError {
    /// It is no YAML.
    #[error("line {line}: not valid YAML")]
    Syntax {
        /// From 1.
        line: usize,
    },
    /// There is more than one document.
    #[error("line {line}: a second document begins; only a file of one document can be edited")]
    SecondDocument {
        /// From 1.
        line: usize,
    },
    /// It is too large, too deep or too much.
    #[error(transparent)]
    Limit(#[from] Exceeded),
    /// Something other than the path needs stands on its way.
    #[error("line {line}: {place} is {found}, not {needed}")]
    Kind {
        /// From 1.
        line: usize,
        /// The place on the way.
        place: Path,
        /// What stands there, with its article.
        found: &'static str,
        /// What the path needs, with its article.
        needed: &'static str,
    },
    /// A list has no such item.
    #[error("line {line}: {place} has {length} items, none at {index}")]
    Index {
        /// From 1.
        line: usize,
        /// The list.
        place: Path,
        /// How many it has.
        length: usize,
        /// The one asked for, from 0.
        index: usize,
    },
    /// Nothing stands at the place.
    #[error("there is no {0}")]
    Missing(Path),
    /// The text around the place is such that an edit would change more than it should.
    #[error("line {line}: {place} cannot be edited safely; write it on a line of its own as `key: value`")]
    Unsafe {
        /// From 1.
        line: usize,
        /// The place.
        place: Path,
    },
}

/// A place that was found.
pub(crate) struct Found<'n> {
    pub node: &'n Node,
    /// Where the node really stands: behind an alias, the place of the anchor.
    pub real: Path,
}

impl Document {
    /// Reads a file. A file without content is one that edits add to.
    ///
    /// # Errors
    /// When it is no YAML, holds more than one document, or exceeds the budget.
    pub fn parse(text: &str, budget: &mut Budget) -> Result<Document, EditError> {
        let root = parse(text, budget)?;
        Ok(Document { text: text.to_owned(), root })
    }

    /// The file as it is now.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// What stands at a place, aliases followed; `None` when nothing does.
    #[must_use]
    pub fn kind(&self, path: &Path) -> Option<Kind> {
        self.find(path).ok()?.node.kind()
    }

    /// The text of the scalar at a place.
    #[must_use]
    pub fn scalar(&self, path: &Path) -> Option<&str> {
        self.find(path).ok()?.node.text()
    }

    /// How many items the list, or entries the map, at a place has.
    #[must_use]
    pub fn len(&self, path: &Path) -> Option<usize> {
        match &self.find(path).ok()?.node.what {
            What::List { items, .. } => Some(items.len()),
            What::Map { entries, .. } => Some(entries.len()),
            _ => None,
        }
    }

    /// Whether the file has no content.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.root.is_none()
    }

    /// Sets the scalar at a place to a text, adding the keys that are missing on the way. Behind an alias the anchored
    /// value is set, which all its aliases share.
    ///
    /// # Errors
    /// When something that is no map stands on the way, a list is too short, or the text there cannot be edited safely.
    pub fn set(&mut self, path: &Path, text: &str, budget: &mut Budget) -> Result<(), EditError> {
        let change = Change::set(self, path, text)?;
        self.take(change, path, budget)
    }

    /// Adds a map of texts to the list at a place, which is made where it is missing or empty.
    ///
    /// # Errors
    /// As [`Document::set`].
    pub fn append(&mut self, list: &Path, entries: &[(&str, &str)], budget: &mut Budget) -> Result<(), EditError> {
        let change = Change::append(self, list, entries)?;
        self.take(change, list, budget)
    }

    /// Removes a key with its value from a map that has others.
    ///
    /// # Errors
    /// When there is none, or the text there cannot be edited safely.
    pub fn remove(&mut self, path: &Path, budget: &mut Budget) -> Result<(), EditError> {
        let change = Change::remove(self, path)?;
        self.take(change, path, budget)
    }

    /// Takes an edit whose text, read again, means what it should.
    fn take(&mut self, change: Change, path: &Path, budget: &mut Budget) -> Result<(), EditError> {
        let mut text = self.text.clone();
        text.replace_range(change.at.clone(), &change.text);
        let unsafe_here = || EditError::Unsafe { line: self.line(change.at.start), place: path.clone() };
        let root = match parse(&text, budget) {
            Ok(root) => root,
            Err(EditError::Limit(exceeded)) => return Err(EditError::Limit(exceeded)),
            Err(_) => return Err(unsafe_here()),
        };
        if root.as_ref() != Some(&change.expected) {
            return Err(unsafe_here());
        }
        *self = Document { text, root };
        Ok(())
    }

    pub(crate) fn root(&self) -> Option<&Node> {
        self.root.as_ref()
    }

    /// Whether the node at a place stands inside brackets.
    pub(crate) fn is_in_flow(&self, real: &Path) -> bool {
        let holders = (0..real.0.len()).map(|depth| Path(real.0[..depth].to_vec()));
        holders.into_iter().any(|holder| self.find(&holder).is_ok_and(|found| found.node.is_flow()))
    }

    /// The line of a byte, from 1.
    pub(crate) fn line(&self, at: usize) -> usize {
        1 + self.text.as_bytes()[..at.min(self.text.len())].iter().filter(|byte| **byte == b'\n').count()
    }

    /// The node at a place, aliases followed on the way and at its end.
    pub(crate) fn find(&self, path: &Path) -> Result<Found<'_>, EditError> {
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
