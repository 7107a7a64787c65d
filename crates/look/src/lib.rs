//! How pages look: one style sheet, one script, one sprite of signs, and how times, states and foreign text are shown.
//!
//! Knows nothing of what pages are about. Start reading at [`STYLE`]'s file: colours, sizes and distances are named there.

mod inert;
pub mod marks;
pub mod times;

pub use inert::{inert, segment};

/// The style sheet: names of colours for light and dark, and everything that more than one page has.
pub const STYLE: &str = include_str!("assets/app.css");
/// The script: keeps pages up to date by their event stream, sends forms without leaving the page, listens to keys.
pub const SCRIPT: &str = include_str!("assets/app.js");
/// The icon of the program.
pub const ICON: &str = include_str!("assets/icon.svg");
