//! Repositories with an index.yaml.

use crate::server::{Body, Reply, Server};
use crate::stage::{BASIC, Stage, basic, sha256, wanted};
use charts::{Found, PassCredentials, Problem, Reach};
use std::io::Write as _;
use std::sync::Arc;
use std::time::Duration;

const ARCHIVE: &[u8] = b"an archive";

/// An index with one chart: two versions, and where the newer one lies.
fn index(url: &str, digest: &str) -> String {
    format!(
        "apiVersion: v1\nentries:\n  other:\n  - name: other\n    version: 9.0.0\n    urls: [x]\n  web:\n  - name: web\n    \
         version: 1.0.0\n    urls: [web-1.0.0.tgz]\n  - name: web\n    version: 1.1.0\n    digest: {digest}\n    urls:\n    - {url}\n"
    )
}

/// A repository whose newer version lies at `url`.
async fn repository(url: &'static str) -> Server {
    Server::start(move |request| match request.target.as_str() {
        "/charts/index.yaml" => match request.header("if-none-match") {
            Some("\"1\"") => Reply::status(304, ""),
            _ => Reply::ok(index(url, &sha256(ARCHIVE))).with("etag", "\"1\""),
        },
        "/charts/web-1.1.0.tgz" => Reply::ok(ARCHIVE),
        "/charts/web-1.0.0.tgz" => Reply::ok(*b"an old archive"),
        _ => Reply::status(404, ""),
    })
    .await
}

/// What comes of wanting `web` from a server that answers every request so.
async fn outcome(stage: &Stage, reply: Reply) -> Problem {
    let server = Server::start(move |_| reply.clone()).await;
    stage.charts.fetch(&wanted(&server.url("/charts"), "web", "")).await.expect_err("fails").problem
}

#[tokio::test]
async fn a_chart_is_fetched_once_and_kept_by_its_content() {
    let (stage, server) = (Stage::new(), repository("web-1.1.0.tgz").await);
    let wanted = wanted(&server.url("/charts/"), "web", "^1.0");
    let first = stage.charts.fetch(&wanted).await.expect("fetched");
    assert_eq!((first.version.as_str(), first.found), ("1.1.0", Found::Newest));
    assert_eq!((&first.archive[..], first.digest.as_str()), (ARCHIVE, sha256(ARCHIVE).as_str()));
    assert_eq!(stage.charts.fetch(&wanted).await, Ok(first));
    assert_eq!(server.targets(), ["/charts/index.yaml", "/charts/web-1.1.0.tgz", "/charts/index.yaml"]);
    assert_eq!(stage.kept().len(), 1);
}

#[tokio::test]
async fn an_index_is_believed_for_a_while() {
    let stage = Stage::with(|options| options.index_age_max = Duration::from_secs(3600));
    let server = repository("web-1.1.0.tgz").await;
    for version in ["1.1.0", "1.0.0", "", "1.0.0"] {
        stage.charts.fetch(&wanted(&server.url("/charts"), "web", version)).await.expect("fetched");
    }
    let asked = server.targets().iter().filter(|target| target.ends_with("index.yaml")).count();
    assert_eq!(asked, 1);
    let versions = stage.charts.versions(&wanted(&server.url("/charts"), "web", "")).await;
    assert_eq!(versions, Ok(vec!["1.1.0".to_owned(), "1.0.0".to_owned()]));
}

#[tokio::test]
async fn many_who_want_one_chart_cause_one_fetch() {
    let (stage, server) = (Arc::new(Stage::new()), repository("web-1.1.0.tgz").await);
    let wanted = wanted(&server.url("/charts"), "web", "1.1.0");
    let all = (0..8).map(|_| {
        let (stage, wanted) = (Arc::clone(&stage), wanted.clone());
        tokio::spawn(async move { stage.charts.fetch(&wanted).await.expect("fetched").digest })
    });
    for one in all.collect::<Vec<_>>() {
        assert_eq!(one.await.expect("no panic"), sha256(ARCHIVE));
    }
    let archives = server.targets().iter().filter(|target| target.ends_with(".tgz")).count();
    assert_eq!(archives, 1);
}

