//! Edits of YAML files that people keep by hand: one value is set, one entry added or removed, and every other byte —
//! comments, blank lines, quotes, indentation, line ends — stays as it was.
//!
//! Every edit is checked before it is given out: the new text is read again and must differ from the old one in just
//! what was asked for. What cannot be edited so is refused, never written differently.
//!
//! Pure, and knows nothing of what the files mean. Start reading at [`Document`].

mod change;
mod document;
mod error;
mod insert;
mod node;
mod parse;
mod path;
mod remove;
mod scalar;
mod source;

pub use document::Document;
pub use error::EditError;
pub use node::Kind;
pub use path::{Path, Step};
