//! What routers must know of the cluster. A leaf module.

use object::Fetched;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

/// An object that a router reads or makes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// Its API group.
    pub group: &'static str,
    /// Its kind.
    pub kind: &'static str,
    /// Its namespace.
    pub namespace: String,
    /// Its name; empty for all of the kind in the namespace.
    pub name: String,
}

impl Place {
    /// The object of this group and kind, by namespace and name.
    #[must_use]
    pub fn new((group, kind): (&'static str, &'static str), namespace: &str, name: &str) -> Self {
        Place { group, kind, namespace: namespace.to_owned(), name: name.to_owned() }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} `{}/{}` of {}", self.kind, self.namespace, self.name, self.group)
    }
}

/// A load balancer of AWS as it was found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LoadBalancer {
    /// Its name.
    pub name: String,
    /// Its Amazon resource name.
    pub arn: String,
    /// Its target groups.
    pub groups: Vec<TargetGroup>,
    /// What each rule shares out: weights by the Amazon resource name of the target group.
    pub forwards: Vec<BTreeMap<String, i32>>,
}

/// A target group of a load balancer.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TargetGroup {
    /// Its name.
    pub name: String,
    /// Its Amazon resource name.
    pub arn: String,
    /// What it is for, as its tag [`TargetGroup::TAG`] says: `<namespace>/<ingress>-<service>:<port>`.
    pub resource: String,
}

impl TargetGroup {
    /// The tag that says what a target group is for.
    pub const TAG: &str = "ingress.k8s.aws/resource";
}

/// What is behind a host of an Ingress; absent when there is no such load balancer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Balanced {
    /// The host.
    pub host: String,
    /// The load balancer.
    pub balancer: Fetched<LoadBalancer>,
}

/// What routers must know of the cluster.
#[derive(Debug, Clone, Default)]
pub struct Objects {
    /// Ingresses by name, those the Rollout names and those made for it.
    pub ingresses: BTreeMap<String, Fetched<Arc<Value>>>,
    /// All else that [`needed`](crate::needed) asks for.
    pub others: BTreeMap<Place, Fetched<Arc<Value>>>,
    /// The version in which a kind is served, by group and kind, as far as that is known.
    pub versions: BTreeMap<(&'static str, &'static str), String>,
    /// ReplicaSets that are not fully available: their names by the hash of their template.
    pub unready: BTreeMap<String, String>,
    /// The load balancers that were asked this time, by Ingress; `None` when they are believed, and never asked.
    pub balancers: Option<BTreeMap<String, Vec<Balanced>>>,
}

impl Objects {
    /// The object, if it is there.
    ///
    /// # Errors
    /// What is not, for people.
    pub(crate) fn find(&self, place: &Place) -> Result<&Arc<Value>, String> {
        match self.others.get(place) {
            Some(Fetched::Known(object)) => Ok(object),
            Some(Fetched::Unknown(cause)) => Err(format!("{place} could not be read: {cause}")),
            Some(Fetched::Absent) | None => Err(format!("{place} is not there")),
        }
    }

    /// The object, or that it is certainly not there.
    ///
    /// # Errors
    /// Why neither is known.
    pub(crate) fn find_maybe(&self, place: &Place) -> Result<Option<&Arc<Value>>, String> {
        match self.others.get(place) {
            Some(Fetched::Unknown(_)) => self.find(place).map(Some),
            other => Ok(other.and_then(Fetched::known)),
        }
    }

    /// All objects of a kind in a namespace that are known.
    pub(crate) fn all_of(&self, kind: (&'static str, &'static str), namespace: &str) -> Vec<(&Place, &Arc<Value>)> {
        let of_kind = |place: &Place| (place.group, place.kind) == kind && place.namespace == namespace;
        let known = self.others.iter().filter(|(place, _)| of_kind(place) && !place.name.is_empty());
        known.filter_map(|(place, object)| Some((place, object.known()?))).collect()
    }
}

/// Whether a rule of an Ingress has this Service as a backend.
#[must_use]
pub fn has_rule_with(ingress: &Value, service: &str) -> bool {
    let rules = ingress.pointer("/spec/rules").and_then(Value::as_array);
    let paths = rules.into_iter().flatten().filter_map(|rule| rule.pointer("/http/paths").and_then(Value::as_array));
    paths.flatten().any(|path| service_of(path) == service)
}

/// The Service that a path of an Ingress leads to.
pub fn service_of(path: &Value) -> &str {
    path.pointer("/backend/service/name").and_then(Value::as_str).unwrap_or_default()
}
