//! OCI registries.

use crate::server::{Body, Reply, Request, Server};
use crate::stage::{BASIC, Stage, basic, sha256, wanted};
use charts::{Found, Problem, Reach, Wanted};
use std::sync::{Arc, Mutex};

const ARCHIVE: &[u8] = b"an archive";
const CONFIG: &str = "application/vnd.cncf.helm.config.v1+json";
const CHART: &str = "application/vnd.cncf.helm.chart.content.v1.tar+gzip";

fn manifest(config: &str, size: u64) -> String {
    let digest = sha256(ARCHIVE);
    format!(
        r#"{{"schemaVersion":2,"config":{{"mediaType":"{config}","digest":"sha256:{digest}","size":2}},"layers":[{{"mediaType":"{CHART}","digest":"sha256:{digest}","size":{size}}}]}}"#
    )
}

/// A registry that holds `team/web`, for everybody.
fn open(request: &Request) -> Reply {
    let blob = format!("/v2/team/web/blobs/sha256:{}", sha256(ARCHIVE));
    match request.target.as_str() {
        "/v2/team/web/tags/list?n=1000" => Reply::ok(r#"{"name":"team/web","tags":["1.0.0","latest","2.0.0-rc.1"]}"#)
            .with("link", "</v2/team/web/tags/list?n=1000&last=latest>; rel=\"next\""),
        "/v2/team/web/tags/list?n=1000&last=latest" => Reply::ok(r#"{"tags":["1.2.0_build.1","1.1.0"]}"#),
        target if target.starts_with("/v2/team/web/manifests/") => match target.rsplit('/').next() {
            Some("1.0.0" | "1.2.0_build.1" | "2.0.0-rc.1") => Reply::ok(manifest(CONFIG, 10)),
            Some(digest) if digest.starts_with("sha256:") => Reply::ok(manifest(CONFIG, 10)),
            _ => Reply::status(404, ""),
        },
        target if target == blob => Reply::ok(ARCHIVE),
        _ => Reply::status(404, ""),
    }
}

fn chart(server: &Server, version: &str) -> Wanted {
    wanted(&format!("oci://{}/team", server.host()), "web", version)
}

async fn outcome(handler: impl Fn(&Request) -> Reply + Send + Sync + 'static, version: &str) -> Problem {
    let server = Server::start(handler).await;
    Stage::new().charts.fetch(&chart(&server, version)).await.expect_err("fails").problem
}

#[tokio::test]
async fn a_version_is_chosen_among_the_tags() {
    let (stage, server) = (Stage::new(), Server::start(open).await);
    for (wanted, version, found) in [
        ("", "1.2.0+build.1", Found::Newest),
        ("~1.0", "1.0.0", Found::Newest),
        (">0.0.0-0", "2.0.0-rc.1", Found::Newest),
        ("1.2.0+build.1", "1.2.0+build.1", Found::Exact),
    ] {
        let fetched = stage.charts.fetch(&chart(&server, wanted)).await.expect(wanted);
        assert_eq!((fetched.version.as_str(), fetched.found), (version, found));
        assert_eq!(&fetched.archive[..], ARCHIVE);
        assert_eq!(fetched.url, format!("oci://{}/team/web:{}", server.host(), version.replace('+', "_")));
    }
    let blobs = server.targets().iter().filter(|target| target.contains("/blobs/")).count();
    assert_eq!(blobs, 1, "the archive is kept by its digest");
    let error = stage.charts.fetch(&chart(&server, "3.0.0")).await.expect_err("no such tag");
    assert_eq!(error.problem, Problem::NotFound { what: "version 3.0.0".into() });
}

#[tokio::test]
async fn a_token_is_asked_for_where_the_registry_says_and_used_again() {
    let stage = Stage::new();
    let realm = Arc::new(Mutex::new(String::new()));
    let told = Arc::clone(&realm);
    let server = Server::start(move |request| {
        if request.target.starts_with("/token") {
            return match request.header("authorization") {
                Some(BASIC) => Reply::ok(r#"{"token":"t0ken","expires_in":300}"#),
                _ => Reply::status(401, ""),
            };
        }
        match request.header("authorization") {
            Some("Bearer t0ken") => open(request),
            _ => {
                let realm = told.lock().expect("not poisoned").clone();
                let challenge = format!("Bearer realm=\"{realm}\",service=\"here\",scope=\"repository:team/web:pull\"");
                Reply::status(401, "").with("www-authenticate", challenge)
            }
        }
    })
    .await;
    *realm.lock().expect("not poisoned") = server.url("/token");
    let mut wanted = chart(&server, "1.0.0");
    let error = stage.charts.fetch(&wanted).await.expect_err("nobody in particular");
    assert_eq!(error.problem, Problem::Unauthorised { detail: "the registry's token server said status 401".into() });
    wanted.access.credentials = basic();
    stage.charts.fetch(&wanted).await.expect("fetched");
    stage.charts.fetch(&wanted).await.expect("fetched");
    let asked: Vec<String> = server.targets().into_iter().filter(|target| target.starts_with("/token")).collect();
    assert_eq!(asked.len(), 2, "once for each of the two who asked");
    assert_eq!(asked[1], "/token?service=here&scope=repository%3Ateam%2Fweb%3Apull");
    assert!(!format!("{wanted:?}").contains("hunter2"));
}

#[tokio::test]
async fn a_registry_may_want_the_password_itself() {
    let server = Server::start(|request| match request.header("authorization") {
        Some(BASIC) => open(request),
        _ => Reply::status(401, "").with("www-authenticate", "Basic realm=\"x\""),
    })
    .await;
    let mut wanted = chart(&server, "1.0.0");
    let error = Stage::new().charts.fetch(&wanted).await.expect_err("no password");
    assert_eq!(error.problem, Problem::Unauthorised { detail: "the registry wants a user name and password".into() });
    wanted.access.credentials = basic();
    Stage::new().charts.fetch(&wanted).await.expect("fetched");
}

#[tokio::test]
async fn content_is_what_its_digest_says() {
    let wrong_blob = |request: &Request| match request.target.contains("/blobs/") {
        true => Reply::ok(*b"another archive"),
        false => open(request),
    };
    let problem = outcome(wrong_blob, "1.0.0").await;
    assert!(matches!(problem, Problem::Digest { what: "the archive", .. }), "{problem}");

    let server = Server::start(open).await;
    let mut pinned = chart(&server, "1.0.0");
    pinned.manifest = Some(format!("sha256:{}", sha256(manifest(CONFIG, 10).as_bytes())));
    Stage::new().charts.fetch(&pinned).await.expect("fetched");
    pinned.manifest = Some(format!("sha256:{}", sha256(b"what was signed")));
    let error = Stage::new().charts.fetch(&pinned).await.expect_err("another manifest");
    assert!(matches!(error.problem, Problem::Digest { what: "the manifest", .. }), "{error}");
    pinned.manifest = Some("sha256:../../token".to_owned());
    let error = Stage::new().charts.fetch(&pinned).await.expect_err("no digest");
    assert!(matches!(error.problem, Problem::Protocol { .. }), "{error}");
}

#[tokio::test]
async fn what_is_no_chart_is_told() {
    let image = |_: &Request| Reply::ok(manifest("application/vnd.oci.image.config.v1+json", 10));
    let problem = outcome(image, "1.0.0").await;
    assert!(problem.to_string().contains("it is no Helm chart"), "{problem}");
    let page = |_: &Request| Reply::ok("<html>log in</html>");
    assert!(matches!(outcome(page, "1.0.0").await, Problem::Protocol { .. }));
    assert!(matches!(outcome(page, "").await, Problem::Protocol { .. }));
}

#[tokio::test]
async fn blobs_may_lie_elsewhere_but_the_token_stays() {
    let store = Server::start(|_| Reply::ok(ARCHIVE)).await;
    let place = store.url("/bucket/blob");
    let server =
        Server::start(move |request| match (request.header("authorization"), request.target.contains("/blobs/")) {
            (None, _) => Reply::status(401, "").with("www-authenticate", "Basic"),
            (_, true) => Reply::status(307, "").with("location", place.clone()),
            _ => open(request),
        })
        .await;
    let mut wanted = chart(&server, "1.0.0");
    wanted.access.credentials = basic();
    let error = Stage::new().charts.fetch(&wanted).await.expect_err("a private address");
    assert!(matches!(error.problem, Problem::Refused { .. }), "{error}");
    assert!(store.seen().is_empty());
    wanted.access.reach = Reach::Anywhere;
    Stage::new().charts.fetch(&wanted).await.expect("fetched");
    assert_eq!(store.seen().len(), 1);
    assert_eq!(store.seen()[0].header("authorization"), None);
}

#[tokio::test]
async fn passwords_are_not_brought_to_metadata_addresses() {
    let server = Server::start(|_| {
        Reply::status(401, "").with("www-authenticate", "Bearer realm=\"http://169.254.169.254/token\",service=\"x\"")
    })
    .await;
    let mut wanted = chart(&server, "1.0.0");
    wanted.access.credentials = basic();
    wanted.access.reach = Reach::Anywhere;
    wanted.access.plain_http = git::PlainHttp::Allowed;
    let error = Stage::new().charts.fetch(&wanted).await.expect_err("refused");
    assert_eq!(error.problem, Problem::Refused { host: "169.254.169.254".into() });
}

#[tokio::test]
async fn lists_and_blobs_end() {
    let again = |_: &Request| Reply::ok(r#"{"tags":["1.0.0"]}"#).with("link", "</again>; rel=\"next\"");
    let problem = outcome(again, "").await;
    assert!(matches!(problem, Problem::TooLarge { what: "number of tags", .. }), "{problem}");
    let away = |_: &Request| Reply::ok(r#"{"tags":[]}"#).with("link", "<http://other.example/>; rel=\"next\"");
    assert_eq!(
        outcome(away, "").await,
        Problem::Protocol { detail: "the next page of tags is on another host".into() }
    );
    let endless = |request: &Request| match request.target.contains("/blobs/") {
        true => Reply::body(Body::Endless),
        false => open(request),
    };
    let problem = outcome(endless, "1.0.0").await;
    assert!(matches!(problem, Problem::TooLarge { max: 10_000, .. }), "{problem}");
    let large = |_: &Request| Reply::ok(manifest(CONFIG, 1 << 40));
    let problem = outcome(large, "1.0.0").await;
    assert!(matches!(problem, Problem::TooLarge { max: 10_000, .. }), "{problem}");
    let manifest_without_end = |_: &Request| Reply::body(Body::Endless);
    let problem = outcome(manifest_without_end, "1.0.0").await;
    assert!(matches!(problem, Problem::TooLarge { max: 20_000, .. }), "{problem}");
}
