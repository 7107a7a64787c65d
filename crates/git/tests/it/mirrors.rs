//! What mirrors keep, for whom, and for how long.

use crate::fixture::{Fixture, open, remote, text};
use crate::http_server::{Behaviour, HttpServer};
use git::{Credentials, GitSource, Problem, ServerTrust, Trust, Wanted};
use std::collections::BTreeSet;

/// `user:secret`
const AUTHORIZATION: &str = "Basic dXNlcjpzZWNyZXQ=";

fn basic(password: &str) -> Credentials {
    Credentials::Basic { username: "user".into(), password: password.into() }
}

#[tokio::test]
async fn a_pinned_commit_that_is_here_needs_no_host_and_is_shown_to_nobody_else() {
    let fixture = Fixture::new();
    let commit = fixture.commit("main", &[("app/a.yaml", "a: 1")]);
    let behaviour = Behaviour { authorization: Some(AUTHORIZATION.into()), ..Behaviour::default() };
    let server = HttpServer::https(fixture.srv(), behaviour).await;
    let trust = Trust { tls: ServerTrust::Only(server.authority.as_str().into()), ..Trust::default() };
    let remote = remote(&server.url()).with_trust(trust).with_credentials(basic("secret"));
    fixture.open(&remote, "HEAD").await.expect("opened");
    let asked = server.requests().len();
    let (pinned, later) = (Wanted::Commit(commit), fixture.restarted());
    assert_eq!(later.ensure_commit(&remote, &pinned).await, Ok(commit));
    let tree = later.tree(&remote, commit).await.expect("read");
    assert_eq!(text(&tree, "app/a.yaml"), "a: 1");
    assert_eq!(server.requests().len(), asked, "nobody was asked");
    for credentials in [Credentials::Anonymous, basic("wrong")] {
        let other = remote.clone().with_credentials(credentials);
        let refused = fixture.restarted().ensure_commit(&other, &pinned).await.expect_err("refused");
        assert!(matches!(refused.problem, Problem::Unauthorised { .. }), "{refused}");
    }
    assert!(server.requests().len() > asked, "the others had to ask");
    let names = walk(&fixture.dir.path().join("data"));
    assert!(names.iter().all(|name| !name.contains("secret")), "{names:?}");
}

fn walk(directory: &std::path::Path) -> Vec<String> {
    let mut names = Vec::new();
    for entry in std::fs::read_dir(directory).expect("read").flatten() {
        names.push(entry.file_name().to_string_lossy().into_owned());
        match entry.file_type().expect("there").is_dir() {
            true => names.extend(walk(&entry.path())),
            false => names.push(String::from_utf8_lossy(&std::fs::read(entry.path()).expect("read")).into_owned()),
        }
    }
    names
}

#[tokio::test]
async fn a_mirror_is_tidied_when_much_has_gathered_and_keeps_what_is_in_use() {
    let fixture = Fixture::new();
    let server = HttpServer::http(fixture.srv(), Behaviour::default()).await;
    let remote = remote(&server.url());
    let mut commits = Vec::new();
    for number in 0..3 {
        commits.push(fixture.commit("main", &[("a.yaml", format!("a: {number}"))]));
        fixture.open(&remote, "main").await.expect("opened");
    }
    let mirror = std::fs::read_dir(fixture.dir.path().join("data")).expect("read").next().expect("one").expect("read");
    let (packs, seventeen) = (mirror.path().join("objects/pack"), mirror.path().join("objects/17"));
    let in_use = BTreeSet::from([commits[0]]);
    fixture.git.tidy(&remote, in_use.clone()).await.expect("looked at");
    assert_eq!(std::fs::read_dir(&packs).expect("read").count(), 0, "it is not worth it");
    std::fs::create_dir_all(&seventeen).expect("made");
    for number in 0..30 {
        std::fs::write(seventeen.join(format!("{number:038x}")), "").expect("written");
    }
    fixture.git.tidy(&remote, in_use).await.expect("tidied");
    assert_eq!(std::fs::read_dir(&packs).expect("read").count(), 2, "one pack and its index");
    assert!(!seventeen.exists());
    let later = fixture.restarted();
    assert_eq!(later.ensure_commit(&remote, &Wanted::Commit(commits[0])).await, Ok(commits[0]));
    let next = fixture.commit("main", &[("b.yaml", "b: 1")]);
    let (commit, tree) = open(&later, &remote, "main").await.expect("opened");
    assert_eq!((commit, text(&tree, "a.yaml"), text(&tree, "b.yaml")), (next, "a: 2".into(), "b: 1".into()));
}
