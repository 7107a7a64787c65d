//! A file in work.

use crate::change::Change;
use crate::error::EditError;
use crate::node::{Kind, What};
use crate::parse::parse;
use crate::path::Path;
use crate::source::Source;
use budget::Budget;

/// A YAML file of one document, and the edits made to it so far.
///
/// Guarantees: an edit that is refused leaves the document as it was; an edit that is taken changes what it names and
/// nothing else; comments and layout of everything else stay byte for byte.
#[derive(Debug, Clone)]
pub struct Document(Source);

impl Document {
    /// Reads a file. A file without content is one that edits add to.
    ///
    /// # Errors
    /// When it is no YAML, holds more than one document, or exceeds the budget.
    pub fn parse(text: &str, budget: &mut Budget) -> Result<Document, EditError> {
        let root = parse(text, budget)?;
        Ok(Document(Source { text: text.to_owned(), root }))
    }

    /// The file as it is now.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.0.text
    }

    /// What stands at a place, aliases followed; `None` when nothing does.
    #[must_use]
    pub fn kind(&self, path: &Path) -> Option<Kind> {
        self.0.find(path).ok()?.node.kind()
    }

    /// The text of the scalar at a place.
    #[must_use]
    pub fn scalar(&self, path: &Path) -> Option<&str> {
        self.0.find(path).ok()?.node.text()
    }

    /// How many items the list, or entries the map, at a place has.
    #[must_use]
    pub fn len(&self, path: &Path) -> Option<usize> {
        match &self.0.find(path).ok()?.node.what {
            What::List { items, .. } => Some(items.len()),
            What::Map { entries, .. } => Some(entries.len()),
            _ => None,
        }
    }

    /// Whether the file has no content.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.root.is_none()
    }

    /// Sets the scalar at a place to a text, adding the keys that are missing on the way. Behind an alias the anchored
    /// value is set, which all its aliases share.
    ///
    /// # Errors
    /// When something that is no map stands on the way, a list is too short, or the text there cannot be edited safely.
    pub fn set(&mut self, path: &Path, text: &str, budget: &mut Budget) -> Result<(), EditError> {
        let change = Change::set(&self.0, path, text)?;
        self.take(change, path, budget)
    }

    /// Adds a map of texts to the list at a place, which is made where it is missing or empty.
    ///
    /// # Errors
    /// As [`Document::set`].
    pub fn append(&mut self, list: &Path, entries: &[(&str, &str)], budget: &mut Budget) -> Result<(), EditError> {
        let change = Change::append(&self.0, list, entries)?;
        self.take(change, list, budget)
    }

    /// Removes a key with its value from a map that has others.
    ///
    /// # Errors
    /// When there is none, or the text there cannot be edited safely.
    pub fn remove(&mut self, path: &Path, budget: &mut Budget) -> Result<(), EditError> {
        let change = Change::remove(&self.0, path)?;
        self.take(change, path, budget)
    }

    /// Takes an edit whose text, read again, means what it should.
    fn take(&mut self, change: Change, path: &Path, budget: &mut Budget) -> Result<(), EditError> {
        let mut text = self.0.text.clone();
        text.replace_range(change.at.clone(), &change.text);
        let unsafe_here = || EditError::Unsafe { line: self.0.line(change.at.start), place: path.clone() };
        let root = match parse(&text, budget) {
            Ok(root) => root,
            Err(EditError::Limit(exceeded)) => return Err(EditError::Limit(exceeded)),
            Err(_) => return Err(unsafe_here()),
        };
        if root.as_ref() != Some(&change.expected) {
            return Err(unsafe_here());
        }
        self.0 = Source { text, root };
        Ok(())
    }
}
