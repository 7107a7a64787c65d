//! ImageUpdaters, credentials, branches of their own.

use crate::stage::{Stage, image, state};
use imageupdates::report::State;
use ociserver::Auth;
use serde_json::{Value, json};

const VALUES: &str = "image:\n  name: NAME\n  tag: 1.0.0\n";

async fn updater(stage: &Stage, spec: Value) {
    stage
        .create(json!({"apiVersion": "argocd-image-updater.argoproj.io/v1alpha1", "kind": "ImageUpdater",
            "metadata": {"name": "all", "namespace": "argocd"}, "spec": spec}))
        .await;
}

async fn secret(stage: &Stage, name: &str, data: Value) {
    stage
        .create(json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": name, "namespace": "argocd"},
            "stringData": data}))
        .await;
}

#[tokio::test]
async fn an_image_updater_selects_applications_by_name_and_label() {
    let stage = Stage::start().await;
    let shop = stage.image("shop");
    stage.commit(&[
        ("a/values.yaml", &VALUES.replace("NAME", &shop)),
        ("b/values.yaml", &VALUES.replace("NAME", &shop)),
    ]);
    for name in ["web-a", "web-b", "db"] {
        let path = if name == "web-a" { "a" } else { "b" };
        stage.application(name, "Helm", path, &[&format!("{shop}:1.0.0")], &[]).await;
    }
    stage.patch("web-a", json!({"metadata": {"labels": {"team": "shop"}}})).await;
    let rule = |settings: Value| {
        json!({"namePattern": "web-*", "images": [{"alias": "app", "imageName": format!("{shop}:1.x"), "commonUpdateSettings": settings}],
            "labelSelectors": {"matchLabels": {"team": "shop"}, "matchExpressions": [{"key": "gone", "operator": "DoesNotExist"}]}})
    };
    updater(&stage, json!({
        "commonUpdateSettings": {"updateStrategy": "alphabetical"},
        "writeBackConfig": {"method": "git", "gitConfig": {"branch": "main", "writeBackTarget": "helmvalues:values.yaml"}},
        "applicationRefs": [rule(json!({"updateStrategy": "semver", "ignoreTags": ["1.9*"]}))],
    }))
    .await;
    stage.push("shop", "1.1.0", "new");
    stage.push("shop", "1.9.0", "ignored");
    stage.push("shop", "2.0.0", "beyond");
    let report = stage.cycle().await;
    let names: Vec<&str> = report.applications.iter().map(|of| of.name.as_str()).collect();
    assert_eq!((names, state(&report, "web-a")), (vec!["web-a"], State::Updated));
    assert_eq!(image(&report, "web-a").newest.as_deref(), Some("1.1.0"));
    assert_eq!(report.applications[0].updater.as_deref(), Some("argocd/all"));
    assert!(stage.file("main", "a/values.yaml").await.contains("tag: 1.1.0"));
    assert!(stage.file("main", "b/values.yaml").await.contains("tag: 1.0.0"));
}

#[tokio::test]
async fn credentials_come_from_secrets() {
    let stage = Stage::start().await;
    let shop = stage.image("shop");
    stage.registry.require(Auth::Token("me".into(), "secret".into()));
    stage.commit(&[("a/values.yaml", &VALUES.replace("NAME", &shop))]);
    stage.push("shop", "1.1.0", "new");
    secret(&stage, "pair", json!({"creds": "me:secret"})).await;
    let auths = json!({"auths": {stage.registry.host(): {"username": "me", "password": "secret"}}}).to_string();
    secret(&stage, "docker", json!({".dockerconfigjson": auths})).await;
    for (name, secret, expected) in [
        ("pair", "secret:argocd/pair#creds", State::Newer),
        ("docker", "pullsecret:argocd/docker", State::Newer),
        ("absent", "secret:argocd/none#creds", State::Failed),
        ("odd", "secret:argocd/pair#other", State::Failed),
        ("form", "vault:x", State::Failed),
    ] {
        let followed = [("image-list", &*format!("a={shop}")), ("a.pull-secret", secret)];
        stage.application(name, "Helm", "a", &[&format!("{shop}:1.0.0")], &followed).await;
        let report = stage.dry().await;
        assert_eq!(state(&report, name), expected, "{report:?}");
        assert!(!format!("{report:?}").contains("me:secret"));
    }
}

#[tokio::test]
async fn a_branch_of_its_own_is_pushed_once() {
    let stage = Stage::start().await;
    let shop = stage.image("shop");
    let first = stage.commit(&[("a/values.yaml", &VALUES.replace("NAME", &shop))]);
    stage.push("shop", "1.1.0", "new");
    let followed = [
        ("image-list", &*shop),
        ("write-back-method", "git"),
        ("write-back-target", "helmvalues"),
        ("git-branch", "main:updates/{{ .AppName }}{{range .Images}}-{{ .NewTag }}{{end}}"),
    ];
    stage.application("a", "Helm", "a", &[&format!("{shop}:1.0.0")], &followed).await;
    let report = stage.cycle().await;
    assert_eq!((state(&report, "a"), report.commits[0].branch.as_str()), (State::Updated, "updates/a-1.1.0"));
    assert_eq!(stage.tip("main").await, Some(first));
    assert!(stage.file("updates/a-1.1.0", "a/values.yaml").await.contains("tag: 1.1.0"));
    let again = stage.cycle().await;
    assert_eq!((state(&again, "a"), again.commits.len()), (State::Written, 0));
}

#[tokio::test]
async fn platforms_and_signatures_are_asked_for_before_anything_is_written() {
    let stage = Stage::start().await;
    let shop = stage.image("shop");
    let first = stage.commit(&[("a/values.yaml", &VALUES.replace("NAME", &shop))]);
    stage.push("shop", "1.1.0", "new");
    let followed = [
        ("image-list", &*format!("a={shop}")),
        ("a.platforms", "linux/arm64"),
        ("write-back-method", "git"),
        ("write-back-target", "helmvalues"),
    ];
    stage.application("arm", "Helm", "a", &[&format!("{shop}:1.0.0")], &followed).await;
    stage.application("signed", "Helm", "a", &[&format!("{shop}:1.0.0")], &[]).await;
    let key = "-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEaxfR8uEsQkf4vOblY6RA8ncDfYEt6zOg9KE5RdiYwpZP40Li/hp/m47n60p8D54WK84zV2sxXs7LtkBoN79R9Q==\n-----END PUBLIC KEY-----\n";
    secret(&stage, "cosign", json!({"cosign.pub": key})).await;
    updater(
        &stage,
        json!({
            "imagesVerification": {"cosignKey": {"secretName": "cosign", "key": "cosign.pub"}},
            "writeBackConfig": {"method": "git", "gitConfig": {"writeBackTarget": "helmvalues"}},
            "applicationRefs": [{"namePattern": "signed", "images": [{"alias": "app", "imageName": shop}]}],
        }),
    )
    .await;
    let report = stage.cycle().await;
    assert!(
        image(&report, "arm").message.contains("is built for linux/amd64, not for all of linux/arm64"),
        "{report:?}"
    );
    assert!(image(&report, "signed").message.contains("no signature of sha256:"), "{report:?}");
    assert_eq!(stage.tip("main").await, Some(first));
}
