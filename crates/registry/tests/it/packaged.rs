//! The distribution project's own registry, as distributions of Linux package it, run on a free port.

use serde_json::json;
use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// The program; where it is not installed, what needs it is left out.
pub const PROGRAM: &str = "/usr/bin/docker-registry";

/// Ends the program with the test.
pub struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Starts it with its data in a folder, and gives its host and port.
pub fn start(folder: &Path) -> (Running, String) {
    // A port that is free now may be taken a moment later.
    std::iter::repeat_with(|| try_start(folder)).take(20).find_map(|it| it).expect("it listens")
}

fn try_start(folder: &Path) -> Option<(Running, String)> {
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
    if !listens {
        let _ = child.wait();
        return None;
    }
    // What it says from now on is read, so that it is never kept waiting.
    std::thread::spawn(move || words.for_each(drop));
    Some((Running(child), address))
}

/// Pushes an image of one layer, and gives its digest.
pub async fn push(http: &reqwest::Client, base: &str, tag: &str, created: &str) -> String {
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
