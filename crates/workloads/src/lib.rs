//! The workload controllers, the scheduler and the simulated nodes of an in-process Kubernetes.
//!
//! Each controller observes, plans and never writes: its planner is a pure function of what was observed and of the
//! time, and its plan is a value that prints. One loop drives them all, in an order that follows from the changes
//! alone, so that under a simulated clock the same requests lead to the same cluster.
//!
//! Knows nothing of HTTP, files or GitOps. Start reading at [`Workloads::start`], then `driver`, then `deployment`.

mod actor;
pub mod autoscaler;
mod claim;
pub mod claim_binding;
mod controller;
pub mod cron_job;
pub mod daemon_set;
pub mod deployment;
mod deployments;
mod difference;
pub mod disruption_budget;
mod driver;
pub mod garbage;
pub mod job;
pub mod kubelet;
pub mod namespace_furniture;
pub mod namespaces;
pub mod node_evictions;
pub mod node_health;
pub mod nodes;
mod orphans;
pub mod plan;
pub mod pod;
mod pod_template;
mod queue;
pub mod quotas;
mod reading;
mod recorder;
pub mod replica_set;
mod replica_sets;
mod revisions;
pub mod scheduler;
mod selectors;
pub mod service;
pub mod stateful_set;
mod template_hash;

pub use autoscaler::{Measured, Metrics};
pub use nodes::Node;
pub use template_hash::pod_template_hash;

use apiserver::Api;
use controller::Controller;
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// What the cluster consists of besides its API.
#[derive(Debug, Clone)]
pub struct Options {
    /// The nodes.
    pub nodes: Vec<Node>,
    /// How pods behave.
    pub pods: kubelet::Defaults,
    /// Where the numbers come from that autoscalers go by.
    pub metrics: Metrics,
    /// The certificate, in PEM, that pods find in their namespace's `kube-root-ca.crt`.
    pub root_certificate: String,
}

impl Default for Options {
    /// Two nodes in two zones.
    fn default() -> Self {
        let nodes = [("node-0", 0), ("node-1", 1)].map(|(name, number)| Node::numbered(name, number));
        Options {
            nodes: nodes.into(),
            pods: kubelet::Defaults::default(),
            metrics: Metrics::default(),
            root_certificate: String::new(),
        }
    }
}

/// The running controllers.
#[derive(Debug)]
pub struct Workloads {
    stop: watch::Sender<bool>,
    task: JoinHandle<()>,
}

impl Workloads {
    /// Starts the controllers on an API server.
    ///
    /// Assumption: called inside a Tokio runtime.
    #[must_use]
    pub fn start(api: &Api, options: Options) -> Self {
        let (stop, stopped) = watch::channel(false);
        let driver = driver::Driver::new(api, controllers(options));
        Workloads { stop, task: tokio::spawn(driver.run(stopped)) }
    }

    /// Ends the controllers after the pass they are in.
    pub async fn stop(self) {
        self.stop.send_replace(true);
        if let Err(error) = self.task.await {
            tracing::error!(%error, "the controllers ended badly");
        }
    }
}

fn controllers(options: Options) -> Vec<Box<dyn Controller>> {
    vec![
        Box::new(nodes::Nodes::new(options.nodes)),
        Box::new(node_evictions::NodeEvictions::default()),
        Box::new(namespace_furniture::NamespaceFurniture { certificate: options.root_certificate }),
        Box::new(namespaces::Namespaces),
        Box::new(garbage::Garbage),
        Box::new(deployments::Deployments::new()),
        Box::new(replica_sets::ReplicaSets::new()),
        Box::new(stateful_set::StatefulSets),
        Box::new(daemon_set::DaemonSets),
        Box::new(job::Jobs),
        Box::new(cron_job::CronJobs),
        Box::new(disruption_budget::DisruptionBudgets),
        Box::new(autoscaler::Autoscalers::new(options.metrics)),
        Box::new(quotas::Quotas),
        Box::new(claim_binding::ClaimBinding),
        Box::new(service::Services::new()),
        Box::new(scheduler::Scheduler::default()),
        Box::new(kubelet::Kubelets::new(options.pods)),
    ]
}
