//! Repositories of this machine: objects are written beside the others, and the branch moves if it is where it was.

use super::objects::{NewKind, NewObject};
use crate::error::Problem;
use crate::oid::Oid;
use crate::wire::push::{Command, Report};
use gix::objs::Write as _;
use gix::refs::transaction::{Change, LogChange, PreviousValue, RefEdit, RefLog};
use std::path::Path;

/// Takes the objects in and moves the branch.
///
/// Compat: as `git push`, a branch whose files lie beside the repository is not moved under whoever works there.
pub(super) fn take(path: &Path, command: &Command, objects: &[NewObject]) -> Result<Report, Problem> {
    let options = gix::open::Options::isolated().with(gix::sec::Trust::Full);
    let opened = options.open(path).map(|repository| repository.to_thread_local());
    let repository = opened.map_err(|error| Problem::BadUrl { why: format!("no Git repository there: {error}") })?;
    let store = |error: &dyn std::fmt::Display| Problem::Store { detail: error.to_string() };
    let is_checked_out = repository.workdir().is_some()
        && repository.head_name().ok().flatten().is_some_and(|head| head.as_bstr() == command.name.as_str());
    if is_checked_out {
        return Ok(Report::Refused(
            "somebody works on it there: its files are checked out; push to a bare repository, or to another branch"
                .to_owned(),
        ));
    }
    for object in objects {
        let kind = match object.kind {
            NewKind::Commit => gix::objs::Kind::Commit,
            NewKind::Tree => gix::objs::Kind::Tree,
            NewKind::Blob => gix::objs::Kind::Blob,
        };
        repository.objects.write_buf(kind, &object.content).map_err(|error| store(&error))?;
    }
    let expected = match command.old {
        Some(old) => PreviousValue::MustExistAndMatch(gix::refs::Target::Object(id(old))),
        None => PreviousValue::MustNotExist,
    };
    let log = LogChange { mode: RefLog::AndReference, force_create_reflog: false, message: "push".into() };
    let change = Change::Update { log, expected, new: gix::refs::Target::Object(id(command.new)) };
    let name = command.name.as_str().try_into();
    let name = name.map_err(|_| Problem::Unsupported { what: format!("pushing to {}", command.name) })?;
    let who = gix::actor::SignatureRef { name: "capstan".into(), email: "capstan".into(), time: "0 +0000" };
    let edited = repository.edit_references_as([RefEdit { change, name, deref: false }], Some(who));
    match edited {
        Ok(_) => Ok(Report::Moved),
        // What the caller finds the branch at says whether it moved or cannot be written.
        Err(error) => Ok(Report::Refused(error.to_string())),
    }
}

fn id(oid: Oid) -> gix::ObjectId {
    gix::ObjectId::Sha1(*oid.as_bytes())
}
