//! Servers whose certificates do not match.

use crate::server::{Request, Server, ok};
use crate::stage::Stage;
use outbound::{Call, Http, Network};
use serde_json::json;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use web::ServerTrust;

/// A server behind TLS, with a certificate for these names, signed by an authority of its own.
struct Guarded {
    port: u16,
    /// The authority's certificate, PEM.
    authority: String,
    // Answers once the handshake is done.
    inner: Server,
}

impl Guarded {
    async fn start(names: &[&str]) -> Self {
        let inner = Server::start(|_: &Request| ok("1")).await;
        let authority_key = rcgen::KeyPair::generate().expect("a key");
        let mut parameters = rcgen::CertificateParams::new(Vec::<String>::new()).expect("parameters");
        parameters.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
        let authority = parameters.self_signed(&authority_key).expect("a certificate").pem();
        let issuer = rcgen::Issuer::new(parameters, authority_key);
        let key = rcgen::KeyPair::generate().expect("a key");
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        let parameters = rcgen::CertificateParams::new(names).expect("parameters");
        let certificate = parameters.signed_by(&key, &issuer).expect("a certificate");
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let provider = Arc::new(tokio_rustls::rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
        let config = config.expect("versions").with_no_client_auth();
        let config = config.with_single_cert(vec![certificate.der().clone()], key).expect("a certificate with its key");
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        tokio::spawn(serve(listener, TlsAcceptor::from(Arc::new(config)), inner.port));
        Guarded { port, authority, inner }
    }

    fn url(&self, host: &str) -> String {
        format!("https://{host}:{}/", self.port)
    }
}

async fn serve(listener: TcpListener, acceptor: TlsAcceptor, inner: u16) {
    while let Ok((stream, _)) = listener.accept().await {
        let acceptor = acceptor.clone();
        tokio::spawn(async move {
            // A client that breaks off is what most of these tests are about.
            let Ok(mut guarded) = acceptor.accept(stream).await else { return };
            let Ok(mut plain) = TcpStream::connect(("127.0.0.1", inner)).await else { return };
            let _ = copy_bidirectional(&mut guarded, &mut plain).await;
        });
    }
}

#[tokio::test]
async fn an_authority_that_the_machine_does_not_know_is_refused_unless_anything_goes() {
    let stage = Stage::start().await;
    let server = Guarded::start(&["localhost", "127.0.0.1"]).await;
    let url = server.url("127.0.0.1");
    let told = format!("Error  - the certificate of https://127.0.0.1:{} cannot be trusted: ", server.port);
    for provider in [json!({"web": {"url": url}}), json!({"prometheus": {"address": url, "query": "up"}})] {
        let line = stage.line(provider, "true").await;
        assert!(line.starts_with(&told), "{line}");
    }
    assert!(server.inner.seen().is_empty(), "nothing is told to a server that is not trusted");
    assert_eq!(stage.line(json!({"web": {"url": url, "insecure": true}}), "true").await, "Successful 1");
    let prometheus = json!({"prometheus": {"address": url, "query": "up", "insecure": true}});
    let line = stage.line(prometheus, "true").await;
    assert!(line.contains("Prometheus metric type not supported") || line.starts_with("Error  - : "), "{line}");
}

#[tokio::test]
async fn a_certificate_for_another_host_is_refused_though_its_authority_is_known() {
    let stage = Stage::start().await;
    let server = Guarded::start(&["metrics.example"]).await;
    let http = Http::new(Network::Anywhere, stage.client.clone());
    let send = async |server: &Guarded, host: &str| {
        let url = outbound::url(&server.url(host)).expect("a URL");
        let trust = ServerTrust::Only(server.authority.as_str().into());
        http.send(Call { trust, ..Call::get(url, Duration::from_secs(60)) }).await.map(|reply| reply.status.as_u16())
    };
    let refused = send(&server, "localhost").await.expect_err("another host");
    let told = format!("the certificate of https://localhost:{} cannot be trusted: ", server.port);
    assert!(refused.starts_with(&told), "{refused}");
    let own = Guarded::start(&["localhost"]).await;
    assert_eq!(send(&own, "localhost").await, Ok(200), "the same authority and the right name are well");
}

#[tokio::test]
async fn a_redirect_to_a_server_that_is_not_trusted_ends_there() {
    let stage = Stage::start().await;
    let guarded = Guarded::start(&["localhost"]).await;
    let target = guarded.url("localhost");
    let server = Server::start(move |_: &Request| crate::server::status(302, "").with("location", &target)).await;
    let line = stage.line(json!({"web": {"url": server.url("/")}}), "true").await;
    let told = format!("Error  - the certificate of https://localhost:{} cannot be trusted: ", guarded.port);
    assert!(line.starts_with(&told), "{line}");
}
