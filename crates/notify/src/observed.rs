//! All that one pass read.

use crate::evaluate::{Due, Evaluation};
use crate::key::ObjectKey;
use crate::outbox::Standing;
use api::rollouts::WaitingEvents;
use notifications::Product;
use object::Object;
use std::collections::BTreeMap;
use std::fmt;

/// All that one pass read.
#[derive(Debug, Clone)]
pub struct Observed {
    /// Which object.
    pub key: ObjectKey,
    /// What it is; `None` when it is gone or none of ours.
    pub seen: Option<Box<Seen>>,
}

/// An object, and what it means for those who are to be told.
#[derive(Debug, Clone)]
pub struct Seen {
    /// What it is.
    pub product: Product,
    /// The object.
    pub object: Object,
    /// Who is to be told of what.
    pub evaluation: Evaluation,
    /// How deliveries stand.
    pub outbox: BTreeMap<String, Standing>,
    /// Whether this process may send.
    pub may_send: bool,
    /// Events of a Rollout that are written down on it.
    pub written: WaitingEvents,
    /// Those of them that are still to be told.
    pub remaining: WaitingEvents,
}

/// Something to be done before it can be decided what to write.
#[derive(Debug, Clone)]
pub enum Query {
    /// Tell somebody.
    Send(Box<Due>),
}

impl fmt::Display for Query {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Query::Send(due) = self;
        write!(f, "send {} to {}", due.trigger, due.destination)
    }
}
