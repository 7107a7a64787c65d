//! Services that wake people, each by the page of its vendor.

use crate::stage::Stage;
use serde_json::json;
use testkit::http_server::{Request, Server, ok, status};

/// <https://developer.pagerduty.com/api-reference/a7d81b0e9200f-create-an-incident>
#[tokio::test]
async fn pagerduty_gets_an_incident() {
    let server = Server::start(|_: &Request| status(201, "{}")).await;
    let stage = Stage::with(notifiers::Network::Anywhere, &[("pagerduty", server.url(""))], &[]).await;
    let fields = json!({"title": "t", "body": "b", "urgency": "high", "priorityId": "P1"});
    stage.send("pagerduty", json!({"token": "k", "from": "a@b"}), "SVC", fields).await.expect("sent");
    let asked = server.last();
    assert_eq!((asked.target.as_str(), asked.header("from")), ("/incidents", Some("a@b")));
    assert_eq!(asked.header("authorization"), Some("Token token=k"));
    assert_eq!(asked.header("accept"), Some("application/vnd.pagerduty+json;version=2"));
    let incident = json!({
        "type": "incident", "title": "t", "service": {"id": "SVC", "type": "service_reference"},
        "priority": {"id": "P1", "type": "priority_reference"}, "urgency": "high",
        "body": {"type": "incident_body", "details": "b"},
    });
    assert_eq!(asked.json(), json!({"incident": incident}));
    stage.send("pagerduty", json!({"token": "k", "serviceId": "DEF"}), "", json!({"title": "t"})).await.expect("sent");
    assert_eq!(server.last().json()["incident"]["service"]["id"], "DEF");
    assert!(stage.refusal("pagerduty", json!({"token": "k"}), "S", json!(null)).await.contains("no pagerduty fields"));
}

/// <https://developer.pagerduty.com/docs/events-api-v2/trigger-events/>
#[tokio::test]
async fn pagerduty_gets_an_event() {
    let server = Server::start(|_: &Request| status(202, r#"{"status": "success"}"#)).await;
    let stage = Stage::with(notifiers::Network::Anywhere, &[("pagerdutyv2", server.url(""))], &[]).await;
    let fields = json!({
        "summary": "s", "severity": "critical", "source": "src", "component": "c", "group": "g", "class": "k", "url": "https://x", "dedupKey": "d",
    });
    stage.send("pagerdutyv2", json!({"serviceKeys": {"ops": "R"}}), "ops", fields).await.expect("sent");
    let expected = json!({
        "routing_key": "R", "event_action": "trigger", "dedup_key": "d", "client": "ArgoCD", "client_url": "https://x",
        "payload": {"summary": "s", "severity": "critical", "source": "src", "component": "c", "group": "g", "class": "k"},
    });
    assert_eq!((server.last().target.as_str(), server.last().json()), ("/v2/enqueue", expected));
    let unknown = stage.refusal("pagerdutyv2", json!({"serviceKeys": {"ops": "R"}}), "dev", json!(null)).await;
    assert_eq!(unknown, "no API key configured for recipient dev (serviceKeys has: ops)");
}

/// <https://docs.opsgenie.com/docs/alert-api#create-alert>
#[tokio::test]
async fn opsgenie_gets_an_alert() {
    let stage = Stage::start().await;
    let server = Server::start(|_: &Request| status(202, "{}")).await;
    let options = json!({"apiUrl": server.url(""), "apiKeys": {"team-id": "G"}});
    let fields = json!({
        "description": "d", "priority": "P1", "alias": "a", "note": "n", "actions": ["x"], "tags": ["t"], "details": {"k": "v"},
        "entity": "e", "visibleTo": [{"type": "user", "username": "u", "id": "", "name": ""}], "user": "me",
    });
    stage.send("opsgenie", options.clone(), "team-id", fields).await.expect("sent");
    let asked = server.last();
    assert_eq!((asked.target.as_str(), asked.header("authorization")), ("/v2/alerts", Some("GenieKey G")));
    let expected = json!({
        "message": "the message", "description": "d", "priority": "P1", "alias": "a", "note": "n", "actions": ["x"], "tags": ["t"],
        "details": {"k": "v"}, "entity": "e", "visibleTo": [{"type": "user", "username": "u"}], "user": "me", "source": "Argo CD",
        "responders": [{"type": "team", "id": "team-id"}],
    });
    assert_eq!(asked.json(), expected);
    assert!(
        stage
            .refusal("opsgenie", options, "team-id", json!({"description": ""}))
            .await
            .contains("description is missing")
    );
}

/// <https://github.com/prometheus/alertmanager/blob/main/api/v2/openapi.yaml>
#[tokio::test]
async fn alertmanagers_get_an_alert_and_one_is_enough() {
    let stage = Stage::start().await;
    let (up, down) = (Server::start(|_: &Request| ok("")).await, Server::start(|_: &Request| status(500, "no")).await);
    let host = |server: &Server| server.url("").replace("http://", "");
    let fields = json!({
        "labels": {"alertname": "a"}, "annotations": {"b": "c"}, "generatorURL": "https://x", "startsAt": "2026-01-01T00:00:00Z",
    });
    let options = json!({"targets": [host(&down), host(&up)], "scheme": "http", "apiPath": "/am/api/v2/alerts", "bearerToken": "k", "timeout": 5});
    stage.send("alertmanager", options, "", fields.clone()).await.expect("sent");
    let asked = up.last();
    assert_eq!((asked.target.as_str(), asked.header("authorization")), ("/am/api/v2/alerts", Some("Bearer k")));
    assert_eq!(asked.json(), json!([fields]));
    let basic = json!({"targets": [host(&up)], "basicAuth": {"username": "u", "password": "p"}});
    stage.send("alertmanager", basic, "", fields.clone()).await.expect("sent");
    assert_eq!((up.last().target.as_str(), up.last().header("authorization")), ("/api/v2/alerts", Some("Basic dTpw")));
    let refused = stage.refusal("alertmanager", json!({"targets": [host(&down)]}), "", fields).await;
    assert!(refused.contains("no events were successfully received") && refused.contains("500"), "{refused}");
}

/// <https://docs.newrelic.com/docs/apm/applications-menu/events/record-deployments-apm/#post-deployment>
#[tokio::test]
async fn new_relic_gets_a_marker() {
    let stage = Stage::start().await;
    let server = Server::start(|_: &Request| status(201, "{}")).await;
    let options = json!({"apiURL": server.url("/"), "apiKey": "k"});
    let fields = json!({"revision": "r", "changelog": "c", "description": "", "user": "u"});
    stage.send("newrelic", options, "123", fields).await.expect("sent");
    let asked = server.last();
    assert_eq!(
        (asked.target.as_str(), asked.header("x-api-key")),
        ("/v2/applications/123/deployments.json", Some("k"))
    );
    let expected =
        json!({"deployment": {"revision": "r", "changelog": "c", "description": "the message", "user": "u"}});
    assert_eq!(asked.json(), expected);
    assert_eq!(stage.refusal("newrelic", json!({}), "1", json!(null)).await, "apiKey is missing");
}
