//! Which release of Helm to imitate, and everything in which the releases differ. A difference is one method here, so
//! that the code that depends on it reads as a rule and the list of differences can be read in one place.

use goversion::Release;
use std::fmt;
use std::str::FromStr;

/// A release line of Helm. Output is that of its last patch release.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Profile {
    /// Helm 3.17.
    V3_17,
    /// Helm 3.21, the last of Helm 3.
    V3_21,
    /// Helm 4.2.
    #[default]
    V4_2,
}

/// A name that is no profile.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no Helm profile is named {0:?}; there are 3.17, 3.21 and 4.2")]
pub struct UnknownProfile(String);

impl FromStr for Profile {
    type Err = UnknownProfile;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.trim_start_matches("helm").trim_start_matches('v') {
            "3.17" => Ok(Profile::V3_17),
            "3.21" => Ok(Profile::V3_21),
            "4.2" => Ok(Profile::V4_2),
            _ => Err(UnknownProfile(text.to_owned())),
        }
    }
}

impl fmt::Display for Profile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Profile::V3_17 => "3.17",
            Profile::V3_21 => "3.21",
            Profile::V4_2 => "4.2",
        })
    }
}

/// How a rendered file is cut into documents.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Split {
    /// At any line that begins with `---`, white space around it included; documents are trimmed on both sides.
    Loose,
    /// At `---` and the blanks behind it; documents are trimmed on the left only.
    Line,
}

/// What becomes of nulls when values are coalesced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct NullRules {
    /// A null in the user's values takes away a default only when the default is not null itself.
    pub(crate) keeps_unmatched: bool,
    /// Nulls among a chart's defaults are dropped.
    pub(crate) cleans_defaults: bool,
}

impl Profile {
    /// All of them, oldest first.
    pub const ALL: [Profile; 3] = [Profile::V3_17, Profile::V3_21, Profile::V4_2];

    /// What `.Capabilities.HelmVersion.Version` says.
    #[must_use]
    pub fn helm_version(self) -> &'static str {
        match self {
            Profile::V3_17 => "v3.17.4",
            Profile::V3_21 => "v3.21.0",
            Profile::V4_2 => "v4.2.4",
        }
    }

    /// The version of Kubernetes' client that the release was built with: the default of `--kube-version`.
    #[must_use]
    pub fn kube_version(self) -> &'static str {
        match self {
            Profile::V3_17 => "v1.32.0",
            Profile::V3_21 => "v1.35.0",
            Profile::V4_2 => "v1.36.0",
        }
    }

    /// The release of the version library it links.
    pub(crate) fn versions(self) -> Release {
        match self {
            Profile::V3_17 => Release::V3_3,
            Profile::V3_21 => Release::V3_4,
            Profile::V4_2 => Release::V3_5,
        }
    }

    /// Whether this is Helm 4.
    pub(crate) fn is_four(self) -> bool {
        self == Profile::V4_2
    }

    pub(crate) fn split(self) -> Split {
        if self.is_four() { Split::Line } else { Split::Loose }
    }

    pub(crate) fn null_rules(self) -> NullRules {
        NullRules { keeps_unmatched: self >= Profile::V3_21, cleans_defaults: self.is_four() }
    }

    /// An error about a record of Chart.yaml, with the name of Go's package that the record is in.
    pub(crate) fn of_chart_package(self, told: &str) -> String {
        if self.is_four() { told.replace("chart.", "v2.") } else { told.to_owned() }
    }

    /// Whether `--set-json` takes an object without a key.
    pub(crate) fn takes_json_objects(self) -> bool {
        self.is_four()
    }

    /// Whether a values file may hold several documents, merged one after the other.
    pub(crate) fn merges_value_documents(self) -> bool {
        self.is_four()
    }
}
