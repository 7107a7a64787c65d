//! Repositories made by us are repositories for git.

use crate::fixture::{commit, run_git};
use git::{Change, Layout};
use std::path::Path;

fn output(directory: &Path, arguments: &[&str]) -> String {
    String::from_utf8(run_git(directory, arguments).stdout).expect("text").trim().to_owned()
}

#[test]
fn a_working_directory_is_clean_and_can_be_committed_to() {
    let dir = tempfile::tempdir().expect("a directory");
    let at = dir.path();
    let files =
        [("dev/app.yaml", Change::from("a: 1\n")), ("dev/link", Change::Link("app.yaml".into())), ("top", "t".into())];
    let first = commit(at, Layout::WorkingDirectory, "main", &files);
    assert_eq!(output(at, &["status", "--porcelain"]), "");
    assert_eq!(output(at, &["diff-files", "--name-only"]), "", "the index knows the files' status");
    assert_eq!(output(at, &["rev-parse", "HEAD", "main"]), format!("{first}\n{first}"));
    assert_eq!(std::fs::read_to_string(at.join("dev/link")).expect("a link"), "a: 1\n");
    let second =
        commit(at, Layout::WorkingDirectory, "main", &[("dev/app.yaml", Change::Remove), ("dev/link", Change::Remove)]);
    assert_eq!(output(at, &["status", "--porcelain"]), "");
    assert!(!at.join("dev").exists(), "git keeps no empty directories");
    std::fs::write(at.join("top"), "edited").expect("written");
    run_git(at, &["commit", "-q", "-a", "-m", "by hand"]);
    assert_eq!(output(at, &["rev-parse", "HEAD~1", "HEAD~2"]), format!("{second}\n{first}"));
    let after = commit(at, Layout::WorkingDirectory, "main", &[("more", "m")]);
    assert_eq!(output(at, &["show", &format!("{after}:top")]), "edited");
    run_git(at, &["fsck", "--strict"]);
}

#[test]
fn a_bare_repository_holds_several_branches() {
    let dir = tempfile::tempdir().expect("a directory");
    let main = commit(dir.path(), Layout::Bare, "main", &[("a", "1")]);
    let other = commit(dir.path(), Layout::Bare, "other", &[("b", "1")]);
    assert_eq!(output(dir.path(), &["rev-parse", "HEAD", "other"]), format!("{main}\n{other}"));
    assert_eq!(output(dir.path(), &["rev-parse", "--is-bare-repository"]), "true");
}

#[test]
fn paths_that_lead_elsewhere_are_refused() {
    let dir = tempfile::tempdir().expect("a directory");
    let time = "2026-01-01T00:00:00Z".parse().expect("a time");
    let author = git::Signature { name: "A".into(), email: "a@example.com".into(), time };
    for path in ["../x", "/x", ".git/config", ""] {
        let changes = vec![(path.to_owned(), Change::from("x"))];
        let commit = git::NewCommit { branch: "main".into(), message: "m".into(), author: author.clone(), changes };
        let refused = git::commit_files(&dir.path().join("r"), Layout::WorkingDirectory, &commit);
        // An absolute path is one from the root of the repository, as everywhere in trees.
        assert!(refused.is_err() || path == "/x", "{path}");
    }
    assert!(!dir.path().join("x").exists());
}
