//! The API over HTTPS on loopback: HTTP/1.1 and HTTP/2, with a clean end.

use crate::authentication::{Guarded, Peer, TokenCheck};
use crate::credentials::Credentials;
use crate::forward::Answering;
use apiserver::ApiServer;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig};
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};
use tokio_rustls::TlsAcceptor;

/// How long requests that run may go on when the server ends; watches would go on for ever.
const DRAIN_MAX: Duration = Duration::from_millis(500);
/// How long a client may take to say who it is.
const HANDSHAKE_MAX: Duration = Duration::from_secs(10);
/// The pause after the system refuses to accept a connection, for want of file descriptors for instance.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// Why the API cannot be served over HTTPS.
#[derive(Debug, thiserror::Error)]
pub enum HttpsError {
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
    /// The credentials do not fit together.
    #[error("the cluster's certificates cannot be used: {0}")]
    Certificates(String),
}

/// The running server.
#[derive(Debug)]
pub(crate) struct HttpsServer {
    address: SocketAddr,
    /// Who answers for ports of pods.
    pub(crate) answering: Answering,
    stop: watch::Sender<bool>,
    task: JoinHandle<()>,
}

/// Binds the address, before anything else is begun that would have to be undone.
pub(crate) async fn bind(address: SocketAddr) -> Result<TcpListener, HttpsError> {
    TcpListener::bind(address).await.map_err(|cause| match cause.kind() {
        std::io::ErrorKind::AddrInUse => HttpsError::PortTaken(address),
        _ => HttpsError::Listen { address, cause },
    })
}

impl HttpsServer {
    /// Serves the API on a bound address.
    pub(crate) fn start(
        listener: TcpListener,
        server: ApiServer,
        credentials: &Credentials,
    ) -> Result<Self, HttpsError> {
        let config = tls(credentials).map_err(HttpsError::Certificates)?;
        let unbound = SocketAddr::from(([0, 0, 0, 0], 0));
        let address = listener.local_addr().map_err(|cause| HttpsError::Listen { address: unbound, cause })?;
        let (stop, stopped) = watch::channel(false);
        let front = Front {
            acceptor: TlsAcceptor::from(Arc::new(config)),
            tokens: TokenCheck::new(&credentials.token),
            answering: Answering::default(),
            server,
        };
        let answering = Answering::clone(&front.answering);
        Ok(HttpsServer { address, answering, stop, task: tokio::spawn(accept(listener, front, stopped)) })
    }

    /// Where it listens.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Takes no more connections, lets requests end and goes.
    pub(crate) async fn stop(self) {
        self.stop.send_replace(true);
        if let Err(error) = self.task.await {
            tracing::error!(%error, "the HTTPS server ended badly");
        }
    }
}

/// What every connection needs.
#[derive(Clone)]
struct Front {
    acceptor: TlsAcceptor,
    tokens: TokenCheck,
    answering: Answering,
    server: ApiServer,
}

fn tls(credentials: &Credentials) -> Result<ServerConfig, String> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let certificates = |pem: &str| {
        let read: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem.as_bytes()).collect();
        read.map_err(|error| error.to_string())
    };
    let mut roots = RootCertStore::empty();
    for root in certificates(&credentials.authority)? {
        roots.add(root).map_err(|error| error.to_string())?;
    }
    let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&provider));
    let verifier = verifier.allow_unauthenticated().build().map_err(|error| error.to_string())?;
    let key = PrivateKeyDer::from_pem_slice(credentials.server_key.as_bytes()).map_err(|error| error.to_string())?;
    let config = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let config = config.map_err(|error| error.to_string())?.with_client_cert_verifier(verifier);
    let config = config.with_single_cert(certificates(&credentials.server_certificate)?, key);
    let mut config = config.map_err(|error| error.to_string())?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(config)
}

async fn accept(listener: TcpListener, front: Front, mut stop: watch::Receiver<bool>) {
    let graceful = Arc::new(GracefulShutdown::new());
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            biased;
            _ = stop.changed() => break,
            Some(_) = connections.join_next(), if !connections.is_empty() => {}
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    connections.spawn(serve(stream, front.clone(), graceful.watcher()));
                }
                Err(error) => {
                    tracing::warn!(%error, "could not accept a connection");
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                }
            }
        }
    }
    drop(listener);
    if let Some(graceful) = Arc::into_inner(graceful) {
        let _ = tokio::time::timeout(DRAIN_MAX, graceful.shutdown()).await;
    }
    connections.shutdown().await;
}

async fn serve(stream: TcpStream, front: Front, watcher: hyper_util::server::graceful::Watcher) {
    let Front { acceptor, tokens, answering, server } = front;
    // Small answers go out at once.
    let _ = stream.set_nodelay(true);
    let Ok(Ok(stream)) = tokio::time::timeout(HANDSHAKE_MAX, acceptor.accept(stream)).await else { return };
    // The authority signs one client certificate, the administrator's: who shows one is that.
    let certified = stream.get_ref().1.peer_certificates().is_some();
    let peer = if certified { Peer::Certified } else { Peer::Anonymous };
    let service = TowerToHyperService::new(Guarded { server, tokens, peer, answering });
    let builder = auto::Builder::new(TokioExecutor::new());
    let connection = builder.serve_connection_with_upgrades(TokioIo::new(stream), service);
    if let Err(error) = watcher.watch(connection.into_owned()).await {
        tracing::debug!(%error, "a connection ended");
    }
}
