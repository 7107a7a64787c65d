//! Many applications of one repository, and somebody who commits meanwhile.

use crate::stage::{Stage, state};
use imageupdates::report::State;

const VALUES: &str = "image:\n  name: NAME\n  tag: 1.0.0\n";

#[tokio::test]
async fn ninety_applications_are_one_commit() {
    let stage = Stage::start().await;
    let shop = stage.image("shop");
    let values = VALUES.replace("NAME", &shop);
    let paths: Vec<String> = (0..90).map(|number| format!("apps/{number}/values.yaml")).collect();
    let first = stage.commit(&paths.iter().map(|path| (path.as_str(), values.as_str())).collect::<Vec<_>>());
    let followed = [("image-list", &*shop), ("write-back-method", "git"), ("write-back-target", "helmvalues")];
    for number in 0..90 {
        let (name, path) = (format!("app-{number}"), format!("apps/{number}"));
        stage.application(&name, "Helm", &path, &[&format!("{shop}:1.0.0")], &followed).await;
    }
    stage.push("shop", "1.1.0", "new");
    let _ = stage.registry.take_requests();
    let report = stage.cycle().await;
    assert_eq!(report.commits.len(), 1);
    assert_eq!((report.commits[0].applications.len(), report.commits[0].files.len()), (90, 90));
    assert_eq!(stage.registry.take_requests(), ["GET /v2/shop/tags/list"], "one question for all");
    let message = stage.message("main").await;
    assert!(
        message.starts_with("build: automatic update of app-0, app-1, app-10, app-11, app-12 and 85 more\n"),
        "{message}"
    );
    assert_eq!(message.matches("updates image").count(), 1, "each change is told once: {message}");
    assert_ne!(stage.tip("main").await, Some(first));
    assert!((0..90).all(|number| state(&report, &format!("app-{number}")) == State::Updated));
}

#[tokio::test]
async fn commits_of_others_are_kept_whenever_they_come() {
    let stage = Stage::start().await;
    let shop = stage.image("shop");
    stage.commit(&[("a/values.yaml", &VALUES.replace("NAME", &shop))]);
    let followed = [("image-list", &*shop), ("write-back-method", "git"), ("write-back-target", "helmvalues")];
    stage.application("a", "Helm", "a", &[&format!("{shop}:1.0.0")], &followed).await;
    let theirs: Vec<String> = (0..10).map(|number| format!("theirs/{number}")).collect();
    for (number, path) in theirs.iter().enumerate() {
        stage.push("shop", &format!("1.{}.0", number + 1), &format!("new {number}"));
        // Somebody else commits beside the updater; either may come first.
        let (_, report) = tokio::join!(async { stage.commit(&[(path.as_str(), "x")]) }, stage.cycle());
        assert_eq!(state(&report, "a"), State::Updated, "{report:?}");
    }
    for path in &theirs {
        assert_eq!(stage.file("main", path).await, "x");
    }
    assert!(stage.file("main", "a/values.yaml").await.contains("tag: 1.10.0"));
}
