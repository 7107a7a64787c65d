//! What of a tree is shown: filtered by words and states, with versions of the past and many equal siblings folded.

use crate::forest::ResourceTree;
use crate::node::{TreeNode, parse_node_id};
use api::{HealthStatusCode, SyncStatusCode};
use std::collections::{BTreeMap, BTreeSet};
use url::form_urlencoded::{Serializer, parse};

/// So many equal siblings stand for themselves.
const EQUAL_MAX: usize = 12;
/// So many folds may be open at once: an address stays an address.
const OPEN_MAX: usize = 64;

/// By what resources are put together.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Grouping {
    /// As each view does by itself: trees fold many equal siblings, pods stand by their machines.
    #[default]
    Usual,
    /// Nothing is folded.
    Nothing,
    /// By kind.
    Kind,
    /// By how well they are.
    Health,
    /// By how synced they are.
    Sync,
    /// By namespace.
    Namespace,
    /// By what owns them.
    Owner,
}

impl Grouping {
    /// Every one, with its word in addresses and for people.
    pub const ALL: [(Grouping, &'static str, &'static str); 7] = [
        (Grouping::Usual, "", "As usual"),
        (Grouping::Nothing, "nothing", "Nothing"),
        (Grouping::Kind, "kind", "Kind"),
        (Grouping::Health, "health", "Health"),
        (Grouping::Sync, "sync", "Sync"),
        (Grouping::Namespace, "namespace", "Namespace"),
        (Grouping::Owner, "owner", "Owner"),
    ];

    /// Its word in addresses.
    #[must_use]
    pub fn word(self) -> &'static str {
        Grouping::ALL.iter().find(|(own, ..)| *own == self).map_or("", |(_, word, _)| word)
    }

    /// The group of a node; empty where it has none, or nothing is grouped.
    #[must_use]
    pub fn of(self, node: &TreeNode) -> String {
        match self {
            Grouping::Usual | Grouping::Nothing => String::new(),
            Grouping::Kind => node.gvk.kind.to_string(),
            Grouping::Health => node.health.map(|own| own.to_string()).unwrap_or_default(),
            Grouping::Sync => node.sync.map(|own| own.to_string()).unwrap_or_default(),
            Grouping::Namespace => node.namespace.clone(),
            Grouping::Owner => owner(node),
        }
    }
}

fn owner(node: &TreeNode) -> String {
    let key = node.parent.as_deref().and_then(parse_node_id);
    key.map(|key| format!("{} {}", key.kind, key.name)).unwrap_or_default()
}

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
    /// Only this namespace; empty for all.
    pub namespace: String,
    /// By what they are put together.
    pub grouping: Grouping,
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
    /// What they have in common, where they are grouped by it; they may differ in everything else.
    pub group: String,
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
                "in" => read.namespace = value.chars().take(200).collect(),
                "group" => {
                    let known = Grouping::ALL.iter().find(|(_, word, _)| *word == value);
                    read.grouping = known.map(|own| own.0).unwrap_or_default();
                }
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
            ("in", &self.namespace),
            ("group", self.grouping.word()),
        ];
        query.extend_pairs(all.iter().filter(|(_, value)| !value.is_empty()));
        query.extend_pairs(self.open.iter().map(|fold| ("open", fold)));
    }

    /// Whether anything is filtered.
    #[must_use]
    pub fn is_filtering(&self) -> bool {
        let texts = [&self.words, &self.kind, &self.namespace];
        texts.iter().any(|own| !own.is_empty()) || self.health.is_some() || self.sync.is_some()
    }

    /// Whether a node is one that is looked for.
    #[must_use]
    pub fn is_about(&self, node: &TreeNode) -> bool {
        let text = format!("{} {} {}", node.gvk.kind, node.namespace, node.name).to_lowercase();
        (self.kind.is_empty() || self.kind == *node.gvk.kind)
            && (self.namespace.is_empty() || self.namespace == node.namespace)
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
        *counts.entry(fold_id(parent, node, query.grouping)).or_default() += 1;
    }
    let mut items = Vec::new();
    let mut folded: BTreeSet<String> = BTreeSet::new();
    for node in nodes {
        let id = fold_id(parent, node, query.grouping);
        let count = counts[&id];
        let is_folded = match query.grouping {
            Grouping::Usual => (node.is_finished || count > EQUAL_MAX) && !query.is_filtering(),
            Grouping::Nothing => false,
            _ => count > 1,
        } && !query.open.contains(&id);
        if !is_folded {
            items.push(Item::Node(node));
        } else if folded.insert(id.clone()) {
            let kind = node.gvk.kind.to_string();
            let (health, sync, is_past) = (node.health, node.sync, node.is_finished);
            let group = query.grouping.of(node);
            items.push(Item::Fold(Fold { id, parent: parent.to_owned(), kind, health, sync, count, is_past, group }));
        }
    }
    items
}

