//! The resources as a list.

use super::head::Look;
use super::marks;
use crate::view::Part;
use appview::{ResourceTree, TreeNode};
use look::{inert, times};
use maud::html;

/// So many lines are shown.
const LINES_MAX: usize = 1_000;

/// The list as a piece whose lines change one by one.
pub fn resources(look: &Look<'_>, tree: &ResourceTree) -> Part {
    let found: Vec<&TreeNode> = tree.in_order().into_iter().filter(|node| look.at.tree.is_about(node)).collect();
    let left_out = tree.left_out + found.len().saturating_sub(LINES_MAX);
    let lines = found.iter().take(LINES_MAX).map(|node| {
        let id = format!("line-{}", node.id);
        let line = html! {
            li.row.resource id=(id) {
                span.name { a href=(look.at.at_node(&node.id, "summary")) data-visit { (inert(&node.name)) } span.quiet { (inert(&node.gvk.kind)) @if !node.namespace.is_empty() { " in " (inert(&node.namespace)) } } }
                span.words { (inert(&node.information.join(" · "))) }
                span.state { @if let Some(health) = node.health { (marks::health(health)) } @if let Some(sync) = node.sync { (marks::sync(sync)) } }
                span.age { @if let Some(created) = node.created { (times::ago(created, look.now)) } }
                @if !node.message.is_empty() { span.why { (inert(&node.message)) } }
            }
        };
        (id.clone(), line.into_string().into())
    });
    let told = html! {
        @if left_out > 0 { p.notice role="status" { (left_out) " resources are not listed: narrow them down by name or kind." } }
        @if found.is_empty() { p.quiet.nothing { "No resource is listed." } }
    };
    let begin = format!("<section id=\"list\">{}<ul class=\"rows\">", told.into_string());
    Part::of("list", begin, lines.collect(), "</ul></section>")
}
