//! Places in a document.

use std::fmt;

/// One step from a node to one that it holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// The value of a key of a map.
    Key(String),
    /// The item of a list at this position, from 0.
    Index(usize),
}

/// A place: the steps from the document's root. Prints as `images[2].newTag`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Path(pub Vec<Step>);

impl Path {
    /// The value of `key` in the map at this place.
    #[must_use]
    pub fn key(&self, key: impl Into<String>) -> Path {
        self.with(Step::Key(key.into()))
    }

    /// The item at `index` of the list at this place.
    #[must_use]
    pub fn index(&self, index: usize) -> Path {
        self.with(Step::Index(index))
    }

    fn with(&self, step: Step) -> Path {
        let mut steps = self.0.clone();
        steps.push(step);
        Path(steps)
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return f.write_str("the document");
        }
        for (position, step) in self.0.iter().enumerate() {
            match step {
                Step::Key(key) if position == 0 => f.write_str(key)?,
                Step::Key(key) => write!(f, ".{key}")?,
                Step::Index(index) => write!(f, "[{index}]")?,
            }
        }
        Ok(())
    }
}
