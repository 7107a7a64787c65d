//! What is known of everything that is needed from elsewhere, and who needs it. Pure: [`super::following`] fetches.

use super::fetcher::{Had, Missed, Trust};
use crate::AppKey;
use crate::sources::need::Need;
use crate::sources::seen::SourceFailure;
use clock::Random;
use cluster::Backoff;
use git::Retry;
use jiff::{SignedDuration, Timestamp};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Notify;
use tokio::task::JoinHandle;

/// Pauses after failures in a row.
const PAUSES: Backoff = Backoff { first: Duration::from_secs(2), most: Duration::from_secs(120) };

/// The pause between two looks at what may change: upstream's.
const INTERVAL: Duration = Duration::from_secs(180);

/// By how much chance lengthens that pause at most, in nanoseconds, so that hosts are not asked for everything at once.
const JITTER_NANOS_MAX: u64 = 20_000_000_000;

/// How much is noted as needed by the operations of one application; beyond that what was noted first is let go.
const OF_OPERATIONS_MAX: usize = 64;

/// Which of an application's sources needs something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::sources) enum Slot {
    /// That at this place among those it follows.
    Followed(usize),
    /// One of an operation's.
    Another,
}

/// What is known of everything that is needed.
#[derive(Debug)]
pub(in crate::sources) struct Outside {
    needs: BTreeMap<Need, Followed>,
    wants: BTreeMap<AppKey, BTreeMap<Slot, BTreeSet<Need>>>,
    random: Random,
}

/// What is known of one need. Ends the fetching when it goes.
#[derive(Debug)]
struct Followed {
    had: Option<Had>,
    failure: Option<SourceFailure>,
    failed_times: u32,
    /// How many fetches have begun and ended, and the last one that somebody asked for.
    begun: u64,
    ended: u64,
    asked: u64,
    trust: Trust,
    users: BTreeSet<AppKey>,
    waiting: BTreeSet<AppKey>,
    asking: Arc<Notify>,
    task: Option<JoinHandle<()>>,
}

impl Drop for Followed {
    fn drop(&mut self) {
        if let Some(task) = &self.task {
            task.abort();
        }
    }
}

/// What is known of one need, for those who use it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(clippy::large_enum_variant, reason = "few of them exist at a time")]
pub(in crate::sources) enum State {
    /// It is being fetched for the first time.
    Coming,
    /// This; and why it may not be the newest.
    Here(Had, Option<SourceFailure>),
    /// It cannot be had.
    Failed(SourceFailure),
}

/// What came of a fetch.
pub(in crate::sources) struct Settled {
    /// Who is to be told.
    pub told: BTreeSet<AppKey>,
    /// The pause before the next fetch; `None` until somebody asks.
    pub pause: Option<Duration>,
}

impl Outside {
    /// Nothing yet; chance spreads the pauses.
    pub fn new(random: Random) -> Self {
        Outside { needs: BTreeMap::new(), wants: BTreeMap::new(), random }
    }

    /// Notes who needs something; gives what wakes the one who fetches where nobody fetches it yet.
    pub fn want(&mut self, app: &AppKey, slot: Slot, need: &Need) -> Option<Arc<Notify>> {
        let of_slot = self.wants.entry(app.clone()).or_default().entry(slot).or_default();
        if slot == Slot::Another && of_slot.len() >= OF_OPERATIONS_MAX && !of_slot.contains(need) {
            of_slot.pop_first();
        }
        of_slot.insert(need.clone());
        let is_new = !self.needs.contains_key(need);
        let followed = self.needs.entry(need.clone()).or_insert_with(Followed::new);
        followed.users.insert(app.clone());
        is_new.then(|| Arc::clone(&followed.asking))
    }

    /// Notes who fetches.
    pub fn hold(&mut self, need: &Need, task: JoinHandle<()>) {
        match self.needs.get_mut(need) {
            Some(followed) => followed.task = Some(task),
            None => task.abort(),
        }
    }

    /// A slot needs these and nothing else.
    pub fn keep(&mut self, app: &AppKey, slot: Slot, needs: BTreeSet<Need>) {
        let Some(slots) = self.wants.get_mut(app) else { return };
        if slots.get(&slot).is_some_and(|known| *known != needs) {
            slots.insert(slot, needs);
            self.let_go(app);
        }
    }

    /// The application has no such slots any more.
    pub fn drop_slots(&mut self, app: &AppKey, is_gone: impl Fn(Slot) -> bool) {
        let Some(slots) = self.wants.get_mut(app) else { return };
        let before = slots.len();
        slots.retain(|slot, _| !is_gone(*slot));
        if slots.len() < before {
            self.let_go(app);
        }
    }

    /// The application needs nothing any more.
    pub fn forget(&mut self, app: &AppKey) {
        if self.wants.remove(app).is_some() {
            self.let_go(app);
        }
    }

    fn let_go(&mut self, app: &AppKey) {
        let own = self.wants.get(app);
        let is_needed = |need: &Need| own.is_some_and(|slots| slots.values().any(|needs| needs.contains(need)));
        for (need, followed) in &mut self.needs {
            if followed.users.contains(app) && !is_needed(need) {
                followed.users.remove(app);
                followed.waiting.remove(app);
            }
        }
        self.needs.retain(|_, followed| !followed.users.is_empty());
    }

