//! Who answers on a port. A leaf module.

use bytes::Bytes;
use http::{Request, Response, header};
use http_body_util::{BodyExt, Full, Limited};
use hyper_util::rt::TokioIo;
use std::error::Error;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::net::TcpStream;

/// How long whoever has the port may take to answer.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(3);
/// How much of an answer is read.
const ANSWER_BYTES_MAX: usize = 64 << 10;

/// Who answers on a port.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Answer {
    /// Capstan does; people look at this path.
    Capstan { path: String },
    /// Another program does.
    SomebodyElse,
    /// The port is free.
    Nobody,
}

/// Asks whoever has the port who it is: our dashboard says so, and our counters bear our name.
pub(super) async fn ask(address: SocketAddr) -> Answer {
    if address.port() == 0 || TcpStream::connect(address).await.is_err() {
        return Answer::Nobody;
    }
    let asked = tokio::time::timeout(ANSWER_TIMEOUT, introduced(address)).await;
    match asked {
        Ok(Ok(Some(path))) => Answer::Capstan { path },
        _ => Answer::SomebodyElse,
    }
}

/// Where Capstan shows something; `None` when it is not Capstan.
async fn introduced(address: SocketAddr) -> Result<Option<String>, Box<dyn Error + Send + Sync>> {
    let (response, _) = get(address, "/").await?;
    if response.headers().get(header::SERVER).is_some_and(|server| server == dashboard::SERVER) {
        let location = response.headers().get(header::LOCATION).and_then(|location| location.to_str().ok());
        return Ok(Some(location.unwrap_or("/").to_owned()));
    }
    let (_, counters) = get(address, "/metrics").await?;
    Ok(counters.contains("capstan_").then(|| "/metrics".to_owned()))
}

async fn get(address: SocketAddr, path: &str) -> Result<(Response<()>, String), Box<dyn Error + Send + Sync>> {
    let stream = TcpStream::connect(address).await?;
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
    tokio::spawn(connection);
    // The name of this machine, whatever it was asked by: others are not answered.
    let host = format!("localhost:{}", address.port());
    let request = Request::get(path).header(header::HOST, host).body(Full::<Bytes>::default())?;
    let (parts, body) = sender.send_request(request).await?.into_parts();
    let body = Limited::new(body, ANSWER_BYTES_MAX).collect().await?.to_bytes();
    Ok((Response::from_parts(parts, ()), String::from_utf8_lossy(&body).into_owned()))
}
