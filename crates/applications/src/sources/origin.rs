//! Where a source comes from, and what its revision means there.

use git::{Oid, Remote};

/// Where a source comes from.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
#[allow(clippy::large_enum_variant, reason = "few of them exist at a time")]
pub enum Origin {
    /// A repository.
    Repository(Remote),
    /// A chart of a chart repository.
    Chart(charts::Wanted),
}

impl Origin {
    /// The repository, of a source that is no chart.
    #[must_use]
    pub fn repository(&self) -> Option<&Remote> {
        match self {
            Origin::Repository(remote) => Some(remote),
            Origin::Chart(_) => None,
        }
    }

    /// What people call it.
    #[must_use]
    pub fn shown(&self) -> String {
        match self {
            Origin::Repository(remote) => remote.url.to_string(),
            Origin::Chart(wanted) => format!("{}, chart {}", wanted.repository, wanted.chart),
        }
    }
}

/// What a revision means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Revision {
    /// A commit.
    Commit(git::Wanted),
    /// A version of a chart.
    Version(ChartVersion),
}

/// A version of a chart that is here.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ChartVersion {
    /// As the repository spells it.
    pub version: String,
    /// What tells its content apart.
    pub mark: String,
}

/// A revision that is known to the end.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Point {
    /// A commit.
    Commit(Oid),
    /// A version of a chart.
    Version(ChartVersion),
}

impl Revision {
    /// Its name as far as it is known: what belongs into `status.sync.revision`.
    #[must_use]
    pub fn revision(&self) -> String {
        match self {
            Revision::Commit(wanted) => wanted.revision(),
            Revision::Version(chart) => chart.version.clone(),
        }
    }

    /// The point it means, where that is known to the end.
    #[must_use]
    pub fn point(&self) -> Option<Point> {
        match self {
            Revision::Commit(git::Wanted::Tip { commit, .. } | git::Wanted::Commit(commit)) => {
                Some(Point::Commit(*commit))
            }
            Revision::Commit(git::Wanted::Abbreviated(_)) => None,
            Revision::Version(chart) => Some(Point::Version(chart.clone())),
        }
    }
}

impl From<git::Wanted> for Revision {
    fn from(wanted: git::Wanted) -> Self {
        Revision::Commit(wanted)
    }
}

impl From<&Point> for Revision {
    fn from(point: &Point) -> Self {
        match point {
            Point::Commit(commit) => Revision::Commit(git::Wanted::Commit(*commit)),
            Point::Version(chart) => Revision::Version(chart.clone()),
        }
    }
}

impl Point {
    /// The commit, where it is one.
    #[must_use]
    pub fn commit(&self) -> Option<Oid> {
        match self {
            Point::Commit(commit) => Some(*commit),
            Point::Version(_) => None,
        }
    }
}
