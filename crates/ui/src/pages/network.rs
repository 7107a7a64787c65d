//! How traffic gets to pods, as lines of a list: who sends, to whom, of which host or port.

use super::head::Look;
use super::marks;
use crate::live_tree::is_home;
use crate::view::Part;
use appview::{ResourceTree, TreeNode, network};
use look::inert;
use maud::{Markup, html};
use object::Object;
use std::collections::BTreeMap;

/// The links.
pub fn links(look: &Look<'_>, tree: &ResourceTree) -> Part {
    let read = |node: &&TreeNode| look.world.cache().get(&node.key()).into_known().map(|own| own.object);
    let is_shown = |node: &&&TreeNode| ["Ingress", "HTTPRoute", "Service", "Pod"].contains(&&*node.gvk.kind);
    let nodes: Vec<&TreeNode> = tree.nodes.values().collect();
    let objects: Vec<Object> = nodes.iter().filter(is_shown).filter_map(read).collect();
    let by_uid: BTreeMap<&str, &TreeNode> = nodes.iter().map(|node| (node.uid.as_str(), *node)).collect();
    let mut found: BTreeMap<String, Vec<appview::Link>> = BTreeMap::new();
    // A filter keeps the links of what it is about, on either side.
    let is_about = |uid: &str| by_uid.get(uid).is_some_and(|node| look.at.tree.is_about(node));
    let links = network(&objects).into_iter().filter(|link| is_about(&link.from) || is_about(&link.to));
    for link in links {
        found.entry(link.from.clone()).or_default().push(link);
    }
    let name = |uid: &str| -> Markup {
        html! { @match by_uid.get(uid) {
            Some(node) => { a href=(look.at.at_node(&node.id, "summary")) data-visit { (inert(&node.name)) } span.quiet { " " (inert(&node.gvk.kind)) } @if let Some(health) = node.health { " " (marks::health(health)) } }
            None => { (inert(uid)) }
        } }
    };
    let mut senders: Vec<(&String, &Vec<appview::Link>)> = found.iter().collect();
    senders.sort_by_key(|(uid, _)| {
        by_uid.get(uid.as_str()).map(|node| (node.gvk.kind == "Service".into(), node.name.clone()))
    });
    Part::new(
        "network",
        html! {
            section id="network" {
                @if !is_home(look.world, look.entry) { p.notice { "How traffic goes in another cluster is not known here." } }
                @else if senders.is_empty() { p.quiet.nothing { "Nothing here sends traffic to anything." } }
                ul.routes { @for (from, links) in senders {
                    li.card {
                        div.from { (name(from)) }
                        ul { @for link in links { li { span.arrow aria-hidden="true" { "→" } (name(&link.to)) @if !link.label.is_empty() { code { (inert(&link.label)) } } } } }
                    }
                } }
            }
        },
    )
}
