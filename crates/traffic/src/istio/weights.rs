//! What each destination of a route gets.

use super::versions::Versions;
use crate::routing::{Destination, Routing};
use serde_json::{Value, json};

/// The shares of one Rollout.
pub struct Shares<'a> {
    /// How versions are recognised.
    pub versions: &'a Versions<'a>,
    /// Subsets of the user's that keep what they have.
    pub kept: &'a [String],
    /// What is wanted.
    pub wanted: &'a Routing,
}

impl Shares<'_> {
    /// Shares the traffic of a route out. What is neither a version nor an experiment keeps its share: somebody else
    /// gave it that.
    ///
    /// # Errors
    /// When the route is not one.
    pub fn put(&self, route: &mut Value) -> Result<(), String> {
        let Some(destinations) = route["route"].as_array_mut() else {
            return Err("a route holds no list of destinations".to_owned());
        };
        destinations.retain(|one| !self.is_left(one));
        let additional = &self.wanted.additional;
        let kept = destinations.iter().filter(|one| self.is_others(one)).map(weight_of);
        let others = kept.sum::<i64>() + additional.iter().map(|one| i64::from(one.weight)).sum::<i64>();
        let canary = i64::from(self.wanted.canary.weight);
        // Compat: Istio takes no negative weight.
        let stable = (100 - canary - others).max(0);
        for one in destinations.iter_mut() {
            let versions = self.versions;
            if leads_to(one, versions.canary, versions.canary_subset) {
                one["weight"] = weight(one, canary);
            } else if leads_to(one, versions.stable, versions.stable_subset) {
                one["weight"] = weight(one, stable);
            } else if let Some(share) = self.experiment_of(one) {
                one["weight"] = weight(one, i64::from(share.weight));
            }
        }
        self.add_missing(destinations);
        Ok(())
    }

    fn add_missing(&self, destinations: &mut Vec<Value>) {
        let has = |service: &str| destinations.iter().any(|one| host_of(one) == service);
        let mut missing: Vec<&Destination> =
            self.wanted.additional.iter().filter(|share| !has(&share.service)).collect();
        missing.sort_by(|left, right| left.service.cmp(&right.service));
        let made = missing.iter().map(|share| json!({"destination": {"host": share.service}, "weight": share.weight}));
        destinations.extend(made);
    }

    fn experiment_of(&self, destination: &Value) -> Option<&Destination> {
        self.wanted.additional.iter().find(|share| share.service == host_of(destination))
    }

    /// Whether it was given a share for an experiment that is over.
    fn is_left(&self, destination: &Value) -> bool {
        let is_recorded = self.versions.recorded.contains(&host_of(destination));
        is_recorded && self.experiment_of(destination).is_none() && !self.is_version(destination)
    }

    fn is_version(&self, destination: &Value) -> bool {
        let versions = self.versions;
        leads_to(destination, versions.canary, versions.canary_subset)
            || leads_to(destination, versions.stable, versions.stable_subset)
    }

    fn is_others(&self, destination: &Value) -> bool {
        let subset = destination["destination"]["subset"].as_str();
        let is_kept = subset.is_some_and(|subset| self.kept.iter().any(|kept| kept == subset));
        is_kept || !self.is_version(destination) && self.experiment_of(destination).is_none()
    }
}

/// A weight as it is written, or the old text of the same number: `10.0` and `10` are one to Istio.
fn weight(destination: &Value, weight: i64) -> Value {
    match destination.get("weight") {
        Some(old) if weight_of(destination) == weight => old.clone(),
        _ => json!(weight),
    }
}

fn weight_of(destination: &Value) -> i64 {
    let weight = &destination["weight"];
    weight.as_i64().or_else(|| weight.as_f64().map(|number| number as i64)).unwrap_or_default()
}

/// The Service a destination leads to: the first label of its host.
pub fn host_of(destination: &Value) -> &str {
    let host = destination["destination"]["host"].as_str().unwrap_or_default();
    host.split_once('.').map_or(host, |(first, _)| first)
}

/// Whether a destination is a version: by its subset where versions are subsets and it has one, by its Service else.
pub fn leads_to(destination: &Value, service: &str, subset: &str) -> bool {
    match destination["destination"]["subset"].as_str().filter(|own| !own.is_empty()) {
        Some(own) if !subset.is_empty() => own == subset,
        _ => !service.is_empty() && host_of(destination) == service,
    }
}
