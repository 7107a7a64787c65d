//! The resources as a list.

use super::head::Look;
use super::marks;
use crate::view::Part;
use appview::{Grouping, ResourceTree, TreeNode};
use look::{inert, times};
use maud::html;
use std::sync::Arc;

/// So many lines are shown.
const LINES_MAX: usize = 1_000;

/// The list as a piece whose lines change one by one.
pub fn resources(look: &Look<'_>, tree: &ResourceTree) -> Part {
    let grouping = look.at.tree.grouping;
    let mut found: Vec<&TreeNode> = tree.in_order().into_iter().filter(|node| look.at.tree.is_about(node)).collect();
    // What has no group comes last; within a group the order stays.
    found.sort_by_cached_key(|node| {
        let group = grouping.of(node);
        (group.is_empty(), group)
    });
    let left_out = tree.left_out + found.len().saturating_sub(LINES_MAX);
    let mut items = Vec::new();
    let mut before = None;
    for node in found.iter().take(LINES_MAX) {
        let group = grouping.of(node);
        if grouping != Grouping::Usual && before.as_ref() != Some(&group) {
            let id = format!("group-{}", items.len());
            let told = if group.is_empty() { "None".to_owned() } else { inert(&group) };
            items.push((id.clone(), html! { li.group id=(id) { h2 { (told) } } }.into_string().into()));
            before = Some(group);
        }
        items.push(line(look, node));
    }
    let told = html! {
        @if left_out > 0 { p.notice role="status" { (left_out) " resources are not listed: narrow them down by name or kind." } }
        @if found.is_empty() { p.quiet.nothing { "No resource is listed." } }
    };
    let begin = format!("<section id=\"list\">{}<ul class=\"rows\">", told.into_string());
    Part::of("list", begin, items, "</ul></section>")
}

fn line(look: &Look<'_>, node: &TreeNode) -> (String, Arc<str>) {
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
    (id, line.into_string().into())
}
