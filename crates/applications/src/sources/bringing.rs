//! Fetches what is needed, one task each, and tells those who need it.

use super::elsewhere::{Here, Missed, OutsideState, Settled, Slot, Stored, Trust};
use super::need::Need;
use super::state::Shared;
use crate::AppKey;
use futures::FutureExt;
use git::Retry;
use std::collections::BTreeSet;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Weak};
use tokio::sync::Notify;
use tokio::time::sleep;

/// Has something fetched, and kept fresh as long as it is needed.
///
/// Assumption: called inside a Tokio runtime; nobody holds the state.
pub(super) fn want(shared: &Arc<Shared>, app: &AppKey, slot: Slot, need: &Need) {
    let mut state = shared.lock();
    if let Some(asking) = state.outside.want(app, slot, need) {
        let task = tokio::spawn(follow(Arc::downgrade(shared), need.clone(), asking));
        state.outside.hold(need, task);
    }
}

/// Has something fetched anew; gives the number of the fetch that answers this.
pub(super) fn ask(shared: &Shared, app: &AppKey, need: &Need, trust: Trust) -> Option<u64> {
    let (number, asking) = shared.lock().outside.ask(need, trust, app)?;
    asking.notify_one();
    Some(number)
}

async fn follow(shared: Weak<Shared>, need: Need, asking: Arc<Notify>) {
    loop {
        let Some(strong) = shared.upgrade() else { return };
        let trust = strong.lock().outside.begin(&need);
        let fetcher = strong.fetcher.clone();
        drop(strong);
        let fetched = AssertUnwindSafe(fetcher.fetch(&need, trust)).catch_unwind().await;
        let panicked =
            || Missed { message: format!("fetching {need} panicked; please report this"), retry: Retry::Backoff };
        let fetched = fetched.unwrap_or_else(|_| Err(panicked()));
        let Some(strong) = shared.upgrade() else { return };
        let now = strong.clock.now();
        let Settled { told, pause } = strong.lock().outside.settle(&need, fetched, now);
        told.iter().for_each(|app| strong.wake.content_changed(app));
        drop(strong);
        let rested = async {
            match pause {
                Some(pause) => sleep(pause).await,
                None => futures::future::pending().await,
            }
        };
        tokio::select! {
            biased;
            () = asked(&shared, &need, &asking) => {}
            () = rested => {}
        }
    }
}

/// Ends when somebody asks for another fetch.
async fn asked(shared: &Weak<Shared>, need: &Need, asking: &Notify) {
    loop {
        asking.notified().await;
        // What was asked for while a fetch was under way may have been answered by it.
        if shared.upgrade().is_none_or(|shared| shared.lock().outside.is_asked(need)) {
            return;
        }
    }
}

/// What is known of these needs: what is here, opened, and what cannot be had. What is not in its folder any more is
/// fetched anew.
pub(super) async fn snapshot(shared: &Shared, app: &AppKey, needs: &BTreeSet<Need>) -> Here {
    let mut here = Here::default();
    for need in needs {
        if let Some(opened) = open(shared, app, need).await {
            here.opened.insert(need.clone(), opened);
        } else if let (Need::File { .. }, OutsideState::Failed(failure)) = (need, shared.lock().outside.state(need)) {
            here.failed.insert(need.clone(), failure.message);
        }
    }
    here
}

/// One need, if it is here, with its mark.
pub(super) async fn open(shared: &Shared, app: &AppKey, need: &Need) -> Option<(String, Stored)> {
    let had = shared.lock().outside.had(need).cloned()?;
    match shared.fetcher.open(&had).await {
        Some(stored) => Some((had.mark, stored)),
        None => {
            shared.lock().outside.lose(need);
            ask(shared, app, need, Trust::Nothing);
            None
        }
    }
}
