//! Patches drawn by chance, of objects that are there.

use crate::draw::Draw;
use crate::features::KINDS;
use crate::manifests::IMAGES;
use crate::world::{NAMES, World};

fn target(kind: &str, draw: &mut Draw) -> String {
    match draw.below(5) {
        0 => format!("{{kind: {kind}}}"),
        1 => format!("{{kind: {kind}, name: {}}}", draw.one(&NAMES)),
        2 => format!("{{kind: {kind}, name: {}}}", draw.one(&["w.*", "web|api", ".*b"])),
        3 => format!("{{kind: {kind}, labelSelector: \"app={}\"}}", draw.one(&NAMES)),
        _ => format!("{{kind: {kind}, namespace: {}}}", draw.one(&["prod", "default"])),
    }
}

const WORKLOADS: [&str; 2] = ["Deployment", "StatefulSet"];

/// A strategic merge patch for one of the workloads.
fn strategic(indent: &str, draw: &mut Draw, world: &World) -> Option<String> {
    let known = world.one(&WORKLOADS, draw)?;
    let (kind, name) = (known.kind, known.name);
    let mut text =
        format!("{indent}apiVersion: apps/v1\n{indent}kind: {kind}\n{indent}metadata:\n{indent}  name: {name}\n");
    if !known.namespace.is_empty() {
        text.push_str(&format!("{indent}  namespace: {}\n", known.namespace));
    }
    if draw.happens(10) {
        text.push_str(&format!("{indent}$patch: {}\n", draw.one(&["delete", "replace", "merge"])));
        return Some(text);
    }
    text.push_str(&format!("{indent}spec:\n"));
    if draw.happens(40) {
        text.push_str(&format!("{indent}  replicas: {}\n", draw.one(&["7", "null", "\"8\""])));
    }
    text.push_str(&format!("{indent}  template:\n{indent}    spec:\n"));
    let image = draw.one(&IMAGES);
    let lines: &[&str] = match draw.below(6) {
        0 => &["volumes: null"],
        1 => &["containers:", "- name: c0", "  $patch: delete"],
        2 => &["containers:", "- $patch: replace", "- name: new", "  image: busybox"],
        3 => &["containers:", "- name: c0", "  env:", "  - {name: A, value: changed}", "  - {name: Z, value: \"1\"}"],
        4 => &[
            "containers:",
            "- name: c0",
            "  ports:",
            "  - {containerPort: 800, name: p}",
            "- name: extra",
            "  image: x",
        ],
        _ => &["nodeSelector: {disk: ssd}", "tolerations: [{key: a}]", "volumes:", "- name: v", "  emptyDir: {}"],
    };
    for line in lines {
        text.push_str(&format!("{indent}      {}\n", line.replace("busybox", image)));
    }
    Some(text)
}

/// Operations that fit most objects of a kind.
fn operations(kind: &str, indent: &str, draw: &mut Draw) -> String {
    const ANY: [&str; 5] = [
        "{op: add, path: /metadata/annotations, value: {patched: \"yes\"}}",
        "{op: add, path: /metadata/labels, value: {added: x, app: \"1\"}}",
        "{op: replace, path: /metadata/name, value: renamed}",
        "{op: copy, from: /metadata/name, path: /metadata/copied}",
        "{op: test, path: /apiVersion, value: v1}",
    ];
    const WORKLOAD: [&str; 4] = [
        "{op: add, path: /spec/added, value: [1, 2.50, \"3\", null, true, {b: 1e3, a: 0x10}]}",
        "{op: add, path: /spec/template/spec/containers/-, value: {name: extra, image: busybox}}",
        "{op: replace, path: /spec/template/spec/containers/0/image, value: \"nginx:9\"}",
        "{op: move, from: /spec/template/spec/containers/0/image, path: /spec/moved}",
    ];
    let mut text = String::new();
    for _ in 0..=draw.below(2) {
        let operation =
            if WORKLOADS.contains(&kind) && draw.happens(60) { draw.one(&WORKLOAD) } else { draw.one(&ANY[..4]) };
        text.push_str(&format!("{indent}- {operation}\n"));
    }
    if draw.happens(5) {
        text.push_str(&format!("{indent}- {}\n", ANY[4]));
    }
    text
}

/// `patches`.
pub fn patches(draw: &mut Draw, world: &mut World) -> String {
    let mut text = String::new();
    for _ in 0..=draw.below(2) {
        if draw.happens(50) {
            let kind = draw.one(&KINDS);
            let at = target(kind, draw);
            if draw.happens(50) {
                text.push_str(&format!("- target: {at}\n  patch: |-\n{}", operations(kind, "    ", draw)));
            } else if let Some(patch) = strategic("    ", draw, world) {
                text.push_str(&format!("- target: {at}\n  patch: |-\n{patch}"));
            } else {
                continue;
            }
            if draw.happens(20) {
                text.push_str("  options: {allowNameChange: true}\n");
            }
        } else if let Some(patch) = strategic("    ", draw, world) {
            text.push_str(&format!("- patch: |-\n{patch}"));
        }
    }
    if text.is_empty() { text } else { format!("patches:\n{text}") }
}

/// `patchesStrategicMerge`.
pub fn strategic_patches(draw: &mut Draw, world: &mut World) -> String {
    strategic("  ", draw, world).map_or_else(String::new, |patch| format!("patchesStrategicMerge:\n- |-\n{patch}"))
}

/// `patchesJson6902`.
pub fn json_patches(draw: &mut Draw, world: &mut World) -> String {
    let Some(known) = world.one(&KINDS, draw) else { return String::new() };
    let operations = operations(&known.kind, "    ", draw);
    format!(
        "patchesJson6902:\n- target: {{version: v1, kind: {}, name: {}}}\n  patch: |-\n{operations}",
        known.kind, known.name
    )
}
