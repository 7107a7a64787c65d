//! A chart repository and a registry on this machine.

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::json;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// What came.
#[derive(Debug, Clone)]
pub struct Request {
    /// The header that says who asks; empty without one.
    pub authorization: String,
}

/// Answers with what was put under a path.
pub struct Server {
    base: String,
    content: Arc<Mutex<BTreeMap<String, Vec<u8>>>>,
    seen: Arc<Mutex<Vec<Request>>>,
    is_silent: Arc<AtomicBool>,
    task: JoinHandle<()>,
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Server {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let base = format!("http://{}", listener.local_addr().expect("an address"));
        let (content, seen, is_silent) =
            (Arc::<Mutex<BTreeMap<String, Vec<u8>>>>::default(), Arc::<Mutex<Vec<Request>>>::default(), Arc::default());
        let state = (Arc::clone(&content), Arc::clone(&seen), Arc::<AtomicBool>::clone(&is_silent));
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (content, seen, is_silent) = state.clone();
                tokio::spawn(async move { answer(stream, &content, &seen, &is_silent).await });
            }
        });
        Server { base, content, seen, is_silent, task }
    }

    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    pub fn seen(&self) -> Vec<Request> {
        self.seen.lock().expect("no panic").clone()
    }

    /// Answers nothing from now on.
    pub fn silence(&self) {
        self.is_silent.store(true, Ordering::Relaxed);
    }

    /// Answers again.
    pub fn speak(&self) {
        self.is_silent.store(false, Ordering::Relaxed);
    }

    pub fn put(&self, path: &str, content: impl Into<Vec<u8>>) {
        self.content.lock().expect("no panic").insert(path.to_owned(), content.into());
    }

    /// A chart repository with these and nothing else.
    pub fn charts(&self, path: &str, charts: &[Chart]) {
        self.put(&format!("{path}/index.yaml"), index(charts));
        for chart in charts {
            self.put(&format!("{path}/{}-{}.tgz", chart.name, chart.version), chart.archive.clone());
        }
    }

    /// A name in a registry with these versions.
    pub fn registry(&self, name: &str, charts: &[Chart]) {
        let tags: Vec<&str> = charts.iter().map(|chart| chart.version.as_str()).collect();
        self.put(&format!("/v2/{name}/tags/list"), json!({"name": name, "tags": tags}).to_string());
        for chart in charts {
            let digest = format!("sha256:{}", chart.digest());
            let layer = json!({"mediaType": "application/vnd.cncf.helm.chart.content.v1.tar+gzip", "digest": digest,
                "size": chart.archive.len()});
            let config = json!({"mediaType": "application/vnd.cncf.helm.config.v1+json", "size": 2,
                "digest": "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"});
            let manifest = json!({"schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json",
                "config": config, "layers": [layer]});
            self.put(&format!("/v2/{name}/manifests/{}", chart.version), manifest.to_string());
            self.put(&format!("/v2/{name}/blobs/{digest}"), chart.archive.clone());
        }
    }
}

/// An index.yaml.
fn index(charts: &[Chart]) -> String {
    let mut text = String::from("apiVersion: v1\nentries:\n  web:\n");
    for chart in charts {
        let Chart { name, version, .. } = chart;
        write!(
            text,
            "  - name: {name}\n    version: {version}\n    digest: {}\n    urls: [{name}-{version}.tgz]\n",
            chart.digest()
        )
        .expect("text grows");
    }
    text
}

/// A packed chart.
#[derive(Debug, Clone)]
pub struct Chart {
    name: String,
    version: String,
    archive: Vec<u8>,
}

impl Chart {
    pub fn pack(name: &str, version: &str, files: &[(&str, &str)]) -> Self {
        let own = format!("apiVersion: v2\nname: {name}\nversion: {version}\n");
        let mut packer = tar::Builder::new(GzEncoder::new(Vec::new(), Compression::fast()));
        for (path, text) in std::iter::once(&("Chart.yaml", own.as_str())).chain(files) {
            let mut header = tar::Header::new_gnu();
            header.set_size(text.len() as u64);
            header.set_mode(0o644);
            header.set_mtime(1_767_225_600);
            packer.append_data(&mut header, format!("{name}/{path}"), text.as_bytes()).expect("packed");
        }
        let archive = packer.into_inner().and_then(GzEncoder::finish).expect("packed");
        Chart { name: name.to_owned(), version: version.to_owned(), archive }
    }

    fn digest(&self) -> String {
        use sha2::Digest as _;
        sha2::Sha256::digest(&self.archive).iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

async fn answer(
    mut stream: TcpStream,
    content: &Mutex<BTreeMap<String, Vec<u8>>>,
    seen: &Mutex<Vec<Request>>,
    is_silent: &AtomicBool,
) {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        match stream.read_u8().await {
            Ok(byte) => head.push(byte),
            Err(_) => return,
        }
    }
    if is_silent.load(Ordering::Relaxed) {
        // Held open until whoever asks gives up.
        let _ = stream.read_u8().await;
        return;
    }
    let head = String::from_utf8_lossy(&head).into_owned();
    let path = head.split(' ').nth(1).unwrap_or_default();
    let path = path.split('?').next().unwrap_or_default();
    let authorization = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("authorization").then(|| value.trim().to_owned())
    });
    seen.lock().expect("no panic").push(Request { authorization: authorization.unwrap_or_default() });
    let found = content.lock().expect("no panic").get(path).cloned();
    let (status, body) = found.map_or(("404 Not Found", Vec::new()), |body| ("200 OK", body));
    let head = format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", body.len());
    // Whoever asked may have gone.
    let _ = stream.write_all(head.as_bytes()).await;
    let _ = stream.write_all(&body).await;
}
