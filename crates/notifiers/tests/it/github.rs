//! GitHub, as an app. <https://docs.github.com/en/rest>; the page of each request is named in the service's own files.

use crate::stage::{KEY, Stage};
use notifiers::SendError;
use serde_json::{Value, json};
use testkit::http_server::{Request, Server, ok, status};

fn answer(asked: &Request) -> testkit::http_server::Reply {
    let path = asked.path();
    match (asked.method.as_str(), path.strip_prefix("/api/v3").unwrap_or(path)) {
        ("POST", "/app/installations/2/access_tokens") => status(201, r#"{"token": "installation"}"#),
        ("POST", "/repos/org/name/statuses/full") => status(422, "{}"),
        ("GET", "/repos/org/name/deployments") => ok("[]"),
        ("POST", "/repos/org/name/deployments") => status(201, r#"{"id": 5}"#),
        ("GET", "/repos/org/name/commits/abc/pulls") => ok(r#"[{"number": 7}, {"number": 8}]"#),
        ("GET", "/repos/org/name/issues/7/comments") => {
            ok(r#"[{"id": 70, "body": "x <!-- argocd-notifications tag -->"}]"#)
        }
        ("GET", _) => ok("[]"),
        ("POST", "/repos/org/name/dispatches") => status(204, ""),
        _ => status(201, "{}"),
    }
}

async fn sent(fields: Value) -> (Vec<String>, Vec<Request>, Result<(), SendError>) {
    let stage = Stage::start().await;
    let server = Server::start(answer).await;
    let options = json!({"appID": 1, "installationID": "2", "privateKey": KEY, "enterpriseBaseURL": server.url("")});
    let outcome = stage.send("github", options, "", fields).await;
    let seen = server.seen();
    let lines = seen
        .iter()
        .skip(1)
        .map(|it| format!("{} {}", it.method, it.target.trim_start_matches("/api/v3/repos/org/name")));
    (lines.collect(), seen, outcome)
}

fn fields(more: Value) -> Value {
    let mut fields = json!({"repoURLPath": "git@github.com:org/name.git", "revisionPath": "abc"});
    fields.as_object_mut().expect("fields").extend(more.as_object().expect("fields").clone());
    fields
}

#[tokio::test]
async fn a_status_is_told_in_the_name_of_the_app() {
    let more = json!({"status": {"state": "success", "label": "cd/web", "targetURL": "https://x"}});
    let (lines, seen, outcome) = sent(fields(more)).await;
    outcome.expect("sent");
    let token = seen[0].header("authorization").expect("a token").to_owned();
    assert_eq!(token.trim_start_matches("Bearer ").split('.').count(), 3, "a token that the app has signed");
    assert_eq!(lines, ["POST /statuses/abc"]);
    assert_eq!(seen[1].header("authorization"), Some("Bearer installation"));
    assert_eq!(seen[1].header("accept"), Some("application/vnd.github+json"));
    let expected =
        json!({"state": "success", "target_url": "https://x", "description": "the message", "context": "cd/web"});
    assert_eq!(seen[1].json(), expected);
    let mut full = fields(json!({"status": {"state": "success", "label": "l"}}));
    full["revisionPath"] = "full".into();
    let (_, _, outcome) = sent(full).await;
    let told = SendError::Dropped("too many commit statuses for sha full and context l".to_owned());
    assert_eq!(outcome, Err(told));
}

#[tokio::test]
async fn a_deployment_is_made_and_its_status_told() {
    let more = json!({"deployment": {
        "state": "success", "environment": "prod", "environmentURL": "https://e", "logURL": "https://l", "requiredContexts": [],
        "autoMerge": false, "transientEnvironment": true, "reference": "v1",
    }});
    let (lines, seen, outcome) = sent(fields(more)).await;
    outcome.expect("sent");
    let expected = ["GET /deployments?ref=abc&environment=prod", "POST /deployments", "POST /deployments/5/statuses"];
    assert_eq!(lines, expected);
    let made = json!({
        "ref": "v1", "environment": "prod", "auto_merge": false, "transient_environment": true, "required_contexts": [],
    });
    assert_eq!(seen[2].json(), made);
    let told = json!({
        "state": "success", "log_url": "https://l", "description": "the message", "environment": "prod", "environment_url": "https://e",
    });
    assert_eq!(seen[3].json(), told);
}

#[tokio::test]
async fn a_tagged_comment_is_written_anew() {
    let more = json!({"pullRequestComment": {"content": "c", "commentTag": "tag"}});
    let (lines, seen, outcome) = sent(fields(more)).await;
    outcome.expect("sent");
    let expected = [
        "GET /commits/abc/pulls",
        "GET /issues/7/comments?per_page=100",
        "PATCH /issues/comments/70",
        "GET /issues/8/comments?per_page=100",
        "POST /issues/8/comments",
    ];
    assert_eq!(lines, expected);
    assert_eq!(seen[3].json(), json!({"body": "c\n<!-- argocd-notifications tag -->"}));
}

#[tokio::test]
async fn check_runs_and_dispatches_have_their_fields() {
    let more = json!({
        "checkRun": {
            "name": "n", "details_url": "https://d", "status": "", "conclusion": "success", "started_at": "2026-01-01T00:00:00Z",
            "completed_at": "2026-01-01T00:01:00Z", "output": {"title": "t", "summary": "s", "text": "x"},
        },
        "repositoryDispatch": {"event_type": "deployed", "client_payload": r#"{"a": 1}"#},
    });
    let (lines, seen, outcome) = sent(fields(more)).await;
    outcome.expect("sent");
    assert_eq!(lines, ["POST /check-runs", "POST /dispatches"]);
    let run = json!({
        "name": "n", "head_sha": "abc", "external_id": "argocd-notifications", "details_url": "https://d", "status": "completed",
        "conclusion": "success", "started_at": "2026-01-01T00:00:00Z", "completed_at": "2026-01-01T00:01:00Z",
        "output": {"title": "t", "summary": "s", "text": "x"},
    });
    assert_eq!(seen[1].json(), run);
    assert_eq!(seen[2].json(), json!({"event_type": "deployed", "client_payload": {"a": 1}}));
    let (_, _, outcome) = sent(fields(json!({"checkRun": {"name": "n", "status": "completed"}}))).await;
    assert!(outcome.expect_err("refused").to_string().contains("conclusion is required"));
}
