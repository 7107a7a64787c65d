//! The table of built-in kinds: names, defaults, validation, columns.
