//! A running ingress.

use crate::follow::{follow, start_cache, tell};
use crate::front::Front;
use crate::objects::Objects;
use crate::pods::Count;
use crate::server::serve;
use cluster::ClusterClient;
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;

/// Why an ingress did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// Somebody else listens there.
    #[error("{0} is taken by another process; stop that one, or choose another address")]
    PortTaken(SocketAddr),
    /// The system refused the address.
    #[error("cannot listen on {address}: {cause}")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// The system's words.
        cause: std::io::Error,
    },
}

/// A running ingress; it ends when this is dropped.
#[derive(Debug)]
pub struct Ingress {
    front: Arc<Front>,
    address: Option<SocketAddr>,
    /// Ended when dropped.
    tasks: JoinSet<()>,
}

/// An address that is held for an ingress.
#[derive(Debug)]
pub struct Bound {
    listener: TcpListener,
    address: SocketAddr,
}

impl Bound {
    /// Takes an address, before anything is begun that would have to be undone; port 0 takes a free one.
    ///
    /// # Errors
    /// When it cannot be had; the text says what to do.
    pub async fn take(address: SocketAddr) -> Result<Self, StartError> {
        let refused = |cause: std::io::Error| match cause.kind() {
            std::io::ErrorKind::AddrInUse => StartError::PortTaken(address),
            _ => StartError::Listen { address, cause },
        };
        let listener = TcpListener::bind(address).await.map_err(refused)?;
        let address = listener.local_addr().map_err(refused)?;
        Ok(Bound { listener, address })
    }
}

impl Ingress {
    /// Serves what the cluster of `client` says at an address, and tells Ingresses and Gateways of it.
    ///
    /// Assumption: called inside a Tokio runtime.
    #[must_use]
    pub fn serve(client: ClusterClient, bound: Bound) -> Self {
        let Bound { listener, address } = bound;
        let mut ingress = Ingress::start(client, address);
        ingress.address = Some(address);
        ingress.tasks.spawn(serve(listener, Arc::clone(&ingress.front)));
        ingress
    }

    /// An ingress that is asked in this process only, through [`Ingress::front`]; Ingresses and Gateways are told of
    /// `address`. So time may stand still meanwhile, which real connections do not allow.
    ///
    /// Assumption: called inside a Tokio runtime.
    #[must_use]
    pub fn start(client: ClusterClient, address: SocketAddr) -> Self {
        let front = Arc::new(Front::new(client.clock().random("ingress")));
        let (seen, told) = watch::channel(Arc::new(Objects::default()));
        let mut tasks = JoinSet::new();
        tasks.spawn(follow(start_cache(client.clone()), Arc::clone(&front), seen));
        tasks.spawn(tell(client, address, told));
        Ingress { front, address: None, tasks }
    }

    /// Where requests come in.
    #[must_use]
    pub fn front(&self) -> &Arc<Front> {
        &self.front
    }

    /// Where it listens; `None` when it is asked in this process only.
    #[must_use]
    pub fn address(&self) -> Option<SocketAddr> {
        self.address
    }

    /// What each pod has counted.
    #[must_use]
    pub fn counts(&self) -> Vec<Count> {
        self.front.tallies().counts()
    }
}
