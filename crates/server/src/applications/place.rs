//! Where an application's resources are: the cluster it goes to, and what is in it.

use crate::call::Call;
use crate::index::Entry;
use crate::problem::{Code, Problem};
use crate::site::Site;
use api::{Application, ProjectRules};
use applications::destinations::Destination;
use cluster::{Cache, Cached, ClusterClient, Instance};
use object::{Key, Object};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// An application's resources are never followed further than to so many.
const NODES_MAX: usize = 20_000;

/// Where an application's resources are.
pub struct Place {
    /// The application.
    pub application: Application,
    /// The cluster.
    pub destination: Destination,
    /// Reads and writes it.
    pub client: ClusterClient,
    /// What is in it; `None` while it is not followed.
    pub cache: Option<Cache>,
    /// What its project permits.
    pub rules: Option<ProjectRules>,
    control_plane: String,
}

/// One object of the tree.
#[derive(Debug, Clone)]
pub struct Node {
    /// What is kept of it.
    pub cached: Cached,
    /// The keys and uids of those that own it, of those in the tree.
    pub parents: Vec<Object>,
}

impl Place {
    /// Where the application of a call goes to.
    ///
    /// # Errors
    /// Its cluster is not known.
    pub fn of(call: &Call) -> Result<Self, Problem> {
        Place::of_entry(&call.site, call.entry()?)
    }

    /// Where an application goes to.
    ///
    /// # Errors
    /// Its cluster is not known.
    pub fn of_entry(site: &Site, entry: &Entry) -> Result<Self, Problem> {
        let application = entry.application().map_err(|error| Problem::precondition(error.to_string()))?;
        let said = site.plane.now();
        let destination = said.destination(&application.spec.destination).map_err(Problem::precondition)?;
        let cluster = site.clusters.get(&destination.id).ok_or_else(|| {
            Problem::new(Code::Unavailable, format!("the cluster {} is not connected", destination.name))
        })?;
        let rules = said.projects.get(application.spec.project_name()).map(|project| ProjectRules::new(&project.read));
        let control_plane = site.plane.namespace().to_owned();
        Ok(Place { application, destination, client: cluster.client, cache: cluster.cache, rules, control_plane })
    }

    /// Every object of the application: what it tracks and what that owns, parents first.
    #[must_use]
    pub fn nodes(&self) -> Vec<Node> {
        let Some(cache) = &self.cache else { return Vec::new() };
        let instance = Instance::named(&self.application.instance_name(&self.control_plane));
        let roots = cache.roots(&instance).into_iter().filter(|cached| self.permits(&cached.object.key()));
        let mut waiting: VecDeque<Node> = roots.map(|cached| Node { cached, parents: Vec::new() }).collect();
        let mut seen: BTreeSet<Box<str>> = BTreeSet::new();
        let mut nodes: Vec<Node> = Vec::new();
        while let Some(node) = waiting.pop_front() {
            let uid = node.cached.object.meta().uid.clone();
            if nodes.len() == NODES_MAX || !seen.insert(uid.clone()) {
                continue;
            }
            for child in cache.children(&uid) {
                waiting.push_back(Node { cached: child, parents: vec![node.cached.object.clone()] });
            }
            nodes.push(node);
        }
        nodes
    }

    /// One of them.
    #[must_use]
    pub fn node(&self, key: &Key) -> Option<Node> {
        self.nodes().into_iter().find(|node| node.cached.object.key() == *key)
    }

    /// Whether the project lets its applications have it.
    #[must_use]
    pub fn permits(&self, key: &Key) -> bool {
        let project = self.application.spec.project_name();
        self.rules.as_ref().is_some_and(|rules| rules.permits_live(key, self.destination.identity(project)))
    }
}

/// What the status says of each resource, by its key.
#[must_use]
pub fn statuses(app: &Application) -> BTreeMap<Key, &api::ResourceStatus> {
    let key = |status: &api::ResourceStatus| {
        let namespace = Some(status.namespace.as_str()).filter(|namespace| !namespace.is_empty());
        Key::new(&status.group, &status.kind, namespace, &status.name)
    };
    app.status.resources.iter().map(|status| (key(status), status)).collect()
}
