//! `dashboard`: where Capstan answers already, its address.

use super::arguments::port;
use super::ending::failed;
use crate::failure::Failure;
use crate::terminal;
use bytes::Bytes;
use clap::Args;
use http::{Request, StatusCode};
use http_body_util::{BodyExt, Full, Limited};
use hyper_util::rt::TokioIo;
use std::time::Duration;

/// The flags of `dashboard`.
#[derive(Debug, Args)]
pub(super) struct Dashboard {
    /// Port to look at
    #[arg(short, long, default_value = "3100", value_parser = port)]
    port: u16,
    /// Root path of the dashboard
    #[arg(long, default_value = "rollouts")]
    root_path: String,
}

/// How long whoever has the port may take to answer.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(3);
/// How much of an answer is read.
const ANSWER_BYTES_MAX: usize = 64 << 10;

/// Who answers on a port.
enum Answer {
    Capstan,
    SomebodyElse,
    Nobody,
}

impl Dashboard {
    pub(super) async fn run(&self) -> Result<(), Failure> {
        let address = format!("127.0.0.1:{}", self.port);
        match ask(&address).await {
            Answer::Capstan => {
                let root = self.root_path.trim_matches('/');
                terminal::print(&format!("Capstan answers already: http://{address}/{root}\n"))
            }
            Answer::SomebodyElse => {
                Err(failed(format!("somebody else answers on {address}; choose another port with --port")))
            }
            Answer::Nobody => Err(failed(format!(
                "nobody answers on {address}, and this version has no dashboard of its own; \
                 `get rollout NAME --watch` shows the same in a terminal"
            ))),
        }
    }
}

/// Asks whoever has the port for its counters: ours bear our name.
async fn ask(address: &str) -> Answer {
    match tokio::time::timeout(ANSWER_TIMEOUT, counters(address)).await {
        Ok(Ok(text)) if text.contains("capstan_") => Answer::Capstan,
        Ok(Err(_)) if tokio::net::TcpStream::connect(address).await.is_err() => Answer::Nobody,
        _ => Answer::SomebodyElse,
    }
}

async fn counters(address: &str) -> Result<String, Box<dyn std::error::Error + Send + Sync>> {
    let stream = tokio::net::TcpStream::connect(address).await?;
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
    tokio::spawn(connection);
    let request = Request::get("/metrics").header(http::header::HOST, address).body(Full::<Bytes>::default())?;
    let response = sender.send_request(request).await?;
    if response.status() != StatusCode::OK {
        return Ok(String::new());
    }
    let body = Limited::new(response.into_body(), ANSWER_BYTES_MAX).collect().await?.to_bytes();
    Ok(String::from_utf8_lossy(&body).into_owned())
}
