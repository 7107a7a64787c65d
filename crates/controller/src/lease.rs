//! Election by a Kubernetes Lease, as client-go does it, so that Go's controllers and ours can contend for one.
//!
//! Times in the Lease are for people: whether another holder's lease has run out is judged by how long *we* have seen it
//! unchanged, so clocks need not agree. Every write is guarded by the resourceVersion that was read.

use crate::leadership::{Leadership, Tenure};
use crate::shutdown::Shutdown;
use clock::{Clock, Random};
use cluster::{Change, ClusterClient, ClusterError, Precondition, Target, Write};
use jiff::Timestamp;
use object::{Gvk, Object};
use serde_json::{Value, json};
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::{Instant, sleep, timeout};

/// What is contended for, and by whom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeaseConfig {
    /// Namespace of the Lease.
    pub namespace: Box<str>,
    /// Name of the Lease.
    pub name: Box<str>,
    /// Who we are; must differ between replicas.
    pub identity: Box<str>,
    /// How long the Lease lasts after a renewal.
    pub duration: Duration,
    /// How long one try may take.
    pub try_timeout: Duration,
    /// The pause between tries.
    pub retry_period: Duration,
}

impl LeaseConfig {
    /// The usual periods: 15 s, 10 s, 2 s, as in Kubernetes' own components.
    #[must_use]
    pub fn new(namespace: &str, name: &str, identity: &str) -> Self {
        LeaseConfig {
            namespace: namespace.into(),
            name: name.into(),
            identity: identity.into(),
            duration: Duration::from_secs(15),
            try_timeout: Duration::from_secs(10),
            retry_period: Duration::from_secs(2),
        }
    }

    fn target(&self) -> Target {
        Target::new(Gvk::new("coordination.k8s.io", "v1", "Lease"), Some(&self.namespace), &self.name)
    }
}

/// Contends for a Lease.
pub struct Elector {
    client: ClusterClient,
    clock: Clock,
    config: LeaseConfig,
    random: Random,
    tenure: watch::Sender<Tenure>,
    observed: Option<Observed>,
}

/// The Lease as it was seen last.
struct Observed {
    lease: Object,
    record: Record,
    /// Since when it has been as it is, by our own clock.
    since: Instant,
}

/// What a Lease says.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Record {
    holder: String,
    duration: Duration,
    transitions: i64,
    renewed: String,
}

impl Record {
    fn read(lease: &Value) -> Self {
        let spec = &lease["spec"];
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        Record {
            holder: text(&spec["holderIdentity"]),
            duration: Duration::from_secs(spec["leaseDurationSeconds"].as_u64().unwrap_or_default()),
            transitions: spec["leaseTransitions"].as_i64().unwrap_or_default(),
            renewed: text(&spec["renewTime"]),
        }
    }
}

impl Elector {
    /// An elector, and what it comes to know.
    #[must_use]
    pub fn new(client: ClusterClient, config: LeaseConfig) -> (Self, Leadership) {
        let (tenure, receiver) = watch::channel(Tenure::None);
        let clock = client.clock().clone();
        let random = clock.random(&format!("lease {}", config.identity));
        let elector = Elector { client, clock, config, random, tenure, observed: None };
        (elector, Leadership::following(receiver))
    }

    /// Contends until `shutdown` begins, and then gives the Lease up so that a successor need not wait for its end.
    pub async fn run(mut self, shutdown: Shutdown) {
        loop {
            let tried = self.clock.monotonic();
            match timeout(self.config.try_timeout, self.try_once()).await {
                Ok(Ok(true)) => drop(self.tenure.send_replace(Tenure::Until(tried + self.config.duration))),
                Ok(Ok(false)) => drop(self.tenure.send_replace(Tenure::None)),
                // What was held is held until its end; nothing is known beyond it.
                Ok(Err(error)) => tracing::warn!("the lease {} cannot be renewed: {error}", self.config.name),
                Err(_) => tracing::warn!("the lease {} cannot be renewed: no answer in time", self.config.name),
            }
            let pause = self.pause();
            tokio::select! {
                biased;
                () = shutdown.begun() => break,
                () = sleep(pause) => {}
            }
        }
        self.release().await;
    }

    /// Up to a fifth longer than the period when we do not lead, so that those who wait do not try together.
    fn pause(&mut self) -> Duration {
        let period = self.config.retry_period;
        if matches!(*self.tenure.borrow(), Tenure::Until(_)) {
            return period;
        }
        let fifth = u64::try_from(period.as_nanos() / 5).unwrap_or(u64::MAX);
        period + Duration::from_nanos(self.random.below(fifth))
    }

