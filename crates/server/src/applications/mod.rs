//! Applications: reading order `list` and `watch` (what is there), `write` and `operations` (what is done), `place`
//! (where their resources are), `tree` and `resources`.

pub mod around;
pub mod desired;
pub mod details;
pub mod events;
pub mod filter;
pub mod list;
pub mod logs;
pub mod operations;
pub mod place;
pub mod refresh;
pub mod resources;
pub mod selector;
pub mod tree;
pub mod watch;
pub mod write;
