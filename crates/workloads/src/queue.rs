//! What to look at, and when: a queue of keys without duplicates, ordered by time and then by arrival.

use std::collections::BTreeMap;
use tokio::time::Instant;

/// A queue in which every key stands at most once.
#[derive(Debug)]
pub(crate) struct Queue<K> {
    order: BTreeMap<(Instant, u64), K>,
    places: BTreeMap<K, (Instant, u64)>,
    next: u64,
}

impl<K: Ord + Clone> Queue<K> {
    pub(crate) fn new() -> Self {
        Queue { order: BTreeMap::new(), places: BTreeMap::new(), next: 0 }
    }

    /// Puts a key at `due`, unless it stands earlier already.
    pub(crate) fn add(&mut self, key: K, due: Instant) {
        if let Some(place) = self.places.get(&key) {
            if place.0 <= due {
                return;
            }
            self.order.remove(place);
        }
        let place = (due, self.next);
        self.next += 1;
        self.places.insert(key.clone(), place);
        self.order.insert(place, key);
    }

    /// Takes the first key that is due.
    pub(crate) fn take_due(&mut self, now: Instant) -> Option<K> {
        let (place, _) = self.order.first_key_value()?;
        if place.0 > now {
            return None;
        }
        let (_, key) = self.order.pop_first()?;
        self.places.remove(&key);
        Some(key)
    }

    /// When the next key is due.
    pub(crate) fn next_due(&self) -> Option<Instant> {
        self.order.first_key_value().map(|(place, _)| place.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[tokio::test(start_paused = true)]
    async fn a_key_stands_once_at_its_earliest_time() {
        let start = Instant::now();
        let later = start + Duration::from_secs(5);
        let mut queue = Queue::new();
        queue.add("b", later);
        queue.add("a", start);
        queue.add("b", start);
        queue.add("b", later);
        assert_eq!([queue.take_due(start), queue.take_due(start), queue.take_due(later)], [Some("a"), Some("b"), None]);
        assert_eq!(queue.next_due(), None);
    }
}
