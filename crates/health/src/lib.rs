//! How well one live object is.
