//! What one reconcile decided, as a value that prints.

use crate::Event;
use cluster::{ClusterId, Precondition, Write};
use jiff::Timestamp;
use std::fmt;

/// What one reconcile decided: the writes to make, in order, and what comes after.
///
/// An empty plan means that there is nothing to do: it writes nothing, not even a status.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Plan {
    /// The writes, in order.
    pub writes: Vec<Planned>,
    /// The one write of the controller's own object's status; made last. See [`crate::Controller::conclude`] where it
    /// depends on what came of the writes.
    pub status: Option<Planned>,
    /// What to tell people.
    pub events: Vec<Event>,
    /// When to look again even if nothing happens.
    pub wake: Option<Wake>,
    /// What is being waited for, in words for people; what `explain` shows.
    pub waiting: Vec<String>,
}

/// One write of a plan.
#[derive(Debug, Clone, PartialEq)]
pub struct Planned {
    /// In which cluster.
    pub cluster: ClusterId,
    /// The write; its `precondition` is filled from the guard when it is made.
    pub write: Write,
    /// What must hold.
    pub guard: Guard,
    /// Consecutive writes of one group are made side by side; groups one after the other.
    pub group: u32,
    /// What a failure other than a refused guard means for the rest of the plan.
    pub on_failure: OnFailure,
    /// What to tell people once it is made, whatever becomes of the rest.
    pub events: Vec<Event>,
}

/// What must still be true for a write to happen. A refused guard ends the plan, and a new one is made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Guard {
    /// Nothing is checked by us: the write itself says who may win (server-side apply's field manager, `kubectl
    /// apply`'s own retry, a create that fails when the object is there).
    Manner,
    /// There is no such object: a creation.
    Absent,
    /// It is still the same object.
    Uid(Box<str>),
    /// It is still the same object, unchanged.
    Version {
        /// Its uid.
        uid: Box<str>,
        /// Its resourceVersion.
        resource_version: Box<str>,
    },
    /// It is as write number `.0` of this plan left it (counted from 0; that write must be of an earlier group).
    After(usize),
    /// The write is a JSON patch that begins with a `test`.
    Test,
}

/// What a failed write means for those after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OnFailure {
    /// Nothing after it is done.
    #[default]
    Stop,
    /// The failure is kept for [`crate::Controller::conclude`], and the rest goes on.
    Record,
}

/// When to look again, and how closely.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wake {
    /// When.
    pub at: Timestamp,
    /// How closely.
    pub level: Level,
}

/// How closely to look. Requests for one key merge to the highest level; losing a level costs only work.
///
/// What the numbers mean is the controller's own affair; 0 means "react to what is known".
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Level(pub u8);

impl Level {
    /// The lowest.
    pub const LOWEST: Level = Level(0);

    /// The closer look of the two.
    #[must_use]
    pub fn merge(self, other: Level) -> Level {
        self.max(other)
    }
}

impl Planned {
    /// A write in the home cluster, in group 0, that ends the plan when it fails.
    #[must_use]
    pub fn new(write: Write, guard: Guard) -> Self {
        Planned { cluster: ClusterId::home(), write, guard, group: 0, on_failure: OnFailure::Stop, events: Vec::new() }
    }

    /// The same in another cluster.
    #[must_use]
    pub fn in_cluster(mut self, cluster: ClusterId) -> Self {
        self.cluster = cluster;
        self
    }

    /// The same in another group.
    #[must_use]
    pub fn in_group(mut self, group: u32) -> Self {
        self.group = group;
        self
    }

    /// The same, with something to tell once it is made.
    #[must_use]
    pub fn telling(mut self, events: Vec<Event>) -> Self {
        self.events = events;
        self
    }

    /// The same, its failure recorded instead of ending the plan.
    #[must_use]
    pub fn recorded(mut self) -> Self {
        self.on_failure = OnFailure::Record;
        self
    }
}

impl Guard {
    /// The same object, unchanged since `meta` was read.
    #[must_use]
    pub fn unchanged(meta: &object::Meta) -> Self {
        Guard::Version { uid: meta.uid.clone(), resource_version: meta.resource_version.clone() }
    }

    /// The same object as `meta`'s, changed or not.
    #[must_use]
    pub fn same(meta: &object::Meta) -> Self {
        Guard::Uid(meta.uid.clone())
    }

