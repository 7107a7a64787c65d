//! What a render is asked.

use crate::capabilities::Capabilities;
use crate::chart::Chart;
use crate::functions::{Empty, Lookup};
use crate::profile::Profile;
use crate::values::UserValues;
use std::sync::Arc;

/// Everything a render depends on.
pub struct Request<'a> {
    /// The chart.
    pub chart: &'a Chart,
    /// The user's values.
    pub values: &'a UserValues,
    /// What the release is called.
    pub release: Release,
    /// What the cluster can do.
    pub capabilities: Capabilities,
    /// Which Helm.
    pub profile: Profile,
    /// Flags.
    pub options: Options,
    /// What `lookup` finds.
    pub lookup: Arc<dyn Lookup>,
    /// Where the present and chance come from.
    pub chance: Chance,
}

impl<'a> Request<'a> {
    /// The request that `helm template` makes without flags.
    #[must_use]
    pub fn new(chart: &'a Chart, values: &'a UserValues, profile: Profile) -> Self {
        Request {
            chart,
            values,
            release: Release::default(),
            capabilities: Capabilities::of(profile),
            profile,
            options: Options::default(),
            lookup: Arc::new(Empty),
            chance: Chance::default(),
        }
    }
}

/// What `.Release` shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Release {
    /// Its name.
    pub name: String,
    /// The namespace it goes to.
    pub namespace: String,
    /// Whether an upgrade is pretended.
    pub is_upgrade: bool,
}

impl Default for Release {
    /// What `helm template` assumes.
    fn default() -> Self {
        Release { name: "release-name".to_owned(), namespace: "default".to_owned(), is_upgrade: false }
    }
}

/// Flags.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Options {
    /// Whether the files of crds/ are among the output.
    pub include_crds: bool,
    /// Whether values.schema.json is passed over.
    pub skip_schema_validation: bool,
    /// Whether the notes of the charts in the chart are shown too.
    pub sub_notes: bool,
    /// Whether declared dependencies may be missing from charts/. Helm never allows it.
    pub allow_missing: bool,
}

/// Where what a template cannot know comes from.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Chance {
    /// What `now` gives, in seconds since 1970.
    pub now_seconds: i64,
    /// What everything random follows from: the same seed, the same passwords, keys and certificates.
    pub seed: [u8; 32],
}

impl Chance {
    /// As the functions read it.
    pub(crate) fn sources(&self) -> sprig::Sources {
        sprig::Sources {
            now: sprig::time::Time::from_unix(self.now_seconds, 0),
            chance: sprig::Chance::from_seed(self.seed),
            hosts: sprig::Hosts::Empty,
            ..sprig::Sources::default()
        }
    }
}
