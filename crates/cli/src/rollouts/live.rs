//! What a command looks at again and again, followed by watches: a change is seen when it happens, a connection that drops
//! is made anew, and nothing is asked for while nothing happens.

use api::names::GROUP;
use api::rollouts::{ANALYSIS_RUN, EXPERIMENT, ROLLOUT};
use cluster::{Cache, ClusterClient, ClusterScoped, Followed, GroupKind, Instance, Keep, Ownership, Selection};
use object::{Gvk, Key, Meta, Object};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Notify;

/// How long changes that come together are waited for: a pod that starts is told of several times.
const TOGETHER: Duration = Duration::from_millis(50);

/// How long until the next look where a kind cannot be watched, as by somebody who may only read.
const WITHOUT_WATCH: Duration = Duration::from_millis(500);

/// Rollouts alone.
pub(super) const STATES: &[(&str, &str)] = &[(GROUP, ROLLOUT)];

/// Everything that is shown below Rollouts and Experiments.
pub(super) const TREES: &[(&str, &str)] =
    &[(GROUP, ROLLOUT), (GROUP, EXPERIMENT), (GROUP, ANALYSIS_RUN), ("apps", "ReplicaSet"), ("", "Pod")];

/// Kinds of one namespace, or of all, as they are now.
#[derive(Clone)]
pub(super) struct Live {
    cache: Cache,
    changed: Arc<Notify>,
}

/// Keeps what is shown, and takes no part in who owns what.
struct Shown;

impl Ownership for Shown {
    fn instance_of(&self, _: &Meta) -> Option<Instance> {
        None
    }

    fn keep(&self, _: &Meta) -> Keep {
        Keep::WithoutManagedFields
    }
}

impl Live {
    /// Follows kinds in a namespace, or in all.
    pub(super) async fn follow(client: &ClusterClient, kinds: &[(&str, &str)], namespace: Option<&str>) -> Self {
        let only = kinds.iter().map(|(group, kind)| Followed { kind: GroupKind::new(group, kind), labels: None });
        let selection = Selection {
            namespaces: namespace.into_iter().map(Into::into).collect(),
            cluster_scoped: ClusterScoped::LeftOut,
            only: only.collect(),
            ..Selection::default()
        };
        let cache = Cache::start(client.clone(), selection, Arc::new(Shown));
        let changed = Arc::new(Notify::new());
        let told = Arc::clone(&changed);
        cache.listen(Arc::new(move |_| told.notify_one()));
        cache.ready().await;
        Live { cache, changed }
    }

    /// Waits until something changed, but not longer than `at_most`.
    pub(super) async fn change(&self, at_most: Duration) {
        let is_watched = self.cache.unknown_kinds().is_empty();
        let at_most = if is_watched { at_most } else { at_most.min(WITHOUT_WATCH) };
        tokio::select! {
            biased;
            () = self.changed.notified() => tokio::time::sleep(TOGETHER).await,
            () = tokio::time::sleep(at_most) => {}
        }
    }

    /// One object; `None` when it must be asked for.
    pub(super) fn find(&self, gvk: &Gvk, namespace: &str, name: &str) -> Option<Option<Object>> {
        let key = Key::new(&gvk.group, &gvk.kind, Some(namespace), name);
        match self.cache.get(&key) {
            object::Fetched::Known(cached) => Some(Some(cached.object)),
            object::Fetched::Absent => Some(None),
            object::Fetched::Unknown(_) => None,
        }
    }

    /// All objects of a kind in a namespace; `None` when they must be asked for.
    pub(super) fn list(&self, gvk: &Gvk, namespace: &str) -> Option<Vec<Object>> {
        let kind = GroupKind::new(&gvk.group, &gvk.kind);
        self.cache.kind(&kind).known()?;
        let objects = self.cache.objects(&kind).into_iter().map(|cached| cached.object);
        Some(objects.filter(|object| object.namespace() == Some(namespace)).collect())
    }
}
