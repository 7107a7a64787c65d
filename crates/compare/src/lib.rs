//! Desired against live: differences and sync status.
