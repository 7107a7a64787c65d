//! Reading what a commit says about itself.

use super::objects::{Objects, our_id};
use crate::commit::{CommitInfo, Signature};
use crate::error::Problem;
use crate::oid::Oid;
use gix::objs::CommitRef;

/// A commit's own words, and the root of its files. `None` when the commit is not here.
pub(crate) fn read_commit(objects: &Objects, id: Oid) -> Result<Option<(CommitInfo, Oid)>, Problem> {
    let Some((id, data)) = objects.commit(id)? else { return Ok(None) };
    let damaged = || Problem::Store { detail: format!("commit {id} is damaged") };
    let commit = CommitRef::from_bytes(&data, gix::hash::Kind::Sha1).map_err(|_| damaged())?;
    let root = our_id(&commit.tree()).ok_or_else(damaged)?;
    let info = CommitInfo {
        id,
        parents: commit.parents().filter_map(|parent| our_id(&parent)).collect(),
        author: signature(commit.author),
        committer: signature(commit.committer),
        message: String::from_utf8_lossy(commit.message).into_owned(),
        signed: commit.extra_headers.iter().any(|(name, _)| *name == "gpgsig" || *name == "gpgsig-sha256"),
    };
    Ok(Some((info, root)))
}

/// `Name <email> seconds zone`, as forgiving as git: what cannot be read is left empty.
fn signature(line: &[u8]) -> Signature {
    let line = String::from_utf8_lossy(line);
    let (name, rest) = line.split_once('<').unwrap_or((&line, ""));
    let (email, time) = rest.rsplit_once('>').unwrap_or((rest, ""));
    let seconds = time.split_ascii_whitespace().next().and_then(|seconds| seconds.parse().ok());
    let time = seconds.and_then(|seconds| jiff::Timestamp::from_second(seconds).ok()).unwrap_or_default();
    Signature { name: name.trim().to_owned(), email: email.trim().to_owned(), time }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn odd_signatures_are_read_as_far_as_possible() {
        let read = signature(b"A U Thor <a@example.com> 1767225600 +0200");
        assert_eq!(read.display(), "A U Thor <a@example.com>");
        assert_eq!(read.time.to_string(), "2026-01-01T00:00:00Z");
        assert_eq!(signature(b"nobody").name, "nobody");
        assert_eq!(signature(b"x <y> 99999999999999999999 +0000").time, jiff::Timestamp::UNIX_EPOCH);
    }
}
