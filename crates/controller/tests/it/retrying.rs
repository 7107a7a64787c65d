//! What fails comes again, by class of failure; what panics is contained.

use crate::scripted::{Running, Script, seconds};
use cluster::{ClusterError, ErrorClass};
use controller::{Counter, Failure, Level, Plan};
use std::time::Duration;

/// Lets `says` run on one key for ten minutes: when the passes were, in seconds.
async fn passes(says: impl Fn(&str, u32) -> Script + Send + Sync + 'static) -> (Running, Vec<u128>) {
    let running = Running::start(says).await;
    running.queue.add("x".to_owned(), Level(0));
    seconds(600).await;
    let times = running.passes("x").into_iter().map(|(at, _)| at / 1000).collect();
    (running, times)
}

#[tokio::test(start_paused = true)]
async fn a_panic_is_contained_and_tried_again_with_growing_pauses() {
    let running = Running::start(|key, _| if key == "bad" { Script::Panic } else { Script::Do(Plan::default()) }).await;
    for key in ["bad", "good"] {
        running.queue.add(key.to_owned(), Level(0));
    }
    seconds(60).await;
    running.queue.add("good".to_owned(), Level(0));
    seconds(60).await;
    assert_eq!(running.passes("good").len(), 2);
    let bad = running.passes("bad").len();
    assert!((8..=11).contains(&bad), "{bad} tries in two minutes");
    assert_eq!(running.count(Counter::Panics), bad as u64);
    let view = running.views.get("scripted", "bad").expect("a view");
    assert!(view.error.is_some_and(|error| error.starts_with("a defect in scripted: ")));
    assert!(running.views.get("scripted", "good").is_some_and(|view| view.error.is_none()));
}

#[tokio::test(start_paused = true)]
async fn a_plan_that_never_decides_is_a_failure() {
    let (running, times) = passes(|_, _| Script::AskForever).await;
    assert!(times.len() > 5, "{times:?}");
    let error = running.views.get("scripted", "x").and_then(|view| view.error);
    assert_eq!(error.as_deref(), Some("a defect in scripted: its plan asked more than 3 times"));
}

#[tokio::test(start_paused = true)]
async fn pauses_follow_the_class_of_failure() {
    let cluster = |class| Script::Fail(Failure::Cluster(ClusterError::new(class, "x")));
    let (_, forbidden) = passes(move |_, _| cluster(ErrorClass::Forbidden)).await;
    assert_eq!(forbidden, [0, 180, 360, 540]);
    let (_, failing) = passes(move |_, _| cluster(ErrorClass::ServerError)).await;
    assert!((9..=13).contains(&failing.len()), "{failing:?}");
    let (_, stalled) = passes(|_, _| Script::Fail(Failure::Stalled("x".into()))).await;
    assert_eq!(stalled, forbidden);
    let later = || Failure::RetryAfter { message: "x".into(), pause: Duration::from_secs(250) };
    let (_, waiting) = passes(move |_, _| Script::Fail(later())).await;
    assert_eq!(waiting, [0, 250, 500]);
}

#[tokio::test(start_paused = true)]
async fn success_forgets_failures() {
    let (running, times) = passes(|_, pass| match pass {
        1..=4 => Script::Fail(Failure::Retry("x".into())),
        _ => Script::Do(Plan::default()),
    })
    .await;
    assert_eq!(times.len(), 5);
    assert_eq!(running.views.get("scripted", "x").map(|view| (view.failures, view.passes)), Some((0, 5)));
}
