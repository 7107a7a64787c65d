//! What tells the routes and destinations of a VirtualService apart. A leaf module.

use serde_json::Value;

/// How the versions are recognised among destinations.
pub struct Versions<'a> {
    /// The new version's Service; empty where versions are subsets.
    pub canary: &'a str,
    /// The stable version's Service; likewise.
    pub stable: &'a str,
    /// The new version's subset; empty where versions are Services.
    pub canary_subset: &'a str,
    /// The stable version's subset; likewise.
    pub stable_subset: &'a str,
    /// The host of the DestinationRule; empty without one.
    pub host: String,
    /// Services of experiments that were given a share before.
    pub recorded: Vec<&'a str>,
}

/// The list of a VirtualService's routes of one kind.
pub fn routes_of<'v>(virtual_service: &'v Value, kind: &str) -> &'v [Value] {
    virtual_service["spec"][kind].as_array().map_or(&[], Vec::as_slice)
}

/// A route's name; empty where it has none.
pub fn name_of(route: &Value) -> &str {
    route["name"].as_str().unwrap_or_default()
}
