//! What can be followed: one line of JSON for each change.

use super::reading::{find, listed, readable, whole};
use crate::action::not_found;
use crate::entry::Entry;
use crate::problem::Problem;
use crate::site::Site;
use crate::snapshot::Snapshot;
use crate::stream::{self, Follower, Pace, Told};
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use http::header;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

/// Changes of pods that start come many at a time.
const PACE: Pace = Pace { at_most_every: Duration::from_millis(100), heartbeat: None };

/// Follows one Rollout.
pub async fn one(
    State(site): State<Arc<Site>>,
    Path((namespace, name)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let board = site.board().await?;
    find(&board.now(), &namespace, &name)?;
    Ok(lines(stream::body(board, One { namespace, name, last: None }, PACE)))
}

/// Follows the Rollouts of a namespace.
pub async fn list(State(site): State<Arc<Site>>, Path(namespace): Path<String>) -> Result<Response, Problem> {
    let board = site.board().await?;
    readable(&board.now())?;
    Ok(lines(stream::body(board, All { namespace, last: BTreeMap::new() }, PACE)))
}

fn lines(body: axum::body::Body) -> Response {
    ([(header::CONTENT_TYPE, "application/json")], body).into_response()
}

struct One {
    namespace: String,
    name: String,
    last: Option<Arc<Entry>>,
}

impl Follower for One {
    fn tell(&mut self, snapshot: &Snapshot) -> Told {
        match snapshot.entry(&self.namespace, &self.name) {
            Some(entry) if self.last.as_ref().is_some_and(|last| Arc::ptr_eq(last, entry)) => Told::default(),
            Some(entry) => {
                self.last = Some(Arc::clone(entry));
                let info = String::from_utf8_lossy(whole(entry));
                Told { text: format!("{{\"result\":{info}}}\n"), is_last: false }
            }
            // What cannot be read for a while is not gone.
            None if readable(snapshot).is_err() => Told::default(),
            None => Told { text: format!("{}\n", not_found(&self.name).line()), is_last: true },
        }
    }
}

struct All {
    namespace: String,
    last: BTreeMap<String, Arc<Entry>>,
}

impl All {
    fn event(kind: &str, entry: &Entry) -> String {
        let info = String::from_utf8_lossy(listed(entry));
        format!("{{\"result\":{{\"type\":\"{kind}\",\"rolloutInfo\":{info}}}}}\n")
    }
}

impl Follower for All {
    fn tell(&mut self, snapshot: &Snapshot) -> Told {
        if readable(snapshot).is_err() {
            return Told::default();
        }
        let mut text = String::new();
        let now: BTreeMap<String, Arc<Entry>> = snapshot
            .entries_in(Some(&self.namespace))
            .map(|entry| (entry.view.name.clone(), Arc::clone(entry)))
            .collect();
        for (name, entry) in &now {
            if !self.last.get(name).is_some_and(|last| Arc::ptr_eq(last, entry)) {
                text.push_str(&All::event("Updated", entry));
            }
        }
        for (_, entry) in self.last.iter().filter(|(name, _)| !now.contains_key(*name)) {
            text.push_str(&All::event("Deleted", entry));
        }
        self.last = now;
        Told { text, is_last: false }
    }
}
