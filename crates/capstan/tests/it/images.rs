//! `capstan images`: what is followed, what is newer, what would be committed, what is held back; and one image tried out.

use crate::stage::Stage;
use crate::transcript::{Ended, Transcript};
use ociserver::{Image, Server};
use serde_json::{Value, json};

const DAY: &str = "2026-01-01T00:00:00Z";

/// An application that follows versions of a registry, as its controller leaves it, in a cluster without controllers.
async fn following(registry: &Server) -> Stage {
    let stage = Stage::start("cluster up --api 127.0.0.1:0").await;
    let namespace = json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "argocd"}});
    for object in std::iter::once(namespace).chain(api::crds()) {
        stage.create(&object).await;
    }
    let gvk = object::Gvk::new("argoproj.io", "v1alpha1", "Application");
    while stage.client.refresh_served().await.expect("kinds").resource(&gvk).known().is_none() {
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    let image = format!("{}/shop", registry.host());
    stage.commit(
        "2026-01-01",
        "By hand",
        &[("dev/values.yaml", &format!("image:\n  name: {image}\n  tag: 1.0.0 # it\n"))],
    );
    let mut application = stage.application("shop");
    let said = |key: &str| format!("argocd-image-updater.argoproj.io/{key}");
    application["spec"]["source"]["repoURL"] = json!(stage.repository());
    application["metadata"]["annotations"] = json!({said("image-list"): format!("app={image}:1.x"),
        said("write-back-method"): "git", said("write-back-target"): "helmvalues"});
    application["status"] = json!({"sourceType": "Helm", "summary": {"images": [format!("{image}:1.0.0")]}});
    stage.create(&application).await;
    stage
}

fn run(stage: &Stage, arguments: &str) -> Ended {
    Transcript::new("images", stage.folder.path()).run(arguments)
}

/// What it prints, where all goes well.
fn well(stage: &Stage, arguments: &str) -> String {
    let ended = run(stage, arguments);
    assert_eq!(ended.code, 0, "{arguments}: {}", ended.stderr);
    ended.stdout
}

