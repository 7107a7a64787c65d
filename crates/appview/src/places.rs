//! Pods by where they run, or by what they belong to.

use crate::forest::ResourceTree;
use crate::node::TreeNode;
use std::collections::BTreeMap;

/// Several pods in one place.
#[derive(Debug, Clone, PartialEq)]
pub struct Place<'t> {
    /// The machine's name, or the owner's; empty for pods without one.
    pub name: String,
    /// The pods.
    pub pods: Vec<&'t TreeNode>,
}

/// The pods of a tree; `place` says where one is, by its uid. What has no place comes last.
#[must_use]
pub fn places<'t>(tree: &'t ResourceTree, place: &dyn Fn(&TreeNode) -> String) -> Vec<Place<'t>> {
    let mut found: BTreeMap<(bool, String), Vec<&TreeNode>> = BTreeMap::new();
    for node in tree.in_order().into_iter().filter(|node| &*node.gvk.kind == "Pod" && node.gvk.group.is_empty()) {
        let name = place(node);
        found.entry((name.is_empty(), name)).or_default().push(node);
    }
    found.into_iter().map(|((_, name), pods)| Place { name, pods }).collect()
}
