//! Fetches the discovery documents: aggregated where the server can, else one request a group version.

use crate::discovery::{ACCEPT_AGGREGATED, AggregatedList, ClassicCore, ClassicGroups, ClassicResources, Served};
use crate::{ClusterError, ErrorClass, Request};
use bytes::Bytes;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::future::Future;

/// Sends one request and gives the answer's body.
pub(crate) trait Sender: Sync {
    fn send(&self, request: &Request) -> impl Future<Output = Result<Bytes, ClusterError>> + Send;
}

/// Reads all kinds the cluster serves.
///
/// # Errors
/// The documents that lead to the others cannot be read. A single group version that cannot is noted in the result.
pub(crate) async fn learn(sender: &impl Sender) -> Result<Served, ClusterError> {
    let mut served = Served::default();
    served.cluster_version = version(sender).await?;
    match (aggregated(sender, "/api").await?, aggregated(sender, "/apis").await?) {
        (Some(core), Some(groups)) => {
            served.add_aggregated(core);
            served.add_aggregated(groups);
        }
        _ => classic(sender, &mut served).await?,
    }
    Ok(served)
}

async fn version(sender: &impl Sender) -> Result<String, ClusterError> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Version {
        git_version: String,
    }
    let answer = sender.send(&Request::get_path("/version")).await?;
    read(&answer, "/version").map(|version: Version| version.git_version)
}

/// The aggregated document; `None` when the server answers with another one.
async fn aggregated(sender: &impl Sender, path: &str) -> Result<Option<AggregatedList>, ClusterError> {
    let mut request = Request::get_path(path);
    request.accept = ACCEPT_AGGREGATED;
    let answer = sender.send(&request).await?;
    let list: Option<AggregatedList> = serde_json::from_slice(&answer).ok();
    Ok(list.filter(|list| list.kind == "APIGroupDiscoveryList"))
}

async fn classic(sender: &impl Sender, served: &mut Served) -> Result<(), ClusterError> {
    let core: ClassicCore = read(&sender.send(&Request::get_path("/api")).await?, "/api")?;
    let groups: ClassicGroups = read(&sender.send(&Request::get_path("/apis")).await?, "/apis")?;
    let core = core.versions.into_iter().map(|version| (format!("/api/{version}"), version));
    let others = groups.groups.into_iter().flat_map(|group| group.ordered()).map(|version| {
        let group_version = version.group_version;
        (format!("/apis/{group_version}"), group_version)
    });
    for (path, group_version) in core.chain(others) {
        let list = match sender.send(&Request::get_path(&*path)).await {
            Ok(answer) => read::<ClassicResources>(&answer, &path),
            Err(error) => Err(error),
        };
        match list {
            Ok(list) => served.add_classic(&group_version, list),
            Err(error) => served.add_unknown(&group_version, &error.message),
        }
    }
    Ok(())
}

fn read<T: DeserializeOwned>(answer: &Bytes, path: &str) -> Result<T, ClusterError> {
    serde_json::from_slice(answer)
        .map_err(|error| ClusterError::new(ErrorClass::Malformed, format!("{path} cannot be read: {error}")))
}
