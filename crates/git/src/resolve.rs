//! From a target revision to a commit, as data: no network, no store.
//!
//! The order is upstream's: full commit name, HEAD for nothing, version constraints over the tags, refs in the order of
//! advertisement, abbreviated commit name.

use crate::oid::Oid;
use crate::refs::{Ref, Refs};
use crate::version_constraint::greatest_tag;

/// What a revision came to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Wanted {
    /// The commit a ref leads to.
    Tip {
        /// The ref's full name, to fetch by where a server does not give out commits by name.
        name: String,
        /// The commit.
        commit: Oid,
    },
    /// A commit by its full name; whether it exists is seen when it is fetched.
    Commit(Oid),
    /// The first digits of a commit's name, lower case; which one is seen when it is fetched.
    Abbreviated(String),
}

impl Wanted {
    /// The commit's name as far as it is known: what belongs into `status.sync.revision`.
    #[must_use]
    pub fn revision(&self) -> String {
        match self {
            Wanted::Tip { commit, .. } | Wanted::Commit(commit) => commit.to_string(),
            Wanted::Abbreviated(prefix) => prefix.clone(),
        }
    }
}

/// Why a revision came to nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ResolveError {
    /// No ref of that name, and it cannot be a commit.
    #[error("unable to resolve '{revision}' to a commit SHA")]
    NotFound {
        /// What was asked for, `HEAD` for nothing.
        revision: String,
    },
    /// The repository has no commits at all.
    #[error("unable to resolve '{revision}' to a commit SHA: the repository is empty")]
    EmptyRepository {
        /// What was asked for.
        revision: String,
    },
    /// The listing does not cover such refs: list again with [`crate::RefScope::add_revision`].
    #[error("'{revision}' is neither branch nor tag and was not listed")]
    NotListed {
        /// What was asked for.
        revision: String,
    },
}

/// Finds what `revision` means in a listing.
///
/// # Errors
/// [`ResolveError`], which says what is missing.
pub fn resolve(refs: &Refs, revision: &str) -> Result<Wanted, ResolveError> {
    if let Some(commit) = Oid::parse(revision) {
        return Ok(Wanted::Commit(commit));
    }
    let revision = if revision.is_empty() { "HEAD" } else { revision };
    if let Some(found) = greatest_tag(refs, revision).or_else(|| find(refs, revision)) {
        return Ok(Wanted::Tip { name: found.name.clone(), commit: found.commit() });
    }
    if revision.len() >= 7 && revision.len() < 40 && revision.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Ok(Wanted::Abbreviated(revision.to_lowercase()));
    }
    let revision = revision.to_owned();
    if !refs.scope.covers(&revision) {
        return Err(ResolveError::NotListed { revision });
    }
    if refs.is_empty() {
        return Err(ResolveError::EmptyRepository { revision });
    }
    Err(ResolveError::NotFound { revision })
}

/// The first ref that fits, as advertised. HEAD counts last: upstream sees it as symbolic and resolves it in the end.
fn find<'r>(refs: &'r Refs, revision: &str) -> Option<&'r Ref> {
    let fits = |entry: &&Ref| entry.name == revision || (is_short(revision) && short_name(&entry.name) == revision);
    let mut fitting = refs.list.iter().filter(fits);
    let first = fitting.next()?;
    if first.name != "HEAD" {
        return Some(first);
    }
    // Compat: a branch or tag named HEAD wins over the symbolic HEAD.
    if refs.head_target.is_some() { Some(fitting.next().unwrap_or(first)) } else { Some(first) }
}

/// Compat: upstream takes every revision that does not begin with `refs/` as a possible short name.
fn is_short(revision: &str) -> bool {
    !revision.starts_with("refs/")
}

/// What go-git calls the short name: without `refs/heads/`, `refs/tags/`, `refs/remotes/`, or just `refs/`.
fn short_name(name: &str) -> &str {
    ["refs/heads/", "refs/tags/", "refs/remotes/", "refs/"]
        .into_iter()
        .find_map(|prefix| name.strip_prefix(prefix))
        .unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::refs::RefScope;

    fn oid(digit: u8) -> Oid {
        Oid::from_bytes([digit; 20])
    }

    fn listing() -> Refs {
        let plain = |name: &str, digit| Ref { name: name.into(), target: oid(digit), peeled: None };
        let mut scope = RefScope::default();
        scope.add_revision("refs/pull/7/head");
        Refs {
            list: vec![
                plain("HEAD", 1),
                plain("refs/heads/1.x", 2),
                plain("refs/heads/feature/a", 3),
                plain("refs/heads/main", 1),
                plain("refs/heads/both", 4),
                plain("refs/heads/abcdef0", 9),
                plain("refs/pull/7/head", 5),
                plain("refs/tags/both", 6),
                Ref { name: "refs/tags/1.2".into(), target: oid(7), peeled: Some(oid(8)) },
            ],
            head_target: Some("refs/heads/main".into()),
            scope,
        }
    }

    fn found(revision: &str) -> String {
        match resolve(&listing(), revision) {
            Ok(Wanted::Tip { name, commit }) => format!("{name} {}", commit.as_bytes()[0]),
            Ok(Wanted::Commit(commit)) => format!("commit {}", commit.short()),
            Ok(Wanted::Abbreviated(prefix)) => format!("prefix {prefix}"),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn each_form_finds_its_commit() {
        for (revision, expected) in [
            ("", "HEAD 1"),
            ("HEAD", "HEAD 1"),
            ("main", "refs/heads/main 1"),
            ("refs/heads/main", "refs/heads/main 1"),
            ("feature/a", "refs/heads/feature/a 3"),
            ("both", "refs/heads/both 4"),
            ("refs/tags/both", "refs/tags/both 6"),
            ("1.2", "refs/tags/1.2 8"),
            ("pull/7/head", "refs/pull/7/head 5"),
            ("abcdef0", "refs/heads/abcdef0 9"),
            ("ABCDEF1", "prefix abcdef1"),
            ("0123456789abcdef0123456789abcdef01234567", "commit 0123456"),
            ("abc", "unable to resolve 'abc' to a commit SHA"),
            ("heads/main", "unable to resolve 'heads/main' to a commit SHA"),
        ] {
            assert_eq!(found(revision), expected, "{revision:?}");
        }
    }

    #[test]
    fn a_constraint_that_a_tag_satisfies_shadows_the_branch_of_its_name() {
        assert_eq!(found("1.x"), "refs/tags/1.2 8");
        assert_eq!(found("2.x"), "unable to resolve '2.x' to a commit SHA");
        let mut untagged = listing();
        untagged.list.retain(|entry| !entry.name.starts_with("refs/tags/"));
        assert!(matches!(resolve(&untagged, "1.x"), Ok(Wanted::Tip { name, .. }) if name == "refs/heads/1.x"));
    }

    #[test]
    fn what_was_not_listed_is_not_called_missing() {
        let mut refs = listing();
        refs.scope = RefScope::default();
        let error = resolve(&refs, "refs/notes/x").expect_err("not listed");
        assert_eq!(error, ResolveError::NotListed { revision: "refs/notes/x".into() });
        assert_eq!(resolve(&Refs::default(), "HEAD"), Err(ResolveError::EmptyRepository { revision: "HEAD".into() }));
    }
}
