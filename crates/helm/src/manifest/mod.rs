//! What rendered files become: documents, told apart into manifests and hooks, in the order of their kinds.

mod head;
mod hook;
mod kinds;
mod sort;
mod split;

pub use hook::{Hook, HookEvent};
pub use kinds::{install_order, uninstall_order};
pub(crate) use sort::sort;
pub(crate) use split::split;

/// One document of a rendered file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Manifest {
    /// The file it comes from, as `# Source:` names it: `chart/templates/x.yaml`.
    pub path: String,
    /// Its text.
    pub content: String,
    /// Its `kind`; empty when it has none.
    pub kind: String,
    /// Its `metadata.name`; empty when it has none.
    pub name: String,
    /// Which document of the file it is, from 0.
    pub index: usize,
}
