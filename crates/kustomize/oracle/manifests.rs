//! Objects drawn by chance, of a few names, so that they refer to and collide with each other.

use crate::draw::Draw;
use crate::world::{NAMES, World};

/// Namespaces, of which an object may have none.
pub const NAMESPACES: [&str; 4] = ["", "", "prod", "test"];

/// Images of containers.
pub const IMAGES: [&str; 7] = [
    "nginx",
    "nginx:1.25",
    "busybox:latest",
    "registry.example.com:5000/team/app:v1",
    "gcr.io/x/y@sha256:24a0c4b4a4c0eb97a1aabb8e29f18e917d05abfe1b7a7c07857230879ce7d3d3",
    "redis:7@sha256:24a0c4b4a4c0eb97a1aabb8e29f18e917d05abfe1b7a7c07857230879ce7d3d3",
    "postgres:16",
];

/// Scalars as people write them.
const SCALARS: [&str; 24] = [
    "plain",
    "\"quoted\"",
    "'single'",
    "1",
    "\"1\"",
    "0x1F",
    "017",
    "1e3",
    "1.0",
    "yes",
    "on",
    "'true'",
    "true",
    "null",
    "~",
    "\"\"",
    "2001-01-02",
    "12:30",
    "a:b",
    "\"a: b\"",
    "'# no'",
    "\"tab\\tand\\nline\"",
    "|\n    two\n    lines",
    ">-\n    folded\n    text",
];

/// A document.
pub fn manifest(draw: &mut Draw, world: &mut World) -> String {
    match draw.below(12) {
        0..=2 => deployment(draw, world),
        3 => service(draw, world),
        4 => config_map(draw, world),
        5 => secret(draw, world),
        6 => role_binding(draw, world),
        7 => account(draw, world),
        8 => ingress(draw, world),
        9 => cron_job(draw, world),
        10 => custom(draw, world),
        _ => scaler(draw, world),
    }
}

fn head(api_version: &str, kind: &str, draw: &mut Draw, world: &mut World) -> String {
    let name = world.fresh(kind, draw);
    let namespace = draw.one(&NAMESPACES);
    world.add(kind, &name, namespace);
    let mut text = format!("apiVersion: {api_version}\nkind: {kind}\nmetadata:\n  name: {name}\n");
    if !namespace.is_empty() {
        text.push_str(&format!("  namespace: {namespace}\n"));
    }
    if draw.happens(40) {
        text.push_str(&format!("  labels:\n    app: {}\n", draw.one(&NAMES)));
        if draw.happens(30) {
            text.push_str("    env: base\n    number: \"5\"\n");
        }
    }
    if draw.happens(25) {
        text.push_str(&format!("  annotations:\n    note: {}\n", text_scalar(draw)));
    }
    text
}

fn text_scalar(draw: &mut Draw) -> &'static str {
    draw.one(&["plain", "\"1\"", "'true'", "\"a: b\"", "with space", "\"\"", "x#y"])
}

fn pod(indent: &str, draw: &mut Draw) -> String {
    let mut text = format!("{indent}containers:\n");
    for at in 0..=draw.below(2) {
        text.push_str(&format!("{indent}- name: c{at}\n{indent}  image: {}\n", draw.one(&IMAGES)));
        if draw.happens(40) {
            text.push_str(&format!("{indent}  ports:\n{indent}  - containerPort: 80{at}\n"));
            if draw.happens(50) {
                text.push_str(&format!("{indent}    protocol: {}\n", draw.one(&["TCP", "UDP"])));
            }
        }
        if draw.happens(50) {
            text.push_str(&format!("{indent}  env:\n{indent}  - name: A\n{indent}    value: {}\n", text_scalar(draw)));
            let kind = draw.one(&["configMapKeyRef", "secretKeyRef"]);
            let name = draw.one(&NAMES);
            text.push_str(&format!(
                "{indent}  - name: B\n{indent}    valueFrom:\n{indent}      {kind}: {{name: {name}, key: k}}\n"
            ));
        }
        if draw.happens(30) {
            text.push_str(&format!("{indent}  envFrom:\n{indent}  - configMapRef: {{name: {}}}\n", draw.one(&NAMES)));
        }
        if draw.happens(20) {
            text.push_str(&format!("{indent}  args: [\"$(HOST)\", '--x=$(PORT)', \"$$(HOST)\"]\n"));
        }
    }
    if draw.happens(30) {
        text.push_str(&format!("{indent}initContainers:\n{indent}- {{name: i, image: {:?}}}\n", draw.one(&IMAGES)));
    }
    if draw.happens(30) {
        text.push_str(&format!("{indent}serviceAccountName: {}\n", draw.one(&NAMES)));
    }
    if draw.happens(40) {
        let (first, second) = (draw.one(&NAMES), draw.one(&NAMES));
        text.push_str(&format!(
            "{indent}volumes:\n{indent}- name: v\n{indent}  configMap: {{name: {first}}}\n{indent}- name: w\n{indent}  secret: {{secretName: {second}}}\n"
        ));
    }
    text
}

