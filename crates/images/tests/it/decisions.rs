//! Whether there is news of an image.

use images::{Decision, Hold, ImageConfig, ImageReference, ManifestTarget, Settings, Tag, TrackedImage, decide};

fn image(text: &str) -> ImageReference {
    ImageReference::parse(text).expect(text)
}

fn tracked(name: &str, strategy: &str) -> TrackedImage {
    let settings = Settings { update_strategy: Some(strategy.into()), ..Settings::default() };
    let config = ImageConfig { image_name: name.into(), ..ImageConfig::default() };
    TrackedImage::new(&config, &settings).expect(name)
}

fn digest(letter: &str) -> String {
    format!("sha256:{}", letter.repeat(64))
}

fn tags(names: &[&str]) -> Vec<Tag> {
    let tag = |name: &&str| match name.split_once('@') {
        Some((name, letter)) => Tag { name: name.to_owned(), created: None, digest: Some(digest(letter)) },
        None => Tag { name: (*name).to_owned(), created: None, digest: None },
    };
    names.iter().map(tag).collect()
}

/// What is decided, in a line.
fn decided(tracked: &TrackedImage, live: &[&str], offered: &[&str], holds: &[Hold]) -> String {
    let live: Vec<_> = live.iter().map(|text| image(text)).collect();
    match decide(tracked, &live, &tags(offered), holds) {
        Decision::Update { from, to } => format!("{from} -> {to}"),
        Decision::Current(image) => format!("{image} is current"),
        Decision::NotLive => "not live".to_owned(),
        Decision::NoTag => "no tag".to_owned(),
        Decision::Held { to, hold } => format!("{to} is held: {}", hold.reason),
    }
}

#[test]
fn a_newer_version_is_news_and_the_same_is_not() {
    let app = tracked("org/app:1.x", "semver");
    assert_eq!(decided(&app, &["org/app:1.0"], &["1.0", "1.1", "2.0"], &[]), "org/app:1.0 -> org/app:1.1");
    assert_eq!(decided(&app, &["org/app:1.1"], &["1.0", "1.1", "2.0"], &[]), "org/app:1.1 is current");
    assert_eq!(decided(&app, &["docker.io/org/app:1.1"], &["1.1"], &[]), "docker.io/org/app:1.1 is current");
    assert_eq!(decided(&app, &["other:1.0"], &["1.1"], &[]), "not live");
    assert_eq!(decided(&app, &["org/app:1.0"], &["2.0", "main"], &[]), "no tag");
    assert_eq!(decided(&app, &["org/app"], &["1.0"], &[]), "org/app -> org/app:1.0");
}

#[test]
fn an_image_that_does_not_run_is_updated_when_told_to() {
    let mut app = tracked("org/app", "semver");
    app.force_update = true;
    assert_eq!(decided(&app, &[], &["1.1"], &[]), "org/app -> org/app:1.1");
}

#[test]
fn a_tag_that_moves_is_followed_by_its_digest() {
    let app = tracked("app:latest", "digest");
    let (a, b) = (digest("a"), digest("b"));
    let run = |live: &[&str]| decided(&app, live, &["latest@b", "v1@c"], &[]);
    assert_eq!(run(&["app:latest"]), format!("app:latest -> app:latest@{b}"));
    assert_eq!(run(&[&format!("app:latest@{a}")]), format!("app:latest@{a} -> app:latest@{b}"));
    assert_eq!(run(&[&format!("app:latest@{b}")]), format!("app:latest@{b} is current"));
    assert_eq!(run(&[&format!("app@{b}")]), format!("app@{b} is current"));
    assert_eq!(decided(&app, &["app:latest"], &["latest"], &[]), "no tag");
    // Two containers of one repository: the one of this tag counts, and of these the one that is behind.
    assert_eq!(run(&[&format!("app:other@{a}"), &format!("app:latest@{b}")]), format!("app:latest@{b} is current"));
    let pair = [format!("app:latest@{b}"), format!("app:latest@{a}")];
    assert_eq!(run(&[&pair[0], &pair[1]]), format!("app:latest@{a} -> app:latest@{b}"));
}

#[test]
fn a_version_that_was_taken_back_is_not_written_again_until_a_newer_one_appears() {
    let app = tracked("org/app:1.x", "semver");
    let hold = Hold {
        image: "docker.io/org/app".into(),
        version: "1.2".into(),
        reason: "rolled back to revision 3".into(),
        since: "2024-05-01T00:00:00Z".parse().expect("a time"),
    };
    let run = |offered: &[&str]| decided(&app, &["org/app:1.1"], offered, std::slice::from_ref(&hold));
    assert_eq!(run(&["1.1", "1.2"]), "org/app:1.2 is held: rolled back to revision 3");
    assert_eq!(run(&["1.1", "1.2", "1.3"]), "org/app:1.1 -> org/app:1.3");
    let other = Hold { image: "org/other".into(), ..hold.clone() };
    assert_eq!(decided(&app, &["org/app:1.1"], &["1.2"], &[other]), "org/app:1.1 -> org/app:1.2");
}

#[test]
fn an_image_that_a_kustomization_replaces_is_followed_by_either_name() {
    let mut app = tracked("ghcr.io/org/app:1.x", "semver");
    let target: ManifestTarget =
        serde_json::from_value(serde_json::json!({"kustomize": {"name": "org/app"}})).expect("a target");
    app.target = target;
    assert_eq!(decided(&app, &["org/app:1.1"], &["1.1"], &[]), "org/app:1.1 -> ghcr.io/org/app:1.1");
    assert_eq!(decided(&app, &["ghcr.io/org/app:1.1"], &["1.1"], &[]), "ghcr.io/org/app:1.1 is current");
}
