//! How a build is to be done.

use crate::edits::Edits;
use crate::load::LoadRestrictions;
use crate::port::{Charts, Remotes};
use crate::sort::Reorder;

/// How to build.
#[derive(Clone, Copy, Default)]
pub struct Options<'a> {
    /// What kustomizations may load.
    pub load_restrictions: LoadRestrictions,
    /// The order of the output, where the kustomization does not say.
    pub reorder: Reorder,
    /// Who fetches bases and files from elsewhere; without anybody they are refused.
    pub remotes: Option<&'a dyn Remotes>,
    /// Who renders charts; without anybody they are refused.
    pub charts: Option<&'a dyn Charts>,
    /// What paths of the tree begin with in messages: `/` for a whole machine's tree.
    pub shown_root: &'a str,
    /// Whether objects get the label that says what made them, also when the kustomization does not ask for it.
    pub managed_by_label: bool,
    /// What is changed about the kustomization before it is built.
    pub edits: Option<&'a Edits>,
}
