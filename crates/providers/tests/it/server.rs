//! A server that answers as a test tells it, one request a connection.

use std::sync::{Arc, Mutex};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// What came.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Request {
    pub method: String,
    /// Path and query.
    pub target: String,
    /// The headers, names in lower case.
    pub headers: Vec<(String, String)>,
    pub body: String,
}

impl Request {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(found, _)| found == name).map(|(_, value)| value.as_str())
    }

    /// The path without the query.
    pub fn path(&self) -> &str {
        self.target.split('?').next().unwrap_or_default()
    }

    /// The pairs of the query, or of a form.
    pub fn pairs(&self) -> Vec<(String, String)> {
        let query = self.target.split_once('?').map_or(self.body.as_str(), |(_, query)| query);
        url::form_urlencoded::parse(query.as_bytes()).into_owned().collect()
    }

    pub fn pair(&self, name: &str) -> String {
        self.pairs().into_iter().find(|(key, _)| key == name).map(|(_, value)| value).unwrap_or_default()
    }

    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).expect("a body of JSON")
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
    Whole(String),
    /// Bytes without an end.
    Endless,
    /// So many mebibytes, announced.
    Long(usize),
    /// Not even a status.
    Silence,
}

pub fn ok(body: &str) -> Reply {
    status(200, body)
}

pub fn status(status: u16, body: &str) -> Reply {
    Reply { status, headers: Vec::new(), body: Body::Whole(body.to_owned()) }
}

impl Reply {
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }
}

type Handler = Arc<dyn Fn(&Request) -> Reply + Send + Sync>;

pub struct Server {
    pub port: u16,
    seen: Arc<Mutex<Vec<Request>>>,
    sent: Arc<Mutex<Vec<usize>>>,
    task: JoinHandle<()>,
}

impl Server {
    pub async fn start(handler: impl Fn(&Request) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let seen = Arc::new(Mutex::new(Vec::new()));
        let (handler, noted): (Handler, _) = (Arc::new(handler), Arc::clone(&seen));
        let sent = Arc::new(Mutex::new(Vec::new()));
        let counted = Arc::clone(&sent);
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, Arc::clone(&handler), Arc::clone(&noted), Arc::clone(&counted)));
            }
        });
        Server { port, seen, sent, task }
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    pub fn seen(&self) -> Vec<Request> {
        self.seen.lock().expect("no panic").clone()
    }

    /// How many mebibytes of each long answer somebody took, of those that are over.
    pub fn sent(&self) -> Vec<usize> {
        self.sent.lock().expect("no panic").clone()
    }

    /// The last request.
    pub fn last(&self) -> Request {
        self.seen().last().cloned().expect("a request")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn serve(mut stream: TcpStream, handler: Handler, seen: Arc<Mutex<Vec<Request>>>, sent: Arc<Mutex<Vec<usize>>>) {
    let Some(request) = read(&mut stream).await else { return };
    let reply = handler(&request);
    seen.lock().expect("no panic").push(request);
    let mut head = format!("HTTP/1.1 {} x\r\nconnection: close\r\n", reply.status);
    for (name, value) in &reply.headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    match reply.body {
        Body::Silence => std::future::pending().await,
        Body::Whole(body) => {
            head.push_str(&format!("content-length: {}\r\n\r\n{body}", body.len()));
            let _ = stream.write_all(head.as_bytes()).await;
        }
        Body::Long(mebibytes) => {
            head.push_str(&format!("content-length: {}\r\n\r\n", mebibytes << 20));
            let mut next = stream.write_all(head.as_bytes()).await;
            let (much, mut taken) = (vec![b'1'; 1 << 20], 0);
            while next.is_ok() && taken < mebibytes {
                next = stream.write_all(&much).await;
                taken += 1;
            }
            sent.lock().expect("no panic").push(taken);
        }
        Body::Endless => {
            head.push_str("\r\n");
            let mut next = stream.write_all(head.as_bytes()).await;
            let much = vec![b'1'; 64 << 10];
            while next.is_ok() {
                next = stream.write_all(&much).await;
            }
        }
    }
    let _ = stream.shutdown().await;
}

async fn read(stream: &mut TcpStream) -> Option<Request> {
    let mut bytes = Vec::new();
    let head = loop {
        let mut more = [0; 4096];
        let read = stream.read(&mut more).await.ok().filter(|read| *read > 0)?;
        bytes.extend_from_slice(&more[..read]);
        if let Some(end) = bytes.windows(4).position(|it| it == b"\r\n\r\n") {
            break end;
        }
    };
    let text = String::from_utf8_lossy(&bytes[..head]).into_owned();
    let mut lines = text.split("\r\n");
    let mut first = lines.next()?.split(' ');
    let mut request = Request {
        method: first.next()?.to_owned(),
        target: first.next()?.to_owned(),
        headers: lines
            .filter_map(|line| line.split_once(": "))
            .map(|(name, value)| (name.to_lowercase(), value.to_owned()))
            .collect(),
        body: String::new(),
    };
    let length: usize = request.header("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
    let mut body = bytes[head + 4..].to_vec();
    while body.len() < length {
        let mut more = [0; 4096];
        let read = stream.read(&mut more).await.ok().filter(|read| *read > 0)?;
        body.extend_from_slice(&more[..read]);
    }
    request.body = String::from_utf8(body).ok()?;
    Some(request)
}
