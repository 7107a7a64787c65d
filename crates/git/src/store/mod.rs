//! Objects on disk: reading them, and taking packs in. Nothing here talks to a server.
//!
//! Start reading at [`Objects`]; [`GitTree`] is what a render sees of a commit.

mod checked;
mod clutter;
mod commit_read;
mod disk;
#[cfg(test)]
mod durability;
mod failure;
mod git_tree;
mod listing;
mod local;
mod local_watch;
mod mirror;
mod objects;
mod repack;
mod take_in;
mod tree_cache;

pub(crate) use commit_read::read_commit;
pub(crate) use git_tree::{GitTree, Omitted};
pub(crate) use local::{LocalRepository, list as list_local};
pub use local_watch::LocalWatch;
pub(crate) use mirror::Mirror;
pub(crate) use objects::{Kind, Objects};