    /// One try to take or renew the Lease; whether it is ours now.
    async fn try_once(&mut self) -> Result<bool, ClusterError> {
        if let Some(observed) = &self.observed
            && observed.record.holder == *self.config.identity
            && self.is_running(observed)
        {
            // Renew what we know, without reading it first; somebody else's change makes it fail.
            let lease = observed.lease.clone();
            let transitions = observed.record.transitions;
            if self.put(&lease, transitions, false).await.is_ok() {
                return Ok(true);
            }
        }
        let target = self.config.target();
        let found = self.client.get(&target.gvk, target.namespace.as_deref(), &target.name).await?;
        let Some(lease) = found else {
            self.create().await?;
            return Ok(true);
        };
        self.observe(lease.clone());
        let observed = self.observed.as_ref().expect("invariant: observed in the line above");
        let is_ours = observed.record.holder == *self.config.identity;
        if !is_ours && !observed.record.holder.is_empty() && self.is_running(observed) {
            return Ok(false);
        }
        let transitions = observed.record.transitions + i64::from(!is_ours);
        self.put(&lease, transitions, !is_ours).await?;
        Ok(true)
    }

    fn is_running(&self, observed: &Observed) -> bool {
        self.clock.monotonic() < observed.since + observed.record.duration
    }

    /// Notes the Lease; the time it is known since moves only when it says something new.
    fn observe(&mut self, lease: Object) {
        let record = Record::read(&lease.value());
        let since = match &self.observed {
            Some(observed) if observed.record == record => observed.since,
            _ => self.clock.monotonic(),
        };
        self.observed = Some(Observed { lease, record, since });
    }

    async fn create(&mut self) -> Result<(), ClusterError> {
        let now = micro_time(self.clock.now());
        let lease = json!({
            "apiVersion": "coordination.k8s.io/v1", "kind": "Lease",
            "metadata": {"name": &*self.config.name, "namespace": &*self.config.namespace},
            "spec": {"holderIdentity": &*self.config.identity, "leaseDurationSeconds": self.config.duration.as_secs(),
                     "acquireTime": now, "renewTime": now, "leaseTransitions": 0},
        });
        let lease = Object::from_value(&lease).expect("invariant: a Lease with kind and name is an object");
        self.write(Change::Create(lease), Precondition::default()).await
    }

    async fn put(&mut self, lease: &Object, transitions: i64, is_taken_over: bool) -> Result<(), ClusterError> {
        let now = micro_time(self.clock.now());
        let mut value = lease.value();
        let spec = &mut value["spec"];
        spec["holderIdentity"] = Value::from(&*self.config.identity);
        spec["leaseDurationSeconds"] = Value::from(self.config.duration.as_secs());
        spec["leaseTransitions"] = Value::from(transitions);
        if is_taken_over {
            spec["acquireTime"] = Value::from(&*now);
        }
        spec["renewTime"] = Value::from(now);
        self.update(lease, &value).await
    }

    async fn update(&mut self, seen: &Object, value: &Value) -> Result<(), ClusterError> {
        let updated = Object::from_value(value).expect("invariant: an object with another spec is an object");
        let only_if = Precondition { uid: None, resource_version: Some(seen.meta().resource_version.clone()) };
        self.write(Change::Update(updated), only_if).await
    }

    async fn write(&mut self, change: Change, only_if: Precondition) -> Result<(), ClusterError> {
        let write = Write::new(self.config.target(), change).only_if(only_if);
        if let Some(lease) = self.client.write(&write).await?.object {
            self.observe(lease);
        }
        Ok(())
    }

    /// Gives up the Lease, if it is ours.
    async fn release(&mut self) {
        self.tenure.send_replace(Tenure::None);
        let Some(observed) = &self.observed else { return };
        if observed.record.holder != *self.config.identity {
            return;
        }
        let lease = observed.lease.clone();
        let mut value = lease.value();
        value["spec"]["holderIdentity"] = Value::from("");
        value["spec"]["leaseDurationSeconds"] = Value::from(1);
        value["spec"]["renewTime"] = Value::from(micro_time(self.clock.now()));
        // A successor takes over anyway, only later.
        if let Err(error) = self.update(&lease, &value).await {
            tracing::debug!("the lease {} was not given up: {error}", self.config.name);
        }
    }
}

/// Kubernetes' MicroTime.
fn micro_time(time: Timestamp) -> String {
    format!("{time:.6}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_six_digits() {
        let time: Timestamp = "2026-01-02T03:04:05.5Z".parse().expect("a time");
        assert_eq!(micro_time(time), "2026-01-02T03:04:05.500000Z");
    }
}
