//! Clients that carry many long streams over one connection each.
//!
//! `kube`'s stock client speaks HTTP/1.1 only, where a hundred watches are a hundred connections.

use hyper_util::client::legacy::Client as HyperClient;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use kube::client::{Body, ConfigExt};
use std::time::Duration;
use tower::{BoxError, ServiceBuilder};

/// How often a silent connection is asked whether it is still there; client-go does so every 30 s too.
const KEEP_ALIVE_INTERVAL: Duration = Duration::from_secs(30);

/// How long it may take to say so.
const KEEP_ALIVE_TIMEOUT: Duration = Duration::from_secs(15);

/// A client that speaks HTTP/2 only; `None` where it cannot be had: without TLS nothing negotiates it, and a proxy needs
/// `kube`'s own stack.
pub(crate) fn client(config: &kube::Config) -> Result<Option<kube::Client>, kube::Error> {
    let is_tls = config.cluster_url.scheme() == Some(&http::uri::Scheme::HTTPS);
    if !is_tls || config.proxy_url.is_some() {
        return Ok(None);
    }
    let mut http = HttpConnector::new();
    http.enforce_http(false);
    http.set_connect_timeout(config.connect_timeout);
    let builder =
        hyper_rustls::HttpsConnectorBuilder::new().with_tls_config(config.rustls_client_config()?).https_only();
    let builder = match &config.tls_server_name {
        Some(name) => match rustls_pki_types::ServerName::try_from(name.clone()) {
            Ok(name) => builder.with_server_name_resolver(hyper_rustls::FixedServerNameResolver::new(name)),
            // kube's own stack words this error.
            Err(_) => return Ok(None),
        },
        None => builder,
    };
    let connector = builder.enable_http2().wrap_connector(http);
    let hyper: HyperClient<_, Body> = HyperClient::builder(TokioExecutor::new())
        .http2_only(true)
        .timer(TokioTimer::new())
        .http2_keep_alive_interval(KEEP_ALIVE_INTERVAL)
        .http2_keep_alive_timeout(KEEP_ALIVE_TIMEOUT)
        .build(connector);
    let service = ServiceBuilder::new()
        .layer(config.base_uri_layer())
        .option_layer(config.auth_layer()?)
        .layer(config.extra_headers_layer()?)
        .map_err(BoxError::from)
        .service(hyper);
    Ok(Some(kube::Client::new(service, config.default_namespace.clone())))
}
