//! A server that answers as a test tells it, one request a connection.

use std::fmt::Write as _;
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// What came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// Path and query.
    pub target: String,
    /// The headers, names in lower case.
    pub headers: Vec<(String, String)>,
}

impl Request {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(found, _)| found == name).map(|(_, value)| value.as_str())
    }
}

/// What goes back.
#[derive(Debug, Clone)]
pub struct Reply {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Body,
}

#[derive(Debug, Clone)]
pub enum Body {
    /// These bytes.
    Whole(Vec<u8>),
    /// Bytes without an end.
    Endless,
    /// Not even a status.
    Silence,
    /// A status and the beginning of a body, and then nothing more.
    Stuck,
}

impl Reply {
    pub fn ok(body: impl Into<Vec<u8>>) -> Self {
        Reply::status(200, body)
    }

    pub fn status(status: u16, body: impl Into<Vec<u8>>) -> Self {
        Reply { status, headers: Vec::new(), body: Body::Whole(body.into()) }
    }

    pub fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    pub fn body(body: Body) -> Self {
        Reply { status: 200, headers: Vec::new(), body }
    }
}

type Handler = Arc<dyn Fn(&Request) -> Reply + Send + Sync>;

pub struct Server {
    pub port: u16,
    seen: Arc<Mutex<Vec<Request>>>,
    task: JoinHandle<()>,
}

impl Server {
    pub async fn start(handler: impl Fn(&Request) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let seen = Arc::new(Mutex::new(Vec::new()));
        let (handler, noted): (Handler, _) = (Arc::new(handler), Arc::clone(&seen));
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, Arc::clone(&handler), Arc::clone(&noted)));
            }
        });
        Server { port, seen, task }
    }

    pub fn host(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    /// What came so far.
    pub fn seen(&self) -> Vec<Request> {
        self.seen.lock().expect("not poisoned").clone()
    }

    /// The targets of what came so far.
    pub fn targets(&self) -> Vec<String> {
        self.seen().into_iter().map(|request| request.target).collect()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn serve(mut stream: TcpStream, handler: Handler, seen: Arc<Mutex<Vec<Request>>>) {
    let Some(request) = head(&mut stream).await else { return };
    seen.lock().expect("not poisoned").push(request.clone());
    let reply = handler(&request);
    let mut text = format!("HTTP/1.1 {} X\r\nconnection: close\r\n", reply.status);
    for (name, value) in &reply.headers {
        let _ = write!(text, "{name}: {value}\r\n");
    }
    // A client that has read enough hangs up: nothing that is written here must succeed.
    match reply.body {
        Body::Whole(body) => {
            let _ = write!(text, "content-length: {}\r\n\r\n", body.len());
            let _ = stream.write_all(text.as_bytes()).await;
            let _ = stream.write_all(&body).await;
        }
        Body::Endless => {
            let _ = stream.write_all(format!("{text}\r\n").as_bytes()).await;
            while stream.write_all(&[b'a'; 4096]).await.is_ok() {}
        }
        Body::Silence => std::future::pending().await,
        Body::Stuck => {
            let _ = stream.write_all(format!("{text}content-length: 100\r\n\r\nbegin").as_bytes()).await;
            std::future::pending::<()>().await;
        }
    }
}

async fn head(stream: &mut TcpStream) -> Option<Request> {
    let mut text = Vec::new();
    while !text.ends_with(b"\r\n\r\n") {
        text.push(stream.read_u8().await.ok()?);
    }
    let text = String::from_utf8(text).ok()?;
    let mut lines = text.lines();
    let target = lines.next()?.split(' ').nth(1)?.to_owned();
    let headers = lines.filter_map(|line| line.split_once(": "));
    let headers = headers.map(|(name, value)| (name.to_lowercase(), value.to_owned())).collect();
    Some(Request { target, headers })
}
