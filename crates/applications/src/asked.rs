//! Questions to API servers, each with an end.

use crate::destinations::Destination;
use crate::observed::Lookup;
use cluster::{Cache, Change, ClusterClient, Conflicts, DryRun, Manager, Served, Target, Write};
use object::{Fetched, Gvk, Object};
use std::sync::Arc;
use std::time::Duration;
use tokio::time::timeout;

/// How long a question about one object may take: whoever asks holds a worker, and other clusters wait for those.
const ANSWER_LIMIT: Duration = Duration::from_secs(10);

/// What applying an object on the server would give.
pub(crate) async fn predict(client: &ClusterClient, object: &Object, user: Option<&str>) -> Result<Object, String> {
    let manager = Manager(api::names::FIELD_MANAGER.into());
    let change = Change::ApplyServerSide { desired: object.clone(), manager, conflicts: Conflicts::Force };
    let write = Write::new(Target::of(object), change).dry_run(DryRun::Server).acting_as(user);
    match timeout(ANSWER_LIMIT, client.write(&write)).await {
        Ok(Ok(written)) => written.object.ok_or_else(|| "the server gave no object".to_owned()),
        Ok(Err(error)) => Err(error.to_string()),
        Err(_) => Err(too_slow()),
    }
}

/// A live object.
pub(crate) async fn read(client: &ClusterClient, lookup: &Lookup) -> Fetched<Object> {
    let gvk = Gvk::new(&lookup.key.group, &lookup.version, &lookup.key.kind);
    if let Some(Fetched::Absent) = client.known_served().map(|served| served.resource(&gvk).map(drop)) {
        // A kind that is not served has no objects.
        return Fetched::Absent;
    }
    let fetched = client.fetch(&gvk, lookup.key.namespace.as_deref(), &lookup.key.name);
    timeout(ANSWER_LIMIT, fetched).await.unwrap_or_else(|_| Fetched::Unknown(too_slow()))
}

fn too_slow() -> String {
    format!("the cluster did not answer within {} s", ANSWER_LIMIT.as_secs())
}

/// The kinds a cluster serves. Only the control plane's own is asked: others are asked by their own tasks.
pub(crate) async fn served(cache: &Cache, destination: &Destination) -> Fetched<Arc<Served>> {
    if let Some(served) = cache.client().known_served() {
        return Fetched::Known(served);
    }
    if !destination.id.is_home() {
        return Fetched::Unknown(format!("the kinds of the cluster {}", destination.server));
    }
    match cache.client().served().await {
        Ok(served) => Fetched::Known(served),
        Err(error) => Fetched::Unknown(error.to_string()),
    }
}
