//! What a render may reach: the files of its commit, those of the sources it refers to, what the cluster can do, and the
//! tools that cannot be pure.

use crate::{Capabilities, Elsewhere, Jsonnet, Workshop};
use std::collections::BTreeMap;
use tree::Tree;

/// What a render may reach.
#[derive(Clone)]
pub struct Surroundings<'t> {
    /// The files of the source's commit; for a source that is a chart, those of the chart.
    pub tree: &'t dyn Tree,
    /// The commit's full name, for build variables.
    pub revision: &'t str,
    /// When the commit was made, in seconds since 1970: the present, as templates see it.
    pub committed_seconds: i64,
    /// The sources that may be referred to as `$name/…`, by name without the `$`.
    pub refs: BTreeMap<String, Lent<'t>>,
    /// What the cluster can do; without it, what the tool assumes.
    pub capabilities: Option<&'t Capabilities>,
    /// What evaluates Jsonnet; without it such files are a problem.
    pub jsonnet: Option<&'t dyn Jsonnet>,
    /// What fetches; without it nothing is fetched.
    pub elsewhere: Option<&'t dyn Elsewhere>,
    /// What earlier renders left for later ones. It never changes a result.
    pub workshop: Option<&'t Workshop>,
    /// A secret of the installation, from which passwords and keys that templates make up follow: nobody else can tell
    /// them, and they stay the same from render to render.
    pub salt: [u8; 32],
}

/// A source that another one may refer to.
#[derive(Clone, Copy)]
pub enum Lent<'t> {
    /// These files.
    Files(&'t dyn Tree),
    /// It is a chart, which cannot be referred to.
    Chart,
}

impl<'t> Surroundings<'t> {
    /// The files of one commit and nothing else.
    #[must_use]
    pub fn of(tree: &'t dyn Tree, revision: &'t str) -> Self {
        Surroundings {
            tree,
            revision,
            committed_seconds: 0,
            refs: BTreeMap::new(),
            capabilities: None,
            jsonnet: None,
            elsewhere: None,
            workshop: None,
            salt: [0; 32],
        }
    }
}
