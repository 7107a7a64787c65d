//! Who stands behind a path of an Ingress. A leaf module.

use crate::reading::{namespace, text};
use crate::route::{Backend, Port, Share};
use serde_json::Value;

/// Who a backend of an Ingress is.
pub fn backend_of(ingress: &Value, backend: &Value) -> Backend {
    let port = ["/service/port/number", "/service/port/name"].into_iter().find_map(|pointer| backend.pointer(pointer));
    Backend::service(namespace(ingress), text(backend, "/service/name"), Port::read(port))
}

/// All requests.
pub fn whole(backend: Backend) -> Share {
    Share { backend, weight: 1 }
}
