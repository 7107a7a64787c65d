//! Fields of a kustomization drawn by chance.

use crate::copies::{replacements, vars};
use crate::draw::Draw;
use crate::manifests::NAMESPACES;
use crate::patches::{json_patches, patches, strategic_patches};
use crate::world::World;

/// Kinds that others refer to.
pub const KINDS: [&str; 6] = ["Deployment", "StatefulSet", "Service", "ConfigMap", "CronJob", "Widget"];

/// The part of a path that names an image without its tag.
fn image_name<'a>(draw: &mut Draw) -> &'a str {
    draw.one(&["nginx", "busybox", "registry.example.com:5000/team/app", "gcr.io/x/y", "redis", "postgres", "ngin."])
}

/// Some fields, each at most once.
pub fn fields(draw: &mut Draw, world: &mut World) -> String {
    type Feature = fn(&mut Draw, &mut World) -> String;
    const ALL: [(usize, Feature); 18] = [
        (30, namespace),
        (30, |draw, _| format!("namePrefix: {}\n", draw.one(&["p-", "dev-", "''"]))),
        (20, |draw, _| format!("nameSuffix: {}\n", draw.one(&["-s", "-v2"]))),
        (20, |draw, _| format!("commonLabels:\n  {}: {}\n", draw.one(&["app", "env"]), draw.one(&["x", "\"1\""]))),
        (30, labels),
        (25, |draw, _| {
            format!("commonAnnotations:\n  note: {}\n  owner: team\n", draw.one(&["x", "\"true\"", "'a: b'"]))
        }),
        (35, images),
        (15, replicas),
        (45, |draw, world| generators("configMapGenerator", draw, world)),
        (25, |draw, world| generators("secretGenerator", draw, world)),
        (15, generator_options),
        (45, patches),
        (15, strategic_patches),
        (15, json_patches),
        (30, replacements),
        (15, vars),
        (20, sort_options),
        (10, build_metadata),
    ];
    let mut text = String::new();
    for (percent, feature) in ALL {
        if draw.happens(percent) {
            text.push_str(&feature(draw, world));
        }
    }
    if draw.happens(15) {
        text.push_str(&transformers(draw));
    }
    text
}

fn namespace(draw: &mut Draw, _: &mut World) -> String {
    format!("namespace: {}\n", draw.one(&["prod", "test", "new", "default"]))
}

fn labels(draw: &mut Draw, _: &mut World) -> String {
    let mut text = format!("labels:\n- pairs: {{{}: {}}}\n", draw.one(&["team", "app"]), draw.one(&["x", "\"7\""]));
    for flag in ["includeSelectors", "includeTemplates"] {
        if draw.happens(40) {
            text.push_str(&format!("  {flag}: true\n"));
        }
    }
    if draw.happens(20) {
        text.push_str("  fields:\n  - {path: spec/labels, create: true, kind: Widget}\n");
    }
    text
}

fn images(draw: &mut Draw, _: &mut World) -> String {
    let mut text = "images:\n".to_owned();
    for _ in 0..=draw.below(2) {
        text.push_str(&format!("- name: {}\n", image_name(draw)));
        if draw.happens(50) {
            text.push_str(&format!("  newName: {}\n", draw.one(&["mirror.local/nginx", "busybox", "x:5000/y"])));
        }
        if draw.happens(50) {
            text.push_str(&format!("  newTag: {}\n", draw.one(&["v2", "\"1.0\"", "'2'"])));
        }
        if draw.happens(20) {
            text.push_str("  digest: sha256:00000000000000000000\n");
        }
        if draw.happens(15) {
            text.push_str("  tagSuffix: -fips\n");
        }
    }
    text
}

fn replicas(draw: &mut Draw, world: &mut World) -> String {
    let Some(known) = world.one(&["Deployment", "StatefulSet"], draw) else { return String::new() };
    format!("replicas:\n- name: {}\n  count: {}\n", known.name, draw.below(9))
}

