//! One timeline for each behaviour.

use crate::stage::{
    REPOSITORY, Stage, application, automated, conditions, config_map, health, manual, phase, sync, text,
};
use serde_json::{Value, json};
use std::time::Duration;
use tokio::time::sleep;

#[tokio::test(start_paused = true)]
async fn nothing_happens_by_itself_without_automated_sync() {
    let stage = Stage::start().await;
    stage.commit("first", [("dev/a.yaml", &*config_map("a", "1"))]);
    stage.application("shop", manual()).await;
    stage.until("shop", "OutOfSync and Missing", |app| sync(app) == "OutOfSync" && health(app) == "Missing").await;
    sleep(Duration::from_secs(300)).await;
    assert!(stage.get("v1", "ConfigMap", "shop", "a").await.is_none());
    stage.patch_app("shop", json!({"operation": {"sync": {"syncOptions": ["CreateNamespace=true"]}, "initiatedBy": {"username": "me"}}})).await;
    stage.until_well("shop").await;
    let app = stage.app("shop").await;
    assert_eq!(app.get("operation"), None);
    assert_eq!(
        (phase(&app), text(&app, "/status/operationState/message")),
        ("Succeeded", "successfully synced (all tasks run)")
    );
}

#[tokio::test(start_paused = true)]
async fn a_commit_that_touches_one_of_many_renders_one() {
    let stage = Stage::start().await;
    let names: Vec<String> = (0..20).map(|number| format!("app-{number}")).collect();
    for name in &names {
        stage.git.commit(REPOSITORY, "main", "add", [(format!("{name}/a.yaml"), config_map(name, "1"))]);
    }
    for name in &names {
        stage.create(application(name, name, "shop", automated())).await;
    }
    for name in &names {
        stage.until_well(name).await;
    }
    sleep(Duration::from_secs(10)).await;
    let (renders, listings) = (stage.counters.renders(), stage.git.listings(REPOSITORY));
    assert_eq!(renders, 20, "each application was rendered once");
    let revision =
        stage.git.commit(REPOSITORY, "main", "one", [("app-7/a.yaml", config_map("app-7", "2"))]).to_string();
    let has_arrived = || async {
        let object = stage.get("v1", "ConfigMap", "shop", "app-7").await.unwrap_or_default();
        text(&object, "/data/value") == "2"
    };
    stage.eventually("the commit arrives", has_arrived).await;
    for name in &names {
        stage.until(name, "at the new revision", |app| text(app, "/status/sync/revision") == revision).await;
        assert_eq!(sync(&stage.app(name).await), "Synced");
    }
    assert_eq!(stage.counters.renders() - renders, 1);
    assert!(stage.git.listings(REPOSITORY) - listings < 40, "one listing serves all");
    let untouched = stage.app("app-3").await;
    assert_eq!(untouched["status"]["history"].as_array().map(Vec::len), Some(1), "a new name is no deployment");
}

#[tokio::test(start_paused = true)]
async fn an_idle_application_writes_and_renders_nothing() {
    let stage = Stage::start().await;
    stage.commit("first", [("dev/a.yaml", &*config_map("a", "1"))]);
    stage.application("shop", automated()).await;
    stage.until_well("shop").await;
    sleep(Duration::from_secs(10)).await;
    let before = (stage.app("shop").await["metadata"]["resourceVersion"].clone(), stage.counters.renders());
    sleep(Duration::from_secs(3600)).await;
    let after = (stage.app("shop").await["metadata"]["resourceVersion"].clone(), stage.counters.renders());
    assert_eq!(before, after);
}

#[tokio::test(start_paused = true)]
async fn a_refresh_is_answered_and_taken_away() {
    let stage = Stage::start().await;
    stage.commit("first", [("dev/a.yaml", &*config_map("a", "1"))]);
    stage.application("shop", automated()).await;
    stage.until_well("shop").await;
    let before = stage.app("shop").await;
    sleep(Duration::from_secs(5)).await;
    stage.refresh("shop", "hard").await;
    let after = stage.app("shop").await;
    assert_ne!(before["status"]["reconciledAt"], after["status"]["reconciledAt"]);
    assert_eq!(stage.counters.renders(), 2, "a hard refresh renders anew");
}

