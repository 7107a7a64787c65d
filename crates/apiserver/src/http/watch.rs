//! Watches: what is there at the beginning where asked for, then every change that concerns the client, bookmarks in
//! between, and an end.

use super::body::{AnswerBody, BoxError};
use super::list_options::ListOptions;
use super::read;
use super::represent::Representer;
use crate::error::ApiError;
use crate::faults::{EventFault, Faults, RequestSummary};
use crate::pipeline::raw_in_version;
use crate::resource::Served;
use crate::shared::Shared;
use crate::store::{Encoded, Event, EventKind, event_line};
use crate::watcher::Watcher;
use bytes::Bytes;
use object::Object;
use serde_json::{Value, json};
use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;

/// How long a watch lasts that does not say: this, and up to as much again, so that clients do not all come back at
/// once. Upstream's numbers.
const DURATION_SECONDS: u64 = 1800;

/// How often a client that wants bookmarks gets one.
const BOOKMARK_EVERY: Duration = Duration::from_secs(60);

/// How long before the end of a watch the last bookmark comes.
const BOOKMARK_BEFORE_END: Duration = Duration::from_secs(2);

/// When a client that was sent what is there gets its first ordinary bookmark.
const BOOKMARK_AFTER_INITIAL: Duration = Duration::from_secs(1);

/// A watch to be answered.
pub struct WatchRequest {
    pub shared: Arc<Shared>,
    pub served: Served,
    pub namespace: String,
    pub options: ListOptions,
    pub representer: Representer,
    pub faults: Option<(Arc<dyn Faults>, RequestSummary)>,
}

/// Opens the watch.
pub fn open(request: WatchRequest) -> AnswerBody {
    let state = Watching::new(request);
    AnswerBody::streamed(futures::stream::unfold(state, |mut state| async move {
        let line = state.next_line().await;
        line.map(|line| (line, state))
    }))
}

struct Watching {
    request: WatchRequest,
    initial: std::vec::IntoIter<Object>,
    /// Sent after the initial events.
    initial_end: Option<u64>,
    watcher: Watcher,
    interruptions: tokio::sync::watch::Receiver<u64>,
    ready: VecDeque<Bytes>,
    end: Instant,
    next_bookmark: Option<Instant>,
    is_first: bool,
    is_over: bool,
}

impl Watching {
    fn new(request: WatchRequest) -> Self {
        let WatchRequest { shared, served, namespace, options, .. } = &request;
        let store_name = served.resource.store_name();
        let from_scratch = match (options.send_initial_events, options.revision) {
            (Some(wanted), _) => wanted,
            (None, revision) => revision.unwrap_or_default() == 0,
        };
        let (initial, start) = if from_scratch {
            let snapshot = shared.store.list(&store_name, namespace);
            let selected = snapshot.entries.into_iter().filter(|(_, entry)| read::selected(served, options, entry));
            (selected.map(|(_, entry)| entry.object).collect(), snapshot.revision)
        } else {
            let given = options.revision.filter(|revision| *revision != 0);
            (Vec::new(), given.unwrap_or_else(|| shared.store.revision()))
        };
        let initial_end = (options.send_initial_events == Some(true) && options.allow_bookmarks).then_some(start);
        let now = shared.clock.monotonic();
        let lasting = options.timeout_seconds.filter(|seconds| *seconds > 0).unwrap_or_else(|| {
            DURATION_SECONDS + shared.draw("watch-durations", |random| random.below(DURATION_SECONDS))
        });
        let lasting = Duration::from_secs(lasting);
        let watcher = Watcher::new(Arc::clone(&shared.store), Some(store_name), start);
        let next_bookmark = options.allow_bookmarks.then(|| {
            if initial_end.is_some() { now + BOOKMARK_AFTER_INITIAL } else { bookmark_after(now, now + lasting) }
        });
        Watching {
            initial: initial.into_iter(),
            initial_end,
            watcher,
            interruptions: request.shared.interruptions(),
            ready: VecDeque::new(),
            end: now + lasting,
            next_bookmark,
            is_first: true,
            is_over: false,
            request,
        }
    }

    async fn next_line(&mut self) -> Option<Result<Bytes, BoxError>> {
        loop {
            if let Some(line) = self.ready.pop_front() {
                return Some(Ok(line));
            }
            if self.is_over {
                return None;
            }
            if let Some(object) = self.initial.next() {
                let raw = raw_in_version(&self.request.served, object.raw());
                return Some(Ok(self.line("ADDED", &raw)));
            }
            if let Some(revision) = self.initial_end.take() {
                let annotations = json!({"k8s.io/initial-events-end": "true"});
                return Some(Ok(
                    self.bookmark(json!({"resourceVersion": revision.to_string(), "annotations": annotations}))
                ));
            }
            if let Err(error) = self.wait().await {
                self.is_over = true;
                return Some(Err(error));
            }
        }
    }

