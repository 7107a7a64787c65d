//! Blocking work: in place in a simulation, on a bounded pool of threads in production.

use std::sync::Arc;
use tokio::sync::Semaphore;

/// Where blocking or long computing work runs. Cheap to clone; clones share the bound.
#[derive(Debug, Clone)]
pub enum Offload {
    /// On the calling task, at once: order and virtual time stay exact.
    Inline,
    /// On Tokio's blocking threads, at most so many at a time.
    Pool(Arc<Semaphore>),
}

impl Offload {
    /// A pool that runs at most `parallel` jobs at a time.
    #[must_use]
    pub fn pool(parallel: usize) -> Self {
        Offload::Pool(Arc::new(Semaphore::new(parallel.max(1))))
    }

    /// Runs `job` and gives its result. A panic in the job continues in the caller, where each reconcile is isolated.
    pub async fn run<T: Send + 'static>(&self, job: impl FnOnce() -> T + Send + 'static) -> T {
        let Offload::Pool(semaphore) = self else { return job() };
        let permit = Arc::clone(semaphore).acquire_owned().await;
        #[expect(clippy::disallowed_methods, reason = "the one place that hands work to blocking threads")]
        let outcome = tokio::task::spawn_blocking(move || {
            let _permit = permit;
            job()
        })
        .await;
        match outcome {
            Ok(value) => value,
            Err(error) => std::panic::resume_unwind(error.into_panic()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn both_ways_give_the_result() {
        assert_eq!(Offload::Inline.run(|| 2 + 2).await, 4);
        assert_eq!(Offload::pool(1).run(|| 2 + 2).await, 4);
    }
}
