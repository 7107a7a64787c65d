//! What one cycle reads of the control plane: applications, ImageUpdaters, repositories, settings.

use crate::followed::{Followed, follow};
use crate::settings::{CONFIG, Settings};
use api::image_updater::{self, IMAGE_UPDATER, ImageUpdater};
use api::{Application, names};
use applications::sources::{Repositories, TLS_CERTS};
use cluster::{ClusterClient, ClusterError, ErrorClass, ListQuery};
use object::{Gvk, Object};
use std::collections::BTreeMap;

/// All of it.
#[derive(Debug, Clone)]
pub struct Survey {
    /// The applications that follow images.
    pub followed: Vec<Followed>,
    /// The ImageUpdaters.
    pub updaters: Vec<ImageUpdater>,
    /// How many applications there are.
    pub applications: usize,
    /// How repositories are reached.
    pub repositories: Repositories,
    /// What holds for all.
    pub settings: Settings,
}

/// Reads it.
///
/// # Errors
/// When the cluster cannot be asked. Objects that cannot be read are left out: their own controller says so.
pub async fn survey(client: &ClusterClient, namespace: &str) -> Result<Survey, ClusterError> {
    let applications = Gvk::from_api_version(names::API_VERSION, names::APPLICATION);
    let found = client.list(&applications, &ListQuery::default()).await?;
    let applications: Vec<Application> = found.iter().filter_map(|object| Application::read(object).ok()).collect();
    let updaters = updaters(client).await?;
    let own = ListQuery::in_namespace(namespace);
    let (secrets, maps) = (
        client.list(&Gvk::new("", "v1", "Secret"), &own).await?,
        client.list(&Gvk::new("", "v1", "ConfigMap"), &own).await?,
    );
    Ok(Survey {
        followed: follow(&applications, &updaters, namespace),
        updaters,
        applications: applications.len(),
        repositories: Repositories::read(secrets.iter().chain(&maps)),
        settings: settings_in(&maps),
    })
}

/// What holds for all, alone.
///
/// # Errors
/// When the cluster cannot be asked.
pub async fn settings(client: &ClusterClient, namespace: &str) -> Result<Settings, ClusterError> {
    let maps = client.list(&Gvk::new("", "v1", "ConfigMap"), &ListQuery::in_namespace(namespace)).await?;
    Ok(settings_in(&maps))
}

fn settings_in(maps: &[Object]) -> Settings {
    let data = |name: &str| -> BTreeMap<String, String> {
        let map = maps.iter().find(|map| map.name() == name).and_then(|map| map.get("/data"));
        map.and_then(|data| serde_json::from_value(data).ok()).unwrap_or_default()
    };
    Settings { authorities: data(TLS_CERTS), ..Settings::read(&data(CONFIG)) }
}

/// None where the cluster does not know the kind: annotations do without.
async fn updaters(client: &ClusterClient) -> Result<Vec<ImageUpdater>, ClusterError> {
    let gvk = Gvk::from_api_version(image_updater::API_VERSION, IMAGE_UPDATER);
    let found: Vec<Object> = match client.list(&gvk, &ListQuery::default()).await {
        Err(error) if matches!(error.class, ErrorClass::UnknownKind | ErrorClass::NotFound) => Vec::new(),
        found => found?,
    };
    let mut updaters: Vec<ImageUpdater> = found.iter().filter_map(|object| ImageUpdater::read(object).ok()).collect();
    updaters.sort_by(|a, b| a.metadata.name.cmp(&b.metadata.name));
    Ok(updaters)
}
