//! The list of commits that several forges send alike, and the paths it tells.

use crate::body::Capped;
use crate::event::Files;
use serde::Deserialize;
use std::collections::BTreeSet;

/// Commits that are read: GitHub itself ends its list at 2,048.
const COMMITS_MAX: usize = 2_048;
/// Paths that are read of one commit, and of all of them together. A push that touches more is asked about whole.
const PATHS_MAX: usize = 10_000;

/// The commits of a push.
pub(crate) type Commits = Capped<Commit, COMMITS_MAX>;

/// One commit.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Commit {
    added: Capped<String, PATHS_MAX>,
    modified: Capped<String, PATHS_MAX>,
    removed: Capped<String, PATHS_MAX>,
}

/// Every path that the commits name; unknown when there are none, or not all were sent.
pub(crate) fn files(commits: Commits, sent: Sent) -> Files {
    let whole = match sent {
        Sent::All => !commits.is_cut,
        Sent::Of(total) => !commits.is_cut && total <= commits.items.len() as u64,
        Sent::Unknown => false,
    };
    let mut paths = BTreeSet::new();
    for commit in commits.items.into_iter().take_while(|_| whole) {
        for list in [commit.added, commit.modified, commit.removed] {
            if list.is_cut || paths.len() + list.items.len() > PATHS_MAX {
                return Files::Unknown;
            }
            paths.extend(list.items);
        }
    }
    if whole && !paths.is_empty() { Files::Known(paths) } else { Files::Unknown }
}

/// How many of a push's commits were sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sent {
    /// All of them.
    All,
    /// Some of so many.
    Of(u64),
    /// Other commits went away with the push, or came, than those listed.
    Unknown,
}
