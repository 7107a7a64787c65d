//! What a source renders to.

use render::Rendered;

/// What a source renders to on some bases.
#[derive(Debug)]
pub struct Content {
    /// The manifests and problems.
    pub rendered: Rendered,
    /// Distinguishes this content from every other one this process rendered.
    pub number: u64,
    /// Whether rendering it took long.
    pub pace: Pace,
}

/// Whether a render took long.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Pace {
    /// It did not.
    #[default]
    Quick,
    /// It did.
    Slow,
}
