//! A version that was chosen, and how its archive is got.

use crate::registry::Layer;
use crate::version::Found;
use url::Url;

/// A chart whose version is chosen, and which may be kept already.
pub(super) struct Chosen {
    pub(super) version: String,
    pub(super) found: Found,
    pub(super) url: String,
    pub(super) source: Source,
}

/// How a chosen chart is got.
pub(super) enum Source {
    /// By a GET.
    Http { url: Url, digest: Option<String> },
    /// From a registry.
    Registry { name: String, layer: Layer },
}
