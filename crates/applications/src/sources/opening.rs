//! Opens the files of commits that are here, for one render.

use super::around::Around;
use super::basis::Basis;
use super::lender::Lender;
use super::seen::Wanted;
use super::state::Shared;
use git::GitError;
use std::collections::BTreeMap;

/// What surrounds a render of `wanted` on `basis`.
///
/// # Errors
/// When the store behind the files fails.
pub(super) async fn around(shared: &Shared, wanted: &Wanted, basis: &Basis) -> Result<Around, GitError> {
    let tree = shared.git.tree(&wanted.remote, basis.commit).await?;
    let committed = shared.git.commit_info(&wanted.remote, basis.commit).await?.committer.time;
    let mut refs = BTreeMap::new();
    for (name, lender) in &wanted.refs {
        let lent = match (lender, basis.refs.get(name)) {
            (Lender::Repository { remote, .. }, Some(commit)) => Some(shared.git.tree(remote, *commit).await?),
            _ => None,
        };
        refs.insert(name.clone(), lent);
    }
    let tools = shared.lock().tools.clone();
    Ok(Around { tree, revision: basis.commit.to_string(), committed, refs, tools })
}
