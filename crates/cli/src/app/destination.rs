//! The cluster an application goes to, as the Secrets of the control plane declare it.

use super::store::{Found, Store, explain};
use crate::failure::Failure;
use api::ApplicationDestination;
use api::names::DEFAULT_NAMESPACE;
use applications::Settings;
use applications::configuration::configured;
use applications::destinations::{ClusterSecret, Destination, read_clusters, resolve};
use applications::sources::{CONFIG, SECRET_TYPE};
use cluster::{ClusterClient, ListQuery};
use object::Gvk;

/// A cluster and how to reach it.
pub(crate) struct There {
    pub destination: Destination,
    pub client: ClusterClient,
}

/// The clusters that are declared in a namespace.
pub(crate) async fn clusters(client: &ClusterClient, namespace: &str) -> Result<Vec<ClusterSecret>, Failure> {
    let labelled = ListQuery::in_namespace(namespace).labels(&format!("{SECRET_TYPE}=cluster"));
    let objects = client.list(&Gvk::new("", "v1", "Secret"), &labelled).await;
    Ok(read_clusters(&objects.map_err(|error| explain(error, "read which clusters are declared"))?))
}

/// The cluster a destination means.
pub(crate) async fn there(store: &Store, namespace: &str, to: &ApplicationDestination) -> Result<There, Failure> {
    let declared = clusters(&store.client, namespace).await?;
    let destination = resolve(&declared, to).map_err(Failure::new)?;
    if destination.id.is_home() {
        return Ok(There { destination, client: store.client.clone() });
    }
    let own = declared.into_iter().find(|own| own.server == destination.server);
    let own = own.expect("invariant: a destination that is not home was found among these");
    let why = |why: String| Failure::new(format!("the cluster {}: {why}", destination.name));
    let access = own.access.map_err(&why)?;
    let client = ClusterClient::from_access(&access, store.client.clock()).await;
    let client = client.map_err(|error| why(error.to_string()))?;
    Ok(There { destination, client })
}

/// The client of the cluster an application goes to.
pub(crate) async fn client_of(store: &Store, found: &Found) -> Result<ClusterClient, Failure> {
    Ok(there(store, DEFAULT_NAMESPACE, &found.app.spec.destination).await?.client)
}

/// What holds for all applications, as the control plane's ConfigMap says it.
pub(crate) async fn settings(store: &Store) -> Result<Settings, Failure> {
    let base = applications::settings_at_start(&store.client, Settings::default()).await;
    let found = store.client.get(&Gvk::new("", "v1", "ConfigMap"), Some(&base.namespace), CONFIG).await;
    let found = found.map_err(|error| explain(error, "read the settings of the control plane"))?;
    let data = found.and_then(|object| object.get("/data")).and_then(|data| serde_json::from_value(data).ok());
    Ok(configured(&base, &data.unwrap_or_default()).0)
}
