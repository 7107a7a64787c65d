//! What a kustomization may load besides its own files.

/// What kustomizations may load.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LoadRestrictions {
    /// Files in or below the kustomization's own directory; bases from anywhere in the tree.
    #[default]
    RootOnly,
    /// Files from anywhere in the tree.
    None,
}
