//! A seam for tests: what may go wrong between a client and the server. It is consulted where requests over the
//! `tower` service are dispatched and nowhere else, so the cluster's own controllers are not disturbed.

use crate::error::ApiError;
use crate::store::Event;
use std::time::Duration;

/// A request, as a fault plan sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestSummary {
    /// Kubernetes' verb: `get`, `list`, `watch`, `create`, `update`, `patch`, `delete`, `deletecollection`.
    pub verb: &'static str,
    /// API group, empty for core.
    pub group: String,
    /// Plural resource name.
    pub resource: String,
    /// Namespace, empty for none or all.
    pub namespace: String,
    /// Name, empty for collections.
    pub name: String,
    /// Subresource, empty for the object itself.
    pub subresource: String,
    /// The client's `User-Agent`.
    pub user_agent: String,
}

impl RequestSummary {
    /// Whether the request may change something.
    #[must_use]
    pub fn is_write(&self) -> bool {
        !matches!(self.verb, "get" | "list" | "watch")
    }
}

/// What happens to a request before the server sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RequestFault {
    /// It is served.
    Serve,
    /// It is served later.
    Delay(Duration),
    /// It is refused with this answer: 409, 410, 429, 500 or whatever.
    Refuse(ApiError),
    /// It is refused as priority and fairness refuses what there is no seat for: 429 with the seconds to wait.
    Overloaded {
        /// After how many seconds the client is to try again.
        retry_after_seconds: u32,
    },
    /// The connection breaks; nothing happened.
    Disconnect,
    /// The server restarts before it looks at the request; see [`crate::ApiServer::interrupt`].
    Restart,
}

/// What happens to an answer after the request was served.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AnswerFault {
    /// It arrives.
    Deliver,
    /// The connection breaks after the write happened: the client does not know.
    Lose,
    /// The server restarts after the write happened: as [`AnswerFault::Lose`], and see [`crate::ApiServer::interrupt`].
    Restart,
}

/// What happens to one event of one watch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EventFault {
    /// It arrives.
    Deliver,
    /// It never arrives.
    Drop,
    /// It arrives twice.
    Repeat,
    /// It and everything after it arrives later.
    Delay(Duration),
    /// The watch breaks before it.
    Disconnect,
}

/// A plan of faults. All methods default to nothing going wrong.
pub trait Faults: Send + Sync {
    /// Before a request is served.
    fn before(&self, request: &RequestSummary) -> RequestFault {
        let _ = request;
        RequestFault::Serve
    }

    /// After a request was served, a write made durable.
    fn after(&self, request: &RequestSummary) -> AnswerFault {
        let _ = request;
        AnswerFault::Deliver
    }

    /// The revision a get or list is answered from; `None` for the newest, which is `current`. A revision the store
    /// has forgotten is answered from the newest.
    fn stale_revision(&self, request: &RequestSummary, current: u64) -> Option<u64> {
        let _ = (request, current);
        None
    }

    /// For each event a watch would deliver.
    fn event(&self, request: &RequestSummary, event: &Event) -> EventFault {
        let _ = (request, event);
        EventFault::Deliver
    }
}
