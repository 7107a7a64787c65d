//! The pods of a Rollout, read only where single ones matter.

use crate::key::RolloutKey;
use crate::observed::Seen;
use crate::observer::Observer;
use cluster::ListQuery;
use controller::Failure;
use jiff::{SignedDuration, Timestamp};
use object::{Gvk, Object};
use serde_json::Value;
use std::collections::BTreeSet;
use strategy::Pod;

impl Observer {
    /// The pods of its ReplicaSets.
    pub(super) async fn pods(&self, key: &RolloutKey, seen: &Seen) -> Result<Vec<Pod>, Failure> {
        let selector = seen.rollout.spec.selector.clone().unwrap_or_default();
        let query = ListQuery::in_namespace(&key.namespace).labels(&selector.to_text());
        let listed = self.cache.client().list(&Gvk::new("", "v1", "Pod"), &query).await?;
        let sets: BTreeSet<&str> = seen.sets.iter().map(|set| set.uid.as_str()).collect();
        let now = self.cache.client().clock().now();
        let min_ready = SignedDuration::from_secs(i64::from(seen.rollout.spec.min_ready_seconds));
        let own = listed.iter().filter_map(|object| {
            let owner = object.meta().controller().filter(|owner| sets.contains(&*owner.uid))?;
            Some(pod(object, &owner.uid, now, min_ready))
        });
        Ok(own.collect())
    }
}

fn pod(object: &Object, set_uid: &str, now: Timestamp, min_ready: SignedDuration) -> Pod {
    let (meta, value) = (object.meta(), object.value());
    Pod {
        name: meta.name.to_string(),
        uid: meta.uid.to_string(),
        set_uid: set_uid.to_owned(),
        created: meta.creation_timestamp.unwrap_or_default(),
        is_available: ready_since(&value).is_some_and(|since| now.duration_since(since) >= min_ready),
        is_deleting: meta.is_terminating(),
        metadata: value["metadata"].clone(),
    }
}

/// Since when a pod is ready; `None` while it is not.
fn ready_since(pod: &Value) -> Option<Timestamp> {
    let conditions = pod.pointer("/status/conditions")?.as_array()?;
    let ready = conditions.iter().find(|condition| condition["type"] == "Ready" && condition["status"] == "True")?;
    let since = ready["lastTransitionTime"].as_str().and_then(|text| text.parse().ok());
    Some(since.unwrap_or(Timestamp::UNIX_EPOCH))
}
