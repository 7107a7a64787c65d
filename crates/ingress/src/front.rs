//! Answers requests: finds the route, draws a share and an endpoint, and asks the pod there.

use crate::ask::Ask;
use crate::backends::{Endpoint, Stands};
use crate::pods::{Identity, Pod, Tallies};
use crate::route::{Origin, Route, Share};
use crate::snapshot::Snapshot;
use crate::sticky::{With, mark};
use clock::Random;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

/// How many endpoints are tried: one that refuses has done nothing yet, as Nginx and Envoy see it too.
const TRIES_MAX: usize = 3;
/// What shares of copies are parts of.
const MILLION: u64 = 1_000_000;

/// What becomes of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// A pod answers.
    Pod(Arc<Identity>),
    /// A pod answers with an error of its own.
    Failure(Arc<Identity>),
    /// The client is sent elsewhere.
    Redirect {
        /// The status of the answer.
        status: u16,
        /// Where to.
        location: String,
    },
    /// No route is for such a request.
    NoRoute,
    /// A route is, but nobody can answer.
    Nobody {
        /// The object that the route is of.
        origin: Origin,
        /// Why.
        why: String,
    },
}

/// An answer with what goes along with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// The answer.
    pub answer: Answer,
    /// The path as the pod saw it.
    pub path: String,
    /// The cookie by which the client stays where it was sent.
    pub cookie: Option<String>,
}

/// Where requests come in. Shared by all connections.
#[derive(Debug)]
pub struct Front {
    snapshot: RwLock<Arc<Snapshot>>,
    random: Mutex<Random>,
    tallies: Tallies,
}

impl Front {
    /// A front without routes yet; shares and endpoints are drawn from `random`.
    #[must_use]
    pub fn new(random: Random) -> Self {
        Front { snapshot: RwLock::default(), random: Mutex::new(random), tallies: Tallies::default() }
    }

    /// What pods have counted.
    #[must_use]
    pub fn tallies(&self) -> &Tallies {
        &self.tallies
    }

    /// What holds now.
    #[must_use]
    pub fn snapshot(&self) -> Arc<Snapshot> {
        Arc::clone(&self.snapshot.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Puts other routes in place; requests that are under way keep theirs.
    pub fn show(&self, snapshot: Snapshot) {
        *self.snapshot.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(snapshot);
    }

    /// Answers a request.
    #[must_use]
    pub fn answer(&self, ask: &Ask) -> Answer {
        self.reply(ask).answer
    }

    /// Answers a request, with what goes along with the answer.
    #[must_use]
    pub fn reply(&self, ask: &Ask) -> Reply {
        let bare = |answer: Answer| Reply { answer, path: ask.path.clone(), cookie: None };
        let snapshot = self.snapshot();
        let Some(at) = snapshot.table.find(ask) else { return bare(Answer::NoRoute) };
        let (Some(route), Some(behind)) = (snapshot.table.routes().get(at), snapshot.behind.get(at)) else {
            return bare(Answer::NoRoute);
        };
        if let Some(redirect) = &route.redirect {
            return bare(Answer::Redirect { status: redirect.status, location: redirect.location(ask) });
        }
        let nobody = |why: String| bare(Answer::Nobody { origin: route.origin.clone(), why });
        if let Some(problem) = &route.problem {
            return nobody(problem.clone());
        }
        let mut random = self.random.lock().unwrap_or_else(PoisonError::into_inner);
        for (mirror, stands) in route.mirrors.iter().zip(&behind.mirrors) {
            if random.below(MILLION) < mirror.per_million {
                copy(stands, &mut random);
            }
        }
        let held = route.sticky.as_ref().map(|sticky| sticky.held(ask)).unwrap_or_default();
        let drawn = held.version.and_then(|version| share_held(route, version));
        let Some(at) = drawn.or_else(|| draw(&route.shares, &mut random)) else {
            return nobody("all its shares are 0".to_owned());
        };
        let (Some(share), Some(stands)) = (route.shares.get(at), behind.shares.get(at)) else {
            return bare(Answer::NoRoute);
        };
        let held_pod = held.pod.and_then(|pod| pod_held(stands, pod));
        let Some(pod) = held_pod.or_else(|| ask_one_of(stands, &mut random)) else {
            return nobody(
                stands.problem.clone().unwrap_or_else(|| "all endpoints that were tried refused".to_owned()),
            );
        };
        let identity = Arc::clone(&pod.identity);
        let cookie = route.sticky.as_ref().and_then(|sticky| {
            let is_held = drawn.is_some() && (sticky.with == With::Version || held_pod.is_some());
            (!is_held).then(|| sticky.set(mark(&share.backend), mark(&identity.name)))
        });
        let path = route.rewrite.as_ref().map_or_else(|| ask.path.clone(), |rewrite| rewrite.apply(&ask.path));
        let answer = if pod.fails() { Answer::Failure(identity) } else { Answer::Pod(identity) };
        Reply { answer, path, cookie }
    }
}

/// The share that a client was sent to before, as long as it has any: a version that is to get nothing gets nobody.
fn share_held(route: &Route, version: u64) -> Option<usize> {
    route.shares.iter().position(|share| share.weight > 0 && mark(&share.backend) == version)
}

/// The pod that a client was sent to before, if it takes requests.
fn pod_held(stands: &Stands, held: u64) -> Option<&Pod> {
    let mut pods = stands.endpoints.iter().flatten();
    pods.find(|pod| pod.is_ready && mark(&pod.identity.name) == held).filter(|pod| pod.takes()).map(|pod| &**pod)
}

/// The place of one of the shares, each as often as its weight says.
fn draw(shares: &[Share], random: &mut Random) -> Option<usize> {
    let total: u64 = shares.iter().map(|share| u64::from(share.weight)).sum();
    let mut left = random.below(total);
    let mut all = shares.iter().enumerate().filter(|(_, share)| share.weight > 0);
    let drawn = all.find(|(_, share)| {
        let weight = u64::from(share.weight);
        let is_it = left < weight;
        left = left.saturating_sub(weight);
        is_it
    });
    drawn.map(|(at, _)| at)
}

/// The pod that answers, some endpoints tried.
fn ask_one_of<'s>(stands: &'s Stands, random: &mut Random) -> Option<&'s Pod> {
    let mut left: Vec<&Endpoint> = stands.endpoints.iter().collect();
    for _ in 0..TRIES_MAX {
        let endpoint = left.swap_remove(place(random, left.len())?);
        let taking = endpoint.as_deref().filter(|pod| pod.takes());
        if taking.is_some() {
            return taking;
        }
    }
    None
}

fn copy(stands: &Stands, random: &mut Random) {
    let at = place(random, stands.endpoints.len());
    if let Some(pod) = at.and_then(|at| stands.endpoints.get(at)?.as_ref()) {
        pod.take_copy();
    }
}

/// One of so many places; `None` when there are none.
fn place(random: &mut Random, count: usize) -> Option<usize> {
    let drawn = usize::try_from(random.below(u64::try_from(count).ok()?)).ok()?;
    (count > 0).then_some(drawn)
}
