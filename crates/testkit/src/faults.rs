//! What goes wrong between all processes and the server: watch events that are lost, repeated or late, lists from the
//! past, lists that fail.

use apiserver::{ApiError, ApiServer, Event, EventFault, Faults, RequestFault, RequestSummary};
use clock::Random;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// How bad the watches are, in events out of a hundred.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Weather {
    /// Never arrive: the watch breaks before them and the server forgets them, so that only the state after them can be
    /// seen. (Kubernetes never leaves out an event of a watch that goes on.)
    pub lost: u64,
    /// Arrive twice.
    pub repeated: u64,
    /// Arrive late, and hold up all that follow.
    pub late: u64,
    /// Break the watch before they arrive.
    pub broken: u64,
}

impl Weather {
    /// A bit of everything.
    pub const ROUGH: Weather = Weather { lost: 5, repeated: 10, late: 10, broken: 5 };
}

/// How late a late event may be.
const LATE_MAX: Duration = Duration::from_secs(5);

/// How far a stale watch lags.
const LAG: Duration = Duration::from_secs(60);

/// A plan of faults for one server. Cheap to clone; clones are one plan.
#[derive(Clone)]
pub struct FaultPlan {
    server: ApiServer,
    state: Arc<Mutex<State>>,
}

#[derive(Debug)]
struct State {
    weather: Weather,
    random: Random,
    /// Lists of this resource are served from this revision, and its watches lag.
    stale: Option<(String, u64)>,
    /// Lists and watches of these resources are refused.
    unlisted: Vec<String>,
}

impl FaultPlan {
    /// A plan without faults, in force on `server`.
    pub(crate) fn install(server: &ApiServer, random: Random) -> Self {
        let state = State { weather: Weather::default(), random, stale: None, unlisted: Vec::new() };
        let plan = FaultPlan { server: server.clone(), state: Arc::new(Mutex::new(state)) };
        server.set_faults(Some(Arc::new(plan.clone())));
        plan
    }

    /// Sets how bad the watches are.
    pub fn weather(&self, weather: Weather) {
        self.state().weather = weather;
    }

    /// Serves lists of a resource, by its plural name, from a past revision, and lets its watches lag, as a server does
    /// whose cache of that resource has fallen behind.
    pub fn stale(&self, plural: &str, revision: u64) {
        self.state().stale = Some((plural.to_owned(), revision));
    }

    /// Refuses to list or watch a resource, by its plural name.
    pub fn unlist(&self, plural: &str) {
        self.state().unlisted.push(plural.to_owned());
    }

    /// Ends all faults.
    pub fn end(&self) {
        let mut state = self.state();
        state.weather = Weather::default();
        state.stale = None;
        state.unlisted.clear();
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Faults for FaultPlan {
    fn before(&self, request: &RequestSummary) -> RequestFault {
        let is_collection = matches!(request.verb, "list" | "watch");
        if is_collection && self.state().unlisted.contains(&request.resource) {
            let message = format!("{} is forbidden by the test kit", request.resource);
            return RequestFault::Refuse(ApiError::new(403, "Forbidden", message));
        }
        RequestFault::Serve
    }

    fn stale_revision(&self, request: &RequestSummary, current: u64) -> Option<u64> {
        // A GET is a quorum read in Kubernetes; only lists come from caches that may lag.
        if request.verb != "list" {
            return None;
        }
        let state = self.state();
        let stale = state.stale.as_ref().filter(|(plural, _)| *plural == request.resource);
        stale.map(|(_, revision)| *revision).filter(|revision| *revision < current)
    }

    fn event(&self, request: &RequestSummary, _event: &Event) -> EventFault {
        let mut state = self.state();
        if state.stale.as_ref().is_some_and(|(plural, _)| *plural == request.resource) {
            return EventFault::Delay(LAG);
        }
        let Weather { lost, repeated, late, broken } = state.weather;
        if lost + repeated + late + broken == 0 {
            return EventFault::Deliver;
        }
        let drawn = state.random.below(100);
        if drawn < lost {
            drop(state);
            self.server.compact();
            EventFault::Disconnect
        } else if drawn < lost + repeated {
            EventFault::Repeat
        } else if drawn < lost + repeated + late {
            let milliseconds = u64::try_from(LATE_MAX.as_millis()).unwrap_or(u64::MAX);
            EventFault::Delay(Duration::from_millis(state.random.below(milliseconds)))
        } else if drawn < lost + repeated + late + broken {
            EventFault::Disconnect
        } else {
            EventFault::Deliver
        }
    }
}
