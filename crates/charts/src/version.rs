//! Which of many versions is meant.

use crate::problem::Problem;
use goversion::{Constraints, Release, Version};

/// The release of the version library that the newest Helm links.
const LIBRARY: Release = Release::V3_5;

/// The version that was chosen, and how.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Found {
    /// Exactly that of the text asked for.
    Exact,
    /// The newest that satisfies the constraint asked for.
    Newest,
    /// Another spelling of the version asked for: Helm warns of it.
    Closest,
}

/// The position in `versions`, which are sorted newest first, of the one that `wanted` means; empty means the newest
/// that is no prerelease.
pub(crate) fn choose<'a>(
    versions: impl Iterator<Item = &'a str> + Clone,
    chart: &str,
    wanted: &str,
) -> Result<(usize, Found), Problem> {
    let text = if wanted.is_empty() { "*" } else { wanted };
    let constraints = Constraints::parse(text, LIBRARY)
        .map_err(|error| Problem::BadVersion { wanted: wanted.to_owned(), why: error.to_string() })?;
    if !wanted.is_empty()
        && let Some(at) = versions.clone().position(|version| version == wanted)
    {
        return Ok((at, Found::Exact));
    }
    let fits = |text: &str| Version::parse(text, LIBRARY).is_ok_and(|version| constraints.check(&version));
    let at = versions.clone().position(fits);
    let at = at.ok_or_else(|| Problem::NoVersion { chart: chart.to_owned(), wanted: text.to_owned() })?;
    Ok((at, if wanted.is_empty() || is_range(wanted) { Found::Newest } else { Found::Closest }))
}

/// Whether a text asks for a range, as Helm tells it.
fn is_range(wanted: &str) -> bool {
    let core = wanted.split(['-', '+']).next().unwrap_or_default();
    wanted.contains(['^', '~', '<', '>', '=', '!', '*'])
        || wanted.contains("||")
        || wanted.contains(" - ")
        || core.contains(['x', 'X'])
}

/// Sorts what has a version, newest first; what has none goes to the end.
pub(crate) fn sort_newest_first<T>(all: &mut [T], version: impl Fn(&T) -> &str) {
    all.sort_by_cached_key(|one| std::cmp::Reverse(Parsed(Version::parse(version(one), LIBRARY).ok())));
}

/// Whether `text` is one version, and no constraint.
pub(crate) fn is_version(text: &str) -> bool {
    Version::parse(text, LIBRARY).is_ok()
}

/// Whether `text` is a version in full form.
pub(crate) fn is_full_version(text: &str) -> bool {
    Version::parse_strict(text, LIBRARY).is_ok()
}

/// Whether `version` satisfies `constraint`.
pub(crate) fn satisfies(version: &str, constraint: &str) -> Result<bool, Problem> {
    let constraints = Constraints::parse(constraint, LIBRARY)
        .map_err(|error| Problem::BadVersion { wanted: constraint.to_owned(), why: error.to_string() })?;
    Ok(Version::parse(version, LIBRARY).is_ok_and(|version| constraints.check(&version)))
}

struct Parsed(Option<Version>);

impl PartialEq for Parsed {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Parsed {}

impl PartialOrd for Parsed {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Parsed {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        match (&self.0, &other.0) {
            (Some(left), Some(right)) => left.compare(right),
            (left, right) => left.is_some().cmp(&right.is_some()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_chosen_as_helm_does() {
        let mut versions = vec!["1.0.0", "2.0.0-rc.1", "nonsense", "1.10.0", "v1.2.0", "1.9.0"];
        sort_newest_first(&mut versions, |version| version);
        assert_eq!(versions, ["2.0.0-rc.1", "1.10.0", "1.9.0", "v1.2.0", "1.0.0", "nonsense"]);
        let chosen = |wanted| choose(versions.iter().copied(), "web", wanted).map(|(at, how)| (versions[at], how));
        assert_eq!(chosen(""), Ok(("1.10.0", Found::Newest)));
        assert_eq!(chosen("^1.0"), Ok(("1.10.0", Found::Newest)));
        assert_eq!(chosen("~1.9"), Ok(("1.9.0", Found::Newest)));
        assert_eq!(chosen(">0.0.0-0"), Ok(("2.0.0-rc.1", Found::Newest)));
        assert_eq!(chosen("1.9.0"), Ok(("1.9.0", Found::Exact)));
        assert_eq!(chosen("1.2.0"), Ok(("v1.2.0", Found::Closest)));
        assert_eq!(chosen("1"), Ok(("1.10.0", Found::Closest)));
        assert!(matches!(chosen("3.0.0"), Err(Problem::NoVersion { .. })));
        assert!(matches!(chosen("what?"), Err(Problem::BadVersion { .. })));
    }
}
