//! A document's nodes with the places of their text. Aliases stay aliases: what an edit changes is the text, and an
//! alias has none of its own.

use granit_parser::ScalarStyle;
use std::ops::Range;

/// What stands at a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Text, a number, a boolean.
    Scalar,
    /// Nothing, or `null` or `~`.
    Null,
    /// A map.
    Map,
    /// A list.
    List,
}

/// A node and where its text stands, without its tag and anchor.
#[derive(Debug, Clone)]
pub(crate) struct Node {
    pub what: What,
    /// In bytes. Empty for a value that is left out; a block collection's ends where its last child does.
    pub span: Range<usize>,
    /// The parser's number of the anchor on it; 0 without one.
    pub anchor: usize,
    pub tagged: bool,
}

#[derive(Debug, Clone)]
pub(crate) enum What {
    Scalar { text: String, style: ScalarStyle },
    Map { entries: Vec<Entry>, flow: bool },
    List { items: Vec<Node>, flow: bool },
    Alias(usize),
}

#[derive(Debug, Clone)]
pub(crate) struct Entry {
    pub key: Node,
    pub value: Node,
}

impl Node {
    pub fn kind(&self) -> Option<Kind> {
        match &self.what {
            What::Scalar { .. } if self.is_null() => Some(Kind::Null),
            What::Scalar { .. } => Some(Kind::Scalar),
            What::Map { .. } => Some(Kind::Map),
            What::List { .. } => Some(Kind::List),
            What::Alias(_) => None,
        }
    }

    pub fn is_null(&self) -> bool {
        matches!(&self.what, What::Scalar { text, style: ScalarStyle::Plain } if !self.tagged
            && matches!(text.as_str(), "" | "~" | "null" | "Null" | "NULL"))
    }

    pub fn text(&self) -> Option<&str> {
        match &self.what {
            What::Scalar { text, .. } => Some(text),
            _ => None,
        }
    }

    pub fn entries(&self) -> &[Entry] {
        match &self.what {
            What::Map { entries, .. } => entries,
            _ => &[],
        }
    }

    pub fn items(&self) -> &[Node] {
        match &self.what {
            What::List { items, .. } => items,
            _ => &[],
        }
    }

    pub fn is_flow(&self) -> bool {
        matches!(&self.what, What::Map { flow: true, .. } | What::List { flow: true, .. })
    }

    /// The position of the entry of `key`; the last one where it stands twice, since that one counts.
    pub fn position(&self, key: &str) -> Option<usize> {
        self.entries().iter().rposition(|entry| entry.key.text() == Some(key))
    }
}

/// Two trees that mean the same: whatever the layout, the quotes and the places of their text.
impl PartialEq for Node {
    fn eq(&self, other: &Node) -> bool {
        self.anchor == other.anchor && self.tagged == other.tagged && self.what == other.what
    }
}

impl PartialEq for What {
    fn eq(&self, other: &What) -> bool {
        match (self, other) {
            (What::Scalar { text, style }, What::Scalar { text: theirs, style: their_style }) => {
                text == theirs && is_plain(*style, text) == is_plain(*their_style, theirs)
            }
            (What::Map { entries, .. }, What::Map { entries: theirs, .. }) => entries == theirs,
            (What::List { items, .. }, What::List { items: theirs, .. }) => items == theirs,
            (What::Alias(id), What::Alias(theirs)) => id == theirs,
            _ => false,
        }
    }
}

impl PartialEq for Entry {
    fn eq(&self, other: &Entry) -> bool {
        self.key == other.key && self.value == other.value
    }
}

/// Whether a scalar may be something other than text: `1.20` plain is a number, in quotes it is not.
fn is_plain(style: ScalarStyle, text: &str) -> bool {
    style == ScalarStyle::Plain && !crate::scalar::is_text_when_plain(text)
}

/// A text, in quotes, so that it is one whatever it looks like.
pub(crate) fn plain_text(text: &str) -> What {
    What::Scalar { text: text.to_owned(), style: ScalarStyle::DoubleQuoted }
}

/// A text of its own.
pub(crate) fn text_node(text: &str) -> Node {
    Node { what: plain_text(text), span: 0..0, anchor: 0, tagged: false }
}

/// A map of texts.
pub(crate) fn map_of(entries: &[(&str, &str)]) -> Node {
    let entries = entries.iter().map(|(key, value)| Entry { key: text_node(key), value: text_node(value) }).collect();
    Node { what: What::Map { entries, flow: false }, span: 0..0, anchor: 0, tagged: false }
}
