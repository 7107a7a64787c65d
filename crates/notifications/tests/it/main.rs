//! Configurations, objects and what is told of them, as cases in files.

mod cases;
mod catalog;
