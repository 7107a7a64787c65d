//! Applications that wait for others: the annotation `capstan.dev/depends-on`, a comma-separated list of `name` or
//! `namespace/name`. An application syncs by itself only once all that it names are synced and healthy.

use crate::AppKey;
use api::hook::annotation_list;
use api::names::{ANNOTATION_DEPENDS_ON, APPLICATION, GROUP};
use api::{Application, HealthStatusCode, SyncStatusCode};
use cluster::Cache;
use object::{Fetched, Key, Meta, Object};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};

/// How many applications are looked at for a cycle; more than a control plane sensibly chains.
const VISITED_MAX: usize = 10_000;

/// How an application stands towards those it depends on.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Standing {
    /// What it waits for, one line a dependency.
    pub waiting: Vec<String>,
    /// The circle it is in, if any: each depends on the next.
    pub cycle: Option<Vec<AppKey>>,
}

/// The applications that one depends on, as its annotation names them.
#[must_use]
pub fn named(meta: &Meta) -> Vec<AppKey> {
    let own = meta.namespace.as_deref().unwrap_or_default();
    let key = |name: &str| match name.split_once('/') {
        Some((namespace, name)) => AppKey::new(namespace.trim(), name.trim()),
        None => AppKey::new(own, name),
    };
    annotation_list(meta, ANNOTATION_DEPENDS_ON).into_iter().map(key).collect()
}

/// How an application stands towards those it depends on; `find` gives an Application object.
#[must_use]
pub fn standing(app: &AppKey, meta: &Meta, find: &dyn Fn(&AppKey) -> Fetched<Object>) -> Standing {
    let named = named(meta);
    if named.is_empty() {
        return Standing::default();
    }
    let waiting = named.iter().filter_map(|key| unmet(key, find(key))).collect();
    Standing { waiting, cycle: cycle(app, named, find) }
}

/// Why a dependency does not release, `None` when it does.
fn unmet(key: &AppKey, found: Fetched<Object>) -> Option<String> {
    let object = match found {
        Fetched::Known(object) => object,
        Fetched::Absent => return Some(format!("application {key}, which does not exist")),
        Fetched::Unknown(cause) => return Some(format!("application {key}: {cause}")),
    };
    let Ok(application) = Application::read(&object) else {
        return Some(format!("application {key}, which cannot be read"));
    };
    let (sync, health) = (application.status.sync_code(), application.status.health_code());
    let state = application.status.operation_state.as_ref();
    let is_busy = application.operation.is_some() || state.is_some_and(|state| !state.phase.is_completed());
    if object.meta().is_terminating() {
        return Some(format!("application {key}, which is being deleted"));
    }
    let is_well = sync == SyncStatusCode::Synced && health == HealthStatusCode::Healthy && !is_busy;
    (!is_well)
        .then(|| format!("application {key}, which is {sync} and {health}{}", if is_busy { ", syncing" } else { "" }))
}

/// The first way from the dependencies back to the application itself, each application looked at once.
fn cycle(app: &AppKey, named: Vec<AppKey>, find: &dyn Fn(&AppKey) -> Fetched<Object>) -> Option<Vec<AppKey>> {
    let mut came_from: BTreeMap<AppKey, AppKey> = BTreeMap::new();
    let mut left: Vec<AppKey> = Vec::new();
    let mut visit = |from: &AppKey, to: Vec<AppKey>, left: &mut Vec<AppKey>| -> bool {
        for key in to {
            if key == *app {
                return true;
            }
            if came_from.len() < VISITED_MAX && !came_from.contains_key(&key) {
                came_from.insert(key.clone(), from.clone());
                left.push(key);
            }
        }
        false
    };
    let mut last = visit(app, named, &mut left).then(|| app.clone());
    while last.is_none() {
        let key = left.pop()?;
        if let Fetched::Known(object) = find(&key)
            && visit(&key, self::named(object.meta()), &mut left)
        {
            last = Some(key);
        }
    }
    let mut way = vec![app.clone()];
    let mut at = last?;
    while at != *app {
        way.insert(1, at.clone());
        at = came_from.get(&at)?.clone();
    }
    way.push(app.clone());
    Some(way)
}

