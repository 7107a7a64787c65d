//! Configurations, objects and what is told of them, as cases in files.

#![allow(clippy::panic, reason = "a test that cannot go on says why")]

mod cases;
mod catalog;
