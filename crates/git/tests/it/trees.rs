//! A commit's files as a render sees them.

use crate::fixture::{Fixture, path, remote, run_git};
use git::Change;
use std::sync::Arc;
use tree::{EntryKind, MemoryTree, Recording, Tree, TreeError, TreePath, resolve};

async fn tree_of(fixture: &Fixture) -> Arc<dyn Tree> {
    let remote = remote(&fixture.repository().display().to_string());
    fixture.open(&remote, "HEAD").await.expect("opened").1
}

#[tokio::test]
async fn they_answer_like_the_same_files_in_memory() {
    let fixture = Fixture::new();
    let files = [("a.yaml", "root"), ("app/b.yaml", "b"), ("app.yaml", "x"), ("app/deep/c.yaml", "c"), ("ünï", "u")];
    fixture.commit("main", &files);
    let (real, memory) = (tree_of(&fixture).await, MemoryTree::from_files(files));
    let paths = ["", "a.yaml", "app", "app/b.yaml", "app/deep", "app/deep/c.yaml", "app.yaml", "ünï", "no", "a.yaml/x"];
    for at in paths.map(|text| if text.is_empty() { TreePath::root() } else { path(text) }) {
        let kind = |tree: &dyn Tree| tree.entry(&at).expect("read").map(|entry| entry.kind);
        assert_eq!(kind(&*real), kind(&memory), "{at:?}");
        let names = |tree: &dyn Tree| {
            let listed = tree.list(&at).map_err(|error| error.to_string())?;
            Ok::<_, String>(listed.into_iter().map(|(name, entry)| (name, entry.kind)).collect::<Vec<_>>())
        };
        assert_eq!(names(&*real), names(&memory), "{at:?}");
        assert_eq!(real.read(&at, 100), memory.read(&at, 100), "{at:?}");
        assert_eq!(real.read(&at, 0), memory.read(&at, 0), "{at:?}");
    }
}

#[tokio::test]
async fn links_are_data_and_never_lead_out() {
    let fixture = Fixture::new();
    let link = |target: &str| Change::Link(target.to_owned());
    let files = [
        ("app/inside", link("../other")),
        ("app/outside", link("../../etc/passwd")),
        ("app/absolute", link("/etc/passwd")),
        ("other/x", Change::from("x")),
    ];
    fixture.commit("main", &files);
    let tree = tree_of(&fixture).await;
    assert_eq!(tree.entry(&path("app/outside")).expect("read").map(|entry| entry.kind), Some(EntryKind::Symlink));
    assert_eq!(resolve(&*tree, &path("app/inside/x")), Ok(path("other/x")));
    for out in ["app/outside", "app/absolute"] {
        assert_eq!(resolve(&*tree, &path(out)), Err(TreeError::Escapes { path: path(out) }));
    }
}

#[tokio::test]
async fn submodules_are_seen_and_not_entered() {
    let fixture = Fixture::new();
    let commit = fixture.commit("main", &[("a", "1")]);
    let work = fixture.dir.path().join("clone");
    let (from, to) = (fixture.repository().display().to_string(), work.display().to_string());
    run_git(fixture.dir.path(), &["clone", "-q", &from, &to]);
    run_git(&work, &["update-index", "--add", "--cacheinfo", &format!("160000,{commit},sub")]);
    run_git(&work, &["commit", "-q", "-m", "submodule"]);
    run_git(&work, &["push", "-q", "origin", "main"]);
    let tree = tree_of(&fixture).await;
    assert_eq!(tree.entry(&path("sub")).expect("read").map(|entry| entry.kind), Some(EntryKind::Submodule));
    let wrong = |expected| TreeError::WrongKind { path: path("sub"), found: EntryKind::Submodule, expected };
    assert_eq!(tree.read(&path("sub"), 10), Err(wrong(EntryKind::File)));
    assert_eq!(tree.list(&path("sub")), Err(wrong(EntryKind::Directory)));
    assert_eq!(tree.entry(&path("sub/a")), Ok(None));
}

#[tokio::test]
async fn only_what_a_commit_touched_changes_identity() {
    let fixture = Fixture::new();
    fixture.commit("main", &[("one/a", "1"), ("two/a", "1")]);
    let before = tree_of(&fixture).await;
    let reads = |at: &str| {
        let recording = Recording::new(&*before);
        recording.list(&path(at)).expect("listed");
        recording.read(&path(&format!("{at}/a")), 10).expect("read");
        recording.into_reads()
    };
    let (one, two) = (reads("one"), reads("two"));
    fixture.commit("main", &[("two/a", "2")]);
    let after = tree_of(&fixture).await;
    assert_eq!(one.unchanged_in(&*after), Ok(true));
    assert_eq!(two.unchanged_in(&*after), Ok(false));
}

#[tokio::test]
async fn a_huge_file_is_refused_by_its_header() {
    let fixture = Fixture::new();
    fixture.commit("main", &[("huge", Change::File("x".repeat(2 << 20))), ("small", Change::from("s"))]);
    let tree = tree_of(&fixture).await;
    let error = tree.read(&path("huge"), 1 << 20).expect_err("too large");
    assert_eq!(error, TreeError::TooLarge { path: path("huge"), bytes_max: 1 << 20 });
    assert_eq!(tree.read(&path("small"), 1 << 20).expect("read"), "s");
}
