//! A set of fields, kept as a tree of the steps that lead to them.

use super::element::{Path, PathElement};
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

/// A set of fields. A field and what is below it are members of their own: `a` may be a member, `a.b`, both or none.
///
/// Guarantees: no empty branches, so two sets with equal members are equal.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Set {
    nodes: BTreeMap<PathElement, Node>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Node {
    pub member: bool,
    pub children: Set,
}

impl Node {
    fn is_empty(&self) -> bool {
        !self.member && self.children.is_empty()
    }
}

impl Set {
    /// The empty set.
    #[must_use]
    pub fn new() -> Self {
        Set::default()
    }

    /// The set of these fields, each given as names joined by dots, such as `metadata.labels`.
    #[must_use]
    pub fn of(fields: &[&str]) -> Self {
        let mut set = Set::new();
        for field in fields {
            let path: Path = field.split('.').map(PathElement::field).collect();
            set.insert(&path);
        }
        set
    }

    /// Whether nothing is a member.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// How many fields are members.
    #[must_use]
    pub fn len(&self) -> usize {
        self.nodes.values().map(|node| usize::from(node.member) + node.children.len()).sum()
    }

    /// Makes the field at `path` a member; the empty path is none.
    pub fn insert(&mut self, path: &[PathElement]) {
        let Some((last, parents)) = path.split_last() else { return };
        let mut at = self;
        for step in parents {
            at = &mut at.entry(step).children;
        }
        at.entry(last).member = true;
    }

    fn entry(&mut self, step: &PathElement) -> &mut Node {
        if !self.nodes.contains_key(step) {
            self.nodes.insert(step.clone(), Node::default());
        }
        self.nodes.get_mut(step).expect("invariant: inserted above when it was missing")
    }

    /// Makes a branch of `children`, as a member too when `member`; what stood there is replaced.
    pub(crate) fn put(&mut self, step: PathElement, node: Node) {
        if node.is_empty() {
            self.nodes.remove(&step);
        } else {
            self.nodes.insert(step, node);
        }
    }

    /// Whether the field at `path` is a member.
    #[must_use]
    pub fn contains(&self, path: &[PathElement]) -> bool {
        let Some((last, parents)) = path.split_last() else { return false };
        let mut at = self;
        for step in parents {
            match at.below(step) {
                Some(children) => at = children,
                None => return false,
            }
        }
        at.has(last)
    }

    /// Whether this field, right below, is a member.
    #[must_use]
    pub fn has(&self, step: &PathElement) -> bool {
        self.nodes.get(step).is_some_and(|node| node.member)
    }

    /// The members below this field, relative to it; `None` when there are none.
    #[must_use]
    pub fn below(&self, step: &PathElement) -> Option<&Set> {
        self.nodes.get(step).map(|node| &node.children).filter(|children| !children.is_empty())
    }

    pub(crate) fn nodes(&self) -> impl Iterator<Item = (&PathElement, &Node)> {
        self.nodes.iter()
    }

    /// All members, in Kubernetes' order: those of one level before those of deeper levels.
    #[must_use]
    pub fn paths(&self) -> Vec<Path> {
        let mut out = Vec::new();
        self.collect(&mut Vec::new(), &mut out);
        out
    }

    fn collect(&self, prefix: &mut Path, out: &mut Vec<Path>) {
        for (step, _) in self.nodes.iter().filter(|(_, node)| node.member) {
            out.push(prefix.iter().cloned().chain([step.clone()]).collect());
        }
        for (step, node) in &self.nodes {
            prefix.push(step.clone());
            node.children.collect(prefix, out);
            prefix.pop();
        }
    }

    /// What is a member of either.
    #[must_use]
    pub fn union(&self, other: &Set) -> Set {
        let mut out = self.clone();
        out.add(other);
        out
    }

    /// Adds all members of `other`.
    pub fn add(&mut self, other: &Set) {
        for (step, theirs) in &other.nodes {
            match self.nodes.entry(step.clone()) {
                Entry::Vacant(vacant) => drop(vacant.insert(theirs.clone())),
                Entry::Occupied(mut ours) => {
                    let ours = ours.get_mut();
                    ours.member |= theirs.member;
                    ours.children.add(&theirs.children);
                }
            }
        }
    }

    /// What is a member of both.
    #[must_use]
    pub fn intersection(&self, other: &Set) -> Set {
        let both = self.nodes.iter().filter_map(|(step, ours)| {
            let theirs = other.nodes.get(step)?;
            let children = ours.children.intersection(&theirs.children);
            let node = Node { member: ours.member && theirs.member, children };
            (!node.is_empty()).then(|| (step.clone(), node))
        });
        Set { nodes: both.collect() }
    }

    /// What is a member of this one alone.
    #[must_use]
    pub fn difference(&self, other: &Set) -> Set {
        let rest = self.nodes.iter().filter_map(|(step, ours)| {
            let node = match other.nodes.get(step) {
                None => ours.clone(),
                Some(theirs) => {
                    Node { member: ours.member && !theirs.member, children: ours.children.difference(&theirs.children) }
                }
            };
            (!node.is_empty()).then(|| (step.clone(), node))
        });
        Set { nodes: rest.collect() }
    }

    /// What is a member of this one and neither a member of `other` nor below one.
    #[must_use]
    pub fn without_subtrees(&self, other: &Set) -> Set {
        let rest = self.nodes.iter().filter_map(|(step, ours)| {
            let node = match other.nodes.get(step) {
                None => ours.clone(),
                Some(theirs) if theirs.member => return None,
                Some(theirs) => {
                    Node { member: ours.member, children: ours.children.without_subtrees(&theirs.children) }
                }
            };
            (!node.is_empty()).then(|| (step.clone(), node))
        });
        Set { nodes: rest.collect() }
    }
}
