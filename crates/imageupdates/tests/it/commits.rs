//! New versions become commits: one of a branch, none where nothing changes.

use crate::stage::{Stage, image, state};
use imageupdates::report::State;

const KUSTOMIZATION: &str =
    "resources:\n- deployment.yaml\n# what runs\nimages:\n- name: shop\n  newTag: latest # moves\n";
const VALUES: &str = "# of QA\nimage:\n  name: shop\n  tag: 1.0.0 # the tag\nreplicas: 2\n";

/// Two applications of one repository: a kustomization that follows a digest, a chart that follows versions.
async fn two(stage: &Stage) {
    let shop = stage.image("shop");
    stage.commit(&[
        ("kustomize/kustomization.yaml", &KUSTOMIZATION.replace("name: shop", &format!("name: {shop}"))),
        ("chart/qa.values.yaml", &VALUES.replace("name: shop", &format!("name: {shop}"))),
    ]);
    let followed = [
        ("image-list", &*format!("app={shop}:latest")),
        ("app.update-strategy", "digest"),
        ("write-back-method", "git"),
        ("write-back-target", "kustomization"),
    ];
    stage.application("k", "Kustomize", "kustomize", &[&format!("{shop}:latest")], &followed).await;
    let followed = [
        ("image-list", &*format!("{shop}:1.x")),
        ("write-back-method", "git"),
        ("write-back-target", "helmvalues:qa.values.yaml"),
    ];
    stage.application("h", "Helm", "chart", &[&format!("{shop}:1.0.0")], &followed).await;
}

#[tokio::test]
async fn all_changes_of_a_branch_are_one_commit_and_comments_stay() {
    let stage = Stage::start().await;
    two(&stage).await;
    stage.push("shop", "1.0.0", "old");
    stage.push("shop", "1.1.0", "new");
    let digest = stage.push("shop", "latest", "new");
    let before = stage.tip("main").await;

    let dry = stage.dry().await;
    assert_eq!((state(&dry, "k"), state(&dry, "h"), dry.commits.len()), (State::Newer, State::Newer, 1));
    assert_eq!(stage.tip("main").await, before, "a dry run writes nothing");
    assert!(stage.events().is_empty());

    let report = stage.cycle().await;
    assert_eq!((state(&report, "k"), state(&report, "h"), report.commits.len()), (State::Updated, State::Updated, 1));
    assert_eq!(report.commits[0].applications, ["argocd/h", "argocd/k"]);
    let shop = stage.image("shop");
    let kustomization = stage.file("main", "kustomize/kustomization.yaml").await;
    assert!(kustomization.contains("# what runs") && kustomization.contains(&digest), "{kustomization}");
    let values = VALUES.replace("name: shop", &format!("name: {shop}")).replace("1.0.0", "1.1.0");
    assert_eq!(stage.file("main", "chart/qa.values.yaml").await, values);
    let message = stage.message("main").await;
    assert!(message.starts_with("build: automatic update of h, k\n"), "{message}");
    assert!(
        message.contains(&format!("tag 'latest' to '{digest}'")) && message.contains("'1.0.0' to '1.1.0'"),
        "{message}"
    );
    assert_eq!(stage.events(), ["ImagesUpdated", "ImagesUpdated"]);

    let after = stage.tip("main").await;
    let again = stage.cycle().await;
    assert_eq!((state(&again, "k"), state(&again, "h"), again.commits.len()), (State::Written, State::Written, 0));
    stage.runs("k", &[&format!("{shop}:latest@{digest}")]).await;
    stage.runs("h", &[&format!("{shop}:1.1.0")]).await;
    let current = stage.cycle().await;
    assert_eq!((state(&current, "k"), state(&current, "h")), (State::Current, State::Current));
    assert_eq!((stage.tip("main").await, stage.events().len()), (after, 0), "nothing changed, so nothing is written");
}

#[tokio::test]
async fn parameters_go_to_a_file_of_the_application() {
    let stage = Stage::start().await;
    let shop = stage.image("shop");
    stage.commit(&[("chart/values.yaml", "image: {}\n")]);
    let followed =
        [("image-list", &*format!("app={shop}")), ("write-back-method", "git"), ("app.helm.image-tag", "tag")];
    stage.application("h", "Helm", "chart", &[&format!("{shop}:1.0.0")], &followed).await;
    stage.push("shop", "1.20", "new");
    assert_eq!(state(&stage.cycle().await, "h"), State::Updated);
    let file = stage.file("main", "chart/.argocd-source-h.yaml").await;
    let expected = format!(
        "helm:\n  parameters:\n  - forcestring: true\n    name: image.name\n    value: {shop}\n  - forcestring: true\n    name: tag\n    value: \"1.20\"\n"
    );
    assert_eq!(file, expected);
}

#[tokio::test]
async fn an_application_may_hold_its_versions_itself() {
    let stage = Stage::start().await;
    let shop = stage.image("shop");
    let followed = [("image-list", &*format!("app={shop}"))];
    stage.commit(&[("chart/values.yaml", "image: {}\n")]);
    stage.application("h", "Helm", "chart", &[&format!("{shop}:1.0.0")], &followed).await;
    stage.application("k", "Kustomize", "kustomize", &[&format!("{shop}:1.0.0")], &followed).await;
    stage.push("shop", "1.1.0", "new");
    let report = stage.cycle().await;
    assert_eq!((state(&report, "h"), state(&report, "k")), (State::Updated, State::Updated), "{report:?}");
    let parameters = stage.get("h").await["spec"]["source"]["helm"]["parameters"].clone();
    assert_eq!(parameters[1], serde_json::json!({"name": "image.tag", "value": "1.1.0", "forceString": true}));
    assert_eq!(stage.get("k").await["spec"]["source"]["kustomize"]["images"][0], format!("{shop}:1.1.0"));
    assert_eq!(state(&stage.cycle().await, "h"), State::Written);
}

#[tokio::test]
async fn what_is_followed_is_listed_without_asking() {
    let stage = Stage::start().await;
    two(&stage).await;
    let report = stage.updater.list().await.expect("a list");
    assert_eq!((state(&report, "k"), image(&report, "k").strategy), (State::Followed, "digest"));
    assert_eq!(image(&report, "h").constraint, "1.x");
    assert!(stage.registry.take_requests().is_empty());
}
