//! A Prometheus server on loopback that answers every query with one number, at once or late, and notes when it was asked.

use anyhow::{Context, Result};
use clock::Clock;
use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::{TokioIo, TokioTimer};
use std::collections::BTreeMap;
use std::convert::Infallible;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};
use tokio::net::TcpListener;

/// When each run and metric was asked about, in order.
pub type Asked = BTreeMap<(String, String), Vec<SystemTime>>;

/// The server; serves until the process ends.
pub struct Server {
    /// Where it is.
    pub url: String,
    asked: Arc<Mutex<Asked>>,
}

impl Server {
    /// Starts one that takes this long for an answer.
    pub async fn start(delay: Duration, clock: &Clock) -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await.context("no port for a server of metrics")?;
        let url = format!("http://{}", listener.local_addr()?);
        let asked = Arc::new(Mutex::new(Asked::new()));
        let (noted, clock) = (Arc::clone(&asked), clock.clone());
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                // What cannot be set makes answers slower, and no wrong ones.
                let _ = stream.set_nodelay(true);
                let (noted, clock) = (Arc::clone(&noted), clock.clone());
                tokio::spawn(async move {
                    let service = service_fn(move |request| answer(Arc::clone(&noted), request, delay, clock.clone()));
                    // A client that breaks off is its own affair.
                    let _ = http1::Builder::new()
                        .timer(TokioTimer::new())
                        .serve_connection(TokioIo::new(stream), service)
                        .await;
                });
            }
        });
        Ok(Server { url, asked })
    }

    /// How often it was asked.
    pub fn count(&self) -> usize {
        self.asked().values().map(Vec::len).sum()
    }

    /// When it was asked about what.
    pub fn asked(&self) -> Asked {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

async fn answer(
    asked: Arc<Mutex<Asked>>,
    request: Request<Incoming>,
    delay: Duration,
    clock: Clock,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let at = SystemTime::from(clock.now());
    // A form, as Prometheus' own clients send it.
    let body = request.into_body().collect().await.map(|body| body.to_bytes()).unwrap_or_default();
    let query = String::from_utf8_lossy(&body);
    let label = |name: &str| {
        // `run="quick-0001"`, with everything but letters and digits escaped.
        let (_, rest) = query.split_once(&format!("{name}%3D%22"))?;
        rest.split_once("%22").map(|(value, _)| value.to_owned())
    };
    let key = (label("run").unwrap_or_default(), label("metric").unwrap_or_default());
    asked.lock().unwrap_or_else(PoisonError::into_inner).entry(key).or_default().push(at);
    if !delay.is_zero() {
        tokio::time::sleep(delay).await;
    }
    let now = at.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_secs();
    let body = format!(
        r#"{{"status":"success","data":{{"resultType":"vector","result":[{{"metric":{{}},"value":[{now},"0.9973"]}}]}}}}"#
    );
    let mut response = Response::new(Full::from(body));
    let json = hyper::header::HeaderValue::from_static("application/json");
    response.headers_mut().insert(hyper::header::CONTENT_TYPE, json);
    Ok(response)
}
