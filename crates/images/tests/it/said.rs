//! What annotations say.

use images::annotations::{PREFIX, images, write_back};
use images::{FileTarget, Method, Settings, TrackedImage, WriteBackConfig};
use std::collections::BTreeMap;

fn annotations(entries: &[(&str, &str)]) -> BTreeMap<String, String> {
    entries.iter().map(|(name, value)| (format!("{PREFIX}{name}"), (*value).to_owned())).collect()
}

fn tracked(entries: &[(&str, &str)]) -> Vec<TrackedImage> {
    let (images, problems) = images(&annotations(entries), &Settings::default());
    assert_eq!(problems, []);
    images
}

#[test]
fn a_list_of_images() {
    let images = tracked(&[("image-list", "app=ghcr.io/org/app:~1.2, nginx, web=org/web:>=1, <3,")]);
    let shown: Vec<_> = images
        .iter()
        .map(|image| (image.alias.as_str(), image.image.name(), image.rule.constraint().to_owned()))
        .collect();
    let expected = [("app", "ghcr.io/org/app", "~1.2"), ("", "nginx", ""), ("web", "org/web", ">=1, <3")];
    assert_eq!(shown, expected.map(|(alias, name, range)| (alias, name.to_owned(), range.to_owned())));
    assert!(tracked(&[]).is_empty());
}

#[test]
fn an_alias_over_the_application_over_all() {
    let above = Settings { update_strategy: Some("digest".into()), force_update: Some(true), ..Settings::default() };
    let said = annotations(&[
        ("image-list", "a=app:latest,b=app:1.x"),
        ("b.update-strategy", "semver"),
        ("force-update", "false"),
        ("a.force-update", "true"),
        ("a.platforms", "linux/amd64, linux/arm64"),
        ("platforms", "windows/amd64"),
        ("b.ignore-tags", "x*, y*"),
        ("pull-secret", "pullsecret:argocd/reg"),
    ]);
    let (images, problems) = images(&said, &above);
    assert_eq!(problems, []);
    let (a, b) = (&images[0], &images[1]);
    assert_eq!((a.rule.strategy, b.rule.strategy), (images::Strategy::Digest, images::Strategy::Semver));
    assert_eq!((a.force_update, b.force_update), (true, false));
    assert_eq!((a.platforms.len(), b.platforms.len()), (2, 0));
    assert!(!b.rule.admits("x1") && b.rule.admits("1.2"));
    assert_eq!(a.pull_secret.as_deref(), Some("pullsecret:argocd/reg"));
}

#[test]
fn what_is_wrong_with_one_image_leaves_the_others() {
    let said = annotations(&[
        ("image-list", "a=UPPER,b=app:main,c=app:1.x,d=app,e=app"),
        ("d.force-update", "perhaps"),
        ("e.helm.image-name", "x"),
        ("e.kustomize.image-name", "y"),
    ]);
    let (images, problems) = images(&said, &Settings::default());
    assert_eq!(images.iter().map(|image| image.alias.as_str()).collect::<Vec<_>>(), ["c"]);
    let told: Vec<_> = problems.iter().map(ToString::to_string).collect();
    assert!(told[0].starts_with("image \"a\": \"UPPER\" is not the name of an image"), "{told:?}");
    assert!(told[1].starts_with("image \"b\": \"main\" is not a range of versions"), "{told:?}");
    assert!(told[2].starts_with("image \"d\": force-update is \"perhaps\""), "{told:?}");
    assert!(told[3].starts_with("image \"e\": helm and kustomize are both named"), "{told:?}");
}

fn config(method: &str, branch: &str, target: &str) -> WriteBackConfig {
    let said = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    WriteBackConfig { method: said(method), branch: said(branch), repository: None, target: said(target) }
}

#[test]
fn where_versions_are_written() {
    let target = |target: &str| config("git", "", target).resolve("app", None, "deploy/qa").expect(target).target;
    assert_eq!(target(""), FileTarget::Parameters("deploy/qa/.argocd-source-app.yaml".into()));
    assert_eq!(target("kustomization"), FileTarget::Kustomization("deploy/qa".into()));
    assert_eq!(target("kustomization:../base"), FileTarget::Kustomization("deploy/base".into()));
    assert_eq!(target("kustomization:/base"), FileTarget::Kustomization("base".into()));
    assert_eq!(target("helmvalues"), FileTarget::HelmValues("deploy/qa/values.yaml".into()));
    assert_eq!(target("helmvalues:./qa.values.yaml"), FileTarget::HelmValues("deploy/qa/qa.values.yaml".into()));
    assert_eq!(target("helmvalues:/envs/qa.yaml"), FileTarget::HelmValues("envs/qa.yaml".into()));
    assert_eq!(target("over/app.yaml"), FileTarget::Parameters("over/app.yaml".into()));
    let elsewhere = config("git", "", "").resolve("app", Some("team"), ".").expect("a target").target;
    assert_eq!(elsewhere, FileTarget::Parameters(".argocd-source-team_app.yaml".into()));
}

#[test]
fn how_versions_are_written() {
    let method =
        |method: &str, branch: &str| config(method, branch, "").resolve("app", None, "").map(|write| write.method);
    assert_eq!(method("", ""), Ok(Method::Application));
    let git = |secret: Option<&str>, base: Option<&str>, push: Option<&str>| Method::Git {
        secret: secret.map(str::to_owned),
        repository: None,
        base: base.map(str::to_owned),
        push: push.map(str::to_owned),
    };
    assert_eq!(method("git", ""), Ok(git(None, None, None)));
    assert_eq!(method("git:repocreds", "main"), Ok(git(None, Some("main"), None)));
    assert_eq!(
        method("git:secret:argocd/creds", "main:up-{{.SHA256}}"),
        Ok(git(Some("argocd/creds"), Some("main"), Some("up-{{.SHA256}}")))
    );
    assert_eq!(method("git", ":up"), Ok(git(None, None, Some("up"))));
    let said = write_back(&annotations(&[
        ("write-back-method", " git "),
        ("git-branch", "main"),
        ("git-repository", "https://h/r"),
    ]));
    assert_eq!(said.repository.as_deref(), Some("https://h/r"));
}

#[test]
fn what_cannot_be_written_is_refused() {
    let told = |method: &str, branch: &str, target: &str| {
        config(method, branch, target).resolve("app", None, "deploy").expect_err(target).to_string()
    };
    assert!(told("ftp", "", "").contains("argocd, git, git:repocreds"));
    assert!(told("git:secret:creds", "", "").contains("is not a way to write back"));
    assert!(told("git", "a:b:c", "").contains("does not name branches"));
    assert!(told("git", "", "deploy/kustomization.yaml").contains("would be replaced"));
    assert!(told("git", "", "helmvalues:../../x").contains("leads out of the repository"));
    assert!(told("git", "", "../x").contains("leads out of the repository"));
}