/// The FNV-1a hash over 64 bits: short enough to stand in an address many times.
fn fold_id(parent: &str, node: &TreeNode, grouping: Grouping) -> String {
    let likeness = match grouping {
        Grouping::Usual | Grouping::Nothing => format!("{parent}|{:?}|{}", node.likeness(), node.is_finished),
        own => format!("{parent}|{}|{}", own.word(), own.of(node)),
    };
    let hash = likeness
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3));
    format!("{hash:016x}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use object::{Gvk, Key};

    fn node(kind: &str, namespace: &str, health: HealthStatusCode) -> TreeNode {
        let name = format!("{}-{namespace}-{health}", kind.to_lowercase());
        let id = crate::node::node_id(&Key::new("", kind, Some(namespace), &name));
        TreeNode {
            id,
            gvk: Gvk::new("", "v1", kind),
            namespace: namespace.to_owned(),
            name,
            uid: String::new(),
            parent: Some("apps/Deployment/shop/web".to_owned()),
            health: Some(health),
            message: String::new(),
            sync: None,
            information: Vec::new(),
            revision: None,
            is_finished: false,
            is_hook: false,
            needs_pruning: false,
            is_live: true,
            created: None,
            images: Vec::new(),
        }
    }

    fn shown(query: &str) -> Vec<String> {
        let (good, bad) = (HealthStatusCode::Healthy, HealthStatusCode::Degraded);
        let all = [node("Pod", "a", good), node("Pod", "a", bad), node("Pod", "b", good), node("Service", "a", good)];
        let ids: Vec<String> = all.iter().map(|own| own.id.clone()).collect();
        let tree =
            ResourceTree { nodes: all.into_iter().map(|own| (own.id.clone(), own)).collect(), ..Default::default() };
        let query = TreeQuery::read(Some(query));
        let kept = query.kept(&tree);
        let tell = |item: Item<'_>| match item {
            Item::Node(node) => node.name.clone(),
            Item::Fold(fold) => format!("{} of {}", fold.count, fold.group),
        };
        items(&tree, "", &ids, &query, kept.as_ref()).into_iter().map(tell).collect()
    }

    #[test]
    fn siblings_are_put_together_by_what_is_asked_for() {
        assert_eq!(shown(""), ["pod-a-Healthy", "pod-a-Degraded", "pod-b-Healthy", "service-a-Healthy"]);
        assert_eq!(shown("group=nothing").len(), 4);
        assert_eq!(shown("group=kind"), ["3 of Pod", "service-a-Healthy"]);
        assert_eq!(shown("group=health"), ["3 of Healthy", "pod-a-Degraded"]);
        assert_eq!(shown("group=namespace"), ["3 of a", "pod-b-Healthy"]);
        assert_eq!(shown("group=namespace&in=b"), ["pod-b-Healthy"]);
        assert_eq!(shown("group=owner"), ["4 of Deployment web"]);
    }

    #[test]
    fn a_query_stands_in_its_address() {
        let mut written = Serializer::new(String::new());
        TreeQuery::read(Some("q=a&in=shop&group=health&open=x&group2=y")).write(&mut written);
        assert_eq!(written.finish(), "q=a&in=shop&group=health&open=x");
    }
}
