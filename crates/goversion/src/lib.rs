//! Versions and version constraints as `github.com/Masterminds/semver/v3` reads them: what Helm's chart dependencies,
//! `kubeVersion`, Sprig's `semver` and `semverCompare`, and image policies mean by a version.
//!
//! Three releases of the original behave differently and Helm links all three (Helm 3.17 → 3.3, Helm 3.21 → 3.4, Helm
//! 4.2 → 3.5), so every entry takes a [`Release`].
//!
//! Start reading at [`Version::parse`] and [`Constraints::parse`]; `satisfies` holds the rule of each operator.

mod constraints;
mod satisfies;
mod scan;
mod version;

pub use constraints::{ConstraintError, Constraints};
pub use version::{Version, VersionError};

/// The release of the original to imitate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Release {
    /// v3.3.0: a pre-release is held against each constraint by itself.
    V3_3,
    /// v3.4.0: one constraint with a pre-release admits pre-releases for its whole "and" group.
    V3_4,
    /// v3.5.0: bounds the length of its input and quotes it in errors.
    #[default]
    V3_5,
}
