//! Files before and after an update.

use budget::Budget;
use images::write::{SourceKind, helm_values, kustomization, parameters};
use images::{ImageConfig, ImageReference, Settings, TrackedImage};
use serde_json::json;

fn tracked(name: &str, targets: &serde_json::Value) -> TrackedImage {
    let config = json!({"alias": "app", "imageName": name, "manifestTargets": targets});
    let config: ImageConfig = serde_json::from_value(config).expect("a configuration");
    TrackedImage::new(&config, &Settings::default()).expect(name)
}

fn version(text: &str) -> ImageReference {
    ImageReference::parse(text).expect(text)
}

fn values(text: &str, to: &str, targets: &serde_json::Value) -> String {
    let (tracked, to) = (tracked("ghcr.io/org/app", targets), version(to));
    helm_values(text, &[(&tracked, &to)], &mut Budget::default()).expect("values that can be edited")
}

#[test]
fn values_of_a_chart_keep_their_comments() {
    let before =
        "# ours\nimage:\n  name: org/app   # no registry here\n  tag: 1.0.0      # set by a program\n\nreplicas: 2\n";
    let after =
        "# ours\nimage:\n  name: org/app   # no registry here\n  tag: 1.1.0      # set by a program\n\nreplicas: 2\n";
    assert_eq!(values(before, "ghcr.io/org/app:1.1.0", &json!({})), after);
    assert_eq!(values(after, "ghcr.io/org/app:1.1.0", &json!({})), after, "nothing to commit");
}

#[test]
fn values_are_named_in_every_way() {
    let set = |text: &str, name: &str, tag: &str| {
        values(text, "ghcr.io/org/app:1.1", &json!({"helm": {"name": name, "tag": tag}}))
    };
    assert_eq!(set("a: {}\n", "a.name", "a.tag"), "a: {tag: \"1.1\", name: ghcr.io/org/app}\n");
    assert_eq!(set("a.name: app\na.tag: v1\n", "a.name", "a.tag"), "a.name: org/app\na.tag: \"1.1\"\n");
    assert_eq!(
        set("c:\n- i: {name: app, tag: v1}\n", "c[0].i.name", "c[0].i.tag"),
        "c:\n- i: {name: org/app, tag: \"1.1\"}\n"
    );
    let whole = values("image: ghcr.io/org/app:1.0\n", "ghcr.io/org/app:1.1", &json!({"helm": {"spec": "image"}}));
    assert_eq!(whole, "image: ghcr.io/org/app:1.1\n");
    let digest = format!("ghcr.io/org/app:latest@sha256:{}", "a".repeat(64));
    let by_digest = values("image:\n  name: ghcr.io/org/app\n  tag: latest\n", &digest, &json!({}));
    assert_eq!(by_digest, format!("image:\n  name: ghcr.io/org/app\n  tag: latest@sha256:{}\n", "a".repeat(64)));
}

#[test]
fn a_file_of_values_that_is_missing_is_begun() {
    assert_eq!(values("", "ghcr.io/org/app:v1.1", &json!({})), "image:\n  tag: v1.1\n  name: ghcr.io/org/app\n");
}

#[test]
fn values_that_cannot_be_edited_are_refused_by_line() {
    let told = |text: &str, name: &str| {
        let (tracked, to) = (tracked("app", &json!({"helm": {"name": name, "tag": "t"}})), version("app:1"));
        helm_values(text, &[(&tracked, &to)], &mut Budget::default()).expect_err(text).to_string()
    };
    assert_eq!(told("image: text\n", "image.name"), "line 1: image is a scalar, not a map");
    assert_eq!(
        told("a: 1\n---\nb: 1\n", "n"),
        "line 3: a second document begins; only a file of one document can be edited"
    );
    assert!(told("a: 1\n", "a..b").contains("keys divided by dots"));
    assert!(told("a: [1]\n", "a[x]").contains("positions in brackets"));
}

fn kustomized(text: &str, name: &str, to: &str, targets: &serde_json::Value) -> String {
    let (tracked, to) = (tracked(name, targets), version(to));
    kustomization(text, &[(&tracked, &to)], &mut Budget::default()).expect("a kustomization that can be edited")
}

#[test]
fn images_of_a_kustomization_are_set_and_added() {
    let before = "resources:\n- app.yaml\n\nimages:\n# ours\n- name: org/app\n  newTag: 1.0.0 # by a program\n- name: other\n  newTag: \"2\"\n";
    let after = before.replace("1.0.0", "1.1.0");
    assert_eq!(kustomized(before, "org/app", "org/app:1.1.0", &json!({})), after);
    assert_eq!(kustomized(&after, "org/app", "org/app:1.1.0", &json!({})), after, "nothing to commit");
    assert_eq!(
        kustomized("resources: []\n", "org/app", "org/app:1.1", &json!({})),
        "resources: []\nimages:\n- name: org/app\n  newTag: \"1.1\"\n"
    );
    let replaced = kustomized(
        "images:\n- name: org/app\n",
        "ghcr.io/x/app",
        "ghcr.io/x/app:v1",
        &json!({"kustomize": {"name": "org/app"}}),
    );
    assert_eq!(replaced, "images:\n- name: org/app\n  newName: ghcr.io/x/app\n  newTag: v1\n");
}

#[test]
fn a_digest_does_not_outlive_its_tag() {
    let digest = format!("sha256:{}", "a".repeat(64));
    let before = format!("images:\n- name: app\n  newTag: v1\n  digest: {digest}\n");
    assert_eq!(kustomized(&before, "app", "app:v2", &json!({})), "images:\n- name: app\n  newTag: v2\n");
    let pinned =
        kustomized("images:\n- name: app\n  newTag: latest\n", "app", &format!("app:latest@{digest}"), &json!({}));
    assert_eq!(pinned, format!("images:\n- name: app\n  newTag: latest\n  digest: {digest}\n"));
}

#[test]
fn parameters_go_over_those_of_the_application() {
    let write = |text: &str, kind, to: &str| {
        let (tracked, to) = (tracked("ghcr.io/org/app", &json!({})), version(to));
        parameters(text, kind, &[(&tracked, &to)], &mut Budget::default())
    };
    let helm = write("", SourceKind::Helm, "ghcr.io/org/app:1.1").expect("parameters");
    let expected = "helm:\n  parameters:\n  - forcestring: true\n    name: image.name\n    value: ghcr.io/org/app\n  - forcestring: true\n    name: image.tag\n    value: \"1.1\"\n";
    assert_eq!(helm, expected);
    assert_eq!(write(&helm, SourceKind::Helm, "ghcr.io/org/app:1.1").as_deref(), Ok(helm.as_str()));
    let kept = write("helm:\n  parameters:\n  - name: x\n    value: y\n", SourceKind::Helm, "ghcr.io/org/app:1.1")
        .expect("parameters");
    assert!(kept.contains("name: x") && kept.contains("image.tag"), "{kept}");
    let kustomize = write(
        "kustomize:\n  images:\n  - ghcr.io/org/app:1.0\n  - other:1\n",
        SourceKind::Kustomize,
        "ghcr.io/org/app:1.1",
    );
    assert_eq!(kustomize.as_deref(), Ok("kustomize:\n  images:\n  - ghcr.io/org/app:1.1\n  - other:1\n"));
    let told = write("- a\n", SourceKind::Helm, "app:1").expect_err("a list").to_string();
    assert_eq!(told, "a map with helm or kustomize is expected");
}
