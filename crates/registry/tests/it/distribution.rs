//! The distribution project's own registry, where it is installed: pushed to and read over the same protocol.

use crate::stage::client;
use images::{ImageReference, Registries};
use registry::{Login, Registry, Repository};
use serde_json::json;
use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;
use web::Reach;

const PROGRAM: &str = "/usr/bin/docker-registry";

struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn start(folder: &Path) -> (Running, String) {
    let free = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = free.local_addr().expect("an address").to_string();
    drop(free);
    let config = folder.join("config.yml");
    let text = format!(
        "version: 0.1\nlog: {{level: info}}\nstorage: {{filesystem: {{rootdirectory: {}}}}}\nhttp: {{addr: '{address}'}}\n",
        folder.join("data").display()
    );
    std::fs::write(&config, text).expect("written");
    let mut command = Command::new(PROGRAM);
    command.arg("serve").arg(&config).stdout(Stdio::null()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("it runs");
    let mut words = BufReader::new(child.stderr.take().expect("piped")).lines();
    let listens = words.by_ref().map_while(Result::ok).any(|line| line.contains("listening on"));
    assert!(listens, "it ended before it listened");
    // What it says from now on is read, so that it is never kept waiting.
    std::thread::spawn(move || words.for_each(drop));
    (Running(child), address)
}

/// Pushes an image of one layer, and gives its digest.
async fn push(http: &reqwest::Client, base: &str, tag: &str, created: &str) -> String {
    let config = json!({"os": "linux", "architecture": "amd64", "created": created,
        "rootfs": {"type": "layers", "diff_ids": []}})
    .to_string();
    let mut blobs = Vec::new();
    for content in [config, format!("layer of {tag}")] {
        let begun = http.post(format!("{base}/blobs/uploads/")).send().await.expect("begun");
        let location = begun.headers()["location"].to_str().expect("text").to_owned();
        let digest = ociserver::digest_of(content.as_bytes());
        let url = format!("{location}{}digest={digest}", if location.contains('?') { "&" } else { "?" });
        let put = http.put(url).header("content-type", "application/octet-stream").body(content.clone());
        assert!(put.send().await.expect("put").status().is_success());
        blobs.push((digest, content.len()));
    }
    let kind = "application/vnd.docker.distribution.manifest.v2+json";
    let manifest = json!({"schemaVersion": 2, "mediaType": kind,
        "config": {"mediaType": "application/vnd.docker.container.image.v1+json", "digest": blobs[0].0, "size": blobs[0].1},
        "layers": [{"mediaType": "application/vnd.docker.image.rootfs.diff.tar.gzip", "digest": blobs[1].0, "size": blobs[1].1}]})
    .to_string();
    let put = http.put(format!("{base}/manifests/{tag}")).header("content-type", kind).body(manifest.clone());
    let put = put.send().await.expect("put");
    assert!(put.status().is_success(), "{}", put.status());
    ociserver::digest_of(manifest.as_bytes())
}

#[tokio::test]
async fn images_pushed_to_it_are_found() {
    if !Path::new(PROGRAM).exists() {
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let (_running, address) = start(folder.path());
    let base = format!("http://{address}/v2");
    let _ = web::Clients::new("test", Duration::from_secs(5))
        .get(&base.parse().expect("a URL"), &web::ClientKind { reach: Reach::Anywhere, ..web::ClientKind::default() });
    let http = reqwest::Client::builder().build().expect("a client");
    let mut digests = Vec::new();
    for (tag, created) in [("1.0.0", "2026-01-01T00:00:00Z"), ("1.1.0", "2026-01-02T00:00:00Z")] {
        digests.push(push(&http, &format!("{base}/org/app"), tag, created).await);
    }
    let image = ImageReference::parse(&format!("{address}/org/app")).expect("an image");
    let registry =
        Registry::new(&Registries::default().of(&image), Login::Anonymous, Reach::Anywhere).expect("a registry");
    let app = Repository::new(Arc::new(registry), &image);
    let client = client();
    let mut tags = client.tags(&app).await.expect("tags").to_vec();
    tags.sort();
    assert_eq!(tags, ["1.0.0", "1.1.0"]);
    assert_eq!(client.digest(&app, "1.1.0").await.expect("a digest"), digests[1]);
    let build = client.build(&app, "1.0.0").await.expect("a build");
    assert_eq!(build.digest, digests[0]);
    assert_eq!(build.created.map(|at| at.to_string()).as_deref(), Some("2026-01-01T00:00:00Z"));
}
