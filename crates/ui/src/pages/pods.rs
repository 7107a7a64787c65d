//! Pods by the machine they run on.

use super::head::Look;
use super::marks;
use crate::view::Part;
use appview::{ResourceTree, TreeNode, places};
use look::inert;
use look::marks::{UNKNOWN, sign};
use maud::html;
use serde_json::Value;

/// So many pods are drawn of one machine.
const PODS_MAX: usize = 200;

/// The machines with their pods.
pub fn pods(look: &Look<'_>, tree: &ResourceTree) -> Part {
    let machine = |node: &TreeNode| {
        let object = look.world.cache().get(&node.key()).into_known().map(|own| own.object);
        let name = object.and_then(|own| own.get("/spec/nodeName"));
        name.as_ref().and_then(Value::as_str).unwrap_or_default().to_owned()
    };
    let found = places(tree, &machine);
    Part::new(
        "pods",
        html! {
            section id="pods" {
                @if found.is_empty() { p.quiet.nothing { "It has no pods." } }
                div.cards { @for place in &found {
                    article.card {
                        header { h2 { @if place.name.is_empty() { "Not placed yet" } @else { code { (inert(&place.name)) } } } span.fill {} span.quiet { (place.pods.len()) @if place.pods.len() == 1 { " pod" } @else { " pods" } } }
                        ul.podlist { @for node in place.pods.iter().filter(|node| look.at.tree.is_about(node)).take(PODS_MAX) {
                            @let mark = node.health.map_or(UNKNOWN, marks::of_health);
                            li id=(format!("pod-{}", node.uid)) { a href=(look.at.at_node(&node.id, "summary")) data-visit {
                                span class=(format!("dot {}", mark.class)) { (sign(mark.sign)) } span.clip { (inert(&node.name)) } span.quiet { (inert(&node.information.join(" · "))) }
                            } }
                        } }
                        @if place.pods.len() > PODS_MAX { p.quiet { "and " (place.pods.len() - PODS_MAX) " more" } }
                    }
                } }
            }
        },
    )
}
