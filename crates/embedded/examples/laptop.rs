//! A cluster on a directory, served over HTTPS: `cargo run -p embedded --example laptop -- DIR 127.0.0.1:6443`.
//! Ends with Ctrl-C; the next start goes on where it ended.

use embedded::Cluster;
use std::net::SocketAddr;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let directory = arguments.next().unwrap_or_else(|| "capstan-data".to_owned());
    let address: SocketAddr = arguments.next().unwrap_or_else(|| "127.0.0.1:6443".to_owned()).parse()?;
    let cluster = Cluster::builder().data_dir(&directory).https(address).start().await?;
    let kubeconfig = cluster.kubeconfig().and_then(|kubeconfig| kubeconfig.path());
    let path = kubeconfig.map(|path| path.display().to_string()).unwrap_or_default();
    use std::io::Write;
    writeln!(std::io::stdout(), "ready: kubectl --kubeconfig {path} get nodes")?;
    tokio::signal::ctrl_c().await?;
    cluster.stop().await;
    Ok(())
}
