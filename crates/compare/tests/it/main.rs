//! Comparisons as users see them.

mod application;
mod cases;
mod laws;
