//! Fields of a kustomization drawn by chance.

use crate::draw::Draw;
use crate::manifests::{IMAGES, NAMES, NAMESPACES};

const KINDS: [&str; 6] = ["Deployment", "StatefulSet", "Service", "ConfigMap", "CronJob", "Widget"];

/// The part of a path that names an image without its tag.
fn image_name<'a>(draw: &mut Draw) -> &'a str {
    draw.one(&["nginx", "busybox", "registry.example.com:5000/team/app", "gcr.io/x/y", "redis", "postgres", "ngin."])
}

/// Some fields, each at most once.
pub fn fields(draw: &mut Draw) -> String {
    type Feature = fn(&mut Draw) -> String;
    const ALL: [(usize, Feature); 18] = [
        (30, namespace),
        (30, |draw| format!("namePrefix: {}\n", draw.one(&["p-", "dev-", "''"]))),
        (20, |draw| format!("nameSuffix: {}\n", draw.one(&["-s", "-v2"]))),
        (20, |draw| format!("commonLabels:\n  {}: {}\n", draw.one(&["app", "env"]), draw.one(&["x", "\"1\""]))),
        (30, labels),
        (25, |draw| format!("commonAnnotations:\n  note: {}\n  owner: team\n", draw.one(&["x", "\"true\"", "'a: b'"]))),
        (35, images),
        (15, |draw| format!("replicas:\n- name: {}\n  count: {}\n", draw.one(&NAMES[..2]), draw.below(9))),
        (45, |draw| generators("configMapGenerator", draw)),
        (25, |draw| generators("secretGenerator", draw)),
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
            text.push_str(&feature(draw));
        }
    }
    if draw.happens(15) {
        text.push_str(&transformers(draw));
    }
    text
}

fn namespace(draw: &mut Draw) -> String {
    format!("namespace: {}\n", draw.one(&["prod", "test", "new", "default"]))
}

