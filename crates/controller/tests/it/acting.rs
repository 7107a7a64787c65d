//! Plans are carried out in order, under their guards, and no further than the first refusal.

use crate::scripted::{Running, Script, create, seconds, set};
use controller::{Counter, Guard, Leadership, Level, Plan, Planned, Tenure};
use serde_json::json;
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::Instant;

fn old() -> Guard {
    Guard::Version { uid: "u".into(), resource_version: "1".into() }
}

fn once(plan: Plan) -> impl Fn(&str, u32) -> Script + Send + Sync + 'static {
    move |_, pass| Script::Do(if pass == 1 { plan.clone() } else { Plan::default() })
}

#[tokio::test(start_paused = true)]
async fn each_write_may_stand_on_what_an_earlier_one_left() {
    let plan = Plan {
        writes: vec![
            Planned::new(create("a"), Guard::Manner),
            Planned::new(set("a", json!({"n": "1"})), Guard::After(0)).in_group(1),
        ],
        status: Some(Planned::new(set("a", json!({"status": "done"})), Guard::After(1))),
        ..Plan::default()
    };
    let running = Running::start(once(plan)).await;
    running.queue.add("x".to_owned(), Level(0));
    seconds(1).await;
    assert_eq!(running.data("a").await, Some(json!({"n": "1", "status": "done", "results": "ok,ok"})));
    assert_eq!((running.count(Counter::Writes), running.count(Counter::Refusals)), (3, 0));
}

#[tokio::test(start_paused = true)]
async fn nothing_is_written_after_a_refusal_and_a_new_plan_is_made() {
    let plan = Plan {
        writes: vec![
            Planned::new(create("a"), Guard::Manner),
            Planned::new(set("a", json!({"n": "1"})), old()).in_group(1),
            Planned::new(create("b"), Guard::Manner).in_group(2),
        ],
        status: Some(Planned::new(set("a", json!({"status": "done"})), Guard::Manner)),
        ..Plan::default()
    };
    let running = Running::start(once(plan)).await;
    running.queue.add("x".to_owned(), Level(2));
    seconds(1).await;
    assert_eq!(running.data("a").await, Some(json!(null)));
    assert_eq!(running.data("b").await, None);
    assert_eq!(running.count(Counter::Refusals), 1);
    assert_eq!(running.passes("x").iter().map(|(_, level)| *level).collect::<Vec<_>>(), [2, 2]);
}

#[tokio::test(start_paused = true)]
async fn a_write_that_was_to_follow_a_failed_one_is_not_made() {
    let plan = Plan {
        writes: vec![
            Planned::new(create("Not A Name"), Guard::Manner).recorded(),
            Planned::new(set("a", json!({})), Guard::After(0)).in_group(1).recorded(),
            Planned::new(create("b"), Guard::Manner).in_group(2),
        ],
        status: Some(Planned::new(set("b", json!({})), Guard::After(2))),
        ..Plan::default()
    };
    let running = Running::start(once(plan)).await;
    running.queue.add("x".to_owned(), Level(0));
    seconds(1).await;
    assert_eq!(running.data("b").await, Some(json!({"results": "failed,failed,ok"})));
}

#[tokio::test(start_paused = true)]
async fn a_failure_that_stops_the_plan_still_reaches_the_status() {
    let plan = Plan {
        writes: vec![
            Planned::new(create("a"), Guard::Manner),
            Planned::new(create("Not A Name"), Guard::Manner).in_group(1),
            Planned::new(create("b"), Guard::Manner).in_group(2),
        ],
        status: Some(Planned::new(set("a", json!({})), Guard::After(0))),
        ..Plan::default()
    };
    let running = Running::start(once(plan)).await;
    running.queue.add("x".to_owned(), Level(0));
    seconds(1).await;
    assert_eq!(running.data("a").await, Some(json!({"results": "ok,failed"})));
    assert_eq!(running.data("b").await, None);
    let view = running.views.get("scripted", "x").expect("a view");
    assert!(view.error.is_some_and(|error| error.contains("Not A Name")), "the reason is to be seen");
}

#[tokio::test(start_paused = true)]
async fn an_empty_plan_writes_nothing_and_wakes_in_time() {
    let running = Running::start(|_, pass| {
        let at = "2026-01-01T00:01:00Z".parse().expect("a time");
        Script::Do(if pass == 1 { Plan::default().wake_at(at, Level(3)) } else { Plan::default() })
    })
    .await;
    running.queue.add("x".to_owned(), Level(0));
    seconds(50).await;
    assert_eq!(running.passes("x").len(), 1);
    seconds(3600).await;
    assert_eq!(running.passes("x").iter().map(|(_, level)| *level).collect::<Vec<_>>(), [0, 3]);
    assert_eq!(running.count(Counter::Writes), 0);
}

#[tokio::test(start_paused = true)]
async fn who_does_not_lead_plans_and_waits() {
    let (tenure, receiver) = watch::channel(Tenure::None);
    let plan = |_: &str, _: u32| {
        Script::Do(Plan { writes: vec![Planned::new(create("a"), Guard::Manner)], ..Plan::default() })
    };
    let running = Running::start_led(Leadership::following(receiver), plan).await;
    running.queue.add("x".to_owned(), Level(1));
    seconds(60).await;
    assert_eq!((running.data("a").await, running.passes("x").len()), (None, 1));
    assert_eq!(
        running.views.get("scripted", "x").map(|view| view.plan),
        Some("0 create v1 ConfigMap default/a".into())
    );
    tenure.send_replace(Tenure::Until(Instant::now() + Duration::from_secs(5)));
    seconds(1).await;
    assert_eq!(running.data("a").await, None, "too little is left for a write");
    tenure.send_replace(Tenure::Until(Instant::now() + Duration::from_secs(15)));
    seconds(1).await;
    assert_eq!(running.data("a").await, Some(json!(null)));
}

#[tokio::test(start_paused = true)]
async fn what_is_under_way_is_finished_before_the_end() {
    let running = Running::start(|_, _| Script::Slow(Duration::from_secs(30))).await;
    running.queue.add("x".to_owned(), Level(0));
    seconds(1).await;
    running.queue.add("x".to_owned(), Level(0));
    running.shutdown.begin();
    let controller = running.controller.clone();
    running.task.await.expect("no panic");
    assert_eq!(*controller.ended.lock().expect("no panic"), 1);
    assert_eq!(controller.passes.lock().expect("no panic").len(), 1);
}
