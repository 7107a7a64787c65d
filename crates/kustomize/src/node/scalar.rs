//! A scalar: its text, its tag and whether it was quoted.

/// A scalar as the original's YAML library keeps it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Scalar {
    pub text: Box<str>,
    pub tag: Tag,
    pub style: Style,
    /// Scalars of one object with the same number are one node in the original: what changes one changes all. 0 for a
    /// node of its own.
    pub shared: u32,
}

/// What a scalar was read as, or was made to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tag {
    /// Made without a tag: means what its text looks like, unless quoted.
    Empty,
    Str,
    Int,
    Float,
    Bool,
    Null,
    Timestamp,
    Binary,
    /// The key `<<`.
    Merge,
    /// A tag nobody knows: the text is kept as it is.
    Other,
}

/// How a scalar was written, as far as it decides what it means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Style {
    /// In quotes or as a block.
    pub quoted: bool,
    /// With its tag spelled out.
    pub tagged: bool,
    /// As a block whose lines are joined.
    pub folded: bool,
}

impl Style {
    pub const PLAIN: Style = Style { quoted: false, tagged: false, folded: false };
    pub const QUOTED: Style = Style { quoted: true, tagged: false, folded: false };
}

impl Scalar {
    /// A string, whatever it looks like.
    pub fn string(text: &str) -> Self {
        Scalar { text: text.into(), tag: Tag::Str, style: Style::PLAIN, shared: 0 }
    }

    /// A scalar without a tag, which means what its text looks like.
    pub fn plain(text: &str) -> Self {
        Scalar { text: text.into(), tag: Tag::Empty, style: Style::PLAIN, shared: 0 }
    }

    /// A key.
    pub fn key(text: &str) -> Self {
        Scalar::string(text)
    }

    /// Whether the original would treat it as text in the middle of a build.
    pub fn is_text(&self) -> bool {
        matches!(self.tag, Tag::Str | Tag::Empty)
    }
}
