//! Pull requests and merge requests: what hosts are told, field by field.

use api::image_updater::{PullRequest, PullRequestGitHub, PullRequestGitLab};
use git::{Credentials, Remote};
use imageupdates::merge_request::{Hosts, Request};
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpListener;

/// One request that a host saw: method and path, who asks, the body.
type Seen = (String, String, Value);

/// A host that answers in turn.
async fn host(answers: Vec<(u16, Value)>) -> (String, Arc<Mutex<Vec<Seen>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    let seen: Arc<Mutex<Vec<Seen>>> = Arc::default();
    let noted = Arc::clone(&seen);
    tokio::spawn(async move {
        for (status, answer) in answers {
            let (stream, _) = listener.accept().await.expect("a client");
            let (reader, mut writer) = stream.into_split();
            let mut lines = BufReader::new(reader);
            let (mut first, mut who, mut length) = (String::new(), String::new(), 0);
            lines.read_line(&mut first).await.expect("a request");
            loop {
                let mut line = String::new();
                lines.read_line(&mut line).await.expect("a header");
                let lower = line.to_lowercase();
                if let Some(value) = lower.strip_prefix("content-length:") {
                    length = value.trim().parse().expect("a number");
                }
                if lower.starts_with("authorization:") || lower.starts_with("private-token:") {
                    who = line.trim().to_owned();
                }
                if line.trim().is_empty() {
                    break;
                }
            }
            let mut body = vec![0; length];
            lines.read_exact(&mut body).await.expect("a body");
            let asked = first.rsplit_once(' ').expect("a request").0.to_owned();
            noted.lock().expect("no panic").push((asked, who, serde_json::from_slice(&body).unwrap_or_default()));
            let text = answer.to_string();
            let head = format!("HTTP/1.1 {status} X\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", text.len());
            writer.write_all(format!("{head}{text}").as_bytes()).await.expect("answered");
        }
    });
    (url, seen)
}

fn remote(url: &str) -> Remote {
    let token = Credentials::Basic { username: "bot".into(), password: "token".into() };
    Remote::parse(&format!("{url}/org/team/apps.git")).expect("a URL").with_credentials(token)
}

fn request<'r>(remote: &'r Remote, config: &'r PullRequest) -> Request<'r> {
    Request { remote, config, from: "updates/one", into: "main", message: "build: update\n\nshop to 1.1\n" }
}

#[tokio::test]
async fn github_is_asked_once_and_labels_follow() {
    let made = json!({"number": 7, "html_url": "https://github.example/pull/7"});
    let (url, seen) = host(vec![(200, json!([])), (201, made.clone()), (200, json!([])), (200, json!([made]))]).await;
    let remote = Remote { url: git::RepoUrl::parse(&format!("{url}/org/apps.git")).expect("a URL"), ..remote(&url) };
    let config = PullRequest {
        github: Some(PullRequestGitHub::default()),
        labels: vec!["images".into()],
        ..PullRequest::default()
    };
    let hosts = Hosts::default();
    assert_eq!(hosts.ensure(&request(&remote, &config)).await.as_deref(), Ok("https://github.example/pull/7"));
    assert_eq!(hosts.ensure(&request(&remote, &config)).await.as_deref(), Ok("https://github.example/pull/7"));
    let seen = seen.lock().expect("no panic");
    let open = "GET /api/v3/repos/org/apps/pulls?head=org%3Aupdates%2Fone&base=main&state=open";
    assert_eq!((seen[0].0.as_str(), seen[3].0.as_str()), (open, open));
    assert_eq!(seen[1].0, "POST /api/v3/repos/org/apps/pulls");
    assert_eq!(seen[1].1.to_lowercase(), "authorization: bearer token");
    assert_eq!(
        seen[1].2,
        json!({"title": "build: update", "body": "shop to 1.1", "head": "updates/one", "base": "main"})
    );
    assert_eq!(
        (seen[2].0.as_str(), &seen[2].2),
        ("POST /api/v3/repos/org/apps/issues/7/labels", &json!({"labels": ["images"]}))
    );
}

#[tokio::test]
async fn gitlab_gets_labels_with_the_request() {
    let (url, seen) = host(vec![(200, json!([])), (201, json!({"web_url": "https://gitlab.example/1"}))]).await;
    let config = PullRequest {
        gitlab: Some(PullRequestGitLab::default()),
        labels: vec!["a".into(), "b".into()],
        ..PullRequest::default()
    };
    let remote = remote(&url);
    assert_eq!(Hosts::default().ensure(&request(&remote, &config)).await.as_deref(), Ok("https://gitlab.example/1"));
    let seen = seen.lock().expect("no panic");
    let project = "/api/v4/projects/org%2Fteam%2Fapps/merge_requests";
    assert_eq!(seen[0].0, format!("GET {project}?source_branch=updates%2Fone&target_branch=main&state=opened"));
    assert_eq!(
        (seen[1].0.as_str(), seen[1].1.to_lowercase().as_str()),
        (format!("POST {project}").as_str(), "private-token: token")
    );
    assert_eq!(
        seen[1].2,
        json!({"title": "build: update", "description": "shop to 1.1", "source_branch": "updates/one",
            "target_branch": "main", "labels": "a,b"})
    );
}

#[tokio::test]
async fn what_a_host_refuses_is_told_without_the_token() {
    let (url, _) = host(vec![(200, json!([])), (422, json!({"message": "Validation Failed"}))]).await;
    let config = PullRequest { github: Some(PullRequestGitHub::default()), ..PullRequest::default() };
    let told = Hosts::default().ensure(&request(&remote(&url), &config)).await.expect_err("refused");
    assert!(told.contains("status 422 Validation Failed") && !told.contains("token"), "{told}");
    let both = PullRequest::default();
    assert!(
        Hosts::default().ensure(&request(&remote(&url), &both)).await.expect_err("neither").contains("neither or both")
    );
    let anonymous = remote(&url).with_credentials(Credentials::Anonymous);
    assert!(Hosts::default().ensure(&request(&anonymous, &config)).await.expect_err("nobody").contains("with a token"));
}

/// One request while it is open, and the next one when it was closed or merged.
#[tokio::test]
async fn a_request_that_is_over_is_followed_by_the_next() {
    for is_github in [true, false] {
        let of = |number: u64| {
            let url = format!("https://host.example/{number}");
            json!({"number": number, "html_url": url, "web_url": url})
        };
        let answers = vec![
            (200, json!([])),
            (201, of(1)),
            // The branch is pushed to again while the first is open.
            (200, json!([of(1)])),
            // It was merged or closed: none is open.
            (200, json!([])),
            (201, of(2)),
        ];
        let (url, seen) = host(answers).await;
        let remote = remote(&url);
        let config = match is_github {
            true => PullRequest { github: Some(PullRequestGitHub::default()), ..PullRequest::default() },
            false => PullRequest { gitlab: Some(PullRequestGitLab::default()), ..PullRequest::default() },
        };
        let hosts = Hosts::default();
        let mut told = Vec::new();
        for _ in 0..3 {
            told.push(hosts.ensure(&request(&remote, &config)).await.expect("asked"));
        }
        assert_eq!(told, ["https://host.example/1", "https://host.example/1", "https://host.example/2"]);
        let made = seen.lock().expect("no panic").iter().filter(|(asked, ..)| asked.starts_with("POST")).count();
        assert_eq!(made, 2, "none twice");
    }
}
