//! Who must look again when something changes: from changes of objects, kinds and refs to applications.

use crate::AppKey;
use crate::configuration::configured;
use crate::destinations::{News, read_clusters};
use crate::level::{CHANGED, RENAMED};
use crate::neighbour::is_upstream;
use crate::observe::Observer;
use crate::sources::{CONFIG, GPG_KEYS, KNOWN_HOSTS, OWN_SECRET, Repositories, SECRET_TYPE, TLS_CERTS, WakeApps};
use api::names::{APP_PROJECT, APPLICATION, GROUP};
use api::split_instance_name;
use cluster::{Cache, Cached, ClusterId, GroupKind, Instance, Notice, Place};
use controller::Queue;
use object::Key;
use signatures::Keyring;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

/// How long changes below an application's own objects are collected: pods come and go in swarms.
const BELOW_PAUSE: Duration = Duration::from_millis(100);
/// How long a new name for the same content may wait: it costs a write for each application of a repository, and the
/// applications whose content changed go first.
const RENAMED_PAUSE: Duration = Duration::from_secs(1);
/// How long changes of kinds are collected: definitions come in swarms, and concern everybody.
const KINDS_PAUSE: Duration = Duration::from_millis(250);

/// How long changes of objects that nobody declares are collected.
const ORPHAN_PAUSE: Duration = Duration::from_secs(1);

/// Wakes applications for changes of refs.
pub struct Wakes(pub Queue<AppKey>);

impl WakeApps for Wakes {
    fn content_changed(&self, app: &AppKey) {
        self.0.add(app.clone(), CHANGED);
    }

    fn revision_renamed(&self, app: &AppKey) {
        self.0.add_after(app.clone(), RENAMED, RENAMED_PAUSE);
    }
}

/// Wakes applications for a change in the cluster.
pub fn wake_for(notice: &Notice, observer: &Observer, queue: &Queue<AppKey>) {
    match notice {
        Notice::Object { key, place, instances, .. } => {
            for instance in instances {
                wake_instance(instance, *place, observer, queue);
            }
            if instances.is_empty() {
                wake_orphanage(key, observer, queue);
            }
            wake_for_control_plane(key, observer, queue);
        }
        Notice::Kind(_) => {
            for app in applications(&observer.cache) {
                queue.add_after(app, CHANGED, KINDS_PAUSE);
            }
        }
    }
}

/// Wakes applications for what is new of another cluster.
pub fn wake_for_cluster(id: &ClusterId, news: News<'_>, observer: &Observer, queue: &Queue<AppKey>) {
    match news {
        News::Notice(Notice::Object { key, place, instances, .. }) => {
            for instance in instances {
                wake_instance(instance, *place, observer, queue);
            }
            if instances.is_empty() {
                wake_orphanage(key, observer, queue);
            }
        }
        News::Notice(Notice::Kind(_)) => {
            for app in observer.destinations.users(id) {
                queue.add_after(app, CHANGED, KINDS_PAUSE);
            }
        }
        News::Connection => observer.destinations.users(id).into_iter().for_each(|app| queue.add(app, CHANGED)),
    }
}

fn wake_instance(instance: &Instance, place: Place, observer: &Observer, queue: &Queue<AppKey>) {
    let (name, namespace) = split_instance_name(instance.name(), &observer.settings.namespace);
    let app = AppKey::new(namespace, name);
    match place {
        Place::Root => queue.add(app, CHANGED),
        Place::Below => queue.add_after(app, CHANGED, BELOW_PAUSE),
        Place::Elsewhere => {}
    }
}

/// Those who want to be told of objects that nobody declares.
fn wake_orphanage(key: &Key, observer: &Observer, queue: &Queue<AppKey>) {
    let orphanages = observer.orphanages.lock().unwrap_or_else(PoisonError::into_inner);
    let asking = key.namespace.as_deref().and_then(|namespace| orphanages.get(namespace));
    for app in asking.into_iter().flatten() {
        queue.add_after(app.clone(), CHANGED, ORPHAN_PAUSE);
    }
}

