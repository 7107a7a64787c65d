//! The controller of notifications, in this process.

use super::lookups::GitLookups;
use crate::failure::Failure;
use crate::shared::Shared;
use cluster::Clusters;
use controller::{Environment, Leadership};
use git::Repositories;
use notifications::Product;
use notifiers::{Network, Notifiers};
use notify::{
    Inbox, Lookups, Metrics, NoLookups, Notify, Options, SelfService, Tap, authorities, start_settings_cache,
};
use std::sync::Arc;
use tokio::task::JoinHandle;

/// What telling people needs, whatever they are told of.
pub(crate) struct Telling {
    /// Where requests may go.
    pub network: Network,
    /// Whether namespaces may configure themselves.
    pub self_service: SelfService,
    /// What is counted.
    pub metrics: Metrics,
}

/// The same environment, whose events also reach those who want to hear of them.
pub(crate) fn tapped(environment: Environment, inbox: &Inbox) -> Environment {
    let tap = Tap::new(Arc::clone(&environment.events), inbox.clone(), environment.clock.clone());
    Environment { events: Arc::new(tap), ..environment }
}

/// What one product's controller stands on.
pub(crate) struct Ground {
    pub product: Product,
    pub clusters: Clusters,
    pub leadership: Leadership,
    pub namespace: String,
    pub inbox: Inbox,
    pub git: Option<Repositories>,
}

impl Telling {
    /// Starts the controller for one product, on the cache of the controller whose objects it tells of.
    pub(crate) fn start(
        &self,
        shared: &Shared,
        ground: Ground,
        tasks: &mut Vec<JoinHandle<()>>,
    ) -> Result<(), Failure> {
        let Ground { product, clusters, leadership, namespace, inbox, git } = ground;
        let component = match product {
            Product::Applications => "argocd-notifications-controller",
            Product::Rollouts => "rollouts-controller",
        };
        let cache = clusters.get(&cluster::ClusterId::home()).and_then(|home| home.cache);
        let lookups: Arc<dyn Lookups> = match (git, cache) {
            (Some(git), Some(cache)) => Arc::new(GitLookups { git, cache }),
            _ => Arc::new(NoLookups),
        };
        let own = [namespace.as_str()];
        let namespaces = if self.self_service == SelfService::On { [].as_slice() } else { &own };
        let settings = start_settings_cache(shared.client.clone(), namespaces);
        let authorities = authorities(&settings, &namespace);
        let reaching = notifiers::Options { authorities, ..notifiers::Options::of_process(self.network) };
        let sender = Notifiers::new(shared.client.clone(), reaching);
        let options = Options {
            product,
            environment: shared.environment(clusters, leadership, component),
            settings,
            namespace,
            self_service: self.self_service,
            sender: Arc::new(Arc::new(sender)),
            lookups,
            inbox,
            metrics: self.metrics.clone(),
        };
        let controller =
            Notify::new(options, shared.shutdown.clone()).map_err(|error| Failure::new(error.to_string()))?;
        tasks.push(tokio::spawn(controller.run()));
        Ok(())
    }
}
