//! What holds a sync back although it is due: windows of the project, and applications it depends on.

use super::assess::Ground;
use api::OperationState;
use jiff::Timestamp;
use windows::{Asked, Subject, Verdict};

/// Why a sync does not happen now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hold {
    /// What it waits for, in words.
    pub reason: String,
    /// When that may change by the clock alone.
    pub until: Option<Timestamp>,
}

impl Hold {
    /// What it waits for and until when.
    #[must_use]
    pub fn text(&self) -> String {
        match self.until {
            Some(until) => format!("{}; looked at again at {until:.0}", self.reason),
            None => self.reason.clone(),
        }
    }
}

/// What holds back a sync that the policy asks for.
#[must_use]
pub fn automatic(ground: &Ground<'_>, now: Timestamp) -> Option<Hold> {
    let dependencies = ground.observed.dependencies.obstacle();
    let waits = dependencies.map(|reason| Hold { reason: format!("waits for {reason}"), until: None });
    waits.or_else(|| windows(ground, Asked::Automatically, None, now))
}

/// What holds back an operation that is under way.
#[must_use]
pub fn running(ground: &Ground<'_>, state: &OperationState, now: Timestamp) -> Option<Hold> {
    let asked = if state.operation.initiated_by.automated { Asked::Automatically } else { Asked::ByHand };
    windows(ground, asked, Some(state.started_at.timestamp()), now)
}

fn windows(ground: &Ground<'_>, asked: Asked, began: Option<Timestamp>, now: Timestamp) -> Option<Hold> {
    let application = ground.application;
    let cluster = ground.observed.cluster(ground.rules.name());
    let subject = Subject {
        application: &application.metadata.name,
        namespace: &application.spec.destination.namespace,
        server: cluster.server,
        cluster: cluster.name,
    };
    match ground.observed.windows.verdict(&subject, asked, began, now) {
        Verdict::Allowed => None,
        Verdict::Blocked { by, until } => Some(Hold { reason: format!("blocked by {by}"), until }),
    }
}
