//! The tree of resources as a picture: places come from `appview`, here they get their looks.

use super::at::Open;
use super::head::Look;
use super::marks::{of_health, of_sync};
use crate::view::Part;
use appview::{Drawing, Edge, Fold, Grouping, HEIGHT, Placed, ResourceTree, Shown, TreeNode, WIDTH, draw};
use look::{inert, times};
use maud::{Markup, html};
use std::fmt::Write as _;
use std::sync::Arc;

/// So many characters of a name fit into a node.
const NAME_MAX: usize = 26;
/// So many characters of a kind with what is told of it.
const KIND_MAX: usize = 34;

/// The picture as a piece whose nodes change one by one.
pub fn graph(look: &Look<'_>, tree: &ResourceTree) -> Part {
    let drawing = draw(tree, &look.at.tree);
    let items = drawing.places.iter().map(|place| item(look, place)).collect();
    Part::of("tree", begin(tree, &drawing), items, "</svg></div></section>")
}

fn begin(tree: &ResourceTree, drawing: &Drawing<'_>) -> String {
    let Drawing { width, height, .. } = drawing;
    let left_out = tree.left_out + drawing.hidden;
    let told = html! {
        @if left_out > 0 { p.notice role="status" { (left_out) " resources are not drawn, for there are too many: narrow them down by name or kind, or look at the list." } }
        @if tree.nodes.is_empty() { p.quiet.nothing { "It has no resources yet." } }
    };
    let mut text = format!(
        "<section id=\"tree\">{}<div class=\"canvas\" tabindex=\"-1\"><svg class=\"graph\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" \
         height=\"{height}\" role=\"group\" aria-label=\"Resources as a tree\"><path class=\"edges\" d=\"",
        told.into_string()
    );
    drawing.edges.iter().for_each(|edge| path(&mut text, edge));
    text.push_str("\"/>");
    text
}

/// A right-angled line.
fn path(text: &mut String, edge: &Edge) {
    let middle = i64::midpoint(edge.from.0, edge.to.0);
    // Writing to a string cannot fail.
    let _ = write!(text, "M{} {}H{middle}V{}H{}", edge.from.0, edge.from.1, edge.to.1, edge.to.0);
}

fn item(look: &Look<'_>, place: &Placed<'_>) -> (String, Arc<str>) {
    let (id, markup) = match &place.shown {
        Shown::Application => ("node-app".to_owned(), application(look, place)),
        Shown::Node(node) => (node_dom_id(node), resource(look, place, node)),
        Shown::Fold(fold) => (format!("fold-{}", fold.id), folded(look, place, fold)),
    };
    (id, markup.into_string().into())
}

/// What a node is called in the page.
pub fn node_dom_id(node: &TreeNode) -> String {
    format!("node-{}", node.id)
}

fn frame(place: &Placed<'_>, id: &str, class: &str, href: &str, label: &str, inside: &Markup) -> Markup {
    html! {
        a.node class=(class) id=(id) href=(href) data-visit transform=(format!("translate({} {})", place.x, place.y)) aria-label=(label) {
            title { (label) }
            rect.box width=(WIDTH) height=(HEIGHT) rx="7" {}
            (inside)
        }
    }
}

fn state(x: i64, mark: look::marks::Mark) -> Markup {
    html! {
        g class=(format!("sign-dot {}", mark.class)) transform=(format!("translate({x} 8)")) {
            circle cx="8" cy="8" r="8" {}
            use href=(format!("#s-{}", mark.sign)) x="3" y="3" width="10" height="10" {}
        }
    }
}

fn application(look: &Look<'_>, place: &Placed<'_>) -> Markup {
    let row = &look.entry.row;
    let label = format!("Application {}: {}, {}", inert(&row.name), row.health, row.sync);
    let inside = html! {
        (icon("Application"))
        text.name x="44" y="22" { (cut(&inert(&row.name), NAME_MAX)) }
        text.kind x="44" y="40" { "Application" }
        (state(WIDTH - 44, of_sync(row.sync))) (state(WIDTH - 24, of_health(row.health)))
    };
    frame(place, "node-app", "is-app", &look.at.at_panel("details"), &label, &inside)
}

