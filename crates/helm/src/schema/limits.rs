//! The bound of a check.

/// How deep schemas and values may lie in each other while they are checked; what a thread's stack holds easily. Schemas
/// that lead back to themselves without an end reach it.
pub(super) const NESTING_MAX: u32 = 192;
