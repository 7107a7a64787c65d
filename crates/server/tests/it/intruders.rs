//! Hostile input, by the list that the security of such servers is judged by: what never ends, what was taken back, what
//! belongs to somebody else, what a terminal or a page would take for more than text.

use crate::stage::{AT_MOST, NAMESPACE, Stage};
use futures::StreamExt;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// What an endless body may have cost by the time that the server turns it away: its own limits, and what waits in sockets.
const SENT_MAX: usize = 80 << 20;

/// Sends a body of five gigabytes, made up as it goes; the status of the answer and how much was taken.
async fn endless(stage: &Stage, head: &str) -> (Option<u16>, usize) {
    let address = stage.base.trim_start_matches("http://");
    let stream = TcpStream::connect(address).await.expect("it listens");
    let (mut from, mut to) = stream.into_split();
    let head = format!("{head}\r\nHost: {address}\r\nTransfer-Encoding: chunked\r\n\r\n");
    to.write_all(head.as_bytes()).await.expect("sent");
    let answer = tokio::spawn(async move {
        let mut answer = vec![0; 64];
        let read = from.read(&mut answer).await.unwrap_or_default();
        let text = String::from_utf8_lossy(&answer[..read]).into_owned();
        text.split(' ').nth(1).and_then(|status| status.parse().ok())
    });
    let mut chunk = b"100000\r\n".to_vec();
    chunk.resize(chunk.len() + (1 << 20), b' ');
    chunk.extend_from_slice(b"\r\n");
    let mut sent = 0;
    while sent < 5 << 30 && !answer.is_finished() {
        match timeout(AT_MOST, to.write_all(&chunk)).await.expect("it is read or refused") {
            Ok(()) => sent += 1 << 20,
            Err(_) => break,
        }
    }
    (timeout(AT_MOST, answer).await.expect("an answer").expect("no panic"), sent)
}

