//! Repositories of this machine.

use crate::fixture::{Fixture, commit, path, remote, run_git, text};
use git::{GitSource, Layout, LocalRepositories, Problem, Wanted};

#[tokio::test]
async fn they_are_read_in_place_in_every_layout() {
    let fixture = Fixture::new();
    let bare = fixture.commit("main", &[("a", "bare")]);
    let work = fixture.dir.path().join("work");
    let worked = commit(&work, Layout::WorkingDirectory, "main", &[("a", "work")]);
    let urls = [
        (format!("file://{}", fixture.repository().display()), bare, "bare"),
        (fixture.repository().display().to_string(), bare, "bare"),
        (work.display().to_string(), worked, "work"),
        (work.join(".git").display().to_string(), worked, "work"),
    ];
    for (url, expected, content) in urls {
        let (found, tree) = fixture.open(&remote(&url), "HEAD").await.expect("opened");
        assert_eq!((found, text(&tree, "a").as_str()), (expected, content), "{url}");
    }
    assert!(!fixture.dir.path().join("data").exists(), "nothing is copied");
}

#[tokio::test]
async fn every_kind_of_ref_is_listed_in_order() {
    let fixture = Fixture::new();
    let first = fixture.commit("main", &[("a", "1")]);
    let repository = fixture.repository();
    run_git(&repository, &["tag", "-a", "v1", "-m", "one"]);
    run_git(&repository, &["pack-refs", "--all"]);
    run_git(&repository, &["branch", "feature/x"]);
    run_git(&repository, &["update-ref", "refs/pull/1/head", "main"]);
    let refs = fixture.list(&remote(&repository.display().to_string())).await.expect("listed");
    let names: Vec<&str> = refs.list.iter().map(|entry| entry.name.as_str()).collect();
    assert_eq!(names, ["HEAD", "refs/heads/feature/x", "refs/heads/main", "refs/tags/v1"]);
    assert!(refs.list.iter().all(|entry| entry.commit() == first));
    assert_eq!(refs.head_target.as_deref(), Some("refs/heads/main"));
    run_git(&repository, &["update-ref", "--no-deref", "HEAD", &first.to_string()]);
    let detached = fixture.list(&remote(&repository.display().to_string())).await.expect("listed");
    assert_eq!((detached.head_target, detached.list[0].name.as_str()), (None, "HEAD"));
}

#[tokio::test]
async fn a_mark_changes_with_every_commit_and_stays_otherwise() {
    let fixture = Fixture::new();
    fixture.commit("main", &[("a", "1")]);
    let remote = remote(&fixture.repository().display().to_string());
    let mut last = fixture.git.change_mark(&remote);
    assert!(last.is_some());
    for number in 0..20 {
        assert_eq!(fixture.git.change_mark(&remote), last);
        fixture.commit("main", &[("a", number.to_string().as_str())]);
        let next = fixture.git.change_mark(&remote);
        assert_ne!(next, last, "commit {number}");
        last = next;
    }
    run_git(&fixture.repository(), &["gc", "-q"]);
    let (_, tree) = fixture.open(&remote, "HEAD").await.expect("opened after the objects were packed");
    assert_eq!(text(&tree, "a"), "19");
}

#[tokio::test]
async fn a_repository_made_anew_at_the_same_place_is_noticed() {
    let fixture = Fixture::new();
    fixture.commit("main", &[("a", "1")]);
    let remote = remote(&fixture.repository().display().to_string());
    fixture.open(&remote, "HEAD").await.expect("opened");
    let mark = fixture.git.change_mark(&remote);
    std::fs::remove_dir_all(fixture.repository()).expect("removed");
    assert_eq!(fixture.list(&remote).await.expect_err("gone").problem, Problem::NotFound);
    fixture.commit("main", &[("b", "2")]);
    assert_ne!(fixture.git.change_mark(&remote), mark);
    assert_eq!(text(&fixture.open(&remote, "HEAD").await.expect("opened").1, "b"), "2");
}

#[tokio::test]
async fn what_is_not_there_is_clear() {
    let fixture = Fixture::new();
    let absent = fixture.dir.path().join("absent").display().to_string();
    assert_eq!(fixture.list(&remote(&absent)).await.expect_err("absent").problem, Problem::NotFound);
    let plain = fixture.srv().display().to_string();
    let error = fixture.list(&remote(&plain)).await.expect_err("a plain directory");
    assert!(error.to_string().contains("no Git repository there"), "{error}");
    fixture.commit("main", &[("a", "1")]);
    let here = remote(&fixture.repository().display().to_string());
    let never = Wanted::Commit(git::Oid::from_bytes([0xab; 20]));
    assert!(
        matches!(fixture.git.ensure_commit(&here, &never).await, Err(error) if matches!(error.problem, Problem::Gone { .. }))
    );
}

#[tokio::test]
async fn they_can_be_forbidden() {
    let fixture = Fixture::with(|options| options.local = LocalRepositories::Refused);
    fixture.commit("main", &[("a", "1")]);
    let error = fixture.list(&remote(&fixture.repository().display().to_string())).await.expect_err("forbidden");
    assert!(matches!(error.problem, Problem::BadUrl { .. }), "{error}");
}

#[tokio::test]
async fn a_linked_work_tree_has_its_own_head() {
    let fixture = Fixture::new();
    let work = fixture.dir.path().join("work");
    commit(&work, Layout::WorkingDirectory, "main", &[("a", "1")]);
    run_git(&work, &["worktree", "add", "-q", "-b", "side", "../side"]);
    let side = fixture.dir.path().join("side");
    std::fs::write(side.join("a"), "2").expect("written");
    let remote = remote(&side.display().to_string());
    let mark = fixture.git.change_mark(&remote);
    run_git(&side, &["commit", "-q", "-a", "-m", "two"]);
    assert_ne!(fixture.git.change_mark(&remote), mark);
    let (_, tree) = fixture.open(&remote, "HEAD").await.expect("opened");
    assert_eq!(text(&tree, "a"), "2");
    assert!(tree.entry(&path("b")).expect("read").is_none());
}