#[tokio::test(start_paused = true)]
async fn waves_go_one_after_the_other() {
    let stage = Stage::start().await;
    let wave = |name: &str, wave: &str| {
        config_map(name, "1").replace(
            "metadata:\n",
            &format!("metadata:\n  annotations:\n    argocd.argoproj.io/sync-wave: \"{wave}\"\n"),
        )
    };
    stage.commit("first", [("dev/a.yaml", &*wave("early", "-1")), ("dev/b.yaml", &*wave("late", "3"))]);
    stage.application("shop", automated()).await;
    stage
        .eventually("the first wave", || async { stage.get("v1", "ConfigMap", "shop", "early").await.is_some() })
        .await;
    let app = stage.app("shop").await;
    assert_eq!(stage.get("v1", "ConfigMap", "shop", "late").await, None);
    let _ = app;
    let paused = stage.until("shop", "done", |app| phase(app) == "Succeeded").await;
    assert!(paused >= Duration::from_secs(1) && paused < Duration::from_secs(4), "{paused:?}");
    stage.until_well("shop").await;
    let app = stage.app("shop").await;
    assert_eq!(app["status"]["history"].as_array().map(Vec::len), Some(1));
    assert_eq!(text(&app, "/status/operationState/message"), "successfully synced (all tasks run)");
}

#[tokio::test(start_paused = true)]
async fn deleting_an_application_deletes_what_it_made_and_keeps_what_it_must() {
    let stage = Stage::start().await;
    let kept = config_map("kept", "1")
        .replace("metadata:\n", "metadata:\n  annotations:\n    argocd.argoproj.io/sync-options: Delete=false\n");
    stage.commit("first", [("dev/a.yaml", &*config_map("a", "1")), ("dev/b.yaml", &*kept)]);
    let mut app = application("shop", "dev", "shop", automated());
    app["metadata"]["finalizers"] = json!(["resources-finalizer.argocd.argoproj.io"]);
    stage.create(app).await;
    stage.until_well("shop").await;
    stage.delete("argoproj.io/v1alpha1", "Application", "argocd", "shop").await;
    stage.eventually("the application is gone", || async { stage.app("shop").await == Value::Null }).await;
    assert!(stage.get("v1", "ConfigMap", "shop", "a").await.is_none());
    assert!(stage.get("v1", "ConfigMap", "shop", "kept").await.is_some());
}

#[tokio::test(start_paused = true)]
async fn an_application_of_applications_brings_its_children_up() {
    let stage = Stage::start().await;
    let child = serde_json::to_string(&application("child", "child", "shop", automated())).expect("text");
    stage.commit("first", [("parent/child.json", &*child), ("child/a.yaml", &*config_map("a", "1"))]);
    stage.create(application("parent", "parent", "argocd", automated())).await;
    stage.until("child", "Synced", |app| sync(app) == "Synced").await;
    stage.until("parent", "Synced", |app| sync(app) == "Synced").await;
    sleep(Duration::from_secs(60)).await;
    let parent = stage.app("parent").await;
    assert_eq!(parent.pointer("/status/summary/isAppOfApps"), Some(&json!(true)));
    let repairs = parent.pointer("/status/operationState/operation/sync/autoHealAttemptsCount");
    assert_eq!((sync(&parent), repairs), ("Synced", None), "the child's status is no drift");
}

#[tokio::test(start_paused = true)]
async fn unknown_fields_survive_every_write() {
    let stage = Stage::start().await;
    stage.commit("first", [("dev/a.yaml", &*config_map("a", "1"))]);
    let mut app = application("shop", "dev", "shop", automated());
    app["spec"]["newer"] = json!({"field": [1, 2]});
    app["status"] = json!({"newer": {"status": true}, "health": {"odd": 1}});
    stage.create(app).await;
    stage.until_well("shop").await;
    let app = stage.app("shop").await;
    assert_eq!(app.pointer("/spec/newer/field"), Some(&json!([1, 2])));
    assert_eq!(app.pointer("/status/newer/status"), Some(&json!(true)));
    assert_eq!(app.pointer("/status/health/odd"), Some(&json!(1)));
}

