//! Decides which kinds are followed, and starts and ends their followers as the cluster's kinds change.

use super::follow::Follower;
use super::ownership::Excluded;
use super::shared::Shared;
use super::store::Region;
use crate::retry::Backoff;
use crate::{ClusterClient, GroupKind, Resource, Scope, Served};
use object::Gvk;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::task::AbortHandle;
use tokio::time::{sleep, timeout};

/// Kinds are looked at anew at least this often: API servers behind the API server come and go unannounced.
const KINDS_INTERVAL: Duration = Duration::from_secs(600);

/// Several definitions usually change together; they are looked at once.
const KINDS_DEBOUNCE: Duration = Duration::from_millis(100);

/// Pauses after the kinds could not be read.
const FAILURES: Backoff = Backoff { first: Duration::from_millis(500), most: Duration::from_secs(10) };

/// What a cache follows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Selection {
    /// Only these namespaces; empty for all.
    pub namespaces: Vec<Box<str>>,
    /// Whether cluster-scoped kinds are followed where only some namespaces are.
    pub cluster_scoped: ClusterScoped,
    /// Not these kinds.
    pub excluded: Vec<Excluded>,
    /// Nothing but these kinds; empty for all.
    pub only: Vec<Followed>,
}

/// A kind that is followed where not all are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Followed {
    /// The kind.
    pub kind: GroupKind,
    /// Only objects with these labels, in Kubernetes' selector language; `None` for all. Others count as absent.
    pub labels: Option<Box<str>>,
}

/// Whether cluster-scoped kinds are followed where only some namespaces are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum ClusterScoped {
    /// They are.
    #[default]
    Followed,
    /// They are not.
    LeftOut,
}

impl Selection {
    fn followed(&self, kind: &GroupKind) -> Option<&Followed> {
        self.only.iter().find(|followed| followed.kind == *kind)
    }

    /// The regions in which `resource` is followed; empty when it is not.
    fn regions(&self, resource: &Resource) -> Vec<Region> {
        let gvk = &resource.gvk;
        let is_excluded = self.excluded.iter().any(|excluded| excluded.matches(&gvk.group, &gvk.kind));
        let is_left_out = !self.only.is_empty() && self.followed(&GroupKind::new(&gvk.group, &gvk.kind)).is_none();
        if is_excluded || is_left_out || !resource.allows("list") || !resource.allows("watch") {
            return Vec::new();
        }
        match (resource.scope, self.namespaces.is_empty()) {
            (_, true) => vec![None],
            (Scope::Namespaced, false) => self.namespaces.iter().cloned().map(Some).collect(),
            (Scope::Cluster, false) => match self.cluster_scoped {
                ClusterScoped::Followed => vec![None],
                ClusterScoped::LeftOut => Vec::new(),
            },
        }
    }
}

/// Keeps the right followers running.
pub(super) struct Kinds {
    pub(super) client: ClusterClient,
    pub(super) selection: Selection,
    pub(super) shared: Arc<Shared>,
    pub(super) running: BTreeMap<GroupKind, Running>,
}

/// One kind's followers; ended when dropped.
pub(super) struct Running {
    gvk: Gvk,
    regions: Vec<Region>,
    followers: Vec<AbortHandle>,
}

impl Drop for Running {
    fn drop(&mut self) {
        for follower in &self.followers {
            follower.abort();
        }
    }
}

impl Kinds {
    /// Runs for ever.
    pub(super) async fn run(mut self) {
        let mut random = self.client.clock().random("cache-kinds");
        let mut failures = 0;
        loop {
            match self.client.refresh_served().await {
                Ok(served) => {
                    failures = 0;
                    self.follow(&served);
                    self.shared.discovered();
                }
                Err(error) => {
                    failures += 1;
                    tracing::warn!("the cluster's kinds cannot be read: {error}");
                    sleep(FAILURES.jittered(failures, &mut random)).await;
                    continue;
                }
            }
            // Either way it is time to look again.
            let _ = timeout(KINDS_INTERVAL, self.shared.kinds_changed.notified()).await;
            sleep(KINDS_DEBOUNCE).await;
        }
    }