    /// What one slot needs.
    pub fn wanted(&self, app: &AppKey, slot: Slot) -> BTreeSet<Need> {
        self.wants.get(app).and_then(|slots| slots.get(&slot)).cloned().unwrap_or_default()
    }

    /// All that an application needs.
    pub fn all_of(&self, app: &AppKey) -> BTreeSet<Need> {
        self.wants.get(app).into_iter().flat_map(|slots| slots.values().flatten()).cloned().collect()
    }

    /// What is known of a need.
    pub fn state(&self, need: &Need) -> State {
        let Some(followed) = self.needs.get(need) else { return State::Coming };
        match (&followed.had, &followed.failure) {
            (Some(had), failure) => State::Here(had.clone(), failure.clone()),
            (None, Some(failure)) => State::Failed(failure.clone()),
            (None, None) => State::Coming,
        }
    }

    /// What was had of a need.
    pub fn had(&self, need: &Need) -> Option<&Had> {
        self.needs.get(need)?.had.as_ref()
    }

    /// Everything that was had.
    pub fn all_had(&self) -> impl Iterator<Item = &Had> {
        self.needs.values().filter_map(|followed| followed.had.as_ref())
    }

    /// It is not in its folder any more.
    pub fn lose(&mut self, need: &Need) {
        if let Some(followed) = self.needs.get_mut(need) {
            followed.had = None;
        }
    }

    /// Has it fetched anew; gives the number of the fetch that answers this, and what wakes the one who fetches.
    pub fn ask(&mut self, need: &Need, trust: Trust, app: &AppKey) -> Option<(u64, Arc<Notify>)> {
        let followed = self.needs.get_mut(need)?;
        // The first fetch has begun just now.
        followed.asked = if followed.ended == 0 { 1 } else { followed.begun + 1 };
        if trust == Trust::Nothing {
            followed.trust = trust;
        }
        followed.waiting.insert(app.clone());
        Some((followed.asked, Arc::clone(&followed.asking)))
    }

    /// The number of the fetch that ended last.
    pub fn ended(&self, need: &Need) -> u64 {
        self.needs.get(need).map_or(u64::MAX, |followed| followed.ended)
    }

    /// Whether somebody waits for a fetch that has not begun yet.
    pub fn is_asked(&self, need: &Need) -> bool {
        self.needs.get(need).is_some_and(|followed| followed.asked > followed.ended)
    }

    /// A fetch begins: how much of what is kept it may believe.
    pub fn begin(&mut self, need: &Need) -> Trust {
        let Some(followed) = self.needs.get_mut(need) else { return Trust::Kept };
        followed.begun += 1;
        std::mem::replace(&mut followed.trust, Trust::Kept)
    }

    /// A fetch has ended.
    pub fn settle(&mut self, need: &Need, outcome: Result<Had, Missed>, now: Timestamp) -> Settled {
        let Outside { needs, random, .. } = self;
        let Some(followed) = needs.get_mut(need) else { return Settled { told: BTreeSet::new(), pause: None } };
        followed.ended = followed.begun;
        let mut told = std::mem::take(&mut followed.waiting);
        let before = (followed.had.clone(), followed.failure.as_ref().map(|failure| failure.message.clone()));
        let mut pause = match outcome {
            Ok(had) => {
                (followed.had, followed.failure, followed.failed_times) = (Some(had), None, 0);
                (!need.is_pinned()).then(|| INTERVAL + Duration::from_nanos(random.below(JITTER_NANOS_MAX)))
            }
            Err(missed) => Some(followed.fail(missed, now, random)),
        };
        if before != (followed.had.clone(), followed.failure.as_ref().map(|failure| failure.message.clone())) {
            told.extend(followed.users.iter().cloned());
        }
        if followed.asked > followed.ended {
            pause = Some(Duration::ZERO);
        }
        Settled { told, pause }
    }
}

impl Followed {
    fn new() -> Self {
        Followed {
            had: None,
            failure: None,
            failed_times: 0,
            begun: 0,
            ended: 0,
            asked: 1,
            trust: Trust::Kept,
            users: BTreeSet::new(),
            waiting: BTreeSet::new(),
            asking: Arc::default(),
            task: None,
        }
    }

    /// Notes a failure; gives the pause before the next attempt.
    fn fail(&mut self, missed: Missed, now: Timestamp, random: &mut Random) -> Duration {
        self.failed_times = self.failed_times.saturating_add(1);
        let row = self.failure.as_ref().and_then(|failure| failure.since);
        let (since, pause) = match missed.retry {
            Retry::Backoff => (Some(row.unwrap_or(now)), PAUSES.jittered(self.failed_times, random)),
            Retry::After(pause) => (Some(row.unwrap_or(now)), pause.max(PAUSES.first)),
            Retry::WhenChanged => (None, PAUSES.most),
        };
        let next = SignedDuration::try_from(pause).ok().and_then(|pause| now.checked_add(pause).ok());
        self.failure = Some(SourceFailure { message: missed.message, since, next, retry: None });
        pause
    }
}
