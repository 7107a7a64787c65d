//! How a cluster is to be, and its start.

use crate::cluster::{Cluster, Parts};
use crate::credentials::{Credentials, CredentialsError, secret};
use crate::directory::{Directory, DirectoryError};
use crate::https::{self, HttpsError, HttpsServer};
use crate::kubeconfig::Kubeconfig;
use crate::state::{self, RestoreError, STATE};
use apiserver::{ApiServer, Faults, OpenError, Snapshot};
use clock::Clock;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use workloads::{Metrics, Node, Options, Workloads};

/// Collects what a cluster is to be like. Everything has a default: two nodes, in memory, in process.
#[derive(Default)]
pub struct Builder {
    clock: Option<Clock>,
    options: Options,
    faults: Option<Arc<dyn Faults>>,
    directory: Option<PathBuf>,
    start: Start,
    address: Option<SocketAddr>,
    snapshot: Option<Snapshot>,
}

/// What becomes of what a directory holds from before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Start {
    /// The cluster goes on.
    #[default]
    Continue,
    /// The cluster begins anew, under the same credentials.
    Fresh,
}

/// The file that holds what service accounts' tokens are signed with.
const TOKEN_SECRET: &str = "service-account.key";
/// The file clients find the cluster by.
const KUBECONFIG: &str = "kubeconfig";

