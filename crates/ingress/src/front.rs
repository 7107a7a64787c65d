//! Answers requests: finds the route, draws a share and an endpoint, and asks the pod there.

use crate::ask::Ask;
use crate::backends::{Endpoint, Stands};
use crate::pods::{Identity, Pod, Tallies};
use crate::route::{Origin, Share};
use crate::snapshot::{Behind, Snapshot};
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
        let snapshot = self.snapshot();
        let Some(at) = snapshot.table.find(ask) else { return Answer::NoRoute };
        let (Some(route), Some(behind)) = (snapshot.table.routes().get(at), snapshot.behind.get(at)) else {
            return Answer::NoRoute;
        };
        let nobody = |why: String| Answer::Nobody { origin: route.origin.clone(), why };
        if let Some(problem) = &route.problem {
            return nobody(problem.clone());
        }
        let mut random = self.random.lock().unwrap_or_else(PoisonError::into_inner);
        for (mirror, stands) in route.mirrors.iter().zip(&behind.mirrors) {
            if random.below(MILLION) < mirror.per_million {
                copy(stands, &mut random);
            }
        }
        let Some(stands) = draw(&route.shares, behind, &mut random) else {
            return nobody("all its shares are 0".to_owned());
        };
        match ask_one_of(stands, &mut random) {
            Some(pod) if pod.fails() => Answer::Failure(Arc::clone(&pod.identity)),
            Some(pod) => Answer::Pod(Arc::clone(&pod.identity)),
            None => {
                nobody(stands.problem.clone().unwrap_or_else(|| "all endpoints that were tried refused".to_owned()))
            }
        }
    }
}

/// One of the shares, each as often as its weight says.
fn draw<'b>(shares: &[Share], behind: &'b Behind, random: &mut Random) -> Option<&'b Stands> {
    let total: u64 = shares.iter().map(|share| u64::from(share.weight)).sum();
    let mut left = random.below(total);
    let mut all = shares.iter().zip(&behind.shares).filter(|(share, _)| share.weight > 0);
    let drawn = all.find(|(share, _)| {
        let weight = u64::from(share.weight);
        let is_it = left < weight;
        left = left.saturating_sub(weight);
        is_it
    });
    drawn.map(|(_, stands)| stands.as_ref())
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
