//! What goes wrong concerns one application, says why on it, and everything else goes on.

use crate::stage::{Stage, image, state};
use imageupdates::report::State;
use ociserver::{Behaviour, Canned};
use serde_json::Value;
use std::os::unix::fs::PermissionsExt;
use std::time::Duration;

const VALUES: &str = "image:\n  name: NAME\n  tag: 1.0.0\n";

/// An application `good` whose update always goes well.
async fn good(stage: &Stage, files: &[(&str, &str)]) {
    let shop = stage.image("shop");
    let values = VALUES.replace("NAME", &shop);
    let mut all = vec![("good/values.yaml", values.as_str())];
    all.extend_from_slice(files);
    stage.commit(&all);
    let followed = [("image-list", &*shop), ("write-back-method", "git"), ("write-back-target", "helmvalues")];
    stage.application("good", "Helm", "good", &[&format!("{shop}:1.0.0")], &followed).await;
    stage.push("shop", "1.1.0", "new");
}

async fn bad(stage: &Stage, image: &str, annotations: &[(&str, &str)]) {
    let mut all = vec![("image-list", image), ("write-back-method", "git"), ("write-back-target", "helmvalues")];
    all.retain(|(key, _)| !annotations.iter().any(|(own, _)| own == key));
    all.extend_from_slice(annotations);
    let live = image.rsplit_once('=').map_or(image, |(_, image)| image);
    stage.application("bad", "Helm", "bad", &[&format!("{live}:1.0.0")], &all).await;
}

/// One cycle in which `bad` fails and `good` does not; why it failed, as the Application says it.
async fn failing(stage: &Stage) -> String {
    let report = stage.cycle().await;
    assert_eq!(state(&report, "good"), State::Updated, "{report:?}");
    assert_eq!(state(&report, "bad"), State::Failed, "{report:?}");
    assert!(stage.events().contains(&"ImageUpdateFailed".to_owned()));
    let app = stage.get("bad").await;
    let conditions = app["status"]["conditions"].as_array().cloned().unwrap_or_default();
    let said = conditions.iter().find(|condition| condition["type"] == "ImageUpdateWarning").expect("it says so");
    let said = said["message"].as_str().expect("text").to_owned();
    assert!(said.ends_with("; tried again every 120 s"), "{said}");
    said
}

#[tokio::test]
async fn registries_that_fail_ask_for_patience_or_lie() {
    for (status, expected) in
        [(429, "busy (status 429)"), (500, "failed (status 500)"), (200, "a list of tags that is none")]
    {
        let stage = Stage::start().await;
        good(&stage, &[]).await;
        let other = ociserver::Server::start().await.expect("a port");
        other.behave(Behaviour::new(move |_, _| Some(Canned { status, ..Canned::default() })));
        bad(&stage, &format!("{}/app", other.host()), &[]).await;
        let said = failing(&stage).await;
        assert!(said.contains(expected), "{said}");
    }
}

/// A stage that loses patience with registries soon, and takes little of them.
async fn impatient() -> Stage {
    let timeouts = registry::Timeouts {
        idle: Duration::from_secs(2),
        total: Duration::from_secs(4),
        ..registry::Timeouts::default()
    };
    let limits = registry::Limits { answer_bytes_max: 1 << 20, tags_max: 50_000, ..registry::Limits::default() };
    Stage::with(registry::Options { limits, timeouts }, None).await
}

#[tokio::test]
async fn registries_that_stream_for_ever_never_answer_or_have_too_many_tags() {
    let many: Vec<String> = (0..60_000).map(|number| format!("1.0.{number}")).collect();
    let many = serde_json::json!({"name": "app", "tags": many}).to_string();
    let body = |text: &str| Canned { status: 200, body: text.to_owned().into(), ..Canned::default() };
    for (canned, expected) in [
        (Canned { is_endless: true, ..body(&"x".repeat(4096)) }, "bytes of one answer"),
        (Canned { is_silent: true, ..body("") }, "timed out after "),
        (body(&many), "tags of one repository"),
    ] {
        let stage = impatient().await;
        good(&stage, &[]).await;
        let other = ociserver::Server::start().await.expect("a port");
        other.behave(Behaviour::new(move |_, _| Some(canned.clone())));
        bad(&stage, &format!("{}/app", other.host()), &[]).await;
        let said = failing(&stage).await;
        assert!(said.contains(expected), "{said}");
    }
}