/// Why a cluster did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// Its directory cannot be used.
    #[error(transparent)]
    Directory(#[from] DirectoryError),
    /// Its credentials cannot be had.
    #[error(transparent)]
    Credentials(#[from] CredentialsError),
    /// It cannot be served over HTTPS.
    #[error(transparent)]
    Https(#[from] HttpsError),
    /// Its objects cannot be read.
    #[error(transparent)]
    State(#[from] OpenError),
    /// A snapshot cannot be restored there.
    #[error(transparent)]
    Restore(#[from] RestoreError),
}

impl StartError {
    /// The address that somebody else listens on, when that is why the cluster did not start.
    #[must_use]
    pub fn taken_address(&self) -> Option<SocketAddr> {
        match self {
            StartError::Https(HttpsError::PortTaken(address)) => Some(*address),
            _ => None,
        }
    }
}

impl std::fmt::Debug for Builder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Builder({} nodes)", self.options.nodes.len())
    }
}

/// What service accounts' tokens are signed with: the directory's own, so that they outlive a restart; without one
/// something nobody can guess where somebody outside may try.
fn token_secret<L>(directory: Option<&Directory>, served: &Option<L>) -> Result<Option<String>, CredentialsError> {
    match directory {
        Some(directory) => {
            if let Some(secret) = directory.read(TOKEN_SECRET)? {
                return Ok(Some(secret));
            }
            let secret = secret()?;
            directory.write_private(TOKEN_SECRET, &secret)?;
            Ok(Some(secret))
        }
        None => served.is_some().then(secret).transpose(),
    }
}

/// The names of nodes that are only counted.
fn numbered(count: u8) -> Vec<Node> {
    (0..count).map(|number| Node::numbered(&format!("node-{number}"), number)).collect()
}

impl Cluster {
    /// Begins to describe a cluster.
    #[must_use]
    pub fn builder() -> Builder {
        Builder::default()
    }
}

impl Builder {
    /// The clock everything goes by; the machine's own if none is given. With a simulated clock on Tokio's paused
    /// time the same requests give the same cluster.
    #[must_use]
    pub fn clock(mut self, clock: Clock) -> Self {
        self.clock = Some(clock);
        self
    }

    /// These nodes.
    #[must_use]
    pub fn nodes(mut self, nodes: Vec<Node>) -> Self {
        self.options.nodes = nodes;
        self
    }

    /// So many large nodes, `node-0` and so on, in two zones.
    #[must_use]
    pub fn node_count(self, count: u8) -> Self {
        self.nodes(numbered(count))
    }

    /// How long pods take until they run; 0 is allowed.
    #[must_use]
    pub fn pod_delay(mut self, delay: Duration) -> Self {
        self.options.pods.start = delay;
        self
    }

    /// How pods behave that say nothing of their own.
    #[must_use]
    pub fn pods(mut self, pods: workloads::kubelet::Defaults) -> Self {
        self.options.pods = pods;
        self
    }

    /// Where the numbers come from that HorizontalPodAutoscalers go by: what pods say of themselves by annotations such
    /// as `sim.capstan.dev/usage-cpu: 250m`, unless a function measures them.
    #[must_use]
    pub fn metrics(mut self, metrics: Metrics) -> Self {
        self.options.metrics = metrics;
        self
    }

    /// What goes wrong between clients and the API server.
    #[must_use]
    pub fn faults(mut self, faults: Arc<dyn Faults>) -> Self {
        self.faults = Some(faults);
        self
    }

    /// Keeps everything in this directory, so that the next start goes on where this cluster ended.
    #[must_use]
    pub fn data_dir(mut self, path: impl Into<PathBuf>) -> Self {
        self.directory = Some(path.into());
        self
    }

    /// Forgets what the directory holds from before, its credentials excepted.
    #[must_use]
    pub fn fresh(mut self) -> Self {
        self.start = Start::Fresh;
        self
    }

    /// Serves the API over HTTPS on this address as well; port 0 takes a free one.
    #[must_use]
    pub fn https(mut self, address: SocketAddr) -> Self {
        self.address = Some(address);
        self
    }

    /// Goes on from a snapshot, whose clients' credentials are not in it. A directory must hold no cluster yet, or the
    /// cluster be [`Builder::fresh`].
    #[must_use]
    pub fn snapshot(mut self, snapshot: Snapshot) -> Self {
        self.snapshot = Some(snapshot);
        self
    }

    /// Starts the cluster.
    ///
    /// Assumption: called inside a Tokio runtime. A directory and HTTPS need real time.
    ///
    /// # Errors
    /// When it cannot start; the text says what to do.
    pub async fn start(self) -> Result<Cluster, StartError> {
        let directory = self.directory.as_deref().map(Directory::open).transpose()?;
        // The address first: a taken port must not cost the state.
        let listener = match self.address {
            Some(address) => Some((address, https::bind(address).await?)),
            None => None,
        };
        let credentials = match (&listener, &directory) {
            (None, _) => None,
            (Some((address, _)), Some(directory)) => Some(Credentials::load(directory, address.ip())?),
            (Some((address, _)), None) => Some(Credentials::generate(address.ip())?),
        };
        if let (Start::Fresh, Some(directory)) = (self.start, &directory) {
            directory.remove(STATE)?;
        }
        let clock = self.clock.unwrap_or_else(Clock::system);
        let server = match (self.snapshot, &directory) {
            (Some(snapshot), None) => ApiServer::from_snapshot(snapshot, clock),
            (Some(snapshot), Some(directory)) => {
                state::restore(directory, &snapshot)?;
                state::open(directory, clock).await?
            }
            (None, None) => ApiServer::in_memory(clock),
            (None, Some(directory)) => state::open(directory, clock).await?,
        };
        server.set_faults(self.faults);
        if let Some(secret) = token_secret(directory.as_ref(), &listener)? {
            server.set_token_secret(secret.as_bytes());
        }
        let mut options = self.options;
        if let Some(credentials) = &credentials {
            options.root_certificate.clone_from(&credentials.authority);
        }
        let workloads = Workloads::start(&server.api("kube-controller-manager"), options);
        let mut parts = Parts { server, workloads, https: None, kubeconfig: None, token: None, directory: None };
        if let Some(((_, listener), credentials)) = listener.zip(credentials) {
            let https = HttpsServer::start(listener, parts.server.clone(), &credentials)?;
            let text = credentials.kubeconfig(&format!("https://{}", https.address()));
            if let Some(directory) = &directory {
                directory.write_private(KUBECONFIG, &text)?;
            }
            let path = directory.as_ref().map(|directory| directory.path(KUBECONFIG));
            parts.kubeconfig = Some(Kubeconfig::new(text, path));
            parts.token = Some(credentials.token);
            parts.https = Some(https);
        }
        parts.directory = directory;
        Ok(Cluster::new(parts))
    }
}
