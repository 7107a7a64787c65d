//! Chats and screens, each by the page of its vendor.

use crate::stage::Stage;
use serde_json::json;
use testkit::http_server::{Request, Server, ok, status};

/// <https://grafana.com/docs/grafana/latest/developers/http_api/annotations/#create-annotation>
#[tokio::test]
async fn grafana_gets_an_annotation() {
    let stage = Stage::start().await;
    let server = Server::start(|_: &Request| ok(r#"{"message": "Annotation added", "id": 1}"#)).await;
    let options = json!({"apiUrl": server.url("/api"), "apiKey": "k"});
    stage.send("grafana", options, "tag1|tag2", json!(null)).await.expect("sent");
    let asked = server.last();
    assert_eq!((asked.target.as_str(), asked.header("authorization")), ("/api/annotations", Some("Bearer k")));
    let body = asked.json();
    assert!(body["time"].as_i64().is_some_and(|it| it % 1000 == 0 && it >= 1_767_323_045_000), "{body}");
    assert_eq!(
        (&body["isRegion"], &body["tags"], &body["text"]),
        (&json!(false), &json!(["tag1", "tag2"]), &json!("the message"))
    );
}

/// <https://developers.mattermost.com/api-documentation/#/operations/CreatePost>
#[tokio::test]
async fn mattermost_gets_a_post() {
    let stage = Stage::start().await;
    let server = Server::start(|_: &Request| status(201, "{}")).await;
    let options = json!({"apiURL": server.url(""), "token": "k"});
    stage.send("mattermost", options, "channel-id", json!({"attachments": r#"[{"text": "a"}]"#})).await.expect("sent");
    let asked = server.last();
    assert_eq!((asked.target.as_str(), asked.header("authorization")), ("/api/v4/posts", Some("Bearer k")));
    let expected =
        json!({"channel_id": "channel-id", "message": "the message", "props": {"attachments": [{"text": "a"}]}});
    assert_eq!(asked.json(), expected);
}

/// <https://developer.rocket.chat/apidocs/login-with-username-and-password>, <https://developer.rocket.chat/apidocs/post-message>
#[tokio::test]
async fn rocket_chat_gets_a_message_after_signing_in() {
    let stage = Stage::start().await;
    let server = Server::start(|asked: &Request| match asked.target.as_str() {
        "/api/v1/login" => ok(r#"{"status": "success", "data": {"authToken": "t", "userId": "u"}}"#),
        _ if asked.json()["roomId"] == "gone" => ok(r#"{"success": false, "error": "error-room-not-found"}"#),
        _ => ok(r#"{"success": true}"#),
    })
    .await;
    let options = json!({
        "serverUrl": server.url("/"), "email": "a@b", "password": "p", "alias": "cd", "icon": ":ok:", "avatar": "https://x.example/a.png",
    });
    stage
        .send("rocketchat", options.clone(), "#ops", json!({"attachments": r#"[{"title": "t"}]"#}))
        .await
        .expect("sent");
    let seen = server.seen();
    assert_eq!(seen[0].json(), json!({"user": "a@b", "password": "p"}));
    assert_eq!((seen[1].header("x-auth-token"), seen[1].header("x-user-id")), (Some("t"), Some("u")));
    let expected = json!({
        "channel": "#ops", "alias": "cd", "text": "the message", "emoji": ":ok:", "avatar": "https://x.example/a.png",
        "attachments": [{"title": "t"}],
    });
    assert_eq!((seen[1].target.as_str(), seen[1].json()), ("/api/v1/chat.postMessage", expected));
    assert_eq!(
        stage.refusal("rocketchat", options, "gone", json!(null)).await,
        "Rocket.Chat refused: error-room-not-found"
    );
}

/// <https://learn.microsoft.com/en-us/outlook/actionable-messages/message-card-reference>
#[tokio::test]
async fn teams_gets_a_message_card() {
    let stage = Stage::start().await;
    let server = Server::start(|asked: &Request| ok(if asked.body == "bad" { "Bad payload" } else { "1" })).await;
    let options = json!({"recipientUrls": {"ops": server.url("/hook")}});
    let fields = json!({
        "title": "t", "summary": "s", "text": "x", "themeColor": "#00ff00", "facts": r#"[{"name": "n", "value": "v"}]"#,
        "sections": r#"[{"text": "first"}]"#, "potentialAction": r#"[{"@type": "OpenUri", "name": "Open"}]"#,
    });
    stage.send("teams", options.clone(), "ops", fields).await.expect("sent");
    let expected = json!({
        "@type": "MessageCard", "context": "https://schema.org/extensions", "title": "t", "summary": "s", "text": "x", "themeColor": "#00ff00",
        "sections": [{"text": "first"}, {"facts": [{"name": "n", "value": "v"}]}],
        "potentialAction": [{"@type": "OpenUri", "name": "Open"}],
    });
    assert_eq!(server.last().json(), expected);
    stage.send("teams", options.clone(), "ops", json!({"template": r#"{"own": true}"#})).await.expect("sent");
    assert_eq!(server.last().json(), json!({"own": true}));
    let refused = stage.refusal("teams", options.clone(), "ops", json!({"template": "bad"})).await;
    assert_eq!(refused, "teams webhook post error: Bad payload");
    let unknown = stage.refusal("teams", options, "dev", json!(null)).await;
    assert_eq!(unknown, "no teams webhook configured for recipient dev (recipientUrls has: ops)");
}

/// <https://learn.microsoft.com/en-us/microsoftteams/platform/webhooks-and-connectors/how-to/connectors-using#send-adaptive-cards>
#[tokio::test]
async fn workflows_of_teams_get_an_adaptive_card() {
    let stage = Stage::start().await;
    let server = Server::start(|_: &Request| status(202, "")).await;
    let options = json!({"recipientUrls": {
        "ops": server.url("/powerautomate/hook"), "other": server.url("/x"), "plain": "http://flow.microsoft.com/x",
    }});
    let fields = json!({
        "title": "t", "themeColor": "Good", "facts": r#"[{"name": "n", "value": 1}]"#, "sections": r#"[{"facts": [{"name": "m", "value": "w"}]}]"#,
        "potentialAction": r#"[{"@type": "OpenUri", "name": "Open", "targets": [{"os": "default", "uri": "https://x"}]}]"#,
    });
    stage.send("teams-workflows", options.clone(), "ops", fields).await.expect("sent");
    let card = json!({
        "type": "AdaptiveCard", "version": "1.4",
        "body": [
            {"type": "TextBlock", "text": "t", "size": "Large", "weight": "Bolder", "color": "Good", "wrap": true},
            {"type": "TextBlock", "text": "the message", "wrap": true},
            {"type": "FactSet", "facts": [{"title": "n", "value": "1"}]},
            {"type": "FactSet", "facts": [{"title": "m", "value": "w"}]},
        ],
        "actions": [{"type": "Action.OpenUrl", "title": "Open", "url": "https://x"}],
    });
    let attachment = |card| json!({"contentType": "application/vnd.microsoft.card.adaptive", "content": card});
    assert_eq!(server.last().json(), json!({"type": "message", "attachments": [attachment(card)]}));
    stage
        .send("teams-workflows", options.clone(), "ops", json!({"adaptiveCard": r#"{"own": 1}"#}))
        .await
        .expect("sent");
    assert_eq!(server.last().json()["attachments"][0]["content"], json!({"own": 1}));
    assert!(
        stage
            .refusal("teams-workflows", options.clone(), "other", json!(null))
            .await
            .contains("no address of a Microsoft Teams workflow")
    );
    assert!(stage.refusal("teams-workflows", options, "plain", json!(null)).await.contains("must use HTTPS"));
}

/// <https://core.telegram.org/bots/api#sendmessage>
#[tokio::test]
async fn telegram_gets_a_message() {
    let server = Server::start(|asked: &Request| {
        if asked.json()["chat_id"] == "@none" {
            status(400, r#"{"ok": false, "description": "Bad Request: chat not found"}"#)
        } else {
            ok(r#"{"ok": true}"#)
        }
    })
    .await;
    let stage = Stage::with(notifiers::Network::Anywhere, &[("telegram", server.url(""))], &[]).await;
    let options = json!({"token": "1:secret"});
    for (recipient, chat, thread) in [("ops", json!("@ops"), json!(null)), ("-100123|7", json!(-100_123), json!(7))] {
        stage.send("telegram", options.clone(), recipient, json!(null)).await.expect("sent");
        let asked = server.last();
        assert_eq!(asked.target, "/bot1:secret/sendMessage");
        let body = asked.json();
        assert_eq!((&body["chat_id"], &body["message_thread_id"]), (&chat, &thread));
        assert_eq!((&body["text"], &body["parse_mode"]), (&json!("the message"), &json!("Markdown")));
    }
    let refused = stage.refusal("telegram", options.clone(), "none", json!(null)).await;
    assert!(refused.contains("chat not found") && !refused.contains("secret"), "{refused}");
    assert_eq!(stage.refusal("telegram", options, "-x", json!(null)).await, "recipient -x is no chat's number");
}

/// <https://developers.google.com/workspace/chat/api/reference/rest/v1/spaces.messages/create>
#[tokio::test]
async fn google_chat_gets_texts_and_cards() {
    let stage = Stage::start().await;
    let server = Server::start(|asked: &Request| {
        if asked.body.contains("bad") {
            status(400, r#"{"error": {"code": 400, "message": "no", "status": "INVALID_ARGUMENT"}}"#)
        } else {
            ok("{}")
        }
    })
    .await;
    let options = json!({"webhooks": {"ops": server.url("/v1/spaces/S/messages?key=k&token=t")}});
    stage.send("googlechat", options.clone(), "ops", json!(null)).await.expect("sent");
    assert_eq!(
        (server.last().target.as_str(), server.last().json()),
        ("/v1/spaces/S/messages?key=k&token=t", json!({"text": "the message"}))
    );
    let fields = json!({"cards": "- header: {title: old}", "cardsV2": "- header: {title: new}", "threadKey": "web"});
    stage.send("googlechat", options.clone(), "ops", fields).await.expect("sent");
    let asked = server.last();
    assert_eq!(
        (asked.pair("threadKey"), asked.pair("messageReplyOption")),
        ("web".into(), "REPLY_MESSAGE_FALLBACK_TO_NEW_THREAD".into())
    );
    let body = asked.json();
    assert_eq!(body["cards"], json!([{"header": {"title": "old"}}]));
    assert_eq!(body["cardsV2"][0]["card"], json!({"header": {"title": "new"}}));
    assert!(body["cardsV2"][0]["cardId"].as_str().is_some_and(|id| id.len() == 36));
    let refused = stage.refusal("googlechat", options, "ops", json!({"cards": "- bad: 1"})).await;
    assert_eq!(refused, "error with message: code=400 status=INVALID_ARGUMENT message=no");
}

/// <https://developer.webex.com/docs/api/v1/messages/create-a-message>
#[tokio::test]
async fn webex_gets_a_message_to_a_room_or_a_person() {
    let stage = Stage::start().await;
    let server = Server::start(|_: &Request| ok("{}")).await;
    let options = json!({"apiURL": server.url("/"), "token": "k"});
    for (recipient, to) in [("a@b.example", "toPersonEmail"), ("Y2lzY29", "roomId")] {
        stage.send("webex", options.clone(), recipient, json!(null)).await.expect("sent");
        let asked = server.last();
        assert_eq!((asked.target.as_str(), asked.header("authorization")), ("/v1/messages", Some("Bearer k")));
        assert_eq!(asked.json(), json!({to: recipient, "markdown": "the message"}));
    }
}

/// <https://pushover.net/api#messages>
#[tokio::test]
async fn pushover_gets_a_form() {
    let server = Server::start(|_: &Request| ok(r#"{"status": 1}"#)).await;
    let stage = Stage::with(notifiers::Network::Anywhere, &[("pushover", server.url(""))], &[]).await;
    stage.send("pushover", json!({"token": "k"}), "user", json!(null)).await.expect("sent");
    let asked = server.last();
    assert_eq!(asked.target, "/1/messages.json");
    assert_eq!(asked.header("content-type"), Some("application/x-www-form-urlencoded"));
    let pairs = [("token", "k"), ("user", "user"), ("message", "the message")];
    assert_eq!(asked.pairs(), pairs.map(|(key, value)| (key.to_owned(), value.to_owned())));
}