impl Standing {
    /// What keeps the application from syncing by itself, in words.
    #[must_use]
    pub fn obstacle(&self) -> Option<String> {
        if let Some(cycle) = &self.cycle {
            let way: Vec<String> = cycle.iter().map(ToString::to_string).collect();
            return Some(format!(
                "{ANNOTATION_DEPENDS_ON} goes in a circle: {}; take one of them out",
                way.join(" -> ")
            ));
        }
        (!self.waiting.is_empty()).then(|| self.waiting.join("; "))
    }
}

/// Who is to look again when an application changes.
#[derive(Debug, Default)]
pub struct Dependents(Mutex<BTreeMap<AppKey, BTreeSet<AppKey>>>);

impl Dependents {
    /// Notes what an application depends on.
    pub fn note(&self, app: &AppKey, named: &[AppKey]) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.retain(|key, dependents| {
            if !named.contains(key) {
                dependents.remove(app);
            }
            !dependents.is_empty()
        });
        for key in named {
            known.entry(key.clone()).or_default().insert(app.clone());
        }
    }

    /// Those that depend on an application.
    pub fn of(&self, app: &AppKey) -> Vec<AppKey> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.get(app).into_iter().flatten().cloned().collect()
    }
}

/// The Application object in a cache.
pub fn find_in(cache: &Cache, app: &AppKey) -> Fetched<Object> {
    cache.get(&Key::new(GROUP, APPLICATION, Some(&app.namespace), &app.name)).map(|cached| cached.object)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn application(name: &str, depends_on: &str, sync: &str, health: &str) -> Object {
        let value = json!({
            "apiVersion": "argoproj.io/v1alpha1", "kind": "Application",
            "metadata": {"name": name, "namespace": "argocd", "annotations": {ANNOTATION_DEPENDS_ON: depends_on}},
            "spec": {"destination": {}, "project": "default"},
            "status": {"sync": {"status": sync}, "health": {"status": health}},
        });
        Object::from_value(&value).expect("an object")
    }

    fn obstacle(apps: &[Object], name: &str) -> Option<String> {
        let find = |key: &AppKey| {
            let found = apps.iter().find(|app| *app.name() == *key.name && app.namespace() == Some(&key.namespace));
            found.cloned().map_or(Fetched::Absent, Fetched::Known)
        };
        let key = AppKey::new("argocd", name);
        let Fetched::Known(object) = find(&key) else { return None };
        standing(&key, object.meta(), &find).obstacle()
    }

    #[test]
    fn an_application_is_released_once_all_it_names_are_well() {
        let well = application("database", "", "Synced", "Healthy");
        let slow = application("queue", "", "Synced", "Progressing");
        let shop = application("shop", "database, argocd/queue, other/none", "OutOfSync", "Missing");
        assert_eq!(
            obstacle(&[well.clone(), slow, shop.clone()], "shop").as_deref(),
            Some(
                "application argocd/queue, which is Synced and Progressing; application other/none, which does not exist"
            )
        );
        let other = application("shop", "database", "OutOfSync", "Missing");
        assert_eq!(obstacle(&[well, other], "shop"), None);
    }

    #[test]
    fn circles_are_told_with_their_way() {
        let apps = [
            application("a", "b", "Synced", "Healthy"),
            application("b", "x, c", "Synced", "Healthy"),
            application("c", "a", "Synced", "Healthy"),
            application("x", "", "Synced", "Healthy"),
        ];
        let said = obstacle(&apps, "a").expect("a circle");
        assert_eq!(
            said,
            "capstan.dev/depends-on goes in a circle: argocd/a -> argocd/b -> argocd/c -> argocd/a; take one of them out"
        );
        assert_eq!(obstacle(&apps, "x"), None);
        let own = [application("a", "a", "Synced", "Healthy")];
        assert!(obstacle(&own, "a").is_some_and(|said| said.contains("argocd/a -> argocd/a")));
    }
}
