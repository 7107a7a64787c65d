//! `capstan kustomize build` as people and scripts meet it.

use crate::transcript::{Transcript, capstan};
use git::{Layout, NewCommit, Signature, commit_files};
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
        ("metadata/kustomization.yaml", "resources:\n- https://169.254.169.254/org/repo//base?ref=v1\n"),
        ("private/kustomization.yaml", "resources:\n- http://127.0.0.1:1/map.yaml\n"),
    ];
    for (path, content) in files.into_iter().chain(CHART) {
        let path = folder.join(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("made");
        fs::write(path, content).expect("written");
    }
    fs::create_dir(folder.join("out")).expect("made");
}

/// A repository with a base, and an overlay that names it; the base of a base leads back.
fn lay_out_repository(folder: &Path) {
    let url = format!("file://{}/bases.git", folder.display());
    let map = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: far\n";
    let round = format!("resources:\n- {url}//round?ref=main\n");
    let files = [
        ("app/kustomization.yaml", "resources: [map.yaml]\nsecretGenerator:\n- name: made\n".to_owned()),
        ("app/map.yaml", map.to_owned()),
        ("round/kustomization.yaml", round),
    ];
    let changes = files.into_iter().map(|(path, text)| (path.to_owned(), text.into())).collect();
    let time = "2026-01-01T00:00:00Z".parse().expect("a time");
    let author = Signature { name: "test".into(), email: "test@example.com".into(), time };
    let commit = NewCommit { branch: "main".into(), message: "bases".into(), author, changes };
    commit_files(&folder.join("bases.git"), Layout::Bare, &commit).expect("a commit");
    fs::create_dir(folder.join("far")).expect("made");
    let overlay = format!("namePrefix: x-\nresources:\n- {url}//app?ref=main\n");
    fs::write(folder.join("far/kustomization.yaml"), overlay).expect("written");
    fs::create_dir(folder.join("round")).expect("made");
    fs::write(folder.join("round/kustomization.yaml"), format!("resources:\n- {url}//round?ref=main\n"))
        .expect("written");
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

#[test]
fn bases_elsewhere_are_fetched_where_they_may_be() {
    let folder = tempfile::tempdir().expect("a folder");
    lay_out(folder.path());
    lay_out_repository(folder.path());
    let build = |arguments: &[&str]| {
        let output = capstan(folder.path()).args(["kustomize", "build"]).args(arguments).output().expect("it runs");
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        (output.status.code(), text(&output.stdout), text(&output.stderr))
    };
    let (code, stdout, stderr) = build(&["far"]);
    assert!(code == Some(0) && stdout.contains("name: x-far\n"), "{stdout}{stderr}");
    let url = format!("file://{}/bases.git//app?ref=main", folder.path().display());
    let (code, stdout, stderr) = build(&[&url]);
    assert!(code == Some(0) && stdout.contains("name: far\n"), "{stdout}{stderr}");
    let (_, explained, _) = build(&["far", "--explain"]);
    for line in ["bases.git/app/map.yaml:1 ", "bases.git/app/kustomization.yaml:3 "] {
        assert!(explained.contains(line), "{explained}");
    }
    for (arguments, told) in [
        (["round"].as_slice(), "cycle detected"),
        (["metadata", "--allow-private"].as_slice(), "169.254.169.254 has an address of a private network"),
        (["private"].as_slice(), "127.0.0.1 has an address of a private network"),
    ] {
        let (code, _, stderr) = build(arguments);
        assert!(code == Some(1) && stderr.contains(told), "{stderr}");
    }
}
