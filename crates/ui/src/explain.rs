//! Why an application is as it is: by the same code that `capstan app explain` uses.

use crate::entry::Entry;
use crate::world::World;
use api::AppProject;
use applications::AppKey;
use applications::dependencies::standing;
use applications::destinations::{ClusterSecret, read_clusters, resolve};
use applications::explain::{Facts, explain};
use applications::sources::SECRET_TYPE;
use appview::Why;
use jiff::Timestamp;
use object::Fetched;
use windows::Windows;

/// The things an application waits for, the most pressing first.
pub fn whys(world: &World, entry: &Entry, now: Timestamp) -> Vec<Why> {
    let project = world.project(&entry.row.project).and_then(|object| AppProject::read(&object).ok());
    let windows = project.map(|project| Windows::new(&project.spec.sync_windows)).unwrap_or_default();
    let apps = world.applications();
    let find = |key: &AppKey| match apps.get(&key.namespace, &key.name) {
        Some(known) => Fetched::Known(known.object.clone()),
        None => Fetched::Absent,
    };
    let (key, meta) = (AppKey::of(&entry.object), entry.object.meta());
    let destination = resolve(&clusters(world), &entry.application.spec.destination).ok();
    let reasons = explain(&Facts {
        application: &entry.application,
        meta,
        windows: &windows,
        dependencies: &standing(&key, meta, &find),
        destination: destination.as_ref(),
        now,
    });
    reasons.into_iter().map(|own| Why { what: own.what, since: own.since, next: own.next }).collect()
}

/// The clusters that are declared.
pub fn clusters(world: &World) -> Vec<ClusterSecret> {
    let is_cluster = |object: &object::Object| {
        object.namespace() == Some(&world.settings().namespace)
            && object.meta().labels.get(SECRET_TYPE).is_some_and(|own| **own == *"cluster")
    };
    let secrets: Vec<_> = world.objects("", "Secret").into_iter().filter(is_cluster).collect();
    read_clusters(&secrets)
}