fn resource(look: &Look<'_>, place: &Placed<'_>, node: &TreeNode) -> Markup {
    let mut class = String::new();
    let is_open = matches!(&look.at.open, Open::Resource(open, _) if *open == node.id);
    for (holds, word) in [(is_open, "is-open "), (!node.is_live, "is-missing "), (node.is_hook, "is-hook ")] {
        class.push_str(if holds { word } else { "" });
    }
    class.push_str(node.health.map_or("", |own| of_health(own).class));
    let words = node.information.join(" · ");
    let kind = if words.is_empty() { node.gvk.kind.to_string() } else { format!("{} · {words}", node.gvk.kind) };
    let states = [node.health.map(|own| own.to_string()), node.sync.map(|own| own.to_string())];
    let states: Vec<String> = states.into_iter().flatten().collect();
    let label = inert(&format!("{} {}: {}", kind, node.name, states.join(", ")));
    let inside = html! {
        (icon(&node.gvk.kind))
        text.name x="44" y="22" { (cut(&inert(&node.name), NAME_MAX)) }
        text.kind x="44" y="40" { (cut(&inert(&kind), KIND_MAX)) }
        @if let Some(sync) = node.sync { (state(WIDTH - 44, if node.needs_pruning { look::marks::WARNING } else { of_sync(sync) })) }
        @if let Some(health) = node.health { (state(WIDTH - 24, of_health(health))) }
        @if let Some(created) = node.created { text.age x=(WIDTH - 8) y="42" text-anchor="end" { (times::words(look.now.duration_since(created)).split(' ').take(2).collect::<Vec<_>>().join(" ")) } }
    };
    frame(place, &node_dom_id(node), class.trim(), &look.at.at_node(&node.id, "summary"), &label, &inside)
}

fn folded(look: &Look<'_>, place: &Placed<'_>, fold: &Fold) -> Markup {
    if !fold.group.is_empty() {
        return grouped(look, place, fold);
    }
    let noun = if fold.count == 1 { fold.kind.clone() } else { format!("{}s", fold.kind) };
    let words = if fold.is_past { "of earlier revisions" } else { "that are alike" };
    let label = format!("{} {} {words}: show them", fold.count, inert(&noun));
    let inside = html! {
        rect.stack x="4" y=(HEIGHT) width=(WIDTH - 8) height="3" {}
        (icon(&fold.kind))
        text.name x="44" y="22" { (fold.count) " " (cut(&inert(&noun), NAME_MAX)) }
        text.kind x="44" y="40" { (words) }
        @if let Some(sync) = fold.sync { (state(WIDTH - 44, of_sync(sync))) }
        @if let Some(health) = fold.health { (state(WIDTH - 24, of_health(health))) }
    };
    let href = look.at.with(|at| at.tree.open.extend([fold.id.clone()])).href();
    frame(place, &format!("fold-{}", fold.id), "is-fold", &href, &label, &inside)
}

/// Several that have in common what was asked for, and may differ in everything else.
fn grouped(look: &Look<'_>, place: &Placed<'_>, fold: &Fold) -> Markup {
    let by_kind = look.at.tree.grouping == Grouping::Kind;
    let label = format!("{} together, {}: show them", fold.count, inert(&fold.group));
    let inside = html! {
        rect.stack x="4" y=(HEIGHT) width=(WIDTH - 8) height="3" {}
        (icon(if by_kind { &fold.kind } else { "Namespace" }))
        text.name x="44" y="22" { (cut(&inert(&fold.group), NAME_MAX)) }
        text.kind x="44" y="40" { (fold.count) " together" }
    };
    let href = look.at.with(|at| at.tree.open.extend([fold.id.clone()])).href();
    frame(place, &format!("fold-{}", fold.id), "is-fold", &href, &label, &inside)
}

/// The sign of a kind.
fn icon(kind: &str) -> Markup {
    let name = match kind {
        "Application" => "logo",
        "Pod" => "pod",
        "Deployment" | "StatefulSet" | "DaemonSet" | "ReplicaSet" | "ReplicationController" => "layers",
        "Rollout" | "Experiment" => "rollout",
        "AnalysisRun" => "measure",
        "Service" | "Ingress" | "HTTPRoute" | "Gateway" | "EndpointSlice" | "Endpoints" | "NetworkPolicy" => "net",
        "ConfigMap" => "file",
        "Secret" => "key",
        "Job" | "CronJob" => "clock",
        "PersistentVolumeClaim" | "PersistentVolume" | "StorageClass" => "disk",
        "ServiceAccount" | "Role" | "RoleBinding" | "ClusterRole" | "ClusterRoleBinding" => "user",
        "Namespace" => "fold",
        _ => "thing",
    };
    html! { use.icon href=(format!("#s-{name}")) x="12" y="14" width="22" height="22" {} }
}

fn cut(text: &str, longest: usize) -> String {
    match text.char_indices().nth(longest) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
