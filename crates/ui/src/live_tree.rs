//! The tree of an application out of what is followed, and how its objects are reached.

use crate::entry::Entry;
use crate::explain::clusters;
use crate::problem::Problem;
use crate::site::Site;
use crate::world::World;
use api::HealthStatusCode;
use applications::destinations::resolve;
use appview::{ResourceTree, Resources};
use cluster::ClusterClient;
use object::{Gvk, Key, Object};

/// Whether an application goes to the cluster that is followed here.
pub fn is_home(world: &World, entry: &Entry) -> bool {
    resolve(&clusters(world), &entry.application.spec.destination).is_ok_and(|to| to.id.is_home())
}

/// The tree of an application. Of another cluster only what the application declares is known here.
pub fn tree(world: &World, entry: &Entry) -> ResourceTree {
    let is_home = is_home(world, entry);
    let cache = world.cache();
    let live = |key: &Key| if is_home { cache.get(key).into_known().map(|own| own.object) } else { None };
    let owned = |uid: &str| cache.children(uid).into_iter().map(|own| own.object).collect();
    let mut tree = ResourceTree::of(&entry.application, &Resources { live: &live, owned: &owned });
    if !is_home {
        for node in tree.nodes.values_mut() {
            node.is_live = node.health != Some(HealthStatusCode::Missing);
        }
    }
    tree
}

/// The client of the cluster that an application goes to.
pub async fn client_of(site: &Site, world: &World, entry: &Entry) -> Result<ClusterClient, Problem> {
    let declared = clusters(world);
    let to = resolve(&declared, &entry.application.spec.destination).map_err(Problem::wrong)?;
    if to.id.is_home() {
        return Ok(site.client.clone());
    }
    let own = declared.into_iter().find(|own| own.server == to.server).ok_or_else(Problem::missing)?;
    let access = own.access.map_err(Problem::wrong)?;
    let client = ClusterClient::from_access(&access, &site.clock).await;
    client.map_err(|error| Problem::wrong(format!("The cluster {} cannot be reached: {error}", to.name)))
}

/// A live object of an application's tree, read whole; who is not in the tree is not found.
pub async fn object(site: &Site, world: &World, entry: &Entry, id: &str) -> Result<(ClusterClient, Object), Problem> {
    let tree = tree(world, entry);
    let node = tree.nodes.get(id).ok_or_else(Problem::missing)?;
    let client = client_of(site, world, entry).await?;
    let gvk = Gvk::new(&node.gvk.group, &node.gvk.version, &node.gvk.kind);
    let namespace = Some(node.namespace.as_str()).filter(|own| !own.is_empty());
    let found = client.get(&gvk, namespace, &node.name).await?;
    Ok((client, found.ok_or_else(|| Problem::new(http::StatusCode::NOT_FOUND, "It is not there any longer."))?))
}