    /// The condition to send with the write; `None` when write `n` has not been made.
    pub(crate) fn precondition(&self, after: impl Fn(usize) -> Option<Precondition>) -> Option<Precondition> {
        Some(match self {
            Guard::Manner | Guard::Absent | Guard::Test => Precondition::default(),
            Guard::Uid(uid) => Precondition { uid: Some(uid.clone()), resource_version: None },
            Guard::Version { uid, resource_version } => {
                Precondition { uid: Some(uid.clone()), resource_version: Some(resource_version.clone()) }
            }
            Guard::After(write) => return after(*write),
        })
    }
}

impl Plan {
    /// Whether there is nothing to write or tell.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.writes.is_empty() && self.status.is_none() && self.events.is_empty()
    }

    /// The same plan, woken at `at` at the latest and at `level` at least.
    #[must_use]
    pub fn wake_at(mut self, at: Timestamp, level: Level) -> Self {
        self.wake = Some(match self.wake {
            Some(wake) => Wake { at: wake.at.min(at), level: wake.level.merge(level) },
            None => Wake { at, level },
        });
        self
    }
}

impl fmt::Display for Guard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Guard::Manner => Ok(()),
            Guard::Absent => f.write_str(" if absent"),
            Guard::Uid(uid) => write!(f, " if uid={uid}"),
            Guard::Version { uid, resource_version } => write!(f, " if uid={uid} version={resource_version}"),
            Guard::After(write) => write!(f, " if as left by write {write}"),
            Guard::Test => f.write_str(" if tested"),
        }
    }
}

impl fmt::Display for Planned {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.write)?;
        if !self.cluster.is_home() {
            write!(f, " in {}", self.cluster)?;
        }
        write!(f, "{}", self.guard)?;
        match self.on_failure {
            OnFailure::Stop => Ok(()),
            OnFailure::Record => f.write_str(" or record why not"),
        }
    }
}

impl fmt::Display for Plan {
    /// One line an item. The form is stable: tests compare it, logs and the CLI show it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut lines: Vec<String> = self.writes.iter().map(|planned| format!("{} {planned}", planned.group)).collect();
        lines.extend(self.status.iter().map(|status| format!("status {status}")));
        let told_with = self.writes.iter().chain(&self.status).flat_map(|planned| &planned.events);
        lines.extend(told_with.chain(&self.events).map(|event| format!("event {event}")));
        lines.extend(self.waiting.iter().map(|waiting| format!("waiting for {waiting}")));
        lines.extend(self.wake.iter().map(|wake| format!("wake at {} level {}", wake.at, wake.level.0)));
        if lines.is_empty() {
            return f.write_str("nothing to do");
        }
        f.write_str(&lines.join("\n"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use cluster::{Change, Propagation, Target};
    use object::Gvk;

    fn delete() -> Write {
        let target = Target::new(Gvk::new("", "v1", "Service"), Some("shop"), "web");
        Write::new(target, Change::Delete(Propagation::Background))
    }

    #[test]
    fn a_plan_prints_line_by_line() {
        let plan = Plan {
            writes: vec![
                Planned::new(delete(), Guard::Uid("u1".into())),
                Planned::new(delete(), Guard::After(0)).in_group(1).in_cluster(ClusterId::named("far")).recorded(),
            ],
            waiting: vec!["the load balancer".into()],
            ..Plan::default()
        }
        .wake_at(Timestamp::UNIX_EPOCH, Level(2));
        let text = "0 delete v1 Service shop/web background if uid=u1\n\
                    1 delete v1 Service shop/web background in far if as left by write 0 or record why not\n\
                    waiting for the load balancer\n\
                    wake at 1970-01-01T00:00:00Z level 2";
        assert_eq!(plan.to_string(), text);
        assert_eq!(Plan::default().to_string(), "nothing to do");
    }

    #[test]
    fn wakes_merge_to_the_earliest_and_closest() {
        let later: Timestamp = "2026-01-01T00:00:00Z".parse().expect("a time");
        let plan = Plan::default().wake_at(later, Level(3)).wake_at(Timestamp::UNIX_EPOCH, Level(1));
        assert_eq!(plan.wake, Some(Wake { at: Timestamp::UNIX_EPOCH, level: Level(3) }));
    }
}
