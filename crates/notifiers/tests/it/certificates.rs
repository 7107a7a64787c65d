//! Servers behind TLS whose authority is none of the machine's.

use crate::stage::Stage;
use notifications::Owner;
use notifiers::{Authorities, Network};
use serde_json::{Value, json};
use testkit::Authority;
use testkit::http_server::{Request, Server, ok};

/// Services of every kind of address, at this server.
fn services(server: &Server) -> Vec<(&'static str, Value, &'static str)> {
    let url = server.url("");
    vec![
        ("webhook", json!({"url": url, "retryMax": -1}), ""),
        ("slack", json!({"token": "hidden", "apiURL": url}), "ops"),
        ("mattermost", json!({"token": "hidden", "apiURL": url}), "ops"),
        ("grafana", json!({"apiKey": "hidden", "apiUrl": url}), "tag"),
        ("teams", json!({"recipientUrls": {"ops": url}}), "ops"),
    ]
}

#[tokio::test]
async fn authorities_of_a_host_vouch_for_it_and_nobody_else_does() {
    let (known, other) = (Authority::of(&["127.0.0.1"]), Authority::of(&["127.0.0.1"]));
    let pem = known.pem.clone();
    let authorities = Authorities::new(move |host| (host == "127.0.0.1").then(|| pem.clone()));
    let stage = Stage::trusting(Network::Anywhere, &[], &[], authorities).await;
    let answer = |_: &Request| ok(r#"{"ok": true, "channel": "C", "ts": "1"}"#);
    let (server, stranger) = (Server::guarded(&known, answer).await, Server::guarded(&other, answer).await);
    for (number, (kind, options, recipient)) in services(&server).into_iter().enumerate() {
        let sent = stage.send_as(kind, kind, options, recipient, json!(null), Owner::ControlPlane).await;
        // What the answer means to a service is other tests' matter: that it was asked is this one's.
        assert_eq!(server.seen().len(), number + 1, "{kind}: {sent:?}");
    }
    for (kind, mut options, recipient) in services(&stranger) {
        let refused = stage.refusal(kind, options.clone(), recipient, json!(null)).await;
        assert!(refused.contains("cannot be trusted") && !refused.contains("hidden"), "{kind}: {refused}");
        let before = stranger.seen().len();
        options["insecureSkipVerify"] = true.into();
        let sent = stage.send_as(kind, kind, options, recipient, json!(null), Owner::ControlPlane).await;
        assert_eq!(stranger.seen().len(), before + 1, "{kind}: {sent:?}");
    }
    assert_eq!(stranger.seen().len(), services(&stranger).len(), "nothing is told to a server that is not trusted");
}