#[tokio::test(start_paused = true)]
async fn events_tell_what_happened() {
    let stage = Stage::start().await;
    stage.commit("first", [("dev/a.yaml", &*config_map("a", "1"))]);
    stage.application("shop", automated()).await;
    stage.until_well("shop").await;
    sleep(Duration::from_secs(5)).await;
    let gvk = object::Gvk::new("", "v1", "Event");
    let events = stage.client.list(&gvk, &cluster::ListQuery::in_namespace("argocd")).await.expect("events");
    let reasons: std::collections::BTreeSet<String> =
        events.iter().filter_map(|event| event.get("/reason")?.as_str().map(str::to_owned)).collect();
    let wanted = ["OperationCompleted", "OperationStarted", "ResourceUpdated"];
    assert!(wanted.iter().all(|reason| reasons.contains(*reason)), "{reasons:?}");
}

#[tokio::test(start_paused = true)]
async fn two_applications_that_share_an_object_are_told() {
    let stage = Stage::start().await;
    stage.commit("first", [("one/a.yaml", &*config_map("same", "1")), ("two/a.yaml", &*config_map("same", "1"))]);
    stage.create(application("one", "one", "shop", automated())).await;
    stage.until_well("one").await;
    stage.create(application("two", "two", "shop", manual())).await;
    let shared = |app: &Value| {
        conditions(app).iter().any(|text| text.starts_with("SharedResourceWarning: ConfigMap/same is part of"))
    };
    stage.until("two", "warned", shared).await;
}

#[tokio::test(start_paused = true)]
async fn what_is_not_implemented_is_named_on_the_object() {
    let stage = Stage::start().await;
    stage.commit("first", [("dev/a.yaml", &*config_map("a", "1"))]);
    let mut app = application("shop", "dev", "shop", automated());
    app["spec"]["ignoreDifferences"] = json!([{"kind": "ConfigMap", "jqPathExpressions": [".data |"]}]);
    app["spec"]["syncPolicy"]["syncOptions"] = json!(["CreateNamespace=true", "Unheard=of"]);
    stage.create(app).await;
    stage.until_well("shop").await;
    let told = conditions(&stage.app("shop").await);
    let named =
        |part: &str| told.iter().any(|text| text.starts_with("UnsupportedFieldWarning: ") && text.contains(part));
    assert!(named("spec.ignoreDifferences[0].jqPathExpressions[0]"), "{told:?}");
    assert!(named("Unheard=of"), "{told:?}");
    stage
        .patch_app(
            "shop",
            json!({"spec": {"ignoreDifferences": null, "syncPolicy": {"syncOptions": ["CreateNamespace=true"]}}}),
        )
        .await;
    stage.until("shop", "without warnings", |app| conditions(app).is_empty()).await;
}

#[tokio::test(start_paused = true)]
async fn fields_that_are_ignored_are_no_drift() {
    let stage = Stage::start().await;
    stage.commit("first", [("dev/a.yaml", &*config_map("a", "1"))]);
    let mut app = application("shop", "dev", "shop", automated());
    app["spec"]["ignoreDifferences"] = json!([{"kind": "ConfigMap", "jsonPointers": ["/data/value"]}]);
    stage.create(app).await;
    stage.until_well("shop").await;
    stage.patch("v1", "ConfigMap", "shop", "a", json!({"data": {"value": "by hand"}})).await;
    sleep(Duration::from_secs(30)).await;
    let object = stage.get("v1", "ConfigMap", "shop", "a").await.unwrap_or_default();
    assert_eq!((text(&object, "/data/value"), sync(&stage.app("shop").await)), ("by hand", "Synced"));
}

#[tokio::test(start_paused = true)]
async fn repairs_that_do_not_last_wait_longer_each_time() {
    let stage = Stage::start().await;
    stage.commit("first", [("dev/a.yaml", &*config_map("a", "1"))]);
    stage.application("shop", automated()).await;
    stage.until_well("shop").await;
    let mut pauses = Vec::new();
    for _ in 0..4 {
        stage.patch("v1", "ConfigMap", "shop", "a", json!({"data": {"value": "by hand"}})).await;
        let is_back = || async {
            let object = stage.get("v1", "ConfigMap", "shop", "a").await.unwrap_or_default();
            text(&object, "/data/value") == "1"
        };
        pauses.push(stage.eventually("repaired", is_back).await.as_secs());
    }
    assert_eq!(pauses[0], 0, "the first repair is immediate: {pauses:?}");
    assert!(pauses.windows(2).all(|pair| pair[0] < pair[1]) && pauses[3] >= 16, "{pauses:?}");
}
