//! A host that is slow, or accepts connections and never answers, costs those who use it and nobody else. All on virtual
//! time: whatever waits for such a host shows as seconds.

use crate::stage::{REPOSITORY, Stage, application, automated, conditions, config_map, health, phase, sync, text};
use git::{Problem, Slowness};
use serde_json::{Value, json};
use std::time::Duration;
use tokio::time::{Instant, sleep};

const FAR: &str = "https://far.example/repo.git";

/// More than there are workers.
const MANY: usize = 60;

/// An application of the path `app` in another repository.
fn far(name: &str, url: &str) -> Value {
    let mut app = application(name, "app", "shop", automated());
    app["spec"]["source"]["repoURL"] = json!(url);
    app
}

async fn value_is(stage: &Stage, name: &str, value: &str) -> bool {
    let object = stage.get("v1", "ConfigMap", "shop", name).await.unwrap_or_default();
    text(&object, "/data/value") == value
}

/// Twenty applications come up, are repaired and get a commit: how long that takes.
async fn pace_of_others(stage: &Stage) -> [Duration; 3] {
    let names: Vec<String> = (0..20).map(|number| format!("near-{number}")).collect();
    for name in &names {
        stage.git.commit(REPOSITORY, "main", "add", [(format!("{name}/a.yaml"), config_map(name, "1"))]);
    }
    let began = Instant::now();
    for name in &names {
        stage.create(application(name, name, "shop", automated())).await;
    }
    for name in &names {
        stage.until_well(name).await;
    }
    let up = began.elapsed();
    let began = Instant::now();
    for name in &names {
        stage.patch("v1", "ConfigMap", "shop", name, json!({"data": {"value": "by hand"}})).await;
    }
    for name in &names {
        stage.eventually("repaired", || value_is(stage, name, "1")).await;
    }
    let repaired = began.elapsed();
    let began = Instant::now();
    stage.git.commit(
        REPOSITORY,
        "main",
        "two",
        names.iter().map(|name| (format!("{name}/a.yaml"), config_map(name, "2"))),
    );
    for name in &names {
        stage.eventually("updated", || value_is(stage, name, "2")).await;
    }
    [up, repaired, began.elapsed()]
}

#[tokio::test(start_paused = true)]
async fn a_host_that_never_answers_holds_up_no_other_application() {
    let quiet = pace_of_others(&Stage::start().await).await;
    let stage = Stage::start().await;
    for number in 0..MANY {
        let url = format!("https://dead.example/{number}.git");
        stage.git.commit(&url, "main", "first", [("app/a.yaml", config_map("dead", "1"))]);
        // Half of them list their refs and hang later.
        let listing = if number % 2 == 0 { Duration::MAX } else { Duration::ZERO };
        stage.git.slow(&url, Slowness { listing, ..Slowness::never() });
        stage.create(far(&format!("dead-{number}"), &url)).await;
    }
    sleep(Duration::from_secs(1)).await;
    let pace = pace_of_others(&stage).await;
    for (with, without) in pace.iter().zip(quiet) {
        assert!(*with <= without + Duration::from_millis(100), "{pace:?} with the dead host, {quiet:?} without");
    }
    let waits = |name: &str| {
        let view = stage.views.get(applications::NAME, &format!("argocd/{name}")).expect("looked at");
        view.waiting.join("; ")
    };
    assert_eq!(waits("dead-0"), "the refs of https://dead.example/0.git");
    assert!(waits("dead-1").starts_with("commit ") && waits("dead-1").ends_with(" of https://dead.example/1.git"));
    assert!(stage.git.fetches("https://dead.example/1.git") <= 1, "it is not asked again and again");
}

#[tokio::test(start_paused = true)]
async fn a_slow_host_gets_its_applications_up_in_its_own_time() {
    let stage = Stage::start().await;
    stage.git.commit(FAR, "main", "first", [("app/a.yaml", config_map("a", "1"))]);
    let slowness = Slowness { listing: Duration::from_secs(3), fetch: Duration::from_secs(20) };
    stage.git.slow(FAR, slowness);
    for number in 0..MANY {
        let mut app = far(&format!("far-{number}"), FAR);
        app["spec"]["destination"]["namespace"] = json!(format!("far-{number}"));
        stage.create(app).await;
    }
    let began = Instant::now();
    for number in 0..MANY {
        stage.until_well(&format!("far-{number}")).await;
    }
    let took = began.elapsed();
    assert!(took >= Duration::from_secs(23) && took < Duration::from_secs(30), "{took:?}: one fetch serves all");
}

#[tokio::test(start_paused = true)]
async fn an_application_is_repaired_while_its_next_commit_is_on_its_way() {
    let stage = Stage::start().await;
    stage.git.commit(FAR, "main", "first", [("app/a.yaml", config_map("a", "1"))]);
    stage.create(far("shop", FAR)).await;
    stage.until_well("shop").await;
    stage.git.slow(FAR, Slowness { listing: Duration::from_secs(1), fetch: Duration::from_secs(60) });
    let first = text(&stage.app("shop").await, "/status/sync/revision").to_owned();
    let second = stage.git.commit(FAR, "main", "second", [("app/a.yaml", config_map("a", "2"))]).to_string();
    stage.refresh("shop", "normal").await;
    let began = Instant::now();
    stage.patch("v1", "ConfigMap", "shop", "a", json!({"data": {"value": "by hand"}})).await;
    stage.eventually("repaired", || value_is(&stage, "a", "1")).await;
    assert!(began.elapsed() < Duration::from_secs(2), "{:?}", began.elapsed());
    let app = stage.app("shop").await;
    assert_eq!((text(&app, "/status/sync/revision"), sync(&app)), (&*first, "Synced"));
    stage.eventually("updated", || value_is(&stage, "a", "2")).await;
    stage
        .until("shop", "at the second commit", |app| {
            text(app, "/status/sync/revision") == second && sync(app) == "Synced" && health(app) == "Healthy"
        })
        .await;
}

