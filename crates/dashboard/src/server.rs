//! The listening socket and its connections.

use crate::options::Options;
use crate::router::router;
use crate::token::Token;
use axum::Router;
use clock::Clock;
use cluster::ClusterClient;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use hyper_util::service::TowerToHyperService;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::JoinSet;

/// So many connections are held; who comes then waits until one ends.
const CONNECTIONS_MAX: usize = 2_048;
/// How long the head of a request may take to arrive.
const HEAD_WITHIN: Duration = Duration::from_secs(10);
/// How large the head of a request may be.
const HEAD_MAX: usize = 32 << 10;
/// How long to wait after a connection could not be taken, as when there are no more files.
const AFTER_FAILURE: Duration = Duration::from_millis(100);

/// Why the dashboard is not served.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// Somebody else has the address, or it is not one of this machine.
    #[error("cannot serve the Rollouts dashboard on {address}: {source}")]
    Bind {
        /// The address.
        address: SocketAddr,
        /// Why not.
        source: std::io::Error,
    },
    /// The path cannot be one.
    #[error("the root path {0:?} is no path: it has letters, digits and `-_~`, and `/` between them")]
    Root(String),
    /// Whoever reaches that address could act.
    #[error("{0} is reached by others: a token is needed")]
    Open(SocketAddr),
    /// There is no chance in this machine.
    #[error("the system gives no random numbers")]
    NoChance,
}

/// A dashboard that is served until this is dropped.
#[derive(Debug)]
pub struct Dashboard {
    /// Where.
    pub address: SocketAddr,
    base: String,
    // Its connections end with it.
    _listening: JoinSet<()>,
}

impl Dashboard {
    /// Where people look.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}{}/", self.address, self.base)
    }
}

/// An address that is taken, before anything is served on it.
#[derive(Debug)]
pub struct Bound {
    listener: TcpListener,
    /// Where.
    pub address: SocketAddr,
    options: Options,
}

impl Bound {
    /// Takes an address.
    ///
    /// # Errors
    /// When somebody else has it, or others could reach it without a token.
    pub async fn take(address: SocketAddr, options: Options) -> Result<Self, ServeError> {
        if !options.is_root_valid() {
            return Err(ServeError::Root(options.root));
        }
        if !address.ip().is_loopback() && options.token.is_none() {
            return Err(ServeError::Open(address));
        }
        let listener = TcpListener::bind(address).await.map_err(|source| ServeError::Bind { address, source })?;
        let address = listener.local_addr().map_err(|source| ServeError::Bind { address, source })?;
        Ok(Bound { listener, address, options })
    }

    /// What whoever asks must know; nothing where only this machine can ask.
    #[must_use]
    pub fn token(&self) -> Option<&Token> {
        self.options.token.as_ref()
    }

    /// Serves the dashboard of `client`'s cluster there. Nothing is read of the cluster before somebody looks.
    ///
    /// # Errors
    /// When the system gives no random numbers.
    pub fn serve(self, client: ClusterClient, clock: &Clock) -> Result<Dashboard, ServeError> {
        let Bound { listener, address, options } = self;
        let form_token = Token::random().ok_or(ServeError::NoChance)?;
        let base = options.base();
        let mut listening = JoinSet::new();
        listening.spawn(listen(listener, router(options, client, clock.clone(), form_token)));
        Ok(Dashboard { address, base, _listening: listening })
    }
}

async fn listen(listener: TcpListener, router: Router) {
    let places = Arc::new(Semaphore::new(CONNECTIONS_MAX));
    let mut connections = JoinSet::new();
    while let Ok(place) = Arc::clone(&places).acquire_owned().await {
        match listener.accept().await {
            Ok((stream, _)) => drop(connections.spawn(converse(stream, router.clone(), place))),
            Err(_) => tokio::time::sleep(AFTER_FAILURE).await,
        }
        while connections.try_join_next().is_some() {}
    }
}

async fn converse(stream: TcpStream, router: Router, place: OwnedSemaphorePermit) {
    // Small pieces of streams are wanted at once.
    let _ = stream.set_nodelay(true);
    let mut builder = auto::Builder::new(TokioExecutor::new());
    builder.http1().timer(TokioTimer::new()).header_read_timeout(HEAD_WITHIN).max_buf_size(HEAD_MAX);
    builder.http2().timer(TokioTimer::new()).max_concurrent_streams(64).max_header_list_size(HEAD_MAX as u32);
    // A client that breaks off is its own affair.
    let _ = builder.serve_connection(TokioIo::new(stream), TowerToHyperService::new(router)).await;
    drop(place);
}
