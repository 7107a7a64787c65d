//! One piece of work for all who ask for the same at the same time.

use futures::FutureExt;
use futures::future::{BoxFuture, Shared};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

/// What is under way, by what was asked for.
pub(crate) struct Flights<K, T: Clone> {
    under_way: Arc<Mutex<BTreeMap<K, Shared<BoxFuture<'static, T>>>>>,
}

impl<K: Ord + Clone + Send + 'static, T: Clone + Send + Sync + 'static> Flights<K, T> {
    pub(crate) fn new() -> Self {
        Flights { under_way: Arc::default() }
    }

    /// Joins the work for `key`, or starts it. It goes on when those who asked are gone, so that the next who asks
    /// finds it done. `panicked` is the result when it panics.
    pub(crate) async fn join(
        &self,
        key: K,
        start: impl FnOnce() -> BoxFuture<'static, T>,
        panicked: impl FnOnce() -> T + Send + 'static,
    ) -> T {
        let flight = {
            let mut under_way = self.under_way.lock().unwrap_or_else(PoisonError::into_inner);
            match under_way.get(&key) {
                Some(flight) => flight.clone(),
                None => {
                    let task = tokio::spawn(start());
                    let (all, own) = (Arc::clone(&self.under_way), key.clone());
                    let flight = async move {
                        let value = task.await.unwrap_or_else(|_| panicked());
                        all.lock().unwrap_or_else(PoisonError::into_inner).remove(&own);
                        value
                    };
                    let flight = flight.boxed().shared();
                    under_way.insert(key, flight.clone());
                    // Somebody must wait for it, so that it is forgotten when it ends.
                    tokio::spawn(flight.clone().map(drop));
                    flight
                }
            }
        };
        flight.await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicU32, Ordering};
    use std::time::Duration;

    #[tokio::test(start_paused = true)]
    async fn all_who_ask_at_once_share_and_the_next_starts_anew() {
        let (flights, runs) = (Flights::new(), Arc::new(AtomicU32::new(0)));
        let ask = || {
            let runs = Arc::clone(&runs);
            let work = async move {
                tokio::time::sleep(Duration::from_secs(1)).await;
                runs.fetch_add(1, Ordering::Relaxed) + 1
            };
            flights.join("key", || work.boxed(), || 0)
        };
        assert_eq!(futures::future::join_all((0..100).map(|_| ask())).await, [1; 100]);
        assert_eq!(ask().await, 2);
    }

    #[tokio::test(start_paused = true)]
    async fn work_goes_on_without_those_who_asked() {
        let (flights, done) = (Flights::new(), Arc::new(AtomicU32::new(0)));
        let seen = Arc::clone(&done);
        let work = async move {
            tokio::time::sleep(Duration::from_secs(1)).await;
            seen.fetch_add(1, Ordering::Relaxed)
        };
        let asked = flights.join("key", || work.boxed(), || 0);
        assert!(tokio::time::timeout(Duration::from_millis(1), asked).await.is_err());
        tokio::time::sleep(Duration::from_secs(2)).await;
        assert_eq!(done.load(Ordering::Relaxed), 1);
    }

    #[tokio::test]
    async fn a_panic_is_a_result() {
        let flights = Flights::new();
        let value = flights.join("key", || async { panic!("inside") }.boxed(), || 7).await;
        assert_eq!(value, 7);
    }
}
