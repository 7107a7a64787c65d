//! Which keys are to be looked at: each once, one pass at a time, in the order they were asked for.

use crate::Level;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::Notify;
use tokio::time::{Instant, sleep_until};

/// A queue of keys. Cheap to clone; clones are one queue.
///
/// Guarantees: a key is never given to two workers at once; asked for again while it is being worked on, it comes back
/// afterwards; asked for several times, it comes once, at the highest level; keys come in the order in which they were
/// first asked for, so that a key that is always busy cannot keep out the others.
pub struct Queue<K>(Arc<Inner<K>>);

struct Inner<K> {
    state: Mutex<State<K>>,
    changed: Notify,
}

struct State<K> {
    /// Keys to be worked on, in order.
    order: VecDeque<K>,
    /// The level each of them is asked for.
    wanted: BTreeMap<K, Level>,
    /// Keys being worked on, and the level at which they were asked for meanwhile.
    running: BTreeMap<K, Option<Level>>,
    /// Keys for later.
    later: BTreeMap<K, (Instant, Level)>,
    /// The same by time.
    timeline: BTreeSet<(Instant, K)>,
    is_closed: bool,
}

/// A key that a worker has taken. Given back when dropped.
pub struct Turn<K: Clone + Ord> {
    /// The key.
    pub key: K,
    /// How closely to look.
    pub level: Level,
    queue: Queue<K>,
}

impl<K: Clone + Ord> Default for Queue<K> {
    fn default() -> Self {
        let state = State {
            order: VecDeque::new(),
            wanted: BTreeMap::new(),
            running: BTreeMap::new(),
            later: BTreeMap::new(),
            timeline: BTreeSet::new(),
            is_closed: false,
        };
        Queue(Arc::new(Inner { state: Mutex::new(state), changed: Notify::new() }))
    }
}

impl<K> Clone for Queue<K> {
    fn clone(&self) -> Self {
        Queue(Arc::clone(&self.0))
    }
}

impl<K: Clone + Ord> Queue<K> {
    /// An empty queue.
    #[must_use]
    pub fn new() -> Self {
        Queue::default()
    }

    /// Asks for a pass over `key`, soon.
    pub fn add(&self, key: K, level: Level) {
        self.state().want(key, level);
        self.0.changed.notify_one();
    }

    /// Asks for a pass over `key` after `pause` at the latest; an earlier wish stands.
    pub fn add_after(&self, key: K, level: Level, pause: Duration) {
        if pause.is_zero() {
            return self.add(key, level);
        }
        self.state().delay(key, level, Instant::now() + pause);
        self.0.changed.notify_one();
    }

    /// The next key; waits for one. `None` when the queue is closed.
    ///
    /// Cancel safe.
    pub async fn next(&self) -> Option<Turn<K>> {
        loop {
            let due = {
                let mut state = self.state();
                if state.is_closed {
                    // Others wait too.
                    self.0.changed.notify_one();
                    return None;
                }
                state.promote(Instant::now());
                if let Some((key, level)) = state.take() {
                    if !state.order.is_empty() {
                        self.0.changed.notify_one();
                    }
                    return Some(Turn { key, level, queue: self.clone() });
                }
                state.timeline.first().map(|(due, _)| *due)
            };
            match due {
                None => self.0.changed.notified().await,
                Some(due) => {
                    tokio::select! {
                        biased;
                        () = self.0.changed.notified() => {}
                        () = sleep_until(due) => {}
                    }
                }
            }
        }
    }

    /// Ends the queue: no more keys are given out.
    pub fn close(&self) {
        self.state().is_closed = true;
        self.0.changed.notify_one();
    }

    /// How many keys wait for a worker.
    #[must_use]
    pub fn len(&self) -> usize {
        self.state().order.len()
    }

    /// Whether no key waits for a worker.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether nothing waits and nothing is being worked on. Keys for later do not count.
    #[must_use]
    pub fn is_idle(&self) -> bool {
        let state = self.state();
        state.order.is_empty() && state.running.is_empty()
    }

    fn state(&self) -> MutexGuard<'_, State<K>> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<K: Clone + Ord> Drop for Turn<K> {
    fn drop(&mut self) {
        let mut state = self.queue.state();
        if let Some(Some(level)) = state.running.remove(&self.key) {
            state.want(self.key.clone(), level);
            drop(state);
            self.queue.0.changed.notify_one();
        }
    }
}