#[tokio::test]
async fn a_kept_archive_that_was_damaged_is_fetched_again() {
    let (stage, server) = (Stage::new(), repository("web-1.1.0.tgz").await);
    let wanted = wanted(&server.url("/charts"), "web", "");
    stage.charts.fetch(&wanted).await.expect("fetched");
    std::fs::write(&stage.kept()[0], b"damaged").expect("written");
    assert_eq!(&stage.charts.fetch(&wanted).await.expect("fetched").archive[..], ARCHIVE);
}

#[tokio::test]
async fn an_archive_of_another_digest_is_refused_and_not_kept() {
    let stage = Stage::new();
    let server = Server::start(|request| match request.target.as_str() {
        "/charts/index.yaml" => Reply::ok(index("web-1.1.0.tgz", &sha256(b"what was promised"))),
        _ => Reply::ok(ARCHIVE),
    })
    .await;
    let error = stage.charts.fetch(&wanted(&server.url("/charts"), "web", "")).await.expect_err("refused");
    let expected = format!("sha256:{}", sha256(b"what was promised"));
    assert!(matches!(&error.problem, Problem::Digest { expected: told, .. } if *told == expected), "{error}");
    assert!(stage.kept().is_empty());
}

#[tokio::test]
async fn credentials_are_for_the_repositorys_own_host() {
    let stage = Stage::new();
    let elsewhere = Server::start(|_| Reply::ok(ARCHIVE)).await;
    let url = elsewhere.url("/web-1.1.0.tgz");
    let server = Server::start(move |request| match request.header("authorization") {
        Some(BASIC) => Reply::ok(index(&url, &sha256(ARCHIVE))),
        _ => Reply::status(401, ""),
    })
    .await;
    let mut wanted = wanted(&server.url("/charts"), "web", "");
    let error = stage.charts.fetch(&wanted).await.expect_err("no credentials");
    assert_eq!(error.problem, Problem::Unauthorised { detail: "status 401".into() });

    wanted.access.credentials = basic();
    wanted.access.reach = Reach::Anywhere;
    stage.charts.fetch(&wanted).await.expect("fetched");
    assert_eq!(elsewhere.seen().last().and_then(|request| request.header("authorization").map(str::to_owned)), None);

    wanted.access.pass_credentials = PassCredentials::Everywhere;
    std::fs::remove_file(&stage.kept()[0]).expect("removed");
    stage.charts.fetch(&wanted).await.expect("fetched");
    assert_eq!(
        elsewhere.seen().last().and_then(|request| request.header("authorization").map(str::to_owned)),
        Some(BASIC.into())
    );
}

#[tokio::test]
async fn an_index_is_not_shared_between_credentials() {
    let stage = Stage::with(|options| options.index_age_max = Duration::from_secs(3600));
    let server = Server::start(|request| match (request.target.as_str(), request.header("authorization")) {
        ("/charts/index.yaml", Some(BASIC)) => Reply::ok(index("web-1.1.0.tgz", &sha256(ARCHIVE))),
        ("/charts/index.yaml", _) => Reply::status(403, ""),
        _ => Reply::ok(ARCHIVE),
    })
    .await;
    let mut wanted = wanted(&server.url("/charts"), "web", "");
    wanted.access.credentials = basic();
    stage.charts.fetch(&wanted).await.expect("fetched");
    wanted.access.credentials = git::Credentials::Anonymous;
    let error = stage.charts.fetch(&wanted).await.expect_err("denied");
    assert!(matches!(error.problem, Problem::Unauthorised { .. }), "{error}");
}

#[tokio::test]
async fn private_and_metadata_addresses_are_not_asked() {
    let inside = Server::start(|_| Reply::ok(ARCHIVE)).await;
    let metadata = "http://169.254.169.254/latest/meta-data/".to_owned();
    for place in [inside.url("/secret"), metadata.clone()] {
        // As a redirect of the index, as a redirect of the archive, and as the index says it.
        for at in 0..3 {
            let place = place.clone();
            let server = Server::start(move |request| match (at, request.target.as_str()) {
                (0, _) => Reply::status(302, "").with("location", place.clone()),
                (1, "/charts/index.yaml") => Reply::ok(index("web-1.1.0.tgz", "")),
                (1, _) => Reply::status(307, "").with("location", place.clone()),
                _ => Reply::ok(index(&place, "")),
            })
            .await;
            let wanted = wanted(&server.url("/charts"), "web", "");
            let error = Stage::new().charts.fetch(&wanted).await.expect_err("refused");
            assert!(matches!(error.problem, Problem::Refused { .. }), "{at}: {error}");
        }
    }
    assert!(inside.seen().is_empty());
    for (reach, url) in
        [(Reach::Public, inside.url("")), (Reach::Private, metadata.clone()), (Reach::Anywhere, metadata)]
    {
        let mut wanted = wanted(&url, "web", "");
        wanted.access.reach = reach;
        wanted.access.plain_http = git::PlainHttp::Allowed;
        let error = Stage::new().charts.fetch(&wanted).await.expect_err("refused");
        assert!(matches!(error.problem, Problem::Refused { .. }), "{reach:?} {url}: {error}");
    }
    assert!(inside.seen().is_empty());
}

