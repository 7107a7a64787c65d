//! What the cluster can do, as far as templates ask: its version and the API versions it serves.

mod api_versions;

use crate::profile::Profile;

/// What `.Capabilities` shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Capabilities {
    /// The cluster's version.
    pub kube_version: KubeVersion,
    /// `apps/v1`, `apps/v1/Deployment`: what `.Capabilities.APIVersions.Has` knows.
    pub api_versions: Vec<String>,
}

impl Capabilities {
    /// What a release of Helm assumes without a cluster.
    #[must_use]
    pub fn of(profile: Profile) -> Self {
        Capabilities {
            kube_version: KubeVersion::parse(profile.kube_version(), profile)
                .expect("invariant: the table of versions holds versions"),
            api_versions: api_versions::known(profile).map(str::to_owned).collect(),
        }
    }
}

/// A version of Kubernetes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KubeVersion {
    /// The whole version: `v1.33.4-gke.1245000` in Helm 4, without what follows the numbers in Helm 3.21.
    pub version: String,
    /// What constraints are held against.
    pub normalized: String,
    /// `1`.
    pub major: String,
    /// `33`.
    pub minor: String,
}

/// A text that is no version; the words are Helm's.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct KubeVersionError(String);

impl KubeVersion {
    /// Reads a version as the profile's release does.
    ///
    /// # Errors
    /// When the text is none.
    pub fn parse(text: &str, profile: Profile) -> Result<Self, KubeVersionError> {
        if profile == Profile::V3_17 {
            let version = goversion::Version::parse(text, profile.versions())
                .map_err(|error| KubeVersionError(error.to_string()))?;
            let full = format!("v{version}");
            let (major, minor) = (version.major().to_string(), version.minor().to_string());
            return Ok(KubeVersion { normalized: full.clone(), version: full, major, minor });
        }
        let numbers = numbers(text)?;
        let normalized = format!("v{}", numbers.join("."));
        let version = match profile {
            Profile::V4_2 if text.starts_with('v') => text.to_owned(),
            Profile::V4_2 => format!("v{text}"),
            _ => normalized.clone(),
        };
        Ok(KubeVersion { version, normalized, major: numbers[0].clone(), minor: numbers[1].clone() })
    }
}

/// The numbers at the beginning of a version, at least two, three with what is missing as 0.
fn numbers(text: &str) -> Result<Vec<String>, KubeVersionError> {
    let failed = |why: String| KubeVersionError(why);
    let trimmed = text.trim();
    let trimmed = trimmed.strip_prefix('v').unwrap_or(trimmed);
    let end = trimmed.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(trimmed.len());
    let mut parts: Vec<&str> = trimmed[..end].split('.').collect();
    // What follows the last number need not be parted from it.
    if parts.last().is_some_and(|last| last.is_empty()) && parts.len() > 1 {
        parts.pop();
    }
    if parts.len() < 2 || parts.iter().any(|part| part.is_empty()) {
        return Err(failed(format!("could not parse {text:?} as version")));
    }
    let mut numbers = Vec::new();
    for (place, part) in parts.iter().enumerate() {
        if place == 0 && part.len() > 1 && part.starts_with('0') {
            return Err(failed(format!("could not parse {text:?} as version")));
        }
        let number: u32 = part.parse().map_err(|_| failed(format!("could not parse {text:?} as version")))?;
        numbers.push(number.to_string());
    }
    while numbers.len() < 3 {
        numbers.push("0".to_owned());
    }
    Ok(numbers)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_as_each_release_reads_them() {
        let read = |text, profile| {
            let version = KubeVersion::parse(text, profile).expect("a version");
            (version.version, version.normalized, version.major, version.minor)
        };
        let texts = |a: &str, b: &str, c: &str, d: &str| (a.to_owned(), b.to_owned(), c.to_owned(), d.to_owned());
        let gke = "v1.33.4-gke.1245000";
        assert_eq!(read(gke, Profile::V4_2), texts(gke, "v1.33.4", "1", "33"));
        assert_eq!(read(gke, Profile::V3_21), texts("v1.33.4", "v1.33.4", "1", "33"));
        assert_eq!(read(gke, Profile::V3_17), texts(gke, gke, "1", "33"));
        assert_eq!(read("1.30", Profile::V4_2), texts("v1.30", "v1.30.0", "1", "30"));
        assert!(KubeVersion::parse("x", Profile::V4_2).is_err());
    }
}
