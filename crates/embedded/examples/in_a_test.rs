//! What a test does with a cluster: `cargo run -p embedded --example in_a_test`.

use embedded::Cluster;
use k8s_openapi::api::core::v1::Node;
use kube::Api;
use kube::api::ListParams;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    use std::io::Write;
    let cluster = Cluster::builder().node_count(3).start().await?;
    let client = kube::Client::new(cluster.service(), "default");
    let nodes: Api<Node> = Api::all(client);
    while nodes.list(&ListParams::default()).await?.items.len() < 3 {
        tokio::task::yield_now().await;
    }
    writeln!(std::io::stdout(), "three nodes are there")?;
    cluster.stop().await;
    Ok(())
}