impl<K: Clone + Ord> State<K> {
    fn want(&mut self, key: K, level: Level) {
        if let Some(meanwhile) = self.running.get_mut(&key) {
            *meanwhile = Some(meanwhile.map_or(level, |known| known.merge(level)));
        } else if let Some(wanted) = self.wanted.get_mut(&key) {
            *wanted = wanted.merge(level);
        } else {
            self.wanted.insert(key.clone(), level);
            self.order.push_back(key);
        }
    }

    fn delay(&mut self, key: K, level: Level, due: Instant) {
        let (due, level) = match self.later.get(&key) {
            Some((known, wanted)) => (due.min(*known), level.merge(*wanted)),
            None => (due, level),
        };
        self.forget_later(&key);
        self.timeline.insert((due, key.clone()));
        self.later.insert(key, (due, level));
    }

    /// Moves the keys whose time has come to those that wait.
    fn promote(&mut self, now: Instant) {
        while let Some((due, key)) = self.timeline.first().filter(|(due, _)| *due <= now).cloned() {
            self.timeline.remove(&(due, key.clone()));
            if let Some((_, level)) = self.later.remove(&key) {
                self.want(key, level);
            }
        }
    }

    /// Takes the first key, with what was wanted for later: the pass decides anew when to look again.
    fn take(&mut self) -> Option<(K, Level)> {
        let key = self.order.pop_front()?;
        let level = self.wanted.remove(&key).unwrap_or_default();
        let level = self.later.get(&key).map_or(level, |(_, later)| level.merge(*later));
        self.forget_later(&key);
        self.running.insert(key.clone(), None);
        Some((key, level))
    }

    fn forget_later(&mut self, key: &K) {
        if let Some((due, _)) = self.later.remove(key) {
            self.timeline.remove(&(due, key.clone()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    async fn next(queue: &Queue<u8>) -> (u8, u8) {
        let turn = queue.next().await.expect("an open queue");
        (turn.key, turn.level.0)
    }

    #[tokio::test(start_paused = true)]
    async fn a_key_comes_once_at_the_highest_level_and_in_order() {
        let queue = Queue::new();
        for (key, level) in [(1, 0), (2, 1), (1, 3), (1, 2)] {
            queue.add(key, Level(level));
        }
        assert_eq!(next(&queue).await, (1, 3));
        assert_eq!(next(&queue).await, (2, 1));
        assert!(queue.is_idle());
    }

    #[tokio::test(start_paused = true)]
    async fn a_key_in_work_comes_back_afterwards_only() {
        let queue = Queue::new();
        queue.add(1, Level(0));
        let turn = queue.next().await.expect("an open queue");
        queue.add(1, Level(1));
        queue.add(2, Level(0));
        assert_eq!(next(&queue).await.0, 2, "1 is in work");
        drop(turn);
        assert_eq!(next(&queue).await, (1, 1));
    }

    #[tokio::test(start_paused = true)]
    async fn a_busy_key_does_not_keep_out_others() {
        let queue = Queue::new();
        queue.add(1, Level(0));
        queue.add(2, Level(0));
        let mut seen = Vec::new();
        for _ in 0..4 {
            let turn = queue.next().await.expect("an open queue");
            seen.push(turn.key);
            queue.add(turn.key, Level(0));
        }
        assert_eq!(seen, [1, 2, 1, 2]);
    }

    #[tokio::test(start_paused = true)]
    async fn later_keys_come_at_their_time_and_earlier_wishes_win() {
        let queue = Queue::new();
        let start = Instant::now();
        queue.add_after(1, Level(1), seconds(10));
        queue.add_after(1, Level(0), seconds(60));
        queue.add_after(2, Level(0), seconds(5));
        assert_eq!(next(&queue).await, (2, 0));
        assert_eq!(start.elapsed(), seconds(5));
        assert_eq!(next(&queue).await, (1, 1));
        assert_eq!(start.elapsed(), seconds(10));
    }

    #[tokio::test(start_paused = true)]
    async fn a_pass_takes_the_later_wish_along() {
        let queue = Queue::new();
        queue.add_after(1, Level(2), seconds(10));
        queue.add(1, Level(0));
        assert_eq!(next(&queue).await, (1, 2));
        tokio::time::advance(seconds(20)).await;
        queue.add(3, Level(0));
        assert_eq!(next(&queue).await, (3, 0), "1 does not come again");
    }

    #[tokio::test(start_paused = true)]
    async fn closing_ends_all_workers() {
        let queue: Queue<u8> = Queue::new();
        let workers: Vec<_> = (0..3)
            .map(|_| {
                let queue = queue.clone();
                tokio::spawn(async move { queue.next().await.is_none() })
            })
            .collect();
        tokio::task::yield_now().await;
        queue.close();
        for worker in workers {
            assert!(worker.await.expect("no panic"));
        }
    }
}