/// Name and behavior of a generated object: a new one, or one that changes what is there.
fn generated(kind: &str, draw: &mut Draw, world: &mut World) -> String {
    match world.one(&[kind], draw).filter(|_| draw.happens(40)) {
        Some(known) => {
            let mut text = format!("- name: {}\n  behavior: {}\n", known.name, draw.one(&["merge", "replace"]));
            if !known.namespace.is_empty() {
                text.push_str(&format!("  namespace: {}\n", known.namespace));
            }
            text
        }
        None => {
            let name = world.fresh(kind, draw);
            let namespace = if draw.happens(15) { draw.one(&NAMESPACES[2..]) } else { "" };
            world.add(kind, &name, namespace);
            let namespace = if namespace.is_empty() { String::new() } else { format!("  namespace: {namespace}\n") };
            format!("- name: {name}\n{namespace}")
        }
    }
}

fn generators(field: &str, draw: &mut Draw, world: &mut World) -> String {
    let kind = if field == "secretGenerator" { "Secret" } else { "ConfigMap" };
    let mut text = format!("{field}:\n");
    for _ in 0..=draw.below(2) {
        text.push_str(&generated(kind, draw, world));
        sources(&mut text, draw);
        if kind == "Secret" && draw.happens(30) {
            text.push_str("  type: kubernetes.io/tls\n");
        }
    }
    text
}

fn sources(text: &mut String, draw: &mut Draw) {
    if draw.happens(70) {
        let value = draw.one(&["x", "'quoted'", "\"q\"", "a=b", "12", "true", " space ", ""]);
        text.push_str(&format!("  literals:\n  - k1={value}\n  - K_2=two\n"));
    }
    if draw.happens(40) {
        text.push_str(&format!("  files: [{}]\n", draw.one(&["data.txt", "key=data.txt", "lines.txt, x=data.txt"])));
    }
    if draw.happens(25) {
        text.push_str("  envs: [some.env]\n");
    }
    if draw.happens(25) {
        text.push_str("  options:\n    labels: {made: here}\n");
        if draw.happens(50) {
            text.push_str("    disableNameSuffixHash: true\n");
        }
        if draw.happens(20) {
            text.push_str("    immutable: true\n");
        }
    }
}

fn generator_options(draw: &mut Draw, _: &mut World) -> String {
    let mut text = "generatorOptions:\n  annotations: {made: by-generator}\n".to_owned();
    if draw.happens(40) {
        text.push_str("  disableNameSuffixHash: true\n");
    }
    text
}

fn sort_options(draw: &mut Draw, _: &mut World) -> String {
    match draw.below(3) {
        0 => "sortOptions: {order: fifo}\n".to_owned(),
        1 => "sortOptions: {order: legacy}\n".to_owned(),
        _ => "sortOptions:\n  order: legacy\n  legacySortOptions: {orderFirst: [Service, Widget], orderLast: [ConfigMap]}\n"
            .to_owned(),
    }
}

fn build_metadata(draw: &mut Draw, _: &mut World) -> String {
    let all = ["originAnnotations", "transformerAnnotations", "managedByLabel"];
    format!("buildMetadata: [{}]\n", all[..=draw.below(3)].join(", "))
}

fn transformers(draw: &mut Draw) -> String {
    draw.one(&[
        "transformers:\n- |-\n  apiVersion: builtin\n  kind: PrefixTransformer\n  metadata: {name: t}\n  prefix: t-\n  fieldSpecs: [{path: metadata/name}]\n",
        "transformers:\n- |-\n  apiVersion: builtin\n  kind: LabelTransformer\n  metadata: {name: t}\n  labels: {by: plugin}\n  fieldSpecs: [{path: metadata/labels, create: true}]\n",
        "transformers:\n- |-\n  apiVersion: builtin\n  kind: NamespaceTransformer\n  metadata: {name: t, namespace: plugged}\n  unsetOnly: true\n  setRoleBindingSubjects: allServiceAccounts\n",
        "transformers:\n- |-\n  apiVersion: builtin\n  kind: PatchTransformer\n  metadata: {name: t}\n  target: {kind: Service}\n  patch: '[{\"op\": \"add\", \"path\": \"/spec/type\", \"value\": \"NodePort\"}]'\n",
    ])
    .to_owned()
}
