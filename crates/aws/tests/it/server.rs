//! A server on loopback that speaks as much HTTP as is needed: it answers what a test says, and remembers who asked what.

use aws::Settings;
use clock::Clock;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

/// A request that came in.
#[derive(Debug, Clone, Default)]
pub struct Asked {
    pub method: String,
    pub path: String,
    pub headers: BTreeMap<String, String>,
    pub body: String,
}

impl Asked {
    /// A field of the form.
    pub fn field(&self, name: &str) -> Option<String> {
        let pairs = url::form_urlencoded::parse(self.body.as_bytes());
        pairs.into_owned().find(|(key, _)| key == name).map(|(_, value)| value)
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", String::as_str)
    }
}

type Answers = dyn Fn(&Asked, usize) -> (u16, String) + Send + Sync;

/// A server; it ends when this is dropped.
pub struct Server {
    pub address: String,
    asked: Arc<Mutex<Vec<Asked>>>,
    _tasks: JoinSet<()>,
}

impl Server {
    /// Answers by the request and by how many of its action came before.
    pub async fn start(answers: impl Fn(&Asked, usize) -> (u16, String) + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
        let address = format!("http://{}", listener.local_addr().expect("an address"));
        let (asked, answers): (Arc<Mutex<Vec<Asked>>>, Arc<Answers>) = (Arc::default(), Arc::new(answers));
        let mut tasks = JoinSet::new();
        let kept = Arc::clone(&asked);
        tasks.spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                connections.spawn(serve(stream, Arc::clone(&kept), Arc::clone(&answers)));
            }
        });
        Server { address, asked, _tasks: tasks }
    }

    pub fn asked(&self) -> Vec<Asked> {
        self.asked.lock().expect("nobody panics here").clone()
    }

    /// The actions that were asked for, in order.
    pub fn actions(&self) -> Vec<String> {
        self.asked().iter().map(|asked| asked.field("Action").unwrap_or_default()).collect()
    }
}

async fn serve(stream: TcpStream, kept: Arc<Mutex<Vec<Asked>>>, answers: Arc<Answers>) {
    let mut stream = BufReader::new(stream);
    while let Some(asked) = read(&mut stream).await {
        let before = {
            let mut kept = kept.lock().expect("nobody panics here");
            let before = kept.iter().filter(|it| it.field("Action") == asked.field("Action") && it.path == asked.path);
            let before = before.count();
            kept.push(asked.clone());
            before
        };
        let (status, body) = answers(&asked, before);
        let answer = format!("HTTP/1.1 {status} X\r\ncontent-length: {}\r\n\r\n{body}", body.len());
        if stream.write_all(answer.as_bytes()).await.is_err() {
            return;
        }
    }
}

async fn read(stream: &mut BufReader<TcpStream>) -> Option<Asked> {
    let mut line = String::new();
    stream.read_line(&mut line).await.ok()?;
    let mut words = line.split(' ');
    let (method, path) = (words.next()?.to_owned(), words.next()?.to_owned());
    let mut headers = BTreeMap::new();
    loop {
        let mut line = String::new();
        stream.read_line(&mut line).await.ok()?;
        let Some((name, value)) = line.trim().split_once(':') else { break };
        headers.insert(name.to_lowercase(), value.trim().to_owned());
    }
    let length = headers.get("content-length").and_then(|it| it.parse().ok()).unwrap_or(0);
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await.ok()?;
    Some(Asked { method, path, headers, body: String::from_utf8_lossy(&body).into_owned() })
}

/// Surroundings with these variables and nothing else, at noon of a day.
pub fn settings(variables: &[(&str, &str)]) -> Settings {
    let variables = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let clock = Clock::simulated("2026-01-01T12:00:00Z".parse().expect("a time"), 1);
    Settings { variables, home: None, clock }
}
