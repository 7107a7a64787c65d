//! The bounds of what a text of `--set` may build.

/// The greatest index of a list.
pub(super) const INDEX_MAX: usize = 65_536;

/// The most names joined by dots.
pub(super) const NAMES_MAX: usize = 30;

/// How deep lists and names may stand in each other; the original recurses without an end.
pub(super) const NESTING_MAX: usize = 200;

/// How many items lists may be filled up with in one text: a few lists of the greatest length.
pub(super) const ITEMS_MAX: usize = 1_000_000;