fn deployment(draw: &mut Draw, world: &mut World) -> String {
    let kind = draw.one(&["Deployment", "Deployment", "StatefulSet", "DaemonSet"]);
    let mut text = head("apps/v1", kind, draw, world);
    text.push_str("spec:\n");
    if kind != "DaemonSet" && draw.happens(60) {
        text.push_str(&format!("  replicas: {}\n", draw.one(&["1", "2", "03", "null"])));
    }
    if kind == "StatefulSet" {
        text.push_str(&format!("  serviceName: {}\n", draw.one(&NAMES)));
    }
    let app = draw.one(&NAMES);
    text.push_str(&format!("  selector:\n    matchLabels: {{app: {app}}}\n  template:\n    metadata:\n"));
    text.push_str(&format!("      labels: {{app: {app}}}\n    spec:\n"));
    text.push_str(&pod("      ", draw));
    text
}

fn service(draw: &mut Draw, world: &mut World) -> String {
    let mut text = head("v1", "Service", draw, world);
    text.push_str(&format!("spec:\n  selector: {{app: {}}}\n  ports:\n  - port: 80\n", draw.one(&NAMES)));
    if draw.happens(50) {
        text.push_str("    name: http\n    targetPort: web\n  - {port: 81, protocol: UDP, name: dns}\n");
    }
    text
}

fn config_map(draw: &mut Draw, world: &mut World) -> String {
    let mut text = head("v1", "ConfigMap", draw, world);
    text.push_str("data:\n");
    for at in 0..=draw.below(4) {
        text.push_str(&format!("  k{at}: {}\n", draw.one(&SCALARS)));
    }
    text
}

fn secret(draw: &mut Draw, world: &mut World) -> String {
    let field = draw.one(&["data", "stringData"]);
    format!("{}type: Opaque\n{field}:\n  token: c2VjcmV0\n  k: YQ==\n", head("v1", "Secret", draw, world))
}

fn role_binding(draw: &mut Draw, world: &mut World) -> String {
    let kind = draw.one(&["RoleBinding", "ClusterRoleBinding"]);
    let mut text = head("rbac.authorization.k8s.io/v1", kind, draw, world);
    let (role, name) = (draw.one(&["Role", "ClusterRole"]), draw.one(&NAMES));
    text.push_str(&format!(
        "roleRef: {{apiGroup: rbac.authorization.k8s.io, kind: {role}, name: {name}}}\nsubjects:\n"
    ));
    for _ in 0..=draw.below(2) {
        let name = draw.one(&["web", "api", "default"]);
        text.push_str(&format!("- kind: ServiceAccount\n  name: {name}\n"));
        if draw.happens(60) {
            text.push_str(&format!("  namespace: {}\n", draw.one(&["prod", "test", "other"])));
        }
    }
    text
}

fn account(draw: &mut Draw, world: &mut World) -> String {
    match draw.below(3) {
        0 => format!("{}imagePullSecrets:\n- name: {}\n", head("v1", "ServiceAccount", draw, world), draw.one(&NAMES)),
        1 => {
            let kind = draw.one(&["Role", "ClusterRole"]);
            let text = head("rbac.authorization.k8s.io/v1", kind, draw, world);
            let name = draw.one(&NAMES);
            format!(
                "{text}rules:\n- apiGroups: ['']\n  resources: [configmaps]\n  resourceNames: [{name}]\n  verbs: [get]\n"
            )
        }
        _ => format!("apiVersion: v1\nkind: Namespace\nmetadata:\n  name: {}\n", world.fresh("Namespace", draw)),
    }
}

fn ingress(draw: &mut Draw, world: &mut World) -> String {
    let mut text = head("networking.k8s.io/v1", "Ingress", draw, world);
    let (backend, tls) = (draw.one(&NAMES), draw.one(&NAMES));
    text.push_str(&format!("spec:\n  tls:\n  - hosts: [x.example.com]\n    secretName: {tls}\n  rules:\n"));
    text.push_str("  - host: x.example.com\n    http:\n      paths:\n      - path: /\n        pathType: Prefix\n");
    text.push_str(&format!(
        "        backend:\n          service:\n            name: {backend}\n            port: {{number: 80}}\n"
    ));
    text
}

fn cron_job(draw: &mut Draw, world: &mut World) -> String {
    let mut text = head("batch/v1", "CronJob", draw, world);
    text.push_str("spec:\n  schedule: \"*/5 * * * *\"\n  jobTemplate:\n    spec:\n      template:\n        spec:\n");
    text.push_str("          restartPolicy: Never\n");
    text.push_str(&pod("          ", draw));
    text
}

fn custom(draw: &mut Draw, world: &mut World) -> String {
    let mut text = head("example.com/v1", "Widget", draw, world);
    text.push_str(&format!("spec:\n  size: {}\n  ref:\n    name: {}\n", draw.one(&SCALARS[..8]), draw.one(&NAMES)));
    text.push_str(&format!("  template:\n    spec:\n{}", pod("      ", draw)));
    text.push_str(&format!("  list:\n  - {}\n  - {}\n", draw.one(&SCALARS[..22]), draw.one(&SCALARS[..22])));
    text
}

fn scaler(draw: &mut Draw, world: &mut World) -> String {
    let mut text = head("autoscaling/v2", "HorizontalPodAutoscaler", draw, world);
    let (kind, name) = (draw.one(&["Deployment", "StatefulSet"]), draw.one(&NAMES));
    text.push_str(&format!(
        "spec:\n  maxReplicas: 3\n  scaleTargetRef: {{apiVersion: apps/v1, kind: {kind}, name: {name}}}\n"
    ));
    text
}
