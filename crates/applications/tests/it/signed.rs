//! Projects that demand signatures: what is not signed as demanded is told and never applied.

use crate::stage::{REPOSITORY, Stage, application, automated, conditions, config_map, manual, phase, sync, text};
use git::Oid;
use serde_json::{Value, json};

const API: &str = "argoproj.io/v1alpha1";
const RSA: &str = "7830D440631CE380";
const ED: &str = "B1E7BACEC2FE19B5";
const SSH: &str = "SHA256:U8uiasfTQCnjFOORhy0malFec9s13trWqXEDgxop0t0";

/// What the recorded signatures were made of.
const SIGNED: &[u8] = include_bytes!("../../../signatures/tests/cases/payload");
const BY_RSA: &str = include_str!("../../../signatures/tests/cases/rsa.sig");
const BY_STRANGER: &str = include_str!("../../../signatures/tests/cases/stranger.sig");
const BY_SSH: &str = include_str!("../../../signatures/tests/cases/ssh_ed25519.sig");
const BY_REVOKED: &str = include_str!("../../../signatures/tests/cases/revoked.sig");

fn sign(stage: &Stage, commit: &str, signature: &str) {
    stage.git.sign(REPOSITORY, Oid::parse(commit).expect("a commit"), SIGNED, signature);
}

async fn keyring(stage: &Stage) {
    let data = json!({
        RSA: include_str!("../../../signatures/tests/cases/rsa.key"),
        ED: include_str!("../../../signatures/tests/cases/ed.key"),
        "6E2757C0EF0E182B": include_str!("../../../signatures/tests/cases/revoked.key"),
    });
    stage
        .create(json!({"apiVersion": "v1", "kind": "ConfigMap", "data": data,
            "metadata": {"name": "argocd-gpg-keys-cm", "namespace": "argocd"}}))
        .await;
}

async fn project(stage: &Stage, spec: Value) {
    let mut all = json!({"sourceRepos": ["*"], "destinations": [{"server": "*", "namespace": "*"}],
        "clusterResourceWhitelist": [{"group": "*", "kind": "*"}]});
    all.as_object_mut().expect("a map").extend(spec.as_object().expect("a map").clone());
    stage
        .create(json!({"apiVersion": API, "kind": "AppProject", "spec": all,
            "metadata": {"name": "signed", "namespace": "argocd"}}))
        .await;
}

async fn app(stage: &Stage, policy: Value, revision: &str) {
    let mut app = application("shop", "dev", "shop", policy);
    app["spec"]["project"] = json!("signed");
    app["spec"]["source"]["targetRevision"] = json!(revision);
    stage.create(app).await;
}

fn says(app: &Value, what: &str) -> bool {
    conditions(app).iter().any(|told| told.starts_with("ComparisonError: GIT/GPG: ") && told.contains(what))
}

async fn value(stage: &Stage) -> String {
    let found = stage.get("v1", "ConfigMap", "shop", "a").await;
    found.map(|object| text(&object, "/data/value").to_owned()).unwrap_or_default()
}

#[tokio::test(start_paused = true)]
async fn what_is_not_signed_by_a_key_of_the_project_is_told_and_never_applied() {
    let stage = Stage::start().await;
    keyring(&stage).await;
    project(&stage, json!({"signatureKeys": [{"keyID": RSA}]})).await;
    let first = stage.commit("first", [("dev/a.yaml", &*config_map("a", "1"))]);
    app(&stage, automated(), "HEAD").await;
    let unsigned =
        format!("Failed verifying revision {first} by 'Example Author <author@example.com>': unsigned (key_id=)");
    stage.until("shop", "told that nobody signed", |app| says(app, &unsigned)).await;
    assert_eq!((sync(&stage.app("shop").await), value(&stage).await.as_str()), ("OutOfSync", ""));
    let second = stage.commit("second", [("dev/a.yaml", &*config_map("a", "2"))]);
    sign(&stage, &second, BY_RSA);
    stage.until_well("shop").await;
    assert_eq!((value(&stage).await.as_str(), conditions(&stage.app("shop").await).len()), ("2", 0));
    for (signature, why) in [
        (BY_STRANGER, "signed with key not in keyring (key_id=72CCFC457FF83EBA)"),
        (BY_REVOKED, "signed with revoked key (key_id=6E2757C0EF0E182B)"),
        (BY_SSH, &*format!("signed with unallowed key (key_id={SSH})")),
        ("-----BEGIN PGP SIGNATURE-----\n\nx\n-----END PGP SIGNATURE-----", "bad signature (key_id=)"),
    ] {
        let commit = stage.commit(why, [("dev/a.yaml", &*config_map("a", "3"))]);
        sign(&stage, &commit, signature);
        stage.until("shop", why, |app| says(app, why) && says(app, &commit)).await;
        assert_eq!(value(&stage).await, "2", "{why}");
    }
    // The project trusts the SSH key from now on, and then the newest commit was signed with it.
    let commit = stage.commit("by ssh", [("dev/a.yaml", &*config_map("a", "4"))]);
    sign(&stage, &commit, BY_SSH);
    stage.until("shop", "told", |app| says(app, &commit)).await;
    let keys = json!({"spec": {"signatureKeys": [{"keyID": RSA}, {"keyID": SSH}]}});
    stage.patch(API, "AppProject", "argocd", "signed", keys).await;
    stage.until("shop", "synced", |app| sync(app) == "Synced" && conditions(app).is_empty()).await;
    assert_eq!(value(&stage).await, "4");
}

