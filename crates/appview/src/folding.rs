//! What of a tree is shown: filtered by words and states, with versions of the past and many equal siblings folded.

use crate::forest::ResourceTree;
use crate::node::TreeNode;
use api::{HealthStatusCode, SyncStatusCode};
use std::collections::{BTreeMap, BTreeSet};
use url::form_urlencoded::{Serializer, parse};

/// So many equal siblings stand for themselves.
const EQUAL_MAX: usize = 12;
/// So many folds may be open at once: an address stays an address.
const OPEN_MAX: usize = 64;

/// Which nodes of a tree are shown. It stands in the address.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct TreeQuery {
    /// Only those in whose kind or name all of these words stand, and what leads to them.
    pub words: String,
    /// Only this kind.
    pub kind: String,
    /// Only those as well as that.
    pub health: Option<HealthStatusCode>,
    /// Only those as synced as that.
    pub sync: Option<SyncStatusCode>,
    /// The folds that are open.
    pub open: BTreeSet<String>,
}

/// Several nodes shown as one.
#[derive(Debug, Clone, PartialEq)]
pub struct Fold {
    /// What it is called in addresses.
    pub id: String,
    /// The node whose children they are; empty for what the application declares.
    pub parent: String,
    /// Their kind.
    pub kind: String,
    /// How well they are.
    pub health: Option<HealthStatusCode>,
    /// How synced they are.
    pub sync: Option<SyncStatusCode>,
    /// How many they are.
    pub count: usize,
    /// Whether they are versions of the past.
    pub is_past: bool,
}

/// One thing that is shown below a parent.
#[derive(Debug, Clone, PartialEq)]
pub enum Item<'t> {
    /// A node.
    Node(&'t TreeNode),
    /// Several as one.
    Fold(Fold),
}

impl TreeQuery {
    /// Reads the query of an address.
    #[must_use]
    pub fn read(query: Option<&str>) -> Self {
        let mut read = TreeQuery::default();
        for (key, value) in parse(query.unwrap_or_default().as_bytes()) {
            match &*key {
                "q" => read.words = value.chars().take(200).collect(),
                "kind" => read.kind = value.chars().take(200).collect(),
                "health" => read.health = HealthStatusCode::parse(&value),
                "sync" => read.sync = SyncStatusCode::parse(&value),
                "open" if read.open.len() < OPEN_MAX => drop(read.open.insert(value.into_owned())),
                _ => {}
            }
        }
        read
    }

    /// Writes itself into the query of an address.
    pub fn write(&self, query: &mut Serializer<'_, String>) {
        let all = [
            ("q", self.words.as_str()),
            ("kind", &self.kind),
            ("health", self.health.map_or("", HealthStatusCode::as_str)),
            ("sync", self.sync.map_or("", SyncStatusCode::as_str)),
        ];
        query.extend_pairs(all.iter().filter(|(_, value)| !value.is_empty()));
        query.extend_pairs(self.open.iter().map(|fold| ("open", fold)));
    }

    /// Whether anything is filtered.
    #[must_use]
    pub fn is_filtering(&self) -> bool {
        !self.words.is_empty() || !self.kind.is_empty() || self.health.is_some() || self.sync.is_some()
    }

    /// Whether a node is one that is looked for.
    #[must_use]
    pub fn is_about(&self, node: &TreeNode) -> bool {
        let text = format!("{} {} {}", node.gvk.kind, node.namespace, node.name).to_lowercase();
        (self.kind.is_empty() || self.kind == *node.gvk.kind)
            && self.health.is_none_or(|own| node.health == Some(own))
            && self.sync.is_none_or(|own| node.sync == Some(own))
            && self.words.to_lowercase().split_whitespace().all(|word| text.contains(word))
    }

    /// The nodes that are looked for, and what leads to them; `None` for all.
    #[must_use]
    pub fn kept<'t>(&self, tree: &'t ResourceTree) -> Option<BTreeSet<&'t str>> {
        if !self.is_filtering() {
            return None;
        }
        let mut kept: BTreeSet<&str> = BTreeSet::new();
        for node in tree.nodes.values().filter(|node| self.is_about(node)) {
            let mut next = Some(node);
            // Who is kept already has led here before: each node is walked over once.
            while let Some(node) = next.filter(|node| kept.insert(&node.id)) {
                next = node.parent.as_ref().and_then(|parent| tree.nodes.get(parent));
            }
        }
        Some(kept)
    }
}

/// What is shown below `parent`: nodes and folds.
pub fn items<'t>(
    tree: &'t ResourceTree,
    parent: &str,
    ids: &[String],
    query: &TreeQuery,
    kept: Option<&BTreeSet<&str>>,
) -> Vec<Item<'t>> {
    let nodes: Vec<&TreeNode> = ids
        .iter()
        .filter(|id| kept.is_none_or(|kept| kept.contains(id.as_str())))
        .filter_map(|id| tree.nodes.get(id))
        .collect();
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for node in &nodes {
        *counts.entry(fold_id(parent, node)).or_default() += 1;
    }
    let mut items = Vec::new();
    let mut folded: BTreeSet<String> = BTreeSet::new();
    for node in nodes {
        let id = fold_id(parent, node);
        let count = counts[&id];
        let is_folded = (node.is_finished || count > EQUAL_MAX) && !query.open.contains(&id) && !query.is_filtering();
        if !is_folded {
            items.push(Item::Node(node));
        } else if folded.insert(id.clone()) {
            let kind = node.gvk.kind.to_string();
            let (health, sync, is_past) = (node.health, node.sync, node.is_finished);
            items.push(Item::Fold(Fold { id, parent: parent.to_owned(), kind, health, sync, count, is_past }));
        }
    }
    items
}

/// The FNV-1a hash over 64 bits: short enough to stand in an address many times.
fn fold_id(parent: &str, node: &TreeNode) -> String {
    let likeness = format!("{parent}|{:?}|{}", node.likeness(), node.is_finished);
    let hash = likeness
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3));
    format!("{hash:016x}")
}
