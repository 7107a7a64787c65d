//! `capstan kustomize build` as people and scripts meet it.

use crate::transcript::Transcript;
use std::fs;
use std::path::Path;

const WEB: &str = "apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  selector:
    matchLabels: {app: web}
  template:
    metadata:
      labels: {app: web}
    spec:
      containers:
      - name: web
        image: nginx:1.25
---
apiVersion: v1
kind: Service
metadata:
  name: web
spec:
  selector: {app: web}
  ports:
  - port: 80
";

const CHART: [(&str, &str); 4] = [
    ("charts/kustomization.yaml", "helmCharts:\n- name: app\n  releaseName: web\n  valuesInline: {size: 2}\n"),
    ("charts/charts/app/Chart.yaml", "apiVersion: v2\nname: app\nversion: 1.0.0\n"),
    ("charts/charts/app/values.yaml", "size: 1\n"),
    (
        "charts/charts/app/templates/settings.yaml",
        "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {{ .Release.Name }}\ndata:\n  size: {{ .Values.size | quote }}\n",
    ),
];

fn lay_out(folder: &Path) {
    let files = [
        ("base/kustomization.yaml", "resources: [web.yaml]\n"),
        ("base/web.yaml", WEB),
        (
            "overlay/kustomization.yaml",
            "resources: [../base]\nnamePrefix: prod-\nnamespace: prod\nimages:\n- {name: nginx, newTag: \"1.27\"}\n\
             configMapGenerator:\n- name: settings\n  literals: [a=b]\n",
        ),
        ("old/kustomization.yaml", "bases: [../base]\ncommonLabels: {team: web}\n"),
        ("outside/kustomization.yaml", "resources: [../base/web.yaml]\n"),
        (
            "plugin/kustomization.yaml",
            "transformers:\n- |-\n  apiVersion: example.com/v1\n  kind: Mine\n  metadata: {name: x}\n",
        ),
        ("remote/kustomization.yaml", "resources:\n- https://github.com/org/repo//base?ref=v1\n"),
    ];
    for (path, content) in files.into_iter().chain(CHART) {
        let path = folder.join(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("made");
        fs::write(path, content).expect("written");
    }
    fs::create_dir(folder.join("out")).expect("made");
}

#[test]
fn kustomizations_are_built_and_refused_as_kustomize_does() {
    let folder = tempfile::tempdir().expect("a folder");
    lay_out(folder.path());
    let mut transcript = Transcript::new("kustomize", folder.path());
    for arguments in [
        "overlay",
        "overlay --explain",
        "overlay --reorder none --explain",
        "old --explain",
        "outside",
        "outside --load-restrictor LoadRestrictionsNone --explain",
        "charts",
        "charts --enable-helm",
        "overlay -o out",
        "overlay --output one.yaml",
        "plugin",
        "plugin --enable-alpha-plugins",
        "overlay --as-current-user --network-name host --env A=b --explain",
        "remote",
        "nowhere",
        "overlay --reorder sideways",
    ] {
        transcript.run(&format!("kustomize build {arguments}"));
    }
    transcript.finish();
    let mut names: Vec<String> = fs::read_dir(folder.path().join("out"))
        .expect("the folder")
        .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    assert_eq!(names.len(), 3, "{names:?}");
    assert_eq!(names[0], "apps_v1_deployment_prod-web.yaml");
    let one = fs::read_to_string(folder.path().join("one.yaml")).expect("written");
    assert_eq!(one.matches("\n---\n").count(), 2);
}
