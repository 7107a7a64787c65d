//! Queues of clouds, each by the page of its vendor.

use testkit::http_server::{Request, Server, ok};
use crate::stage::{KEY, Stage};
use notifications::Owner;
use notifiers::Network;
use serde_json::json;

/// <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html>
#[tokio::test]
async fn sqs_gets_a_signed_message() {
    let server = Server::start(|asked: &Request| match asked.header("x-amz-target") {
        Some("AmazonSQS.GetQueueUrl") => ok(r#"{"QueueUrl": "https://sqs.eu-west-1.amazonaws.com/1/q"}"#),
        _ => ok(r#"{"MessageId": "m"}"#),
    })
    .await;
    let stage = Stage::start().await;
    let options = json!({
        "queue": "q", "account": "1", "region": "eu-west-1", "key": "AKID", "secret": "s", "endpointUrl": server.url(""),
    });
    let fields = json!({"messageAttributes": {"app": "web"}, "messageGroupId": "g"});
    stage.send("awssqs", options.clone(), "", fields).await.expect("sent");
    let seen = server.seen();
    assert_eq!(seen[0].json(), json!({"QueueName": "q", "QueueOwnerAWSAccountId": "1"}));
    let signed = seen[1].header("authorization").expect("signed");
    assert!(signed.starts_with("AWS4-HMAC-SHA256 Credential=AKID/20260102/eu-west-1/sqs/aws4_request, SignedHeaders=content-type;host;x-amz-date;x-amz-target, Signature="), "{signed}");
    assert_eq!(seen[1].header("content-type"), Some("application/x-amz-json-1.0"));
    let expected = json!({
        "QueueUrl": "https://sqs.eu-west-1.amazonaws.com/1/q", "MessageBody": "the message", "DelaySeconds": 10, "MessageGroupId": "g",
        "MessageAttributes": {"app": {"DataType": "String", "StringValue": "web"}},
    });
    assert_eq!(seen[1].json(), expected);
    stage.send("awssqs", options, "other.fifo", json!(null)).await.expect("sent");
    assert_eq!(server.seen()[2].json()["QueueName"], "other.fifo");
    assert!(server.last().json().get("DelaySeconds").is_none());
    let lacking = stage.refusal("awssqs", json!({"queue": "q", "region": "r"}), "", json!(null)).await;
    assert!(lacking.contains("no AWS keys"), "{lacking}");
}

/// <https://cloud.google.com/pubsub/docs/reference/rest/v1/projects.topics/publish>
#[tokio::test]
async fn pub_sub_gets_a_message_of_a_service_account() {
    let server = Server::start(|asked: &Request| match asked.path() {
        "/token" => ok(r#"{"access_token": "t"}"#),
        _ => ok(r#"{"messageIds": ["1"]}"#),
    })
    .await;
    let stage = Stage::with(Network::Anywhere, &[("gcppubsub", server.url(""))], &[]).await;
    let file = std::env::temp_dir().join(format!("notifiers-account-{}.json", std::process::id()));
    let account = json!({"client_email": "a@b", "private_key": KEY, "token_uri": server.url("/token")});
    std::fs::write(&file, account.to_string()).expect("written");
    let options = json!({"project": "p", "topic": "t", "keyFile": file.to_str().expect("a path")});
    let sent = stage.send("gcppubsub", options.clone(), "", json!({"attributes": {"app": "web"}})).await;
    let own = stage.send_as("gcppubsub", "gcppubsub", options, "", json!(null), Owner::Team).await;
    std::fs::remove_file(&file).expect("removed");
    sent.expect("sent");
    let seen = server.seen();
    assert_eq!(seen[0].pair("grant_type"), "urn:ietf:params:oauth:grant-type:jwt-bearer");
    assert_eq!(
        (seen[1].target.as_str(), seen[1].header("authorization")),
        ("/v1/projects/p/topics/t:publish", Some("Bearer t"))
    );
    assert_eq!(seen[1].json(), json!({"messages": [{"data": "dGhlIG1lc3NhZ2U=", "attributes": {"app": "web"}}]}));
    assert!(own.expect_err("refused").to_string().contains("may not"));
    let missing = stage.refusal("gcppubsub", json!({"keyFile": "/etc/passwd"}), "", json!(null)).await;
    assert_eq!(missing, "/etc/passwd is no readable key of a service account");
}