#[tokio::test(start_paused = true)]
async fn a_key_that_comes_into_the_keyring_releases_what_waited_for_it() {
    let stage = Stage::start().await;
    project(&stage, json!({"signatureKeys": [{"keyID": RSA}]})).await;
    let first = stage.commit("first", [("dev/a.yaml", &*config_map("a", "1"))]);
    sign(&stage, &first, BY_RSA);
    app(&stage, automated(), "HEAD").await;
    stage.until("shop", "told", |app| says(app, "signed with key not in keyring")).await;
    keyring(&stage).await;
    stage.until_well("shop").await;
    stage.patch("v1", "ConfigMap", "argocd", "argocd-gpg-keys-cm", json!({"data": {RSA: null}})).await;
    stage.until("shop", "told again", |app| says(app, "signed with key not in keyring")).await;
}

#[tokio::test(start_paused = true)]
async fn syncs_by_hand_and_of_local_manifests_are_refused_too() {
    let stage = Stage::start().await;
    keyring(&stage).await;
    project(&stage, json!({"signatureKeys": [{"keyID": RSA}]})).await;
    let first = stage.commit("first", [("dev/a.yaml", &*config_map("a", "1"))]);
    app(&stage, manual(), "HEAD").await;
    stage.until("shop", "told", |app| says(app, "unsigned")).await;
    stage.patch_app("shop", json!({"operation": {"sync": {}}})).await;
    stage.until("shop", "refused", |app| phase(app) == "Error").await;
    let told = |app: &Value| text(app, "/status/operationState/message").to_owned();
    let message = told(&stage.app("shop").await);
    assert!(message.contains(&format!("GIT/GPG: Failed verifying revision {first} by")), "{message}");
    let local = json!({"operation": {"sync": {"manifests": [config_map("a", "9")]}}});
    stage.patch_app("shop", local).await;
    let refused = "Cannot use local manifests when source integrity is enforced";
    stage.until("shop", "refused", |app| told(app) == refused && phase(app) == "Error").await;
    assert_eq!(value(&stage).await, "");
}

#[tokio::test(start_paused = true)]
async fn an_annotated_tag_is_what_must_be_signed_and_strict_wants_the_history_too() {
    let stage = Stage::start().await;
    keyring(&stage).await;
    let policy = |mode: &str| {
        let gpg = json!({"mode": mode, "keys": ["17D918687C02B2BC5F9CEA657830D440631CE380"]});
        json!({"sourceIntegrity": {"git": {"policies": [{"repos": [{"url": "file:///srv/git/*"}], "gpg": gpg}]}}})
    };
    project(&stage, policy("head")).await;
    let first = stage.commit("first", [("dev/a.yaml", &*config_map("a", "1"))]);
    let second = stage.commit("second", [("dev/a.yaml", &*config_map("a", "2"))]);
    let id = |commit: &str| Oid::parse(commit).expect("a commit");
    stage.git.annotate(REPOSITORY, "v1", id(&second));
    app(&stage, automated(), "v1").await;
    stage.until("shop", "told", |app| says(app, "Failed verifying revision v1 by")).await;
    let tag = stage.git.annotate(REPOSITORY, "v2", id(&second));
    stage.git.sign(REPOSITORY, tag, SIGNED, BY_RSA);
    stage.patch_app("shop", json!({"spec": {"source": {"targetRevision": "v2"}}})).await;
    stage.until_well("shop").await;
    assert_eq!(value(&stage).await, "2", "the commit itself need not be signed");
    stage.patch(API, "AppProject", "argocd", "signed", json!({"spec": policy("strict")})).await;
    stage.until("shop", "told of both", |app| says(app, &first) && says(app, &second)).await;
    // A signed seal vouches for everything before it.
    let sealed = stage.git.commit(REPOSITORY, "main", "Seal\n\nArgocd-gpg-seal: all read", [("x", "1")]);
    let last = stage.commit("last", [("dev/a.yaml", &*config_map("a", "3"))]);
    stage.git.sign(REPOSITORY, sealed, SIGNED, BY_RSA);
    sign(&stage, &last, BY_RSA);
    stage.patch_app("shop", json!({"spec": {"source": {"targetRevision": "main"}}})).await;
    stage.until("shop", "synced", |app| sync(app) == "Synced" && conditions(app).is_empty()).await;
    assert_eq!(value(&stage).await, "3");
}

#[tokio::test(start_paused = true)]
async fn policies_that_contradict_each_other_trust_nobody() {
    let stage = Stage::start().await;
    let policy = json!({"repos": [{"url": "*"}], "gpg": {"mode": "none", "keys": []}});
    project(&stage, json!({"sourceIntegrity": {"git": {"policies": [policy, policy]}}})).await;
    stage.commit("first", [("dev/a.yaml", &*config_map("a", "1"))]);
    app(&stage, automated(), "HEAD").await;
    let told =
        |app: &Value| conditions(app).iter().any(|own| own.contains("multiple (2) git source integrity policies"));
    stage.until("shop", "told", told).await;
    assert_eq!(value(&stage).await, "");
}
