//! An https (or http) server in front of `git http-backend`.

use crate::fixture::git_environment;
use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::{TokioExecutor, TokioIo};
use rustls_pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use std::path::PathBuf;
use std::process::Stdio;
use std::sync::{Arc, Mutex};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpListener;

/// How the server behaves.
#[derive(Default, Clone)]
pub struct Behaviour {
    /// The `Authorization` it wants.
    pub authorization: Option<String>,
    /// Whether it ignores that protocol version 2 is asked for.
    pub version_zero: bool,
    /// Answers every discovery with a redirect to this base.
    pub redirect: Option<String>,
    /// Answers everything with this status, type and body.
    pub canned: Option<(u16, &'static str, Vec<u8>)>,
    /// Answers every fetch with this body.
    pub fetch: Option<Vec<u8>>,
    /// Wants a client certificate.
    pub client_certificate: bool,
}

/// A running server; it ends with the test's runtime.
pub struct HttpServer {
    pub base: String,
    /// The certificate authority, PEM.
    pub authority: String,
    /// A client certificate and its key that the server accepts, PEM.
    pub client: (String, String),
    requests: Arc<Mutex<Vec<String>>>,
    behaviour: Arc<Mutex<Behaviour>>,
}

impl HttpServer {
    pub async fn https(root: PathBuf, behaviour: Behaviour) -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let authority_key = rcgen::KeyPair::generate().expect("a key");
        let mut parameters = rcgen::CertificateParams::new(Vec::<String>::new()).expect("parameters");
        parameters.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
        let authority = parameters.self_signed(&authority_key).expect("a certificate");
        let issuer = rcgen::Issuer::from_params(&parameters, &authority_key);
        let sign = |names: Vec<String>| {
            let key = rcgen::KeyPair::generate().expect("a key");
            let parameters = rcgen::CertificateParams::new(names).expect("parameters");
            (parameters.signed_by(&key, &issuer).expect("a certificate"), key)
        };
        let (certificate, key) = sign(vec!["127.0.0.1".into()]);
        let (client_certificate, client_key) = sign(vec!["client".into()]);
        let builder = rustls::ServerConfig::builder();
        let builder = if behaviour.client_certificate {
            let mut roots = rustls::RootCertStore::empty();
            roots.add(authority.der().clone()).expect("an authority");
            let verifier = rustls::server::WebPkiClientVerifier::builder(Arc::new(roots)).build().expect("a verifier");
            builder.with_client_cert_verifier(verifier)
        } else {
            builder.with_no_client_auth()
        };
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let mut config = builder.with_single_cert(vec![certificate.der().clone()], key).expect("a TLS server");
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        let acceptor = tokio_rustls::TlsAcceptor::from(Arc::new(config));
        let mut server = Self::start(root, behaviour, Some(acceptor)).await;
        server.authority = authority.pem();
        server.client = (client_certificate.pem(), client_key.serialize_pem());
        server
    }

    pub async fn http(root: PathBuf, behaviour: Behaviour) -> Self {
        Self::start(root, behaviour, None).await
    }

    async fn start(root: PathBuf, behaviour: Behaviour, tls: Option<tokio_rustls::TlsAcceptor>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let scheme = if tls.is_some() { "https" } else { "http" };
        let requests = Arc::new(Mutex::new(Vec::new()));
        let behaviour = Arc::new(Mutex::new(behaviour));
        let context = Arc::new((root, Arc::clone(&behaviour), Arc::clone(&requests)));
        tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                let (context, tls) = (Arc::clone(&context), tls.clone());
                tokio::spawn(async move {
                    let service = hyper::service::service_fn(move |request| answer(Arc::clone(&context), request));
                    let server = hyper_util::server::conn::auto::Builder::new(TokioExecutor::new());
                    match tls {
                        Some(tls) => {
                            let Ok(socket) = tls.accept(socket).await else { return };
                            let _ = server.serve_connection(TokioIo::new(socket), service).await;
                        }
                        None => drop(server.serve_connection(TokioIo::new(socket), service).await),
                    }
                });
            }
        });
        let base = format!("{scheme}://127.0.0.1:{port}");
        HttpServer { base, authority: String::new(), client: Default::default(), requests, behaviour }
    }

    pub fn url(&self) -> String {
        format!("{}/repo.git", self.base)
    }

    /// From now on everybody is told that nothing is here.
    pub fn turn_away(&self) {
        self.behaviour.lock().expect("not poisoned").canned = Some((404, "text/plain", Vec::new()));
    }

    /// From now on discoveries lead there.
    pub fn redirect_to(&self, base: &str) {
        self.behaviour.lock().expect("not poisoned").redirect = Some(base.to_owned());
    }

    /// The requests so far: method, path, and whether they carried credentials.
    pub fn requests(&self) -> Vec<String> {
        self.requests.lock().expect("not poisoned").clone()
    }
}

