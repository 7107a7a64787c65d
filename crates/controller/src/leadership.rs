//! Who may act. Everybody observes and plans; only the leader writes, and only while enough of its lease is left.

use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::Instant;

/// Whether this process may act. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Leadership {
    tenure: watch::Receiver<Tenure>,
    /// Keeps the channel of a tenure open that nobody else decides on.
    _keep: Option<Arc<watch::Sender<Tenure>>>,
}

/// Until when this process leads, as far as it knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tenure {
    /// It does not.
    None,
    /// Until then, unless renewed.
    Until(Instant),
    /// There is nobody to contend with.
    Unlimited,
}

impl Leadership {
    /// Leads for ever: a single process.
    #[must_use]
    pub fn always() -> Self {
        let (sender, receiver) = watch::channel(Tenure::Unlimited);
        Leadership { tenure: receiver, _keep: Some(Arc::new(sender)) }
    }

    /// Leads as `tenure` says.
    #[must_use]
    pub fn following(tenure: watch::Receiver<Tenure>) -> Self {
        Leadership { tenure, _keep: None }
    }

    /// Whether a request that may take as long as `need` ends within the tenure.
    #[must_use]
    pub fn may_act_for(&self, need: Duration) -> bool {
        match *self.tenure.borrow() {
            Tenure::None => false,
            Tenure::Until(end) => Instant::now() + need < end,
            Tenure::Unlimited => true,
        }
    }

    /// Whether this process leads at all.
    #[must_use]
    pub fn leads(&self) -> bool {
        self.may_act_for(Duration::ZERO)
    }

    /// Waits until what is known of the tenure changes; for ever when nobody elects.
    pub async fn changed(&mut self) {
        if self.tenure.changed().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn only_what_ends_within_the_tenure_may_begin() {
        let (sender, receiver) = watch::channel(Tenure::None);
        let leadership = Leadership::following(receiver);
        assert!(!leadership.leads());
        sender.send_replace(Tenure::Until(Instant::now() + Duration::from_secs(15)));
        assert!(leadership.may_act_for(Duration::from_secs(12)));
        tokio::time::advance(Duration::from_secs(4)).await;
        assert!(!leadership.may_act_for(Duration::from_secs(12)));
        assert!(leadership.leads());
    }
}