#[tokio::test(start_paused = true)]
async fn a_commit_that_cannot_be_fetched_is_told_with_what_runs_left_alone_and_tried_again() {
    let stage = Stage::start().await;
    stage.git.commit(FAR, "main", "first", [("app/a.yaml", config_map("a", "1"))]);
    stage.create(far("shop", FAR)).await;
    stage.until_well("shop").await;
    let second = stage.git.commit(FAR, "main", "second", [("app/a.yaml", config_map("a", "2"))]).to_string();
    stage.git.fail_fetches(FAR, Some(Problem::DiskFull { path: "/data".into() }));
    let told = |app: &Value| conditions(app).iter().any(|text| text.contains("no space left on the disk"));
    let after = stage.until("shop", "told", told).await;
    assert!(after >= Duration::from_secs(170), "{after:?}: a short failure is not told");
    stage.patch("v1", "ConfigMap", "shop", "a", json!({"data": {"value": "by hand"}})).await;
    stage.eventually("repaired", || value_is(&stage, "a", "1")).await;
    let fetches = stage.git.fetches(FAR);
    sleep(Duration::from_secs(3600)).await;
    let tried = stage.git.fetches(FAR) - fetches;
    assert!((20..=60).contains(&tried), "tried {tried} times in an hour");
    stage.git.fail_fetches(FAR, None);
    stage.until("shop", "mended", |app| text(app, "/status/sync/revision") == second && !told(app)).await;
}

#[tokio::test(start_paused = true)]
async fn a_sync_that_is_asked_for_right_after_a_commit_syncs_that_commit_however_slow_the_host() {
    let stage = Stage::start().await;
    stage.git.commit(FAR, "main", "first", [("app/a.yaml", config_map("a", "1"))]);
    let mut app = far("shop", FAR);
    app["spec"]["syncPolicy"] = json!({"syncOptions": ["CreateNamespace=true"]});
    stage.create(app).await;
    stage.until("shop", "compared", |app| sync(app) == "OutOfSync").await;
    stage.git.slow(FAR, Slowness { listing: Duration::from_secs(12), fetch: Duration::from_secs(30) });
    for value in ["2", "3"] {
        let commit = stage.git.commit(FAR, "main", value, [("app/a.yaml", config_map("a", value))]).to_string();
        let sync = json!({"operation": {"sync": {"syncOptions": ["CreateNamespace=true"]}}});
        stage.patch_app("shop", sync).await;
        let is_done = |app: &Value| app.get("operation").is_none() && phase(app) == "Succeeded";
        stage.until("shop", "synced", is_done).await;
        let app = stage.app("shop").await;
        assert_eq!(text(&app, "/status/operationState/syncResult/revision"), commit);
        assert!(value_is(&stage, "a", value).await);
    }
}

#[tokio::test(start_paused = true)]
async fn a_pinned_commit_that_is_known_needs_no_host() {
    let stage = Stage::start().await;
    let commit = stage.git.commit(FAR, "main", "first", [("app/a.yaml", config_map("a", "1"))]).to_string();
    let mut app = far("shop", FAR);
    app["spec"]["source"]["targetRevision"] = json!(commit);
    stage.git.fail(FAR, Some(Problem::Unreachable { detail: "connection refused".into() }));
    stage.git.fetched(FAR);
    stage.create(app).await;
    stage.until_well("shop").await;
    sleep(Duration::from_secs(3600)).await;
    let app = stage.app("shop").await;
    assert_eq!((sync(&app), conditions(&app)), ("Synced", Vec::new()));
}

#[tokio::test(start_paused = true)]
async fn a_newer_commit_does_not_wait_for_one_that_is_stuck() {
    let stage = Stage::start().await;
    stage.git.commit(FAR, "main", "first", [("app/a.yaml", config_map("a", "1"))]);
    stage.create(far("shop", FAR)).await;
    stage.until_well("shop").await;
    stage.git.slow(FAR, Slowness { fetch: Duration::MAX, ..Slowness::default() });
    stage.git.commit(FAR, "main", "second", [("app/a.yaml", config_map("a", "2"))]);
    stage.refresh("shop", "normal").await;
    sleep(Duration::from_secs(5)).await;
    stage.git.slow(FAR, Slowness::default());
    let third = stage.git.commit(FAR, "main", "third", [("app/a.yaml", config_map("a", "3"))]).to_string();
    stage
        .until("shop", "at the third", |app| text(app, "/status/sync/revision") == third && sync(app) == "Synced")
        .await;
    assert!(value_is(&stage, "a", "3").await);
}
