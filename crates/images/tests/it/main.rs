//! The decisions as tables: names, tags, settings, files before and after.

mod commits;
mod decisions;
mod files;
mod names;
mod said;
mod tags;
