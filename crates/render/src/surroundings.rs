//! What a render may reach: the files of its commit, and the tools that cannot be pure.

use crate::Jsonnet;
use tree::Tree;

/// What a render may reach.
#[derive(Clone)]
pub struct Surroundings<'t> {
    /// The files of the source's commit.
    pub tree: &'t dyn Tree,
    /// The commit's full name, for build variables.
    pub revision: &'t str,
    /// What evaluates Jsonnet; without it such files are a problem.
    pub jsonnet: Option<&'t dyn Jsonnet>,
}

impl<'t> Surroundings<'t> {
    /// The files of one commit and nothing else.
    #[must_use]
    pub fn of(tree: &'t dyn Tree, revision: &'t str) -> Self {
        Surroundings { tree, revision, jsonnet: None }
    }
}