#[tokio::test]
async fn a_registry_that_lies_about_digests() {
    let stage = Stage::start().await;
    good(&stage, &[("bad/values.yaml", VALUES)]).await;
    let other = ociserver::Server::start().await.expect("a port");
    let digest = other.push("app", "1.1.0", &ociserver::Image::new(crate::stage::DAY, "new"));
    other.behave(Behaviour::new(move |method, path| {
        let is_it = method == "GET" && path.ends_with(&digest);
        is_it.then(|| Canned { status: 200, body: r#"{"schemaVersion":2}"#.into(), ..Canned::default() })
    }));
    let app = format!("a={}/app", other.host());
    bad(&stage, &app, &[("a.platforms", "linux/amd64")]).await;
    let said = failing(&stage).await;
    assert!(said.contains("not the promised sha256:"), "{said}");
}

#[tokio::test]
async fn templates_that_fail_or_loop() {
    let stage = Stage::start().await;
    good(&stage, &[("bad/values.yaml", VALUES)]).await;
    let shop = stage.image("shop");
    let endless = "main:{{define \"a\"}}{{template \"a\"}}{{end}}{{template \"a\"}}";
    bad(&stage, &shop, &[("git-branch", endless)]).await;
    let said = failing(&stage).await;
    assert!(said.contains("the branch to push: "), "{said}");
}

#[tokio::test]
async fn a_message_template_that_fails_is_told_on_all_that_need_it() {
    let stage = Stage::start().await;
    good(&stage, &[]).await;
    let registries =
        format!("registries:\n- {{name: l, prefix: '{0}', api_url: 'http://{0}'}}\n", stage.registry.host());
    stage.config(&[("registries.conf", &registries), ("git.commit-message-template", "{{ .Nothing.Here }}")]).await;
    let report = stage.cycle().await;
    assert_eq!(state(&report, "good"), State::Failed);
    assert!(image(&report, "good").message.contains("the commit message: "), "{report:?}");
    assert!(report.commits.is_empty());
}

#[tokio::test]
async fn yaml_that_cannot_be_edited_safely() {
    for (text, expected) in [
        ("image: text\n", "bad/values.yaml: line 1"),
        ("a: 1\n---\nb: 1\n", "bad/values.yaml: "),
        ("a: [\n", "bad/values.yaml: "),
    ] {
        let stage = Stage::start().await;
        good(&stage, &[("bad/values.yaml", text)]).await;
        let shop = stage.image("shop");
        bad(&stage, &shop, &[]).await;
        let said = failing(&stage).await;
        assert!(said.contains(expected), "{said}");
        assert_eq!(stage.file("main", "bad/values.yaml").await, text);
    }
}

#[tokio::test]
async fn files_that_are_not_there() {
    let stage = Stage::start().await;
    good(&stage, &[]).await;
    let shop = stage.image("shop");
    bad(&stage, &shop, &[]).await;
    assert!(failing(&stage).await.contains("there is no file bad/values.yaml"));
}

#[tokio::test]
async fn a_branch_that_is_not_there_and_a_repository_that_is_not() {
    let stage = Stage::start().await;
    good(&stage, &[]).await;
    let shop = stage.image("shop");
    bad(&stage, &shop, &[("git-branch", "release")]).await;
    assert!(failing(&stage).await.contains("has no branch release"));
    let stage = Stage::start().await;
    good(&stage, &[]).await;
    let shop = stage.image("shop");
    bad(&stage, &shop, &[("git-repository", "/srv/nothing/there.git")]).await;
    assert!(failing(&stage).await.contains("repository not found"));
}

#[tokio::test]
async fn a_protected_branch() {
    let stage = Stage::start().await;
    let shop = stage.image("shop");
    stage.commit(&[("good/values.yaml", &VALUES.replace("NAME", &shop))]);
    // A branch that nobody may write: a local repository whose branch cannot be locked.
    let lock = stage.repository().join("refs/heads/main.lock");
    std::fs::write(&lock, "").expect("written");
    std::fs::set_permissions(&lock, std::fs::Permissions::from_mode(0o444)).expect("set");
    let followed = [("image-list", &*shop), ("write-back-method", "git"), ("write-back-target", "helmvalues")];
    stage.application("good", "Helm", "good", &[&format!("{shop}:1.0.0")], &followed).await;
    stage.push("shop", "1.1.0", "new");
    let report = stage.cycle().await;
    assert_eq!(state(&report, "good"), State::Failed, "{report:?}");
    let said = &image(&report, "good").message;
    assert!(said.contains("branch main does not take the commit"), "{said}");
    std::fs::remove_file(&lock).expect("removed");
    assert_eq!(state(&stage.cycle().await, "good"), State::Updated, "and the next cycle goes on");
}

#[tokio::test]
async fn a_repository_that_was_force_pushed_is_read_anew() {
    let stage = Stage::start().await;
    let shop = stage.image("shop");
    let first = stage.commit(&[("good/values.yaml", &VALUES.replace("NAME", &shop))]);
    stage.commit(&[("other", "x")]);
    good(&stage, &[]).await;
    std::fs::write(stage.repository().join("refs/heads/main"), format!("{first}\n")).expect("written");
    assert_eq!(state(&stage.cycle().await, "good"), State::Updated);
    assert!(stage.file("main", "good/values.yaml").await.contains("tag: 1.1.0"));
}

#[tokio::test]
async fn secrets_that_are_not_the_applications_and_images_that_are_none() {
    let stage = Stage::start().await;
    good(&stage, &[]).await;
    let shop = stage.image("shop");
    bad(&stage, &format!("a={shop}"), &[("a.pull-secret", "pullsecret:kube-system/registry")]).await;
    assert!(failing(&stage).await.contains("credentials of other namespaces are not used"));
    let stage = Stage::start().await;
    good(&stage, &[]).await;
    let shop = stage.image("shop");
    bad(&stage, &format!("a={shop}"), &[("a.pull-secret", "env:HOME")]).await;
    assert!(failing(&stage).await.contains("belongs to the process"));
    let stage = Stage::start().await;
    good(&stage, &[]).await;
    bad(&stage, "UPPER CASE", &[]).await;
    let report = stage.cycle().await;
    let of = report.applications.iter().find(|of| of.name == "bad").expect("in the report");
    assert!(of.problems[0].contains("is not the name of an image"), "{:?}", of.problems);
    assert_eq!(state(&report, "good"), State::Updated);
    let app: Value = stage.get("bad").await;
    assert!(app["status"]["conditions"].to_string().contains("ImageUpdateWarning"));
}
