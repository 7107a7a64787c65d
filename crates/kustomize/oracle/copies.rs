//! Replacements and vars drawn by chance.

use crate::draw::Draw;
use crate::features::KINDS;
use crate::world::{NAMES, World};

/// `replacements`.
pub fn replacements(draw: &mut Draw, world: &mut World) -> String {
    let Some(known) = world.one(&KINDS, draw) else { return String::new() };
    let mut text = format!("replacements:\n- source: {{kind: {}, name: {}", known.kind, known.name);
    if draw.happens(60) {
        let path = match known.kind.as_str() {
            "ConfigMap" if draw.happens(50) => "data.k0",
            "Service" => "\"spec.ports.0.port\"",
            "Deployment" => "\"spec.template.spec.containers.[name=c0].image\"",
            _ => "metadata.name",
        };
        text.push_str(&format!(", fieldPath: {path}"));
    }
    if draw.happens(15) {
        text.push_str(", options: {delimiter: \":\", index: 0}");
    }
    text.push_str("}\n  targets:\n");
    for _ in 0..=draw.below(2) {
        text.push_str(&replacement_target(draw));
    }
    text
}

fn replacement_target(draw: &mut Draw) -> String {
    let kind = draw.one(&KINDS);
    let mut text = format!("  - select: {{kind: {kind}}}\n");
    if draw.happens(30) {
        text.push_str(&format!("    reject: [{{name: {}}}]\n", draw.one(&NAMES)));
    }
    let path = match kind {
        "Deployment" | "StatefulSet" if draw.happens(60) => {
            draw.one(&["spec.template.spec.containers.[name=c0].image", "spec.template.spec.containers.*.image"])
        }
        "ConfigMap" => draw.one(&["data.k0", "data.new", "metadata.name"]),
        "Widget" => "spec.ref.name",
        _ => draw.one(&["metadata.annotations.copied", "metadata.labels.app", "metadata.annotations[\\\"x.y/z\\\"]"]),
    };
    text.push_str(&format!("    fieldPaths: [\"{path}\"]\n"));
    if draw.happens(80) {
        text.push_str("    options: {create: true}\n");
    } else {
        text.push_str(&format!("    options: {{delimiter: \":\", index: {}}}\n", draw.one(&["0", "1", "-1", "5"])));
    }
    text
}

/// `vars`.
pub fn vars(draw: &mut Draw, world: &mut World) -> String {
    let mut text = String::new();
    for name in ["HOST", "PORT"] {
        let Some(known) = world.one(&["Service", "ConfigMap", "Deployment"], draw) else { continue };
        let version = if known.kind == "Deployment" { "apps/v1" } else { "v1" };
        text.push_str(&format!(
            "- name: {name}\n  objref: {{kind: {}, name: {}, apiVersion: {version}}}\n",
            known.kind, known.name
        ));
        if known.kind == "Service" && draw.happens(60) {
            text.push_str("  fieldref: {fieldpath: \"spec.ports[0].port\"}\n");
        }
    }
    if text.is_empty() { text } else { format!("vars:\n{text}") }
}
