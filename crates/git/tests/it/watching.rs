//! The watcher on real repositories.

use crate::fixture::{Fixture, remote};
use clock::Clock;
use git::{Ref, RefWatcher, WatchOptions};
use std::sync::Arc;
use std::time::Duration;

#[tokio::test]
async fn a_commit_to_a_local_repository_arrives_by_itself() {
    let fixture = Fixture::new();
    fixture.commit("main", &[("a", "1")]);
    // Only the look at the files can bring the news within the test's life.
    let options = WatchOptions { interval: Duration::from_secs(100_000), ..WatchOptions::default() };
    let watcher = RefWatcher::new(Arc::new(fixture.git.clone()), Clock::system(), options);
    let mut subscription = watcher.subscribe(&remote(&fixture.repository().display().to_string()));
    subscription.known().await;
    for number in 0..3 {
        let commit = fixture.commit("main", &[("a", format!("new {number}").as_str())]);
        let refs = subscription.changed().await.refs.expect("listed");
        assert_eq!(refs.get("HEAD").map(Ref::commit), Some(commit));
    }
}

#[tokio::test]
async fn a_repository_may_appear_later() {
    let fixture = Fixture::new();
    let watcher = RefWatcher::new(Arc::new(fixture.git.clone()), Clock::system(), WatchOptions::default());
    let mut subscription = watcher.subscribe(&remote(&fixture.repository().display().to_string()));
    let absent = subscription.known().await;
    assert!(absent.refs.is_none() && absent.failure.is_some());
    let commit = fixture.commit("main", &[("a", "1")]);
    // It may be seen half made, without its branch, first.
    let found = loop {
        let state = subscription.changed().await;
        if let Some(refs) = state.refs.filter(|refs| state.failure.is_none() && !refs.is_empty()) {
            break refs;
        }
    };
    assert_eq!(found.get("refs/heads/main").map(Ref::commit), Some(commit));
}
