//! The listening socket and its connections: plain on this machine, encrypted elsewhere.

use crate::begun::Begun;
use crate::router::router;
use crate::site::Site;
use axum::Router;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use hyper_util::service::TowerToHyperService;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;

/// So many connections are held; who comes then waits until one ends.
const CONNECTIONS_MAX: usize = 4_096;
/// How long the head of a request, or a handshake, may take to arrive.
const HEAD_WITHIN: Duration = Duration::from_secs(10);
/// How large the head of a request may be.
const HEAD_MAX: usize = 64 << 10;
/// How long to wait after a connection could not be taken, as when there are no more files.
const AFTER_FAILURE: Duration = Duration::from_millis(100);

/// Why the server is not served.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// Somebody else has the address, or it is not one of this machine.
    #[error("cannot serve the API on {address}: {source}")]
    Bind {
        /// The address.
        address: SocketAddr,
        /// Why not.
        source: std::io::Error,
    },
    /// Passwords would travel readable.
    #[error("{0} is reached by others: the API is served there encrypted only")]
    Plain(SocketAddr),
}

/// An address that is taken, before anything is served on it.
#[derive(Debug)]
pub struct Bound {
    listener: TcpListener,
    /// Where.
    pub address: SocketAddr,
    /// What is served beside the API.
    beside: Router,
}

/// A server that is served until this is dropped.
#[derive(Debug)]
pub struct Served {
    /// Where.
    pub address: SocketAddr,
    router: Router,
    // Its connections end with it.
    _listening: JoinSet<()>,
}

impl Bound {
    /// Takes an address.
    ///
    /// # Errors
    /// When somebody else has it.
    pub async fn take(address: SocketAddr) -> Result<Self, ServeError> {
        let listener = TcpListener::bind(address).await.map_err(|source| ServeError::Bind { address, source })?;
        let address = listener.local_addr().map_err(|source| ServeError::Bind { address, source })?;
        Ok(Bound { listener, address, beside: Router::new() })
    }

    /// Serves these routes too, which no route of the API may share.
    #[must_use]
    pub fn beside(self, routes: Router) -> Self {
        Bound { beside: self.beside.merge(routes), ..self }
    }

    /// Serves without encryption, to this machine alone.
    ///
    /// # Errors
    /// When others reach the address.
    pub fn serve_plain(self, site: &Arc<Site>) -> Result<Served, ServeError> {
        if !self.address.ip().is_loopback() {
            return Err(ServeError::Plain(self.address));
        }
        Ok(self.listen(router(site), None))
    }

    /// Serves encrypted.
    #[must_use]
    pub fn serve_encrypted(self, site: &Arc<Site>, tls: Arc<rustls::ServerConfig>) -> Served {
        self.listen(router(site), Some(TlsAcceptor::from(tls)))
    }

    fn listen(self, router: Router, tls: Option<TlsAcceptor>) -> Served {
        let mut listening = JoinSet::new();
        let router = router.merge(self.beside);
        listening.spawn(listen(self.listener, router.clone(), tls));
        Served { address: self.address, router, _listening: listening }
    }
}

impl Served {
    /// The same for connections that come another way, encrypted or not as they begin: upstream's port takes both.
    #[must_use]
    pub fn either(&self, tls: Arc<rustls::ServerConfig>) -> Either {
        Either { router: self.router.clone(), tls: TlsAcceptor::from(tls) }
    }
}

/// Serves connections that come another way than by the socket. Cheap to clone.
#[derive(Clone)]
pub struct Either {
    router: Router,
    tls: TlsAcceptor,
}

/// How a handshake of TLS begins.
const HANDSHAKE: u8 = 0x16;

impl std::fmt::Debug for Either {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Either(…)")
    }
}

impl Either {
    /// Converses on one connection until it ends.
    pub async fn converse(self, mut stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static) {
        let first = tokio::time::timeout(HEAD_WITHIN, stream.read_u8()).await;
        let Ok(Ok(first)) = first else { return };
        let stream = Begun { first: Some(first), stream };
        if first != HANDSHAKE {
            return converse(stream, self.router).await;
        }
        if let Ok(Ok(stream)) = tokio::time::timeout(HEAD_WITHIN, self.tls.accept(stream)).await {
            converse(stream, self.router).await;
        }
    }
}

async fn listen(listener: TcpListener, router: Router, tls: Option<TlsAcceptor>) {
    let places = Arc::new(Semaphore::new(CONNECTIONS_MAX));
    let mut connections = JoinSet::new();
    while let Ok(place) = Arc::clone(&places).acquire_owned().await {
        match listener.accept().await {
            Ok((stream, _)) => drop(connections.spawn(meet(stream, router.clone(), tls.clone(), place))),
            Err(_) => tokio::time::sleep(AFTER_FAILURE).await,
        }
        while connections.try_join_next().is_some() {}
    }
}

async fn meet(stream: TcpStream, router: Router, tls: Option<TlsAcceptor>, place: OwnedSemaphorePermit) {
    // Small pieces of streams are wanted at once.
    let _ = stream.set_nodelay(true);
    match tls {
        None => converse(stream, router).await,
        Some(tls) => {
            if let Ok(Ok(stream)) = tokio::time::timeout(HEAD_WITHIN, tls.accept(stream)).await {
                converse(stream, router).await;
            }
        }
    }
    drop(place);
}

async fn converse(stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static, router: Router) {
    let mut builder = auto::Builder::new(TokioExecutor::new());
    builder.http1().timer(TokioTimer::new()).header_read_timeout(HEAD_WITHIN).max_buf_size(HEAD_MAX);
    builder.http2().timer(TokioTimer::new()).max_concurrent_streams(128).max_header_list_size(HEAD_MAX as u32);
    // A client that breaks off is its own affair.
    let _ = builder.serve_connection(TokioIo::new(stream), TowerToHyperService::new(router)).await;
}
