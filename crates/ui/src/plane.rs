//! The API of the server, asked in the name of who looks: what is set up is changed by the same code and under the same
//! policies for people as for programs. A leaf module.

use crate::problem::Problem;
use futures::future::BoxFuture;
use http::{HeaderMap, Method, StatusCode};
use serde_json::Value;

/// One request to the API.
#[derive(Debug, Clone)]
pub struct Ask {
    /// The method.
    pub method: Method,
    /// Path and query.
    pub path: String,
    /// The body; null for none.
    pub body: Value,
}

/// The API of the server.
pub trait Plane: Send + Sync + 'static {
    /// What it answers to whoever sends these headers.
    fn ask<'a>(&'a self, headers: &'a HeaderMap, ask: Ask) -> BoxFuture<'a, Result<Value, Problem>>;
}

/// There is none: what is set up can be read only.
pub struct NoPlane;

impl Plane for NoPlane {
    fn ask<'a>(&'a self, _: &'a HeaderMap, _: Ask) -> BoxFuture<'a, Result<Value, Problem>> {
        let message = "Nothing can be set up here: there is no server behind this page.";
        Box::pin(std::future::ready(Err(Problem::new(StatusCode::NOT_IMPLEMENTED, message))))
    }
}
