//! Answers that are told again for a while, and asked for by one at a time.

use clock::Clock;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::OwnedMutexGuard;
use tokio::time::Instant;

/// How many answers are kept: an account may have fewer load balancers.
const KEPT_MAX: usize = 10_000;

/// Answers by what was asked for.
#[derive(Debug)]
pub struct Kept<T> {
    clock: Clock,
    lasts: Duration,
    all: Mutex<BTreeMap<String, Entry<T>>>,
}

#[derive(Debug)]
struct Entry<T> {
    answer: Option<(Instant, T)>,
    turn: Arc<tokio::sync::Mutex<()>>,
}

impl<T> Default for Entry<T> {
    fn default() -> Self {
        Entry { answer: None, turn: Arc::default() }
    }
}

/// The right to ask for something.
#[derive(Debug)]
pub struct Turn<'a, T> {
    kept: &'a Kept<T>,
    key: String,
    /// Held as long as the answer is asked for.
    _turn: OwnedMutexGuard<()>,
}

impl<T: Clone> Kept<T> {
    /// Nothing yet; each answer is told for so long.
    pub fn new(clock: Clock, lasts: Duration) -> Self {
        Kept { clock, lasts, all: Mutex::default() }
    }

    /// Waits until nobody else asks for the same.
    pub async fn turn(&self, key: &str) -> Turn<'_, T> {
        let turn = Arc::clone(&self.all().entry(key.to_owned()).or_default().turn);
        Turn { kept: self, key: key.to_owned(), _turn: turn.lock_owned().await }
    }

    /// What is known of it and still holds.
    pub fn get(&self, key: &str) -> Option<T> {
        let all = self.all();
        let (since, answer) = all.get(key)?.answer.as_ref()?;
        (self.clock.monotonic().saturating_duration_since(*since) < self.lasts).then(|| answer.clone())
    }

    /// Keeps an answer.
    pub fn put(&self, key: &str, answer: &T) {
        let mut all = self.all();
        if all.len() >= KEPT_MAX {
            // Whoever asks for one of these holds its turn, and keeps its answer anew.
            all.clear();
        }
        all.entry(key.to_owned()).or_default().answer = Some((self.clock.monotonic(), answer.clone()));
    }

    fn all(&self) -> MutexGuard<'_, BTreeMap<String, Entry<T>>> {
        self.all.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T: Clone> Turn<'_, T> {
    /// What somebody else has learnt meanwhile.
    pub fn known(&self) -> Option<T> {
        self.kept.get(&self.key)
    }

    /// Keeps what was learnt.
    pub fn keep(&self, answer: &T) {
        self.kept.put(&self.key, answer);
    }
}
