//! Follows one kind: list, then watch from there, list again when the revision is too old. A state and a step.

use super::shared::Shared;
use super::store::Region;
use crate::decode::{Keep, WatchEvent};
use crate::retry::Backoff;
use crate::{ClusterClient, ClusterError, ErrorClass, GroupKind, ListQuery, Resource};
use clock::Random;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::{Instant, sleep, timeout};

/// Pauses after failures. The longest is what upstream waits after a whole cluster has failed.
const FAILURES: Backoff = Backoff { first: Duration::from_secs(1), most: Duration::from_secs(10) };

/// The pause after a list we may not make: only somebody's change of RBAC helps.
const FORBIDDEN_PAUSE: Duration = Duration::from_secs(60);

/// A watch is ended after a time between this and twice this, so that the servers of a cluster share the load anew;
/// client-go's numbers.
const WATCH_LENGTH_MIN: Duration = Duration::from_secs(300);

/// How much longer than asked for a silent watch may last before it counts as dead.
const WATCH_GRACE: Duration = Duration::from_secs(15);

/// How long a kind that was followed counts as known while its watch cannot be opened again.
const BROKEN_GRACE: Duration = Duration::from_secs(30);

/// Follows one kind in one region until the cluster no longer serves it.
pub(super) struct Follower {
    pub(super) client: ClusterClient,
    pub(super) resource: Resource,
    pub(super) kind: GroupKind,
    pub(super) region: Region,
    pub(super) labels: Option<Box<str>>,
    pub(super) shared: Arc<Shared>,
    pub(super) random: Random,
}

enum State {
    /// To be listed, after so many failures in a row.
    List { failures: u32 },
    /// To be watched from a revision on.
    Watch(Position),
    /// The cluster serves no such kind.
    Ended,
}

struct Position {
    revision: Box<str>,
    failures: u32,
    /// Since when the watch cannot be opened.
    broken_since: Option<Instant>,
}

impl Follower {
    /// Runs until the kind is no longer served.
    pub(super) async fn run(mut self) {
        let mut state = State::List { failures: 0 };
        loop {
            state = match state {
                State::List { failures } => self.list(failures).await,
                State::Watch(position) => self.watch(position).await,
                State::Ended => break,
            };
        }
        self.shared.kinds_changed.notify_one();
    }

    fn query(&self) -> ListQuery {
        ListQuery { namespace: self.region.clone(), label_selector: self.labels.clone(), field_selector: None }
    }

    async fn list(&mut self, failures: u32) -> State {
        let listed = {
            // Never closed, so the permit is always given.
            let _permit = self.shared.lists.acquire().await;
            let keep = |meta: &object::Meta| self.shared.ownership.keep(meta);
            self.client.list_kept(&self.resource, &self.query(), &keep).await
        };
        match listed {
            Ok(page) => {
                for cause in &page.broken {
                    tracing::warn!(kind = %self.kind, "{cause}");
                }
                let kept = |object: object::Object| {
                    let keep = self.shared.ownership.keep(object.meta());
                    (object, keep)
                };
                let objects = page.objects.into_iter().map(kept).collect();
                self.shared.listed(&self.kind, &self.region, objects, &page.resource_version);
                let revision = page.resource_version.into_boxed_str();
                State::Watch(Position { revision, failures: 0, broken_since: None })
            }
            Err(error) if error.class == ErrorClass::UnknownKind => State::Ended,
            Err(error) => {
                let cause = format!("{} cannot be listed: {error}", self.kind);
                self.shared.lost(&self.kind, &self.region, cause);
                self.pause(failures + 1, &error).await;
                State::List { failures: failures + 1 }
            }
        }
    }

    async fn watch(&mut self, position: Position) -> State {
        let least = WATCH_LENGTH_MIN.as_secs();
        let length = Duration::from_secs(least + self.random.below(least));
        let opened = self.client.watch_kept(&self.resource, &self.query(), &position.revision, length).await;
        match opened {
            Ok(watch) => {
                if position.broken_since.is_some() {
                    self.shared.regained(&self.kind, &self.region);
                }
                self.read(watch, position.revision, length).await
            }
            Err(error) => self.broken(position, &error).await,
        }
    }

    /// Takes events until the watch ends, in whatever way.
    async fn read(&mut self, mut watch: crate::client::Watch, revision: Box<str>, length: Duration) -> State {
        let keep = |meta: &object::Meta| self.shared.ownership.keep(meta);
        let mut revision = revision;
        let ends = self.client.clock().monotonic() + length + WATCH_GRACE;
        loop {
            let left = ends.saturating_duration_since(self.client.clock().monotonic());
            let event = match timeout(left, watch.next(&keep)).await {
                // The server ends watches when their time is over; a dead one is opened anew likewise.
                Err(_) | Ok(None) => return State::Watch(Position { revision, failures: 0, broken_since: None }),
                Ok(Some(event)) => event,
            };
            match event {
                Ok(event) => self.take(event, &mut revision, &keep),
                Err(error) => {
                    return self.broken(Position { revision, failures: 0, broken_since: None }, &error).await;
                }
            }
        }
    }

    fn take(&self, event: WatchEvent, revision: &mut Box<str>, keep: &dyn Fn(&object::Meta) -> Keep) {
        match event {
            WatchEvent::Applied(object) => {
                revision.clone_from(&object.meta().resource_version);
                let keep = keep(object.meta());
                self.shared.applied(&self.kind, &self.region, object, keep);
            }
            WatchEvent::Deleted(object) => {
                revision.clone_from(&object.meta().resource_version);
                self.shared.removed(&self.kind, &self.region, &object.key(), revision);
            }
            WatchEvent::Bookmark(version) => {
                self.shared.seen(&self.kind, &self.region, &version);
                *revision = version;
            }
            WatchEvent::Broken(cause) => tracing::warn!(kind = %self.kind, "{cause}"),
        }
    }

    /// The watch could not be opened or has failed.
    async fn broken(&mut self, position: Position, error: &ClusterError) -> State {
        match error.class {
            ErrorClass::Gone => return State::List { failures: 0 },
            ErrorClass::UnknownKind => return State::Ended,
            _ => {}
        }
        let now = self.client.clock().monotonic();
        let since = position.broken_since.unwrap_or(now);
        if now.saturating_duration_since(since) >= BROKEN_GRACE {
            let cause = format!("{} cannot be watched: {error}", self.kind);
            self.shared.lost(&self.kind, &self.region, cause);
        }
        let failures = position.failures + 1;
        self.pause(failures, error).await;
        State::Watch(Position { failures, broken_since: Some(since), ..position })
    }

    async fn pause(&mut self, failures: u32, error: &ClusterError) {
        let pause = match error.class {
            ErrorClass::Forbidden => FORBIDDEN_PAUSE,
            _ => FAILURES.jittered(failures, &mut self.random),
        };
        sleep(error.retry_after.map_or(pause, |wished| wished.max(pause))).await;
    }
}
