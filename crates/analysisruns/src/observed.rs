//! All that one pass reads. A leaf module.

use crate::inbox::Mail;
use crate::key::RunKey;
use analysis::{Garbage, Prepared, Task};
use api::rollouts::AnalysisRun;
use object::Object;
use std::fmt;
use std::sync::Arc;

/// All that one pass reads.
#[derive(Debug)]
pub struct Observed {
    /// What it is about.
    pub key: RunKey,
    /// What was found.
    pub what: What,
}

/// What was found under a key.
#[derive(Debug)]
pub enum What {
    /// Nothing that is to be dealt with: it is gone, going, or somebody else's.
    Nothing,
    /// A run with a field of a type that cannot be read, and which.
    Unreadable(Object, String),
    /// A run.
    Run(Box<Seen>),
}

/// A run and what came of it since.
#[derive(Debug)]
pub struct Seen {
    /// The run as it stands in the cluster.
    pub object: Object,
    /// The same, read.
    pub run: Arc<AnalysisRun>,
    /// What its spec comes to.
    pub prepared: Arc<Prepared>,
    /// What providers answered and are being asked.
    pub mail: Mail,
    /// Whether this process may ask providers: whoever may not write, may not ask either.
    pub may_ask: bool,
    /// What need not be kept was let go of in this pass.
    pub has_forgotten: bool,
}

/// Something to be done outside the cluster before the plan is made.
#[derive(Debug, Clone, PartialEq)]
pub enum Query {
    /// A provider is asked; its answer comes with a later pass.
    Ask(Box<Task>),
    /// A provider may let go of something.
    Forget(Garbage),
}

impl fmt::Display for Query {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Query::Ask(task) => task.fmt(f),
            Query::Forget(garbage) => write!(f, "keep {} of {}", garbage.keep, garbage.metric),
        }
    }
}
