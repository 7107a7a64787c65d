//! Which tag is the newest.

use images::{Platform, Rule, Strategy, Tag};

fn tags(names: &[&str]) -> Vec<Tag> {
    names.iter().map(|name| Tag { name: (*name).to_owned(), created: None, digest: None }).collect()
}

fn newest(strategy: Strategy, constraint: &str, names: &[&str]) -> Option<String> {
    let rule = Rule::new(strategy, constraint, "", &[]).expect("a rule");
    rule.newest(&tags(names)).map(|tag| tag.name.clone())
}

/// The examples of the image updater's own documentation of strategies, and their cousins.
#[test]
fn semantic_versions_within_a_range() {
    let all =
        &["1.0", "1.1", "1.2.1", "1.2.2", "1.3.0", "v1.2.5", "2.0.0-rc.1", "2.0.0", "latest", "master", "1.2.3-alpine"];
    let check = |range: &str, expected: Option<&str>| {
        assert_eq!(newest(Strategy::Semver, range, all).as_deref(), expected, "{range}");
    };
    check("", Some("2.0.0"));
    check("~1.2", Some("v1.2.5"));
    check("1.2.x", Some("v1.2.5"));
    check("^1", Some("1.3.0"));
    check(">=1.0, <1.2.2", Some("1.2.1"));
    check("1.x || >=2.0.0-0, <2.0.0", Some("2.0.0-rc.1"));
    check("~1.2-0", Some("v1.2.5"));
    check(">=3", None);
}

#[test]
fn pre_releases_stay_out_unless_they_are_asked_for() {
    let all = &["1.0.0", "1.1.0-beta"];
    assert_eq!(newest(Strategy::Semver, "", all).as_deref(), Some("1.0.0"));
    assert_eq!(newest(Strategy::Semver, "*-0", all).as_deref(), Some("1.1.0-beta"));
}

#[test]
fn names_in_the_order_of_bytes() {
    assert_eq!(
        newest(Strategy::Alphabetical, "", &["2024-01-02", "2023-12-31", "2024-01-10"]).as_deref(),
        Some("2024-01-10")
    );
    assert_eq!(newest(Strategy::Alphabetical, "", &[]).as_deref(), None);
}

#[test]
fn the_build_that_is_newest_whatever_its_name() {
    let tag = |name: &str, created: Option<&str>| Tag {
        name: name.to_owned(),
        created: created.map(|text| text.parse().expect("a time")),
        digest: None,
    };
    let rule = Rule::new(Strategy::NewestBuild, "", "", &[]).expect("a rule");
    assert!(rule.needs_metadata());
    let all = [tag("z", Some("2024-01-01T00:00:00Z")), tag("a", Some("2024-02-01T00:00:00Z")), tag("y", None)];
    assert_eq!(rule.newest(&all).map(|tag| tag.name.as_str()), Some("a"));
    // Two tags of one image: the same one each time.
    let twins = [tag("b", Some("2024-02-01T00:00:00Z")), tag("a", Some("2024-02-01T00:00:00Z"))];
    assert_eq!(rule.newest(&twins).map(|tag| tag.name.as_str()), Some("b"));
}

#[test]
fn tags_are_allowed_and_ignored() {
    let rule = |allow: &str, ignore: &[&str]| {
        let ignore: Vec<_> = ignore.iter().map(|text| (*text).to_owned()).collect();
        Rule::new(Strategy::Alphabetical, "", allow, &ignore)
    };
    let all = tags(&["dev-1", "dev-2", "prod-1", "prod-2"]);
    let newest = |allow, ignore: &[&str]| rule(allow, ignore).expect("a rule").newest(&all).map(|tag| tag.name.clone());
    assert_eq!(newest("regexp:^dev-", &[]).as_deref(), Some("dev-2"));
    assert_eq!(newest("any", &["prod-*"]).as_deref(), Some("dev-2"));
    assert_eq!(newest("regexp:^dev-", &["dev-[0-9]"]), None);
    let told = |allow: &str, ignore: &[&str]| rule(allow, ignore).expect_err(allow);
    assert!(told("regexp:(", &[]).contains("is not a regular expression"));
    assert!(told("glob:x", &[]).contains("`any` and `regexp:<expression>`"));
    assert!(told("", &["[a"]).contains("is not a pattern of tags"));
}

#[test]
fn rules_that_cannot_be_followed_are_refused() {
    let told = |strategy, constraint: &str| Rule::new(strategy, constraint, "", &[]).expect_err(constraint);
    assert!(told(Strategy::Semver, "main").contains("is not a range of versions"));
    assert!(told(Strategy::Digest, "").contains("follows one tag"));
    assert!(
        Strategy::parse("newest").expect_err("no strategy").contains("semver, newest-build, alphabetical and digest")
    );
    assert_eq!(Strategy::parse("Latest"), Ok(Strategy::NewestBuild));
    assert_eq!(Strategy::parse("name"), Ok(Strategy::Alphabetical));
}

#[test]
fn platforms_accept_what_runs_on_them() {
    let platform = |text: &str| Platform::parse(text).expect(text);
    assert!(platform("linux/arm64").accepts(&platform("linux/arm64/v8")));
    assert!(!platform("linux/arm/v7").accepts(&platform("linux/arm/v6")));
    assert!(!platform("linux/amd64").accepts(&platform("windows/amd64")));
    assert_eq!(platform("linux/arm/v7").to_string(), "linux/arm/v7");
    assert!(Platform::parse("linux").is_err() && Platform::parse("/amd64").is_err());
}
