//! What is wanted of routers, and what they answer. A leaf module.

use api::rollouts::{AlbStatus, SetHeaderRoute, SetMirrorRoute};
use object::Gvk;
use serde_json::Value;
use std::fmt;

/// Where some traffic goes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Destination {
    /// The Service; empty when the router finds it by version.
    pub service: String,
    /// Template hash of the version.
    pub hash: String,
    /// Its share.
    pub weight: i32,
}

/// How traffic is to be shared out.
#[derive(Debug, Clone, PartialEq)]
pub struct Routing {
    /// The new version's share.
    pub canary: Destination,
    /// The stable version's share: what the others leave.
    pub stable: Destination,
    /// Shares of versions in an experiment.
    pub additional: Vec<Destination>,
    /// What all shares add up to.
    pub weight_max: i32,
    /// What is changed first.
    pub order: Order,
    /// What becomes of the routes that steps made.
    pub managed: Managed,
    /// A route to make or, without matches, to take away.
    pub header: Option<SetHeaderRoute>,
    /// A mirror to make or, without matches, to take away.
    pub mirror: Option<SetMirrorRoute>,
    /// Whether the router is asked if it does so.
    pub verify: Verify,
}

/// What is changed first: which versions there are, or what they get.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// The versions, then their shares.
    VersionsFirst,
    /// The shares: the new version has no pods yet, and the old share must not reach it.
    WeightsFirst,
}

/// What becomes of the routes that steps made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Managed {
    /// They stay.
    Keep,
    /// They go.
    Remove,
}

/// Whether the router is asked if it does what it was told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verify {
    /// It is: something waits for it.
    Now,
    /// It is not: asking may cost.
    Skip,
}

/// One write of a router.
#[derive(Debug, Clone, PartialEq)]
pub struct Write {
    /// What kind of object.
    pub gvk: Gvk,
    /// Its namespace; the Rollout's when not given.
    pub namespace: Option<String>,
    /// Its name.
    pub name: String,
    /// What is done to it.
    pub change: Change,
}

/// What is done to an object.
#[derive(Debug, Clone, PartialEq)]
pub enum Change {
    /// It is made.
    Create(Value),
    /// It is changed by a merge patch, provided that it is as it was read.
    Merge(Value),
    /// It is taken away, provided that it is the one that was read.
    Delete,
}

/// Something to tell people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// For machines.
    pub reason: &'static str,
    /// For people.
    pub message: String,
}

/// Why a router cannot do what is wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The router.
    pub router: &'static str,
    /// For people: what is wrong and where.
    pub message: String,
}

/// What a router answers.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Routed {
    /// What it must write, in order; nothing when all is so already.
    pub writes: Vec<Write>,
    /// Whether it was seen to do so; `None` where it was not or cannot be asked.
    pub verified: Option<bool>,
    /// Why it cannot.
    pub problems: Vec<Problem>,
    /// What to tell people.
    pub notes: Vec<Note>,
    /// What is known of load balancers, by Ingress; `None` to keep what was known.
    pub balancers: Option<Vec<AlbStatus>>,
}

/// A kind of router with the objects it needs.
pub trait Router {
    /// What must be written so that traffic is shared out as wanted. Asked again when all is written, it answers with
    /// no writes.
    fn route(&self, wanted: &Routing) -> Routed;
}

impl Routed {
    /// An answer that is a problem.
    #[must_use]
    pub fn refuse(router: &'static str, message: impl Into<String>) -> Self {
        Routed { problems: vec![Problem { router, message: message.into() }], ..Routed::default() }
    }

    /// Both answers as one. One router that has not verified is enough for the whole not to have.
    #[must_use]
    pub fn and(mut self, other: Routed) -> Self {
        self.writes.extend(other.writes);
        self.problems.extend(other.problems);
        self.notes.extend(other.notes);
        self.balancers = self.balancers.or(other.balancers);
        self.verified = match (self.verified, other.verified) {
            (Some(left), Some(right)) => Some(left && right),
            (left, right) => left.or(right),
        };
        self
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl fmt::Display for Write {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.change {
            Change::Create(value) => write!(f, "create {} {} {value}", self.gvk.kind, self.name),
            Change::Merge(patch) => write!(f, "patch {} {} {patch}", self.gvk.kind, self.name),
            Change::Delete => write!(f, "delete {} {}", self.gvk.kind, self.name),
        }
    }
}
