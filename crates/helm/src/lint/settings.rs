//! How a lint is made.

use crate::capabilities::KubeVersion;
use crate::profile::Profile;
use crate::render::Chance;

/// How to lint.
#[derive(Debug, Clone)]
pub struct Lint {
    /// What `.Release.Namespace` says.
    pub namespace: String,
    /// `--kube-version`.
    pub kube_version: Option<KubeVersion>,
    /// `--skip-schema-validation`.
    pub skip_schema_validation: bool,
    /// Which Helm.
    pub profile: Profile,
    /// What templates cannot know.
    pub chance: Chance,
}
