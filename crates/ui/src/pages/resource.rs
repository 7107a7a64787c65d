//! One resource: how it is, what it runs, what can be done with it.

use super::head::Look;
use super::marks;
use appview::{ResourceTree, TreeNode};
use health::actions::{Available, discover};
use look::{inert, segment, times};
use maud::{Markup, html};
use rbac::actions;

/// So many labels are listed.
const LABELS_MAX: usize = 40;
/// A Secret is shown, but nobody lets its values out; a link of these kinds leads further.
const ROLLOUT: &str = "Rollout";

/// The summary of a resource, which is kept up to date.
pub fn summary(look: &Look<'_>, tree: &ResourceTree, id: &str) -> Markup {
    html! {
        section id="summary-of" {
            @match tree.nodes.get(id) {
                None => { p { "It is not there any longer." } }
                Some(node) => { (facts(look, node)) (doing(look, node)) }
            }
        }
    }
}

fn facts(look: &Look<'_>, node: &TreeNode) -> Markup {
    let object = look.world.cache().get(&node.key()).into_known().map(|own| own.object);
    html! {
        p.states { @if let Some(health) = node.health { (marks::health(health)) } @if let Some(sync) = node.sync { (marks::sync(sync)) } @if node.needs_pruning { span.tag { "to be pruned" } } @if node.is_hook { span.tag { "hook" } } }
        @if !node.message.is_empty() { p.verdict { (inert(&node.message)) } }
        @if !node.is_live { p.notice { "It is not there." } }
        dl.facts.column {
            div { dt { "Kind" } dd { (inert(&node.gvk.kind)) span.quiet { " " (inert(&node.gvk.api_version())) } } }
            div { dt { "Name" } dd { code { (inert(&node.name)) } } }
            @if !node.namespace.is_empty() { div { dt { "Namespace" } dd { code { (inert(&node.namespace)) } } } }
            @if let Some(created) = node.created { div { dt { "Made" } dd { (times::ago(created, look.now)) " ago" } } }
            @if !node.information.is_empty() { div { dt { "State" } dd { (inert(&node.information.join(" · "))) } } }
            @for image in &node.images { div { dt { "Image" } dd { code { (inert(image)) } } } }
            @if let Some(parent) = &node.parent { div { dt { "Owned by" } dd { a href=(look.at.at_node(parent, "summary")) data-visit { (inert(parent.rsplit('/').next().unwrap_or_default())) } } } }
            @if let Some(object) = &object { @for (key, value) in object.meta().labels.iter().take(LABELS_MAX) { div { dt { "Label" } dd { code { (inert(key)) "=" (inert(value)) } } } } }
        }
        @if &*node.gvk.kind == ROLLOUT {
            p { a.button href=(format!("/rollouts/rollout/{}/{}", segment(&node.namespace), segment(&node.name))) { "Steps, versions and analyses" } }
        }
    }
}

fn doing(look: &Look<'_>, node: &TreeNode) -> Markup {
    let object = look.world.cache().get(&node.key()).into_known().map(|own| own.object);
    let available = object.as_ref().map(discover).unwrap_or_default();
    let may = |action: &Available| look.may(&actions::on_action(&node.gvk.group, &node.gvk.kind, action.name));
    let on_delete = actions::on_delete(&node.gvk.group, &node.gvk.kind, &node.namespace, &node.name);
    let may_delete = look.may(&on_delete) || look.may(actions::DELETE);
    html! {
        @if !available.is_empty() {
            h3 { "Actions" }
            div.buttons.acts { @for action in &available { (act(look, node, action, may(action))) } }
        }
        @if node.is_live && node.parent.is_none() && node.sync.is_some() && look.may(actions::SYNC) {
            h3 { "Sync" }
            form method="post" action=(look.at.action("sync")) { input type="hidden" name="resource" value=(node.id); button type="submit" { "Sync only this" } }
        }
        @if node.is_live {
            details.asks.deletes data-once id="delete-resource" {
                summary.button { "Delete" }
                div.question {
                    form method="post" action=(look.at.action("delete-resource")) {
                        input type="hidden" name="node" value=(node.id);
                        label { "Type its name" input type="text" name="confirm" required autocomplete="off" spellcheck="false" autocapitalize="off" placeholder=(inert(&node.name)); }
                        button type="submit" disabled[!may_delete] { "Yes, delete it" }
                    }
                }
            }
        }
    }
}

fn act(look: &Look<'_>, node: &TreeNode, action: &Available, may: bool) -> Markup {
    html! {
        form.act method="post" action=(look.at.action("run")) {
            input type="hidden" name="node" value=(node.id);
            input type="hidden" name="action" value=(action.name);
            @for parameter in action.parameters { label { span.unseen { (parameter) } input type="text" name=(format!("param-{parameter}")) placeholder=(parameter) required autocomplete="off"; } }
            button type="submit" id=(format!("act-{}", action.name)) disabled[!may || action.is_disabled] { (action.name.replace('-', " ")) }
        }
    }
}
