//! Registries that misbehave: each ends in an error that names the cause, in bounded time.

use crate::stage::{DAYS, anonymous, client, impatient, server};
use ociserver::{Behaviour, Canned, Image, Server};
use registry::Problem;
use serde_json::json;
use std::time::Duration;

fn canned(status: u16, body: &str) -> Canned {
    Canned { status, body: body.to_owned().into(), ..Canned::default() }
}

async fn tags_of(server: &Server) -> Problem {
    impatient().tags(&anonymous(server, "app")).await.expect_err("a failure").problem
}

#[tokio::test]
async fn a_registry_that_asks_for_a_pause_is_left_alone() {
    let server = server().await;
    server.behave(Behaviour::new(|_, _| {
        Some(Canned { headers: vec![("retry-after", "120".into())], ..canned(429, "") })
    }));
    let client = client();
    let app = anonymous(&server, "app");
    let busy = client.tags(&app).await.expect_err("busy").problem;
    assert_eq!(busy, Problem::Busy { status: 429, wait: Duration::from_secs(120) });
    server.behave(Behaviour::default());
    let still = client.tags(&app).await.expect_err("still busy").problem;
    assert!(still.pause().is_some_and(|wait| wait > Duration::from_secs(60)), "{still}");
    assert_eq!(server.take_requests().len(), 1, "it was asked once");
}

#[tokio::test]
async fn failures_are_told_apart() {
    let server = server().await;
    for (status, expected) in [
        (500, Problem::ServerFailed { status: 500 }),
        (503, Problem::ServerFailed { status: 503 }),
        (404, Problem::NotFound { what: "the repository".into() }),
        (403, Problem::Unauthorised { detail: "status 403".into() }),
    ] {
        server.behave(Behaviour::new(move |_, _| Some(canned(status, "<html>"))));
        assert_eq!(tags_of(&server).await, expected);
    }
    server.behave(Behaviour::new(|_, _| Some(canned(200, "<html>a login page</html>"))));
    assert!(matches!(tags_of(&server).await, Problem::Protocol { .. }));
}

#[tokio::test]
async fn endless_answers_end() {
    let server = server().await;
    server.behave(Behaviour::new(|_, _| Some(Canned { is_endless: true, ..canned(200, &"x".repeat(4096)) })));
    assert_eq!(tags_of(&server).await, Problem::TooLarge { what: "bytes of one answer", max: 1 << 20 });
    server.behave(Behaviour::new(|_, _| Some(Canned { is_silent: true, ..canned(200, "") })));
    assert!(matches!(tags_of(&server).await, Problem::Timeout { .. }));
}

#[tokio::test]
async fn pages_that_never_end_are_counted() {
    let server = server().await;
    server.behave(Behaviour::new(|_, _| {
        let body = json!({"name": "app", "tags": ["v1"]}).to_string();
        // The next page is always another one.
        Some(Canned {
            headers: vec![("link", "</v2/app/tags/list?n=1&last=v1>; rel=\"next\"".into())],
            ..canned(200, &body)
        })
    }));
    let told = tags_of(&server).await;
    assert!(matches!(told, Problem::Protocol { .. }), "a page that names itself: {told}");
    server.behave(Behaviour::new(|_, _| {
        let body = json!({"name": "app", "tags": ["v1"]}).to_string();
        let link = "<https://elsewhere.example/v2/app/tags/list>; rel=\"next\"";
        Some(Canned { headers: vec![("link", link.into())], ..canned(200, &body) })
    }));
    assert!(matches!(tags_of(&server).await, Problem::Protocol { .. }), "another host");
}

#[tokio::test]
async fn a_hundred_thousand_tags_are_read_and_more_than_allowed_are_not() {
    let server = server().await;
    let many = |count: usize| {
        let tags: Vec<String> = (0..count).map(|number| format!("1.0.{number}")).collect();
        json!({"name": "app", "tags": tags}).to_string()
    };
    let client = registry::Client::new(registry::Options::default(), &clock::Clock::system());
    let hundred = many(100_000);
    server.behave(Behaviour::new(move |_, _| Some(canned(200, &hundred))));
    assert_eq!(client.tags(&anonymous(&server, "app")).await.expect("tags").len(), 100_000);
    let more = many(250_000);
    server.behave(Behaviour::new(move |_, _| Some(canned(200, &more))));
    let told = client.tags(&anonymous(&server, "app")).await.expect_err("too many").problem;
    assert_eq!(told, Problem::TooLarge { what: "tags of one repository", max: 200_000 });
}

#[tokio::test]
async fn lies_about_digests_are_found_out() {
    let server = server().await;
    let digest = server.push("app", "v1", &Image::new(DAYS[0], "one"));
    let other = server.push("app", "v2", &Image::new(DAYS[1], "two"));
    // The tag is said to be one thing, and what comes is another.
    let lie = other.clone();
    server.behave(Behaviour::new(move |method, path| {
        (method == "HEAD" && path.ends_with("/v1"))
            .then(|| Canned { headers: vec![("docker-content-digest", lie.clone())], ..canned(200, "") })
    }));
    let build = client().build(&anonymous(&server, "app"), "v1").await.expect("the image it says");
    assert_eq!(build.digest, other, "what is said is what is written, and it is really there");
    let honest = digest.clone();
    server.behave(Behaviour::new(move |method, path| {
        (method == "GET" && path.ends_with(&honest)).then(|| canned(200, r#"{"schemaVersion":2}"#))
    }));
    let told = client().build(&anonymous(&server, "app"), "v1").await.expect_err("a lie").problem;
    assert!(matches!(&told, Problem::Digest { expected, .. } if *expected == digest), "{told}");
    server.behave(Behaviour::new(|_, path| path.contains("/blobs/").then(|| canned(200, "{}"))));
    let told = client().build(&anonymous(&server, "app"), "v1").await.expect_err("a lie").problem;
    assert!(matches!(&told, Problem::Digest { what: "the image's configuration", .. }), "{told}");
}

#[tokio::test]
async fn redirects_end_and_carry_no_credentials() {
    let server = server().await;
    server.behave(Behaviour::new(|_, _| {
        Some(Canned { headers: vec![("location", "/again".into())], ..canned(302, "") })
    }));
    assert!(matches!(tags_of(&server).await, Problem::Protocol { .. }));
    server.behave(Behaviour::new(|_, _| {
        Some(Canned { headers: vec![("location", "http://169.254.169.254/".into())], ..canned(302, "") })
    }));
    assert_eq!(tags_of(&server).await, Problem::PlainHttp, "no plain http off this machine");
    server.behave(Behaviour::new(|_, _| {
        Some(Canned { headers: vec![("location", "https://169.254.169.254/".into())], ..canned(302, "") })
    }));
    assert_eq!(tags_of(&server).await, Problem::Refused { host: "169.254.169.254".into() });
}
