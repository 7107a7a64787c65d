//! What was signed, read from servers: tags, commits, and all that led to one.

use crate::fixture::{Fixture, remote, run_git};
use crate::http_server::{Behaviour, HttpServer};
use git::{GitError, GitSource, Oid, Onward, Remote, ServerTrust, Trust, resolve};
use std::sync::{Arc, Mutex};

/// A signature of nothing: what is inside is not looked at here.
const SIGNATURE: &str = "-----BEGIN PGP SIGNATURE-----\n\nabcd\n-----END PGP SIGNATURE-----\n";

fn trusting(server: &HttpServer) -> Remote {
    let trust = Trust { tls: ServerTrust::Only(server.authority.as_str().into()), ..Trust::default() };
    remote(&server.url()).with_trust(trust)
}

async fn visited(fixture: &Fixture, remote: &Remote, tip: Oid, stop: Option<Oid>) -> Result<Vec<Oid>, GitError> {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let noted = Arc::clone(&seen);
    let visit = Box::new(move |signed: &git::Signed| {
        noted.lock().expect("one at a time").push(signed.id);
        if Some(signed.id) == stop { Onward::Stop } else { Onward::Parents }
    });
    // What is here may be visited before the rest is fetched, and then all is visited anew.
    let walked = fixture.git.walk(remote, tip, visit).await;
    let mut seen = seen.lock().expect("one at a time").clone();
    seen.sort();
    seen.dedup();
    walked.map(|()| seen)
}

fn sorted<const N: usize>(mut ids: [Oid; N]) -> Vec<Oid> {
    ids.sort();
    ids.to_vec()
}

#[tokio::test]
async fn the_history_of_a_commit_is_fetched_when_it_is_asked_for_and_grows() {
    let fixture = Fixture::new();
    let first = fixture.commit("main", &[("a", "1")]);
    let second = fixture.commit("main", &[("a", "2")]);
    let third = fixture.commit("main", &[("a", "3")]);
    let server = HttpServer::https(fixture.srv(), Behaviour::default()).await;
    let remote = trusting(&server);
    let (tip, _) = fixture.open(&remote, "main").await.expect("opened");
    assert_eq!(tip, third);
    assert_eq!(visited(&fixture, &remote, third, Some(third)).await.expect("walked"), [third], "no need of more");
    assert_eq!(visited(&fixture, &remote, third, None).await.expect("walked"), sorted([first, second, third]));
    assert_eq!(visited(&fixture, &remote, third, Some(second)).await.expect("walked"), sorted([second, third]));
    let fourth = fixture.commit("main", &[("a", "4")]);
    let (tip, tree) = fixture.open(&remote, "main").await.expect("opened");
    assert_eq!((tip, crate::fixture::text(&tree, "a").as_str()), (fourth, "4"));
    assert_eq!(visited(&fixture, &remote, fourth, None).await.expect("walked").len(), 4);
    // Commits without their files are no commits that can be opened.
    let wanted = git::Wanted::Commit(first);
    let opened = fixture.git.ensure_commit(&remote, &wanted).await.expect("fetched");
    let tree = fixture.git.tree(&remote, opened).await.expect("whole");
    assert_eq!(crate::fixture::text(&tree, "a"), "1");
}

#[tokio::test]
async fn an_annotated_tag_is_fetched_and_read_with_its_signature() {
    let fixture = Fixture::new();
    let commit = fixture.commit("main", &[("a", "1")]);
    run_git(&fixture.repository(), &["tag", "-a", "v1", "-m", &format!("One\n\n{SIGNATURE}"), "main"]);
    let server = HttpServer::https(fixture.srv(), Behaviour::default()).await;
    let remote = trusting(&server);
    let refs = fixture.list(&remote).await.expect("listed");
    let entry = refs.get("refs/tags/v1").expect("the tag").clone();
    assert_eq!(entry.peeled, Some(commit));
    let wanted = resolve(&refs, "v1").expect("resolved");
    assert_eq!(fixture.git.ensure_commit(&remote, &wanted).await, Ok(commit));
    let signed = fixture.git.signed(&remote, entry.target).await.expect("the tag");
    assert_eq!(
        (signed.signature.as_deref(), signed.who.as_str()),
        (Some(SIGNATURE), "Somebody <somebody@example.com>")
    );
    assert!(String::from_utf8_lossy(&signed.text).ends_with("\n\nOne\n\n"));
    let plain = fixture.git.signed(&remote, commit).await.expect("the commit");
    assert_eq!((plain.signature, plain.who.as_str()), (None, "Example Author <author@example.com>"));
}
