//! What keys may come from. A leaf module but for its parts.

use crate::http::Http;
use crate::profiles::Profile;
use crate::settings::Settings;
use std::collections::BTreeMap;

/// What keys may come from.
#[derive(Clone, Copy)]
pub(crate) struct Sources<'a> {
    pub settings: &'a Settings,
    pub http: &'a Http,
    pub profiles: &'a BTreeMap<String, Profile>,
    pub region: &'a str,
}