#[tokio::test]
async fn plain_http_goes_no_further_than_this_machine() {
    let error = Stage::new().charts.fetch(&wanted("http://charts.example.com", "web", "")).await.expect_err("refused");
    assert_eq!(error.problem, Problem::PlainHttp);
}

#[tokio::test]
async fn answers_without_an_end_are_cut_off() {
    let stage = Stage::new();
    let too_large = |problem: &Problem, max| matches!(problem, Problem::TooLarge { max: found, .. } if *found == max);
    let problem = outcome(&stage, Reply::body(Body::Endless)).await;
    assert!(too_large(&problem, 100_000), "{problem}");
    let server = Server::start(|request| match request.target.as_str() {
        "/charts/index.yaml" => Reply::ok(index("web-1.1.0.tgz", "")),
        _ => Reply::body(Body::Endless),
    })
    .await;
    let error = stage.charts.fetch(&wanted(&server.url("/charts"), "web", "")).await.expect_err("too large");
    assert!(too_large(&error.problem, 10_000), "{error}");
    assert!(stage.kept().is_empty());
}

#[tokio::test]
async fn what_is_counted_is_what_was_unpacked() {
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    for _ in 0..100 {
        packer.write_all(&[b'#'; 10_000]).expect("packed");
    }
    let bomb = packer.finish().expect("packed");
    assert!(bomb.len() < 10_000);
    let problem = outcome(&Stage::new(), Reply::ok(bomb).with("content-encoding", "gzip")).await;
    assert!(matches!(problem, Problem::TooLarge { max: 100_000, .. }), "{problem}");
}

#[tokio::test]
async fn a_server_that_falls_silent_is_given_up() {
    let stage = Stage::impatient();
    for body in [Body::Silence, Body::Stuck] {
        let problem = outcome(&stage, Reply::body(body)).await;
        assert!(matches!(problem, Problem::Timeout { .. }), "{problem}");
    }
}

#[tokio::test]
async fn failures_say_what_to_do() {
    let stage = Stage::new();
    let wait = Duration::from_secs(30);
    for (reply, expected) in [
        (Reply::status(404, ""), Problem::NotFound { what: "index.yaml".into() }),
        (Reply::status(429, "").with("retry-after", "30"), Problem::Busy { status: 429, wait }),
        (Reply::status(500, ""), Problem::ServerFailed { status: 500 }),
        (Reply::ok("<html>log in</html>"), Problem::BadIndex { why: "no API version specified".into() }),
        (Reply::ok("apiVersion: v1\nentries: {}\n"), Problem::NoChart { chart: "web".into() }),
    ] {
        assert_eq!(outcome(&stage, reply).await, expected);
    }
    let server = repository("web-1.1.0.tgz").await;
    let error = stage.charts.fetch(&wanted(&server.url("/charts"), "web", "^2")).await.expect_err("no such version");
    assert_eq!(error.problem, Problem::NoVersion { chart: "web".into(), wanted: "^2".into() });
    assert_eq!(error.to_string(), format!("{}: chart \"web\" has no version matching \"^2\"", server.url("/charts")));
}

#[tokio::test]
async fn redirects_end() {
    let problem = outcome(&Stage::new(), Reply::status(302, "").with("location", "/again")).await;
    assert_eq!(problem, Problem::Protocol { detail: "more than 10 redirects".into() });
}

#[tokio::test]
async fn nothing_answers_where_nobody_listens() {
    let server = repository("x").await;
    let url = server.url("/charts");
    drop(server);
    let error = Stage::new().charts.fetch(&wanted(&url, "web", "")).await.expect_err("nobody there");
    assert!(matches!(error.problem, Problem::Unreachable { .. }), "{error}");
    assert_eq!(error.problem.retry(), git::Retry::Backoff);
}
