//! What routers of meshes and gateways read, besides Ingresses.

use crate::rollouts::session::Session;
use api::rollouts::Rollout;
use cluster::ListQuery;
use object::{Fetched, Object};
use serde_json::Value;
use std::sync::Arc;
use traffic::{Objects, Place};

/// How often what was found may name more: a VirtualService its VirtualRouter, which names nothing that is read.
const ROUNDS_MAX: usize = 3;

/// Reads what the routers of a Rollout need. What cannot be read is told by the router that needs it.
pub(super) async fn read(session: &Session, rollout: &Rollout, objects: &mut Objects) {
    for _ in 0..ROUNDS_MAX {
        let mut missing = traffic::needed(rollout, objects);
        missing.retain(|place| !objects.others.contains_key(place));
        if missing.is_empty() {
            return;
        }
        for place in missing {
            for (place, found) in find(session, place).await {
                objects.others.insert(place, found);
            }
        }
    }
}

/// One object, or all of its kind in its namespace and the note that they were asked for.
async fn find(session: &Session, place: Place) -> Vec<(Place, Fetched<Arc<Value>>)> {
    let served = match session.client.served().await {
        Ok(served) => served,
        Err(error) => return vec![(place, Fetched::Unknown(error.to_string()))],
    };
    let gvk = match served.preferred(place.group, place.kind) {
        Fetched::Known(resource) => resource.gvk.clone(),
        Fetched::Absent => return vec![(place, Fetched::Absent)],
        Fetched::Unknown(cause) => return vec![(place, Fetched::Unknown(cause))],
    };
    let known = |object: &Object| Fetched::Known(Arc::new(object.value()));
    if !place.name.is_empty() {
        let found = session.client.get(&gvk, Some(&place.namespace), &place.name).await;
        let found = match found {
            Ok(found) => found.as_ref().map_or(Fetched::Absent, known),
            Err(error) => Fetched::Unknown(error.to_string()),
        };
        return vec![(place, found)];
    }
    let listed = session.client.list(&gvk, &ListQuery::in_namespace(&place.namespace)).await.unwrap_or_default();
    let named = |object: &Object| (Place { name: object.name().to_owned(), ..place.clone() }, known(object));
    let mut found: Vec<(Place, Fetched<Arc<Value>>)> = listed.iter().map(named).collect();
    found.push((place, Fetched::Absent));
    found
}