/// Objects the control plane itself reads.
fn wake_for_control_plane(key: &Key, observer: &Observer, queue: &Queue<AppKey>) {
    let namespace = key.namespace.as_deref().unwrap_or_default();
    match (&*key.group, &*key.kind) {
        (GROUP, APPLICATION) => {
            let app = AppKey::new(namespace, &key.name);
            observer.dependents.of(&app).into_iter().for_each(|dependent| queue.add(dependent, CHANGED));
            queue.add(app, CHANGED);
        }
        ("apps", _) if is_upstream(key, &observer.settings.namespace) => {
            applications(&observer.cache).into_iter().for_each(|app| queue.add(app, CHANGED));
        }
        (GROUP, APP_PROJECT) => applications(&observer.cache).into_iter().for_each(|app| queue.add(app, CHANGED)),
        ("", "Secret" | "ConfigMap") if namespace == observer.settings.namespace && reload(observer) => {
            applications(&observer.cache).into_iter().for_each(|app| queue.add(app, CHANGED));
        }
        _ => {}
    }
}

/// Reads the declared repositories and clusters anew; whether that changed anything.
pub fn reload(observer: &Observer) -> bool {
    let of = |kind: &str| observer.cache.objects(&GroupKind::new("", kind));
    let is_ours = |cached: &Cached| {
        let meta = cached.object.meta();
        let is_declared = meta.labels.contains_key(SECRET_TYPE)
            || [KNOWN_HOSTS, TLS_CERTS, OWN_SECRET, CONFIG, GPG_KEYS].contains(&&*meta.name);
        meta.namespace.as_deref() == Some(&*observer.settings.namespace) && is_declared
    };
    let objects: Vec<_> =
        of("Secret").into_iter().chain(of("ConfigMap")).filter(is_ours).map(|cached| cached.object).collect();
    let read = Repositories::read(&objects);
    if let Some(salt) = read.salt() {
        observer.sources.learn_salt(salt);
    }
    let clusters = observer.cache.kind(&GroupKind::new("", "Secret")).map(|()| read_clusters(&objects));
    let is_new = observer.destinations.learn(clusters) | configure(observer, &objects);
    let mut known = observer.repositories.write().unwrap_or_else(PoisonError::into_inner);
    let changed = **known != read;
    if changed {
        *known = Arc::new(read);
        observer.sources.learn_repositories(Arc::clone(&known));
    }
    let has_new_keys = observer.sources.learn_keyring(keyring(&objects));
    changed || is_new || has_new_keys
}

/// The OpenPGP keys that are trusted; entries that are none trust nobody, and are told of.
fn keyring(objects: &[object::Object]) -> Keyring {
    let kept = objects.iter().find(|object| object.name() == GPG_KEYS && &*object.gvk().kind == "ConfigMap");
    let data = kept.and_then(|object| object.get("/data")).and_then(|data| serde_json::from_value(data).ok());
    let (keyring, problems) = Keyring::read(&data.unwrap_or_default());
    problems.iter().for_each(|problem| tracing::warn!("{GPG_KEYS}: {problem}"));
    keyring
}

/// Reads what the control plane's ConfigMap says; whether that changed anything.
fn configure(observer: &Observer, objects: &[object::Object]) -> bool {
    let config = objects.iter().find(|object| object.name() == CONFIG && &*object.gvk().kind == "ConfigMap");
    let data = config.and_then(|object| object.get("/data")).and_then(|data| serde_json::from_value(data).ok());
    let (settings, problems) = configured(&observer.settings, &data.unwrap_or_default());
    let mut known = observer.configured.write().unwrap_or_else(PoisonError::into_inner);
    let changed = **known != settings;
    if changed {
        *known = Arc::new(settings);
        problems.iter().for_each(|problem| tracing::warn!("{problem}"));
    }
    changed
}

/// All applications there are.
#[must_use]
pub fn applications(cache: &Cache) -> Vec<AppKey> {
    cache.objects(&GroupKind::new(GROUP, APPLICATION)).iter().map(|cached| AppKey::of(&cached.object)).collect()
}
