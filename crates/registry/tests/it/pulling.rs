//! Tags, digests and builds.

use crate::stage::{DAYS, anonymous, client, me, repository, server};
use images::Platform;
use ociserver::{Auth, Image};
use registry::{Login, Problem};

#[tokio::test]
async fn tags_come_page_by_page_and_then_only_whether_they_changed() {
    let server = server().await;
    for number in 0..2500 {
        server.push("org/app", &format!("v{number}"), &Image::new(DAYS[0], "one"));
    }
    let (client, app) = (client(), anonymous(&server, "org/app"));
    assert_eq!(client.tags(&app).await.expect("tags").len(), 2500);
    assert_eq!(server.take_requests().len(), 3, "pages of a thousand");
    server.push("small", "v1", &Image::new(DAYS[0], "one"));
    let small = anonymous(&server, "small");
    let first = client.tags(&small).await.expect("tags");
    let again = client.tags(&small).await.expect("tags");
    assert!(std::sync::Arc::ptr_eq(&first, &again), "the registry said that nothing changed");
    server.push("small", "v2", &Image::new(DAYS[0], "two"));
    assert_eq!(*client.tags(&small).await.expect("tags"), ["v1", "v2"]);
}

#[tokio::test]
async fn builds_are_asked_for_once() {
    let server = server().await;
    let digest = server.push("app", "v1", &Image::new(DAYS[1], "one").on(&["linux/amd64", "linux/arm64/v8"]));
    let (client, app) = (client(), anonymous(&server, "app"));
    assert_eq!(client.digest(&app, "v1").await.expect("a digest"), digest);
    let build = client.build(&app, "v1").await.expect("a build");
    assert_eq!(
        (build.digest.as_str(), build.created.map(|at| at.to_string()).as_deref()),
        (digest.as_str(), Some(DAYS[1]))
    );
    let platform = |text: &str| Platform::parse(text).expect("a platform");
    assert!(build.runs_on(&[platform("linux/amd64"), platform("linux/arm64")]));
    assert!(!build.runs_on(&[platform("windows/amd64")]));
    let _ = server.take_requests();
    assert_eq!(client.build(&app, "v1").await.expect("a build"), build);
    assert_eq!(server.take_requests(), ["HEAD /v2/app/manifests/v1"], "what cannot change is not asked for again");
}

#[tokio::test]
async fn every_kind_of_auth_lets_in_who_may() {
    let server = server().await;
    server.push("org/app", "v1", &Image::new(DAYS[0], "one"));
    let wanted = ("me".to_owned(), "secret".to_owned());
    for auth in [Auth::Basic(wanted.0.clone(), wanted.1.clone()), Auth::Token(wanted.0, wanted.1)] {
        server.require(auth.clone());
        let known = repository(&server, "org/app", me());
        assert_eq!(*client().tags(&known).await.unwrap_or_else(|error| panic!("{auth:?}: {error}")), ["v1"]);
        for stranger in [Login::Anonymous, Login::parse("me:wrong").expect("a login")] {
            let refused = client().tags(&repository(&server, "org/app", stranger)).await.expect_err("refused");
            assert!(matches!(refused.problem, Problem::Unauthorised { .. }), "{auth:?}: {refused}");
            assert!(!refused.to_string().contains("wrong"), "{refused}");
        }
    }
    server.require(Auth::AnonymousToken);
    let client = client();
    let public = anonymous(&server, "org/app");
    client.tags(&public).await.expect("a token for everybody");
    let _ = server.take_requests();
    client.digest(&public, "v1").await.expect("a digest");
    assert_eq!(server.take_requests(), ["HEAD /v2/org/app/manifests/v1"], "the token is still good");
}

#[tokio::test]
async fn what_is_not_there_is_said_so() {
    let server = server().await;
    let missing = client().tags(&anonymous(&server, "none")).await.expect_err("nothing");
    assert!(matches!(missing.problem, Problem::NotFound { .. }), "{missing}");
    assert!(missing.to_string().starts_with(&format!("{}/none: ", server.host())), "{missing}");
}
