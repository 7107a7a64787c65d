//! Versions that somebody took back in the cluster: a rollout that was aborted, an application that was rolled back.

use crate::followed::{Followed, Image};
use crate::notes::{name_of, version_of};
use api::Application;
use api::names::GROUP;
use cluster::ClusterClient;
use images::{Hold, ImageReference};
use jiff::Timestamp;
use object::{Fetched, Gvk, Object};
use serde_json::Value;

/// How many Rollouts of one application are looked at.
const ROLLOUTS_MAX: usize = 50;

/// The holds that follow from what the cluster shows, besides those that are noted or were released.
pub(crate) async fn taken_back(client: &ClusterClient, followed: &Followed, now: Timestamp) -> Vec<Hold> {
    let mut holds = Vec::new();
    for rollout in aborted(client, &followed.application).await {
        let reason = format!("rollout {} was aborted", rollout.name());
        for image in images_of(&rollout) {
            holds.extend(hold_of(followed, &image, &reason, now));
        }
    }
    if let Some(revision) = rolled_back_from(&followed.application) {
        let reason = format!("rolled back from {revision}");
        for image in &followed.images {
            let written = followed.notes.memory.written.get(&name_of(&image.tracked));
            let runs = |version: &String| followed.live.iter().any(|live| &version_of(live) == version);
            // What runs was not taken back.
            if let Some(version) = written.filter(|version| !runs(version)) {
                holds.extend(hold(followed, image, version, &reason, now));
            }
        }
    }
    holds
}

fn hold_of(followed: &Followed, image: &ImageReference, reason: &str, now: Timestamp) -> Option<Hold> {
    let of = followed.images.iter().find(|of| of.tracked.image.is_same_image(image))?;
    hold(followed, of, &version_of(image), reason, now)
}

fn hold(followed: &Followed, image: &Image, version: &str, reason: &str, now: Timestamp) -> Option<Hold> {
    let name = name_of(&image.tracked);
    if version.is_empty() || followed.notes.is_released(&name, version) {
        return None;
    }
    Some(Hold { image: name, version: version.to_owned(), reason: reason.to_owned(), since: now })
}

/// The application's Rollouts that were aborted. Those of other clusters are not seen from here.
async fn aborted(client: &ClusterClient, application: &Application) -> Vec<Object> {
    let destination = &application.spec.destination;
    let is_home = destination.name == api::names::IN_CLUSTER_NAME
        || (destination.name.is_empty() && destination.server == api::names::IN_CLUSTER_SERVER);
    let gvk = Gvk::new(GROUP, "v1alpha1", "Rollout");
    let resources = application.status.resources.iter();
    let rollouts = resources.filter(|resource| is_home && resource.kind == "Rollout" && resource.group == GROUP);
    let mut found = Vec::new();
    for resource in rollouts.take(ROLLOUTS_MAX) {
        if let Fetched::Known(rollout) = client.fetch(&gvk, Some(&resource.namespace), &resource.name).await
            && rollout.get("/status/abort") == Some(Value::Bool(true))
        {
            found.push(rollout);
        }
    }
    found
}

fn images_of(rollout: &Object) -> Vec<ImageReference> {
    let mut found = Vec::new();
    for list in ["containers", "initContainers"] {
        let containers = rollout.get(&format!("/spec/template/spec/{list}"));
        let containers = containers.as_ref().and_then(Value::as_array).into_iter().flatten();
        let images = containers.filter_map(|container| ImageReference::parse(container["image"].as_str()?).ok());
        found.extend(images);
    }
    found
}

/// The revision that was left behind when an earlier one was deployed again.
fn rolled_back_from(application: &Application) -> Option<String> {
    let history = &application.status.history;
    let (last, before) = history.split_last()?;
    let previous = before.last().filter(|previous| previous.revision != last.revision)?;
    let is_earlier = before.iter().any(|known| known.revision == last.revision);
    is_earlier.then(|| previous.revision.clone())
}