fn labels(draw: &mut Draw) -> String {
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

fn images(draw: &mut Draw) -> String {
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

fn generators(field: &str, draw: &mut Draw) -> String {
    let mut text = format!("{field}:\n");
    for _ in 0..=draw.below(2) {
        text.push_str(&format!("- name: {}\n", draw.one(&NAMES)));
        if draw.happens(30) {
            text.push_str(&format!("  behavior: {}\n", draw.one(&["create", "merge", "replace"])));
        }
        if draw.happens(15) {
            text.push_str(&format!("  namespace: {}\n", draw.one(&NAMESPACES[2..])));
        }
        if draw.happens(70) {
            let value = draw.one(&["x", "'quoted'", "\"q\"", "a=b", "12", "true", " space ", ""]);
            text.push_str(&format!("  literals:\n  - k1={value}\n  - K_2=two\n"));
        }
        if draw.happens(40) {
            text.push_str(&format!(
                "  files: [{}]\n",
                draw.one(&["data.txt", "key=data.txt", "lines.txt, x=data.txt"])
            ));
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
        if field == "secretGenerator" && draw.happens(30) {
            text.push_str("  type: kubernetes.io/tls\n");
        }
    }
    text
}

fn generator_options(draw: &mut Draw) -> String {
    let mut text = "generatorOptions:\n  annotations: {made: by-generator}\n".to_owned();
    if draw.happens(40) {
        text.push_str("  disableNameSuffixHash: true\n");
    }
    text
}

fn target(draw: &mut Draw) -> String {
    match draw.below(5) {
        0 => format!("{{kind: {}}}", draw.one(&KINDS)),
        1 => format!("{{kind: {}, name: {}}}", draw.one(&KINDS), draw.one(&NAMES)),
        2 => format!("{{name: {}}}", draw.one(&["w.*", "web|api", ".*b"])),
        3 => format!("{{labelSelector: \"app={}\"}}", draw.one(&NAMES)),
        _ => format!("{{kind: {}, namespace: {}}}", draw.one(&KINDS), draw.one(&["prod", "default"])),
    }
}

/// A strategic merge patch without its first indentation.
fn strategic(indent: &str, name: &str, draw: &mut Draw) -> String {
    let kind = draw.one(&["Deployment", "Deployment", "StatefulSet"]);
    let mut text =
        format!("{indent}apiVersion: apps/v1\n{indent}kind: {kind}\n{indent}metadata:\n{indent}  name: {name}\n");
    if draw.happens(20) {
        text.push_str(&format!("{indent}$patch: {}\n", draw.one(&["delete", "replace", "merge"])));
        return text;
    }
    text.push_str(&format!("{indent}spec:\n"));
    if draw.happens(40) {
        text.push_str(&format!("{indent}  replicas: {}\n", draw.one(&["7", "null", "\"8\""])));
    }
    text.push_str(&format!("{indent}  template:\n{indent}    spec:\n"));
    match draw.below(5) {
        0 => text.push_str(&format!("{indent}      volumes: null\n")),
        1 => text.push_str(&format!("{indent}      containers:\n{indent}      - name: c0\n{indent}        $patch: delete\n")),
        2 => text.push_str(&format!("{indent}      containers:\n{indent}      - $patch: replace\n{indent}      - name: new\n{indent}        image: {:?}\n", draw.one(&IMAGES))),
        3 => text.push_str(&format!("{indent}      containers:\n{indent}      - name: c0\n{indent}        env:\n{indent}        - {{name: A, value: changed}}\n{indent}        - {{name: Z, value: \"1\"}}\n{indent}        ports:\n{indent}        - {{containerPort: 800, name: p}}\n")),
        _ => text.push_str(&format!("{indent}      nodeSelector: {{disk: ssd}}\n{indent}      tolerations: [{{key: a}}]\n")),
    }
    text
}

fn operations(indent: &str, draw: &mut Draw) -> String {
    let mut text = String::new();
    for _ in 0..=draw.below(2) {
        text.push_str(indent);
        text.push_str(draw.one(&[
            "- {op: add, path: /metadata/annotations, value: {patched: \"yes\"}}\n",
            "- {op: add, path: /metadata/labels/added, value: x}\n",
            "- {op: replace, path: /metadata/name, value: renamed}\n",
            "- {op: remove, path: /metadata/labels}\n",
            "- {op: add, path: /spec/added, value: [1, 2.50, \"3\", null, true]}\n",
            "- {op: test, path: /kind, value: Deployment}\n",
            "- {op: copy, from: /metadata/name, path: /metadata/copied}\n",
            "- {op: add, path: /spec/template/spec/containers/-, value: {name: extra, image: busybox}}\n",
            "- {op: replace, path: /spec/replicas, value: 9}\n",
        ]));
    }
    text
}

fn patches(draw: &mut Draw) -> String {
    let mut text = "patches:\n".to_owned();
    for _ in 0..=draw.below(2) {
        if draw.happens(50) {
            let at = target(draw);
            text.push_str(&format!("- target: {at}\n"));
            if draw.happens(50) {
                text.push_str(&format!("  patch: |-\n{}", operations("    ", draw)));
            } else {
                text.push_str(&format!("  patch: |-\n{}", strategic("    ", "any", draw)));
            }
            if draw.happens(20) {
                text.push_str("  options: {allowNameChange: true}\n");
            }
        } else {
            let name = draw.one(&NAMES);
            text.push_str(&format!("- patch: |-\n{}", strategic("    ", name, draw)));
        }
    }
    text
}

fn strategic_patches(draw: &mut Draw) -> String {
    let name = draw.one(&NAMES);
    format!("patchesStrategicMerge:\n- |-\n{}", strategic("  ", name, draw))
}

fn json_patches(draw: &mut Draw) -> String {
    let (kind, name) = (draw.one(&KINDS), draw.one(&NAMES));
    format!(
        "patchesJson6902:\n- target: {{version: v1, kind: {kind}, name: {name}}}\n  patch: |-\n{}",
        operations("    ", draw)
    )
}

fn replacements(draw: &mut Draw) -> String {
    let (kind, name) = (draw.one(&KINDS), draw.one(&NAMES));
    let mut text = format!("replacements:\n- source: {{kind: {kind}, name: {name}");
    if draw.happens(60) {
        text.push_str(&format!(
            ", fieldPath: {}",
            draw.one(&["metadata.name", "metadata.namespace", "data.k0", "spec.replicas"])
        ));
    }
    text.push_str("}\n  targets:\n");
    for _ in 0..=draw.below(2) {
        text.push_str(&format!("  - select: {{kind: {}}}\n", draw.one(&KINDS)));
        if draw.happens(30) {
            text.push_str(&format!("    reject: [{{name: {}}}]\n", draw.one(&NAMES)));
        }
        let path = draw.one(&[
            "metadata.annotations.copied",
            "metadata.labels.app",
            "spec.template.spec.containers.[name=c0].image",
            "spec.template.spec.containers.*.image",
            "data.k1",
            "spec.ref.name",
        ]);
        text.push_str(&format!("    fieldPaths: [\"{path}\"]\n"));
        if draw.happens(60) {
            text.push_str("    options: {create: true}\n");
        } else if draw.happens(40) {
            text.push_str(&format!("    options: {{delimiter: \":\", index: {}}}\n", draw.one(&["0", "1", "-1", "5"])));
        }
    }
    text
}

fn vars(draw: &mut Draw) -> String {
    let mut text = "vars:\n".to_owned();
    for name in ["HOST", "PORT"] {
        let (kind, object) = (draw.one(&["Service", "ConfigMap", "Deployment"]), draw.one(&NAMES));
        let version = if kind == "Deployment" { "apps/v1" } else { "v1" };
        text.push_str(&format!("- name: {name}\n  objref: {{kind: {kind}, name: {object}, apiVersion: {version}}}\n"));
        if draw.happens(40) {
            text.push_str(&format!(
                "  fieldref: {{fieldpath: {}}}\n",
                draw.one(&["metadata.name", "spec.ports[0].port", "data.k0"])
            ));
        }
    }
    text
}

fn sort_options(draw: &mut Draw) -> String {
    match draw.below(3) {
        0 => "sortOptions: {order: fifo}\n".to_owned(),
        1 => "sortOptions: {order: legacy}\n".to_owned(),
        _ => "sortOptions:\n  order: legacy\n  legacySortOptions: {orderFirst: [Service, Widget], orderLast: [ConfigMap]}\n"
            .to_owned(),
    }
}

fn build_metadata(draw: &mut Draw) -> String {
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
