//! One change of one object, shared by everybody who watches.

use crate::group_resource::GroupResource;
use bytes::Bytes;
use object::Object;
use std::sync::OnceLock;

/// What happened to the object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EventKind {
    /// It was created.
    Added,
    /// It was changed.
    Modified,
    /// It is gone; the object is its last state, under the revision of its removal.
    Deleted,
}

impl EventKind {
    /// The `type` of a watch event.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            EventKind::Added => "ADDED",
            EventKind::Modified => "MODIFIED",
            EventKind::Deleted => "DELETED",
        }
    }
}

/// One committed change.
#[derive(Debug)]
pub struct Event {
    /// What happened.
    pub kind: EventKind,
    /// Which resource the object is of.
    pub resource: GroupResource,
    /// The store's revision of this change; no two changes share one.
    pub revision: u64,
    /// The object after the change, in its stored version.
    pub object: Object,
    /// The object before the change; `None` when it was added.
    pub previous: Option<Object>,
    line: OnceLock<Bytes>,
}

impl Event {
    /// A change, not serialised yet.
    #[must_use]
    pub fn new(
        kind: EventKind,
        resource: GroupResource,
        revision: u64,
        object: Object,
        previous: Option<Object>,
    ) -> Self {
        Event { kind, resource, revision, object, previous, line: OnceLock::new() }
    }

    /// The line of a watch answer, written once for all watchers that see the stored version unfiltered.
    #[must_use]
    pub fn line(&self) -> Bytes {
        self.line.get_or_init(|| event_line(self.kind.as_str(), self.object.raw())).clone()
    }
}

/// A line of a watch answer. Assumption of decoders that keep the object raw: `type` comes before `object`.
#[must_use]
pub fn event_line(kind: &str, object: &[u8]) -> Bytes {
    let mut line = Vec::with_capacity(object.len() + 40);
    line.extend_from_slice(b"{\"type\":\"");
    line.extend_from_slice(kind.as_bytes());
    line.extend_from_slice(b"\",\"object\":");
    line.extend_from_slice(object);
    line.extend_from_slice(b"}\n");
    Bytes::from(line)
}