    fn follow(&mut self, served: &Served) {
        let wanted: BTreeMap<GroupKind, &Resource> = served
            .preferred_kinds()
            .filter(|resource| !self.selection.regions(resource).is_empty())
            .map(|resource| (GroupKind::new(&resource.gvk.group, &resource.gvk.kind), resource))
            .collect();
        let ended: Vec<GroupKind> =
            self.running.keys().filter(|kind| is_gone(kind, &wanted, served)).cloned().collect();
        for kind in ended {
            if let Some(running) = self.running.remove(&kind) {
                self.shared.dropped(&kind, &running.regions);
            }
        }
        for (kind, resource) in wanted {
            let runs = self.running.get(&kind).is_some_and(|running| running.is_alive(&resource.gvk));
            if !runs {
                let started = self.start(&kind, resource);
                self.running.insert(kind, started);
            }
        }
    }

    fn start(&self, kind: &GroupKind, resource: &Resource) -> Running {
        let regions = self.selection.regions(resource);
        let labels = self.selection.followed(kind).and_then(|followed| followed.labels.clone());
        let follow = |region: &Region| {
            self.shared.begin(kind, region);
            let follower = Follower {
                client: self.client.clone(),
                resource: resource.clone(),
                kind: kind.clone(),
                region: region.clone(),
                labels: labels.clone(),
                shared: Arc::clone(&self.shared),
                random: self.client.clock().random(&format!("follow {kind} {}", region.as_deref().unwrap_or_default())),
            };
            tokio::spawn(follower.run()).abort_handle()
        };
        let followers = regions.iter().map(follow).collect();
        Running { gvk: resource.gvk.clone(), regions, followers }
    }
}

impl Running {
    /// Whether this version is followed, everywhere.
    fn is_alive(&self, gvk: &Gvk) -> bool {
        self.gvk == *gvk && !self.followers.iter().any(AbortHandle::is_finished)
    }
}

/// Whether a kind is certainly no longer to be followed. A group that did not answer keeps its kinds.
fn is_gone(kind: &GroupKind, wanted: &BTreeMap<GroupKind, &Resource>, served: &Served) -> bool {
    !wanted.contains_key(kind) && served.preferred(&kind.group, &kind.kind).known().is_none() && {
        let answered = |api_version: &str| api_version.split_once('/').map_or("", |(group, _)| group) != &*kind.group;
        served.unknown().all(|(api_version, _)| answered(api_version))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resource(kind: &str, scope: Scope, verbs: &[&str]) -> Resource {
        let verbs = verbs.iter().map(|verb| (*verb).into()).collect();
        Resource { gvk: Gvk::new("", "v1", kind), plural: "x".into(), scope, verbs, subresources: vec![] }
    }

    #[test]
    fn only_what_can_be_watched_and_is_wanted_is_followed() {
        let all = Selection { excluded: Excluded::usual(), ..Selection::default() };
        assert_eq!(all.regions(&resource("Pod", Scope::Namespaced, &["list", "watch"])), [None]);
        assert!(all.regions(&resource("Event", Scope::Namespaced, &["list", "watch"])).is_empty());
        assert!(all.regions(&resource("ComponentStatus", Scope::Cluster, &["list"])).is_empty());
    }

    #[test]
    fn only_the_kinds_that_are_named_are_followed() {
        let kind = GroupKind::new("", "Pod");
        let some = Selection { only: vec![Followed { kind, labels: None }], ..Selection::default() };
        assert_eq!(some.regions(&resource("Pod", Scope::Namespaced, &["list", "watch"])), [None]);
        assert!(some.regions(&resource("Service", Scope::Namespaced, &["list", "watch"])).is_empty());
    }

    #[test]
    fn namespaces_are_followed_one_by_one() {
        let some = Selection { namespaces: vec!["a".into(), "b".into()], ..Selection::default() };
        let pods = some.regions(&resource("Pod", Scope::Namespaced, &["list", "watch"]));
        assert_eq!(pods, [Some("a".into()), Some("b".into())]);
        assert_eq!(some.regions(&resource("Node", Scope::Cluster, &["list", "watch"])), [None]);
        let fewer = Selection { cluster_scoped: ClusterScoped::LeftOut, ..some };
        assert!(fewer.regions(&resource("Node", Scope::Cluster, &["list", "watch"])).is_empty());
    }
}
