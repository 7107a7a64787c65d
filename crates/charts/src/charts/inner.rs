//! What a fetcher is made of.

use super::flights::Flights;
use crate::asking::Web;
use crate::cache::Cache;
use crate::options::ChartsOptions;
use crate::registry::Registries;
use clock::{Clock, Offload};

/// The parts.
pub(super) struct Inner {
    pub(super) options: ChartsOptions,
    pub(super) clock: Clock,
    pub(super) offload: Offload,
    pub(super) web: Web,
    pub(super) cache: Cache,
    pub(super) registries: Registries,
    pub(super) flights: Flights,
}