type Context = Arc<(PathBuf, Arc<Mutex<Behaviour>>, Arc<Mutex<Vec<String>>>)>;

async fn answer(
    context: Context,
    request: Request<Incoming>,
) -> Result<Response<Full<Bytes>>, std::convert::Infallible> {
    let (root, behaviour, requests) = &*context;
    let behaviour = &behaviour.lock().expect("not poisoned").clone();
    let authorization = request.headers().get("authorization").map(|value| value.to_str().expect("text").to_owned());
    let with = if authorization.is_some() { " with credentials" } else { "" };
    requests.lock().expect("not poisoned").push(format!("{} {}{with}", request.method(), request.uri().path()));
    let response = Response::builder();
    if behaviour.authorization.is_some() && authorization != behaviour.authorization {
        let response = response.status(StatusCode::UNAUTHORIZED).header("www-authenticate", "Basic realm=\"git\"");
        return Ok(response.body(Full::default()).expect("a response"));
    }
    if let Some((status, kind, body)) = &behaviour.canned {
        let response = response.status(*status).header("content-type", *kind);
        return Ok(response.body(Full::from(body.clone())).expect("a response"));
    }
    if let Some(base) = behaviour.redirect.as_ref().filter(|_| request.method() == Method::GET) {
        let location = format!("{base}{}", request.uri().path_and_query().expect("a path"));
        return Ok(response.status(302).header("location", location).body(Full::default()).expect("a response"));
    }
    Ok(backend(root, behaviour, request).await)
}

/// Runs git's CGI program.
async fn backend(root: &PathBuf, behaviour: &Behaviour, request: Request<Incoming>) -> Response<Full<Bytes>> {
    let header = |name: &str| request.headers().get(name).map_or("", |value| value.to_str().expect("text")).to_owned();
    let mut command = tokio::process::Command::new("git");
    command.arg("http-backend").envs(git_environment()).env("GIT_PROJECT_ROOT", root).env("GIT_HTTP_EXPORT_ALL", "1");
    command.env("REQUEST_METHOD", request.method().as_str()).env("PATH_INFO", request.uri().path());
    command.env("QUERY_STRING", request.uri().query().unwrap_or_default()).env("CONTENT_TYPE", header("content-type"));
    if !behaviour.version_zero {
        command.env("HTTP_GIT_PROTOCOL", header("git-protocol"));
    }
    let body = request.into_body().collect().await.expect("a body").to_bytes();
    if let Some(answer) = behaviour.fetch.as_ref().filter(|_| body.windows(13).any(|words| words == b"command=fetch")) {
        let response = Response::builder().header("content-type", "application/x-git-upload-pack-result");
        return response.body(Full::from(answer.clone())).expect("a response");
    }
    command.env("CONTENT_LENGTH", body.len().to_string());
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = command.spawn().expect("git runs");
    let mut input = child.stdin.take().expect("piped");
    tokio::spawn(async move { drop(input.write_all(&body).await) });
    let output = child.wait_with_output().await.expect("git ran").stdout;
    let end = output.windows(4).position(|four| four == b"\r\n\r\n").expect("CGI headers");
    let mut response = Response::builder();
    for line in String::from_utf8_lossy(&output[..end]).lines() {
        let (name, value) = line.split_once(": ").expect("a CGI header");
        response = match name {
            "Status" => response.status(value[..3].parse::<u16>().expect("a status")),
            _ => response.header(name, value),
        };
    }
    response.body(Full::from(output[end + 4..].to_vec())).expect("a response")
}
