//! What is known of one version of an image.

use images::Platform;
use jiff::Timestamp;

/// One version of an image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Build {
    /// `sha256:…` of its manifest, or of the index over its manifests.
    pub digest: String,
    /// When it was built, of several platforms the last; `None` where nothing is said.
    pub created: Option<Timestamp>,
    /// What it is built for.
    pub platforms: Vec<Platform>,
}

impl Build {
    /// Whether it runs everywhere where it should.
    #[must_use]
    pub fn runs_on(&self, wanted: &[Platform]) -> bool {
        wanted.iter().all(|wanted| self.platforms.iter().any(|offered| wanted.accepts(offered)))
    }
}
