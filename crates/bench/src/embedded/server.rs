//! The process that is measured, and a client that costs as little as one can.

use crate::processes::{Process, Usage};
use anyhow::{Context, Result, ensure};
use bytes::Bytes;
use clock::Clock;
use http_body_util::BodyExt;
use hyper::{Method, Request, StatusCode};
use kube::client::Body;
use kube::config::{KubeConfigOptions, Kubeconfig};
use serde::Deserialize;
use serde_json::{Value, json};
use std::path::Path;
use tokio::time::Instant;

/// How many namespaces the objects are in.
pub const NAMESPACES: u32 = 50;

/// `capstan cluster up`, and how to reach it.
pub struct Server {
    process: Process,
    kubeconfig: std::path::PathBuf,
    client: kube::Client,
}

/// As much of a list as counting needs.
#[derive(Deserialize)]
struct Page {
    metadata: PageMeta,
    items: Vec<Value>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PageMeta {
    #[serde(default)]
    remaining_item_count: u32,
}

impl Server {
    /// Starts the process over what `folder` holds already, and tells when it was ready.
    pub async fn start(capstan: &Path, folder: &Path) -> Result<(Self, Instant)> {
        let data = folder.join("cluster");
        let shown = data.display().to_string();
        let up = ["cluster", "up", "--data", &shown, "--api", "127.0.0.1:0"];
        let mut process = Process::start("cluster", capstan, &up)?;
        process.printed("capstan is ready").await?;
        let ready = Clock::system().monotonic();
        let kubeconfig = data.join("kubeconfig");
        let client = connect(&kubeconfig).await?;
        Ok((Server { process, kubeconfig, client }, ready))
    }

    /// Another client, with connections of its own.
    pub async fn client(&self) -> Result<kube::Client> {
        connect(&self.kubeconfig).await
    }

    /// What the process has used up to now.
    pub fn usage(&self) -> Result<Usage> {
        self.process.usage()
    }

    /// Makes the namespaces.
    pub async fn create_namespaces(&self, count: u32) -> Result<()> {
        for index in 0..count {
            let object = json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace(index)}});
            create(&self.client, "/api/v1/namespaces", object.to_string()).await?;
        }
        Ok(())
    }

    /// How many objects of the benchmark there are.
    pub async fn count(&self, namespaces: u32) -> Result<u32> {
        let mut found = 0;
        for index in 0..namespaces {
            let page = self.page(&format!("/api/v1/namespaces/{}/configmaps?limit=1", namespace(index))).await?;
            // One of them is the root certificate, which every namespace has.
            found += u32::try_from(page.items.len())? + page.metadata.remaining_item_count - 1;
        }
        Ok(found)
    }

    async fn page(&self, path: &str) -> Result<Page> {
        let request = Request::get(path).body(Body::empty())?;
        let bytes = self.client.send(request).await?.into_body().collect().await?.to_bytes();
        serde_json::from_slice(&bytes).with_context(|| format!("{path} gives no list"))
    }

    /// Ends the process without a word.
    pub async fn kill(self) -> Result<()> {
        self.process.kill().await
    }

    /// Ends the process as a user would.
    pub async fn stop(self) -> Result<()> {
        self.process.end().await
    }
}

/// The name of a namespace.
pub fn namespace(index: u32) -> String {
    format!("bench-{index:03}")
}

/// Creates an object and gives the answer.
pub async fn create(client: &kube::Client, path: &str, object: String) -> Result<Bytes> {
    let request = Request::builder().method(Method::POST).uri(path).header("Content-Type", "application/json");
    let answer = client.send(request.body(Body::from(object.into_bytes()))?).await?;
    let status = answer.status();
    let bytes = answer.into_body().collect().await?.to_bytes();
    ensure!(status == StatusCode::CREATED, "{path} answered {status}: {}", String::from_utf8_lossy(&bytes));
    Ok(bytes)
}

async fn connect(kubeconfig: &Path) -> Result<kube::Client> {
    let file = Kubeconfig::read_from(kubeconfig)?;
    let mut config = kube::Config::from_custom_kubeconfig(file, &KubeConfigOptions::default()).await?;
    config.read_timeout = None;
    Ok(kube::Client::try_from(config)?)
}
