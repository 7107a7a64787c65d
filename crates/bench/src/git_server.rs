//! A Git server over plain http on loopback: hyper in front of git's own `http-backend`, as hosts run it.

use anyhow::{Context, Result};
use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use std::convert::Infallible;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpListener;
use tokio::process::Command;

/// Serves the repositories below `root` until the process ends; gives the URL they are below.
pub async fn serve(root: &Path) -> Result<String> {
    let listener = TcpListener::bind("127.0.0.1:0").await.context("no port for a Git server")?;
    let address = listener.local_addr()?;
    let root: Arc<PathBuf> = Arc::new(root.to_owned());
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let root = Arc::clone(&root);
            tokio::spawn(async move {
                let service = service_fn(move |request| answer(Arc::clone(&root), request));
                // A client that breaks off is its own affair.
                let _ = auto::Builder::new(TokioExecutor::new()).serve_connection(TokioIo::new(stream), service).await;
            });
        }
    });
    Ok(format!("http://{address}"))
}

async fn answer(root: Arc<PathBuf>, request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
    let answered = backend(&root, request).await;
    Ok(answered.unwrap_or_else(|error| {
        let mut response = Response::new(Full::from(format!("{error:#}\n")));
        *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
        response
    }))
}

async fn backend(root: &Path, request: Request<Incoming>) -> Result<Response<Full<Bytes>>> {
    let header = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let mut command = Command::new("git");
    command
        .arg("http-backend")
        .env("GIT_PROJECT_ROOT", root)
        .env("GIT_HTTP_EXPORT_ALL", "1")
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("REQUEST_METHOD", request.method().as_str())
        .env("PATH_INFO", request.uri().path())
        .env("QUERY_STRING", request.uri().query().unwrap_or_default())
        .env("CONTENT_TYPE", header("content-type"))
        .env("HTTP_CONTENT_ENCODING", header("content-encoding"))
        .env("HTTP_GIT_PROTOCOL", header("git-protocol"));
    let body = request.into_body().collect().await?.to_bytes();
    command.env("CONTENT_LENGTH", body.len().to_string());
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = command.spawn().context("cannot run git http-backend")?;
    let mut input = child.stdin.take().context("no input for git http-backend")?;
    tokio::spawn(async move { drop(input.write_all(&body).await) });
    let output = child.wait_with_output().await?;
    from_cgi(&output.stdout)
}

/// Makes a response of what a CGI program printed.
fn from_cgi(output: &[u8]) -> Result<Response<Full<Bytes>>> {
    let end = output.windows(4).position(|four| four == b"\r\n\r\n").context("git http-backend gave no headers")?;
    let mut response = Response::builder();
    for line in String::from_utf8_lossy(&output[..end]).lines() {
        let Some((name, value)) = line.split_once(": ") else { continue };
        response = match name {
            "Status" => response.status(value.split(' ').next().unwrap_or_default()),
            _ => response.header(name, value),
        };
    }
    Ok(response.body(Full::from(output[end + 4..].to_vec()))?)
}
