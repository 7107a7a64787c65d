//! The files that pages load: one style sheet, one script, one icon; all ours.

use crate::respond::json;
use crate::site::Site;
use axum::Router;
use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use http::{StatusCode, header};
use ring::digest::{SHA256, digest};
use std::sync::{Arc, OnceLock};

/// Name, type and text of each.
const FILES: [(&str, &str, &str); 3] = [
    ("app.css", "text/css; charset=utf-8", look::STYLE),
    ("app.js", "text/javascript; charset=utf-8", look::SCRIPT),
    ("icon.svg", "image/svg+xml", look::ICON),
];

/// Changes whenever one of the files does, so that browsers may keep them.
pub fn version() -> &'static str {
    static VERSION: OnceLock<String> = OnceLock::new();
    VERSION.get_or_init(|| {
        let all: String = FILES.iter().map(|(_, _, text)| *text).collect();
        digest(&SHA256, all.as_bytes()).as_ref().iter().take(6).map(|byte| format!("{byte:02x}")).collect()
    })
}

/// The routes below `base`.
pub fn routes(base: &str) -> Router<Arc<Site>> {
    Router::new().route(&format!("{base}/assets/{{file}}"), get(file))
}

async fn file(Path(name): Path<String>) -> Response {
    let Some((_, kind, text)) = FILES.iter().find(|(file, ..)| *file == name) else {
        let mut missing = json("");
        *missing.status_mut() = StatusCode::NOT_FOUND;
        return missing;
    };
    let headers = [(header::CONTENT_TYPE, *kind), (header::CACHE_CONTROL, "public, max-age=31536000, immutable")];
    (headers, *text).into_response()
}
