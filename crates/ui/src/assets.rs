//! The files that pages load: one style sheet, one script, one icon; all ours.

use axum::Router;
use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use http::{StatusCode, header};
use ring::digest::{SHA256, digest};
use std::sync::OnceLock;

/// Where they are.
pub const BASE: &str = "/ui";

/// Name, type and text of each.
static FILES: [(&str, &str, &[&str]); 3] = [
    ("app.css", "text/css; charset=utf-8", &[look::STYLE, include_str!("assets/ui.css")]),
    ("app.js", "text/javascript; charset=utf-8", &[look::SCRIPT, include_str!("assets/ui.js")]),
    ("icon.svg", "image/svg+xml", &[look::ICON]),
];

/// Changes whenever one of the files does, so that browsers may keep them.
pub fn version() -> &'static str {
    static VERSION: OnceLock<String> = OnceLock::new();
    VERSION.get_or_init(|| {
        let all: String = FILES.iter().flat_map(|(_, _, texts)| *texts).copied().collect();
        digest(&SHA256, all.as_bytes()).as_ref().iter().take(6).map(|byte| format!("{byte:02x}")).collect()
    })
}

/// The address of a file.
pub fn address(file: &str) -> String {
    format!("{BASE}/{file}?v={}", version())
}

/// The routes.
pub fn routes<S: Clone + Send + Sync + 'static>() -> Router<S> {
    Router::new().route(&format!("{BASE}/{{file}}"), get(file))
}

async fn file(Path(name): Path<String>) -> Response {
    let Some((_, kind, texts)) = FILES.iter().find(|(file, ..)| *file == name) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let headers = [(header::CONTENT_TYPE, *kind), (header::CACHE_CONTROL, "public, max-age=31536000, immutable")];
    (headers, texts.concat()).into_response()
}
