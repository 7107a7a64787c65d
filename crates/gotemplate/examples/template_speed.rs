//! How long a typical chart's template takes: `cargo run --release -p gotemplate --example template_speed`. A quick look while
//! working on the engine; the figures that are promised come from `cargo xtask bench`.

#[path = "../tests/it/functions.rs"]
mod functions;

use budget::{Budget, Limits};
use gotemplate::{FuncMap, MissingKey, Run, Set, Text, Value};
use std::io::Write as _;
use std::sync::Arc;
use std::time::Instant;

/// A deployment with what most charts have: helpers, conditions, loops over environment and ports.
const DEPLOYMENT: &str = r#"{{- $name := include "fullname" . -}}
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ $name }}
  labels:
    {{- include "labels" . }}
  {{- with .values.annotations }}
  annotations:
    {{- range $key, $value := . }}
    {{ $key }}: {{ printf "%q" $value }}
    {{- end }}
  {{- end }}
spec:
  {{- if not .values.autoscaling.enabled }}
  replicas: {{ .values.replicas }}
  {{- end }}
  template:
    spec:
      {{- if and .values.pod.security (ne .values.pod.security.user 0.0) }}
      runAsUser: {{ .values.pod.security.user }}
      {{- end }}
      containers:
        {{- range $index, $container := .values.containers }}
        - name: {{ $container.name | up }}-{{ $index }}
          image: {{ printf "%s:%s" $container.image ($container.tag | print) }}
          ports:
            {{- range $container.ports }}
            - containerPort: {{ .port }}
              name: {{ or .name "http" }}
              {{- if eq .name "metrics" }}
              protocol: TCP
              {{- end }}
            {{- end }}
          env:
            {{- range $key, $value := $.values.env }}
            - name: {{ $key }}
              value: {{ printf "%q" $value }}
            {{- end }}
        {{- end }}
"#;
const HELPERS: &str = r#"
{{- define "fullname" -}}
{{- if .values.fullname }}{{ .values.fullname }}{{ else }}{{ printf "%s-%s" .release .values.name }}{{ end -}}
{{- end }}
{{- define "labels" }}
    app.kubernetes.io/name: {{ .values.name }}
    app.kubernetes.io/instance: {{ .release }}
    app.kubernetes.io/managed-by: Helm
{{- end }}"#;
const ROUNDS: u32 = 2_000;
const LIMITS: Limits = Limits { fuel: u64::MAX, bytes: u64::MAX, depth: 128 };

fn main() -> std::io::Result<()> {
    let functions = Arc::new(functions::table());
    let data = Value::from(&values());
    let set = parsed(&functions);
    let text = execute(&set, &data);
    let parsing = microseconds(|| drop(parsed(&functions)));
    let executing = microseconds(|| drop(execute(&set, &data)));
    let mut out = std::io::stdout().lock();
    writeln!(out, "parse {parsing:.1} µs, execute {executing:.1} µs, {} bytes out", text.len())
}

/// The mean of many rounds.
#[expect(clippy::disallowed_methods, reason = "this is a measurement")]
fn microseconds(mut work: impl FnMut()) -> f64 {
    let start = Instant::now();
    for _ in 0..ROUNDS {
        work();
    }
    start.elapsed().as_secs_f64() * 1e6 / f64::from(ROUNDS)
}

fn parsed(functions: &Arc<FuncMap>) -> Set {
    let mut budget = Budget::new(LIMITS);
    let mut set = Set::new(functions.clone(), MissingKey::Zero);
    for (name, text) in [("helpers", HELPERS), ("deployment", DEPLOYMENT)] {
        set.parse(name, text.as_bytes(), &mut budget).expect("it is a template");
    }
    set
}

fn execute(set: &Set, data: &Value) -> Text {
    let mut budget = Budget::new(LIMITS);
    set.execute("deployment", data, &mut Run::new(&mut budget)).expect("it succeeds")
}

fn values() -> serde_json::Value {
    let env: serde_json::Map<_, _> =
        (0..20).map(|at| (format!("VARIABLE_{at}"), format!("value {at}").into())).collect();
    let container = serde_json::json!({
        "name": "app", "image": "registry.example.com/app", "tag": "1.2.3",
        "ports": [{ "name": "http", "port": 8080 }, { "name": "metrics", "port": 9090 }],
    });
    serde_json::json!({
        "release": "prod",
        "values": {
            "name": "app", "fullname": "", "replicas": 3, "annotations": { "a": "1", "b": "2" },
            "autoscaling": { "enabled": false }, "pod": { "security": { "user": 1000 } },
            "containers": [container, container], "env": env,
        },
    })
}
