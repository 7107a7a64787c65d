//! Pods by the machine they run on, or by what else is asked for.

use super::head::Look;
use super::marks;
use crate::view::Part;
use appview::{Grouping, ResourceTree, TreeNode, places};
use look::inert;
use look::marks::{UNKNOWN, sign};
use maud::html;
use serde_json::Value;

/// So many pods are drawn of one machine.
const PODS_MAX: usize = 200;

/// The machines with their pods.
pub fn pods(look: &Look<'_>, tree: &ResourceTree) -> Part {
    let grouping = look.at.tree.grouping;
    let place = |node: &TreeNode| {
        if grouping != Grouping::Usual {
            return grouping.of(node);
        }
        let object = look.world.cache().get(&node.key()).into_known().map(|own| own.object);
        let name = object.and_then(|own| own.get("/spec/nodeName"));
        name.as_ref().and_then(Value::as_str).unwrap_or_default().to_owned()
    };
    let found = places(tree, &place);
    Part::new(
        "pods",
        html! {
            section id="pods" {
                @if found.is_empty() { p.quiet.nothing { "It has no pods." } }
                div.cards { @for (place, pods) in found.iter().map(|own| (own, own.pods.iter().filter(|node| look.at.tree.is_about(node)).collect::<Vec<_>>())).filter(|own| !own.1.is_empty()) {
                    article.card {
                        header { h2 { @if place.name.is_empty() { @if grouping == Grouping::Usual { "Not placed yet" } @else { "None" } } @else { code { (inert(&place.name)) } } } span.fill {} span.quiet { (pods.len()) @if pods.len() == 1 { " pod" } @else { " pods" } } }
                        ul.podlist { @for node in pods.iter().take(PODS_MAX) {
                            @let mark = node.health.map_or(UNKNOWN, marks::of_health);
                            li id=(format!("pod-{}", node.uid)) { a href=(look.at.at_node(&node.id, "summary")) data-visit {
                                span class=(format!("dot {}", mark.class)) { (sign(mark.sign)) } span.clip { (inert(&node.name)) } span.quiet { (inert(&node.information.join(" · "))) }
                            } }
                        } }
                        @if pods.len() > PODS_MAX { p.quiet { "and " (pods.len() - PODS_MAX) " more" } }
                    }
                } }
            }
        },
    )
}
