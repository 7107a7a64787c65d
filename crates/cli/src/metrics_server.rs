//! `/metrics` and `/healthz` of the controllers, in Prometheus' text form.

use crate::controllers::Controllers;
use crate::failure::Failure;
use bytes::Bytes;
use http::{Request, Response, StatusCode};
use http_body_util::Full;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use std::convert::Infallible;
use std::fmt::Write as _;
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::net::TcpListener;

/// What is counted, as a function that writes it down.
pub(crate) type Exposition = Arc<dyn Fn() -> String + Send + Sync>;

/// The counters of `controllers`.
pub(crate) fn exposition(controllers: &Controllers) -> Exposition {
    let (metrics, sources) = (controllers.metrics.clone(), controllers.sources.clone());
    let (cache, measured) = (controllers.rollouts.clone(), controllers.measured.clone());
    let images = controllers.images.clone();
    let notified = controllers.notified.clone();
    Arc::new(move || {
        let mut text = String::new();
        let mut family = String::new();
        for (counter, controller, count) in metrics.snapshot() {
            let name = format!("capstan_controller_{}_total", counter.name());
            if name != family {
                // Writing to a String cannot fail.
                let _ = writeln!(text, "# TYPE {name} counter");
                family.clone_from(&name);
            }
            let _ = writeln!(text, "{name}{{controller=\"{controller}\"}} {count}");
        }
        if let Some(measured) = &measured {
            text.push_str(&measured.exposition(&metrics));
        }
        if let Some((_, measured)) = &images {
            text.push_str(&measured.exposition());
        }
        text.push_str(&notified.exposition());
        if let Some(cache) = &cache {
            text.push_str(&rollouts::metrics::exposition(cache, &metrics));
        }
        let renders = sources.iter().flat_map(|it| [("renders", it.renders()), ("renders_spared", it.spared())]);
        for (name, count) in renders {
            let _ = writeln!(text, "# TYPE capstan_{name}_total counter\ncapstan_{name}_total {count}");
        }
        text
    })
}

/// Serves `exposition` on `address` until the process ends; gives the address it got.
pub(crate) async fn serve(address: SocketAddr, exposition: Exposition) -> Result<SocketAddr, Failure> {
    let listener = TcpListener::bind(address).await.map_err(|error| {
        Failure::with_code(1, format!("cannot serve metrics on {address}: {error}; choose another with --metrics"))
    })?;
    let address = listener.local_addr()?;
    tokio::spawn(async move {
        loop {
            let Ok((stream, _)) = listener.accept().await else { continue };
            let exposition = Arc::clone(&exposition);
            tokio::spawn(async move {
                let service = service_fn(move |request| answer(request, Arc::clone(&exposition)));
                // A client that breaks off is its own affair.
                let _ = auto::Builder::new(TokioExecutor::new()).serve_connection(TokioIo::new(stream), service).await;
            });
        }
    });
    Ok(address)
}

async fn answer<B>(request: Request<B>, exposition: Exposition) -> Result<Response<Full<Bytes>>, Infallible> {
    let (status, text) = match request.uri().path() {
        "/metrics" => (StatusCode::OK, exposition()),
        "/healthz" => (StatusCode::OK, "ok\n".to_owned()),
        _ => (StatusCode::NOT_FOUND, "only /metrics and /healthz are served here\n".to_owned()),
    };
    let mut response = Response::new(Full::new(Bytes::from(text)));
    *response.status_mut() = status;
    response
        .headers_mut()
        .insert(http::header::CONTENT_TYPE, http::HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8"));
    Ok(response)
}