/// Columns, whatever their width.
fn words(text: &str) -> Vec<Vec<&str>> {
    text.lines().map(|line| line.split_whitespace().collect()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn from_what_is_followed_to_a_commit_and_back() {
    let registry = Server::start().await.expect("a port");
    for tag in ["1.0.0", "1.1.0", "2.0.0"] {
        registry.push("shop", tag, &Image::new(DAY, tag));
    }
    let stage = following(&registry).await;
    let image = format!("{}/shop", registry.host());
    let header = vec!["APPLICATION", "IMAGE", "RUNNING", "NEWEST", "STATE"];
    let listed = well(&stage, "images list");
    assert_eq!(words(&listed), [header.clone(), vec!["argocd/shop", &image, "1.0.0", "-", "Followed"]]);
    let checked = well(&stage, "images check");
    assert_eq!(words(&checked), [header, vec!["argocd/shop", &image, "1.0.0", "1.1.0", "Newer"]]);
    let wide = well(&stage, "images check -o wide");
    let expected = vec!["argocd/shop", "app", &image, "semver", "1.x", "1.0.0", "1.1.0", "Newer", "-"];
    assert_eq!(words(&wide)[1], expected);
    let parsed: Value = serde_json::from_str(&well(&stage, "images check -o json")).expect("JSON");
    assert_eq!(parsed["applications"][0]["images"][0]["newest"], "1.1.0");
    let read = yaml::parse_one(
        well(&stage, "images check -o yaml").as_bytes(),
        yaml::Dialect::V2,
        &mut budget::Budget::default(),
    );
    assert_eq!(read.expect("YAML"), parsed);

    let dry = well(&stage, "images update --dry-run");
    assert!(dry.starts_with("Would push to main of "), "{dry}");
    assert!(dry.contains("-  tag: 1.0.0 # it\n+  tag: 1.1.0 # it\n"), "{dry}");

    assert_eq!(well(&stage, &format!("images hold shop {image}:1.1.0")), format!("{image} 1.1.0 is held back\n"));
    let held = well(&stage, "images check -o wide");
    assert!(held.contains("Held") && held.contains("1.1.0 is held back: held by hand"), "{held}");
    assert_eq!(well(&stage, "images release shop"), format!("{image} 1.1.0 is released\n"));
    let written = well(&stage, "images update");
    assert!(written.starts_with("Pushed "), "{written}");
    assert!(well(&stage, "images check").contains("Written"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_goes_wrong_is_said_with_what_to_do() {
    let registry = Server::start().await.expect("a port");
    let stage = following(&registry).await;
    let told = |arguments: &str| {
        let ended = run(&stage, arguments);
        assert_ne!(ended.code, 0, "{arguments}: {}", ended.stdout);
        ended.stderr
    };
    assert!(told("images update").contains("`capstan images check -o wide` says why"));
    assert!(told("images update shop").contains("name some with --dry-run only"));
    assert!(told("images release shop").contains("nothing is held back for shop"));
    assert!(told("images release shop ghcr.io/a/b").contains("nothing of ghcr.io/a/b is held back"));
    assert!(told("images hold shop ghcr.io/a/b").contains("no version is named"));
    assert!(told("images hold nobody ghcr.io/a/b:1").contains("nobody"));
    let checked = well(&stage, "images check -o wide");
    assert!(checked.contains("Failed") && checked.contains("not found"), "{checked}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_image_is_tried_out_without_a_cluster() {
    let registry = Server::start().await.expect("a port");
    for tag in ["1.0.0", "1.1.0", "1.2.0-rc.1", "2.0.0", "latest"] {
        registry.push("shop", tag, &Image::new(DAY, tag));
    }
    let digest = registry.digest("shop", "latest").expect("it is there");
    let image = format!("{}/shop", registry.host());
    let folder = tempfile::tempdir().expect("a folder");
    let test = |arguments: &str| Transcript::new("images", folder.path()).run(&format!("images test {arguments}"));
    for (arguments, expected) in [
        (image.clone(), "2.0.0".to_owned()),
        (format!("{image} --semver-constraint 1.x"), "1.1.0".to_owned()),
        (format!("{image}:~1.0"), "1.0.0".to_owned()),
        (format!("{image} --ignore-tags 2.*"), "1.1.0".to_owned()),
        (format!("{image} --update-strategy alphabetical --allow-tags regexp:^1[.]"), "1.2.0-rc.1".to_owned()),
        (format!("{image} --update-strategy digest --semver-constraint latest"), format!("latest@{digest}")),
        (format!("{image} --platforms linux/amd64 --rate-limit 1000"), "2.0.0".to_owned()),
    ] {
        let ended = test(&arguments);
        let mark = ':';
        assert_eq!(
            (ended.code, ended.stdout),
            (0, format!("{image}{mark}{expected}\n")),
            "{arguments}: {}",
            ended.stderr
        );
    }
    let none = test(&format!("{image} --semver-constraint 9.x"));
    assert_eq!((none.code, none.stdout.as_str()), (0, ""));
    assert!(none.stderr.contains("the rule admits no tag"), "{}", none.stderr);
    for (arguments, expected) in [
        (format!("{image} --update-strategy newest"), "newest"),
        (format!("{image} --platforms windows/arm64"), "is built for linux/amd64"),
        (format!("{image} --credentials env:CAPSTAN_UNSET"), "the variable CAPSTAN_UNSET is not set"),
        (format!("{image} --registries-conf-path nowhere.conf"), "nowhere.conf: "),
        ("UPPER/case/".to_owned(), "is not the name of an image"),
    ] {
        let ended = test(&arguments);
        assert!(ended.code != 0 && ended.stderr.contains(expected), "{arguments}: {}", ended.stderr);
    }
}