    /// Waits for the next thing to send, or the end.
    async fn wait(&mut self) -> Result<(), BoxError> {
        let bookmark = self.next_bookmark.unwrap_or(self.end);
        tokio::select! {
            biased;
            _ = self.interruptions.changed() => Err("the server restarts".into()),
            event = self.watcher.next() => match event {
                Ok(event) => self.take(&event).await,
                Err(too_old) => {
                    let status = ApiError::expired(format!(
                        "too old resource version: {} ({})", self.watcher.cursor(), too_old.oldest
                    ));
                    self.ready.push_back(event_line("ERROR", status.to_value().to_string().as_bytes()));
                    self.is_over = true;
                    Ok(())
                }
            },
            () = tokio::time::sleep_until(bookmark.min(self.end)) => {
                if bookmark < self.end {
                    self.send_bookmark(bookmark);
                } else {
                    self.is_over = true;
                }
                Ok(())
            }
        }
    }

    fn send_bookmark(&mut self, due: Instant) {
        let revision = self.request.shared.store.revision();
        let line = self.bookmark(json!({"resourceVersion": revision.to_string()}));
        self.ready.push_back(line);
        self.next_bookmark = Some(bookmark_after(due, self.end));
    }

    async fn take(&mut self, event: &Arc<Event>) -> Result<(), BoxError> {
        let Some(line) = self.line_of(event) else { return Ok(()) };
        let fault = self.request.faults.as_ref().map(|(faults, summary)| faults.event(summary, event));
        match fault.unwrap_or(EventFault::Deliver) {
            EventFault::Deliver => self.ready.push_back(line),
            EventFault::Drop => {}
            EventFault::Repeat => self.ready.extend([line.clone(), line]),
            EventFault::Delay(duration) => {
                tokio::time::sleep(duration).await;
                self.ready.push_back(line);
            }
            EventFault::Disconnect => return Err("the connection was broken by a fault plan".into()),
        }
        Ok(())
    }

    /// The line this watch gets for an event; `None` when the event is none of its business.
    fn line_of(&mut self, event: &Event) -> Option<Bytes> {
        let WatchRequest { served, namespace, options, .. } = &self.request;
        if !namespace.is_empty() && event.object.namespace() != Some(namespace) {
            return None;
        }
        let selects = |object: &Object| read::selects(served, options, object);
        let was = event.previous.as_ref().is_some_and(&selects);
        let is = event.kind != EventKind::Deleted && selects(&event.object);
        let kind = match (was, is) {
            (false, false) => return None,
            (false, true) => EventKind::Added,
            (true, true) => EventKind::Modified,
            (true, false) => EventKind::Deleted,
        };
        if kind == event.kind && self.request.representer.is_plain() && served.is_stored_version() {
            return Some(event.line());
        }
        let raw = match (&event.previous, kind, event.kind) {
            // What goes out of sight is shown as it was, under the revision at which it went.
            (Some(previous), EventKind::Deleted, EventKind::Modified) => {
                let mut value = previous.value();
                value["metadata"]["resourceVersion"] = event.revision.to_string().into();
                Encoded::plain(&value)
            }
            _ => event.object.raw().clone(),
        };
        let raw = raw_in_version(served, &raw);
        Some(self.line(kind.as_str(), &raw))
    }

    fn line(&mut self, kind: &str, raw: &Bytes) -> Bytes {
        let now = self.request.shared.clock.now();
        let is_first = std::mem::take(&mut self.is_first);
        match self.request.representer.watched(raw, now, is_first) {
            Ok(object) => event_line(kind, &object),
            Err(error) => event_line("ERROR", error.to_value().to_string().as_bytes()),
        }
    }

    fn bookmark(&mut self, metadata: Value) -> Bytes {
        let served = &self.request.served;
        let object = json!({"kind": served.resource.kind(), "apiVersion": served.api_version(), "metadata": metadata});
        event_line("BOOKMARK", &Encoded::plain(&object))
    }
}

/// When the bookmark after `now` is due: shortly before the end, else a while from now. Upstream's rule.
fn bookmark_after(now: Instant, end: Instant) -> Instant {
    let before_end = end.checked_sub(BOOKMARK_BEFORE_END).filter(|before_end| *before_end > now);
    before_end.map_or(now + BOOKMARK_EVERY, |before_end| before_end.min(now + BOOKMARK_EVERY))
}
