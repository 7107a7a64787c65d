//! A server on this machine that answers as a test tells it, one request a connection, with or without TLS.

use crate::authority::Authority;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// What came.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Request {
    /// Its method.
    pub method: String,
    /// Path and query.
    pub target: String,
    /// The headers, names in lower case.
    pub headers: Vec<(String, String)>,
    /// Its body.
    pub body: String,
}

impl Request {
    /// The value of a header; its name is in lower case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(found, _)| found == name).map(|(_, value)| value.as_str())
    }

    /// The path without the query.
    #[must_use]
    pub fn path(&self) -> &str {
        self.target.split('?').next().unwrap_or_default()
    }

    /// The pairs of the query, or of a form.
    #[must_use]
    pub fn pairs(&self) -> Vec<(String, String)> {
        let query = self.target.split_once('?').map_or(self.body.as_str(), |(_, query)| query);
        url::form_urlencoded::parse(query.as_bytes()).into_owned().collect()
    }

    /// The value of one of them; empty without one.
    #[must_use]
    pub fn pair(&self, name: &str) -> String {
        self.pairs().into_iter().find(|(key, _)| key == name).map(|(_, value)| value).unwrap_or_default()
    }

    /// Its body as JSON; a text that tells so when it is none.
    #[must_use]
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| format!("no JSON: {}", self.body).into())
    }
}

/// What goes back.
#[derive(Debug, Clone)]
pub struct Reply {
    /// Its status.
    pub status: u16,
    /// Its headers.
    pub headers: Vec<(String, String)>,
    /// Its body.
    pub body: Body,
}

/// What goes back after the headers.
#[derive(Debug, Clone)]
pub enum Body {
    /// All of it.
    Whole(String),
    /// Bytes without an end.
    Endless,
    /// Nothing, not even headers, and the connection stays.
    Never,
}

/// Success.
#[must_use]
pub fn ok(body: &str) -> Reply {
    status(200, body)
}

/// An answer of this status.
#[must_use]
pub fn status(status: u16, body: &str) -> Reply {
    Reply { status, headers: Vec::new(), body: Body::Whole(body.to_owned()) }
}

impl Reply {
    /// The same with a header more.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }
}

type Handler = Arc<dyn Fn(&Request) -> Reply + Send + Sync>;

/// A server. It ends when it is dropped.
pub struct Server {
    /// Its port on 127.0.0.1.
    pub port: u16,
    scheme: &'static str,
    seen: Arc<Mutex<Vec<Request>>>,
    task: JoinHandle<()>,
}

impl Server {
    /// Starts one.
    pub async fn start(handler: impl Fn(&Request) -> Reply + Send + Sync + 'static) -> Self {
        Server::serving(None, Arc::new(handler)).await
    }

    /// Starts one behind TLS, with that authority's certificate.
    pub async fn guarded(authority: &Authority, handler: impl Fn(&Request) -> Reply + Send + Sync + 'static) -> Self {
        Server::serving(Some(authority.clone()), Arc::new(handler)).await
    }

    async fn serving(authority: Option<Authority>, handler: Handler) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await;
        let listener = listener.expect("invariant: a machine that runs tests has a port for them");
        let port = listener.local_addr().map(|address| address.port()).unwrap_or_default();
        let seen = Arc::new(Mutex::new(Vec::new()));
        let (noted, scheme) = (Arc::clone(&seen), if authority.is_some() { "https" } else { "http" });
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (handler, noted, authority) = (Arc::clone(&handler), Arc::clone(&noted), authority.clone());
                tokio::spawn(async move {
                    match authority {
                        None => serve(stream, handler, noted).await,
                        // A client that breaks off is what some tests are about.
                        Some(authority) => match authority.acceptor.accept(stream).await {
                            Ok(stream) => serve(stream, handler, noted).await,
                            Err(_) => None,
                        },
                    }
                });
            }
        });
        Server { port, scheme, seen, task }
    }

    /// The address of a path.
    #[must_use]
    pub fn url(&self, path: &str) -> String {
        format!("{}://127.0.0.1:{}{path}", self.scheme, self.port)
    }

    /// All that came.
    #[must_use]
    pub fn seen(&self) -> Vec<Request> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The last request; an empty one when nothing came.
    #[must_use]
    pub fn last(&self) -> Request {
        self.seen().last().cloned().unwrap_or_default()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn serve<S>(mut stream: S, handler: Handler, seen: Arc<Mutex<Vec<Request>>>) -> Option<()>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let request = read(&mut stream).await?;
    let reply = handler(&request);
    seen.lock().unwrap_or_else(PoisonError::into_inner).push(request);
    let mut head = format!("HTTP/1.1 {} x\r\nconnection: close\r\n", reply.status);
    for (name, value) in &reply.headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    match reply.body {
        Body::Whole(body) => {
            head.push_str(&format!("content-length: {}\r\n\r\n{body}", body.len()));
            stream.write_all(head.as_bytes()).await.ok()?;
        }
        Body::Endless => {
            head.push_str("\r\n");
            stream.write_all(head.as_bytes()).await.ok()?;
            let much = vec![b'1'; 64 << 10];
            loop {
                stream.write_all(&much).await.ok()?;
            }
        }
        Body::Never => std::future::pending().await,
    }
    stream.shutdown().await.ok()
}

async fn read(stream: &mut (impl AsyncRead + Unpin)) -> Option<Request> {
    let mut bytes = Vec::new();
    let head = loop {
        more(stream, &mut bytes).await?;
        if let Some(end) = bytes.windows(4).position(|it| it == b"\r\n\r\n") {
            break end;
        }
    };
    let text = String::from_utf8_lossy(&bytes[..head]).into_owned();
    let mut lines = text.split("\r\n");
    let mut first = lines.next()?.split(' ');
    let (method, target) = (first.next()?.to_owned(), first.next()?.to_owned());
    let pairs = lines.filter_map(|line| line.split_once(": "));
    let headers = pairs.map(|(name, value)| (name.to_lowercase(), value.to_owned())).collect();
    let mut request = Request { method, target, headers, body: String::new() };
    let length: usize = request.header("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
    while bytes.len() < head + 4 + length {
        more(stream, &mut bytes).await?;
    }
    request.body = String::from_utf8(bytes.split_off(head + 4)).ok()?;
    Some(request)
}

async fn more(stream: &mut (impl AsyncRead + Unpin), bytes: &mut Vec<u8>) -> Option<()> {
    let mut more = [0; 4096];
    let read = stream.read(&mut more).await.ok().filter(|read| *read > 0)?;
    bytes.extend_from_slice(&more[..read]);
    Some(())
}