#[tokio::test(flavor = "multi_thread")]
async fn bodies_of_five_gigabytes_are_turned_away() {
    let stage = Stage::start().await;
    let json = "Content-Type: application/json";
    for head in [
        format!("POST /api/webhook HTTP/1.1\r\nX-GitHub-Event: push\r\n{json}"),
        format!("POST /api/webhook HTTP/1.1\r\nX-Gitlab-Event: Push Hook\r\n{json}"),
        format!("POST /api/webhook HTTP/1.1\r\nX-Event-Key: repo:push\r\nX-Hook-UUID: u\r\n{json}"),
        format!("POST /api/v1/session HTTP/1.1\r\n{json}"),
    ] {
        let (status, sent) = endless(&stage, &head).await;
        // A client that still sends may lose the answer with the connection.
        assert!(matches!(status, Some(413) | None), "{head}: {status:?}");
        assert!(sent < SENT_MAX, "{head}: {sent} bytes were taken");
    }
    assert_eq!(stage.ask("", "GET", "/healthz", None).await.0, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn compressed_bombs_are_not_opened() {
    let stage = Stage::start().await;
    for (path, header) in [("/api/webhook", "x-github-event"), ("/api/v1/session", "x-unused")] {
        for encoding in ["gzip", "deflate", "br", "zstd", "gzip, gzip"] {
            let request = stage.http.post(format!("{}{path}", stage.base)).header(header, "push");
            let request = request.header("content-type", "application/json").header("content-encoding", encoding);
            let answer = request.body(vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0]).send().await.expect("an answer");
            assert_eq!(answer.status(), 415, "{path} {encoding}");
        }
    }
}

/// The body of a stream until its end, which must come.
async fn until_the_end(answer: reqwest::Response) -> String {
    let mut body = answer.bytes_stream();
    let mut text = Vec::new();
    while let Some(Ok(piece)) = timeout(AT_MOST, body.next()).await.expect("it ends") {
        text.extend_from_slice(&piece);
    }
    String::from_utf8(text).expect("text")
}

#[tokio::test(flavor = "multi_thread")]
async fn open_streams_end_with_the_tokens_they_were_opened_with() {
    let stage = Stage::start().await;
    let (leaving, staying) = (stage.admin().await, stage.admin().await);
    let policies = ["p, proj:shop:ci, applications, get, shop/*, allow"];
    let taken_back = stage.role("shop", "ci", &policies).await;
    let path = "/api/v1/stream/applications";
    let open = async |token: &str| {
        let answer = stage.send(token, "GET", path, None).await;
        assert_eq!(answer.status(), 200);
        answer
    };
    let (left, ended) = (open(&leaving).await, open(&taken_back).await);
    let tree = stage.send(&leaving, "GET", "/api/v1/stream/applications/shop/resource-tree", None).await;
    assert_eq!(stage.ask(&leaving, "DELETE", "/api/v1/session", None).await.0, 200);
    let (_, project) = stage.ask(&staying, "GET", "/api/v1/projects/shop", None).await;
    let issued = project["spec"]["roles"][0]["jwtTokens"][0]["iat"].as_i64().expect("listed");
    let at = format!("/api/v1/projects/shop/roles/ci/token/{issued}");
    assert_eq!(stage.ask(&staying, "DELETE", &at, None).await.0, 200);
    let (left, ended, tree) = tokio::join!(until_the_end(left), until_the_end(ended), until_the_end(tree));
    for (text, of) in [(left, "who signed out"), (ended, "a token taken back"), (tree, "a tree")] {
        let last = text.lines().last().unwrap_or_default();
        let last: Value = serde_json::from_str(last).expect("JSON");
        assert_eq!(last["error"]["http_code"], 401, "{of}: {last}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_belongs_to_another_project_shows_nowhere() {
    let stage = Stage::start().await;
    let hidden = "only-the-bank-knows";
    let event = json!({"apiVersion": "v1", "kind": "Event", "metadata": {"name": "e", "namespace": NAMESPACE},
        "involvedObject": {"kind": "Application", "namespace": NAMESPACE, "name": "bank"}, "message": hidden, "reason": hidden});
    stage.make(event).await;
    let change = json!({"metadata": {"annotations": {"link.argocd.argoproj.io/x": format!("https://{hidden}.example")}},
        "status": {"conditions": [{"type": "SyncError", "message": hidden}]}});
    stage.patch("argoproj.io/v1alpha1", "Application", "bank", change).await;
    let url = format!("https://git.example.com/{hidden}.git");
    let admin = stage.admin().await;
    let repository = json!({"repo": url, "project": "bank"});
    assert_eq!(stage.ask(&admin, "POST", "/api/v1/repositories", Some(repository)).await.0, 200);
    stage.eventually("it is seen", |stage| !stage.site.plane.secrets("repository").is_empty()).await;
    let all = ["applications, *", "logs, get", "repositories, *", "clusters, *", "projects, get"];
    let policies: Vec<String> = all.iter().map(|one| format!("p, proj:shop:all, {one}, shop/*, allow")).collect();
    let token = stage.role("shop", "all", &policies.iter().map(String::as_str).collect::<Vec<_>>()).await;
    let app = "/api/v1/applications/bank";
    let mut paths: Vec<(&str, String)> =
        ["", "/events", "/logs", "/links", "/syncwindows", "/resource-tree", "/manifests"]
            .iter()
            .flat_map(|below| {
                ["", "?project=shop", "?project=bank"].map(|query| ("GET", format!("{app}{below}{query}")))
            })
            .collect();
    for path in [
        "/api/v1/applications",
        "/api/v1/applications?projects=bank",
        "/api/v1/applications?search=bank",
        "/api/v1/applications?repo=x",
        "/api/v1/repositories",
        "/api/v1/projects",
        "/api/v1/projects/bank/events",
        "/api/v1/projects/bank/detailed",
        "/api/badge?name=bank",
    ] {
        paths.push(("GET", path.to_owned()));
    }
    for below in ["/sync", "/rollback", "/resource/actions/v2"] {
        paths.push(("POST", format!("{app}{below}")));
        // The name of one's own application in the path, another's in the body.
        paths.push(("POST", format!("/api/v1/applications/shop{below}")));
    }
    for (method, path) in paths {
        let body = (method == "POST").then(|| json!({"name": "bank", "project": "bank", "appNamespace": NAMESPACE}));
        let (status, answer) = stage.ask(&token, method, &path, body).await;
        let text = answer.to_string();
        assert!(!text.contains(hidden), "{method} {path}: {text}");
        if path.starts_with(app) || (method == "POST" && path.contains("/shop/")) {
            assert!(matches!(status, 400 | 403 | 404), "{method} {path}: {status} {text}");
        }
    }
    // What is refused is refused in the same words, whether it is there or not.
    for below in ["", "/events", "/logs", "/links"] {
        let one = stage.ask(&token, "GET", &format!("{app}{below}"), None).await;
        let none = stage.ask(&token, "GET", &format!("/api/v1/applications/missing{below}"), None).await;
        assert_eq!(one, none, "{below}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn markup_and_escapes_stay_text_that_nothing_interprets() {
    let stage = Stage::start().await;
    let admin = stage.admin().await;
    let bad = "<script>alert(1)</script>\u{1b}]0;owned\u{7}\u{1b}[2J\r\n";
    let status = json!({"status": {"conditions": [{"type": "SyncError", "message": bad}]}});
    stage.patch("argoproj.io/v1alpha1", "Application", "shop", status).await;
    stage
        .eventually("it is seen", |stage| {
            stage
                .site
                .index
                .get(NAMESPACE, "shop")
                .is_some_and(|entry| entry.object.get("/status/conditions").is_some())
        })
        .await;
    let answer = stage.send(&admin, "GET", "/api/v1/applications/shop", None).await;
    assert_eq!(answer.headers()["content-type"], "application/json");
    assert_eq!(answer.headers()["x-content-type-options"], "nosniff");
    let text = answer.text().await.expect("text");
    assert!(!text.chars().any(|character| character.is_control() && character != '\n'), "escaped in JSON");
    let told: Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!(told["status"]["conditions"][0]["message"], bad);
    for path in
        ["/api/badge?name=%3Cscript%3Ealert(1)%3C/script%3E", "/api/v1/applications/%3Cscript%3E", "/%3Cscript%3E"]
    {
        let answer = stage.send(&admin, "GET", path, None).await;
        let text = answer.text().await.expect("text");
        assert!(!text.contains("<script>"), "{path}: {text}");
    }
    // A header cannot be made to carry another.
    let answer =
        stage.send(&admin, "GET", "/auth/login?return_url=https%3A%2F%2Fevil.example%0d%0aSet-Cookie:x", None).await;
    assert!(
        answer.headers().get("set-cookie").is_none_or(|cookie| !cookie.to_str().unwrap_or("x").contains("Cookie:x"))
    );
    assert!(answer.headers().get("location").is_none_or(|to| !to.to_str().unwrap_or("evil").contains("evil.example")));
}
