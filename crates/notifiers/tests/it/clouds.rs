//! Queues of clouds, each by the page of its vendor.

use crate::stage::{KEY, Stage};
use notifications::Owner;
use notifiers::Network;
use serde_json::json;
use testkit::http_server::{Request, Server, ok};

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
    assert!(
        lacking.starts_with("no AWS credentials: ")
            && lacking.ends_with("or set key, secret and region of the service"),
        "{lacking}"
    );
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

const KEYS: &str =
    r#"{"AccessKeyId": "AKROLE", "SecretAccessKey": "s", "Token": "t", "Expiration": "2027-01-01T00:00:00Z"}"#;

fn queue(asked: &Request) -> testkit::http_server::Reply {
    match asked.path() {
        "/keys" | "/latest/meta-data/iam/security-credentials/node" => ok(KEYS),
        "/latest/api/token" => ok("token"),
        "/latest/meta-data/iam/security-credentials/" => ok("node"),
        "/latest/meta-data/placement/region" => ok("eu-north-1"),
        _ if asked.body.contains("AssumeRoleWithWebIdentity") => {
            ok("<AssumeRoleWithWebIdentityResponse><AssumeRoleWithWebIdentityResult><Credentials>\
             <AccessKeyId>AKWEB</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken>\
             <Expiration>2027-01-01T00:00:00Z</Expiration></Credentials></AssumeRoleWithWebIdentityResult>\
             </AssumeRoleWithWebIdentityResponse>")
        }
        _ => ok(r#"{"QueueUrl": "https://q", "MessageId": "m"}"#),
    }
}

/// <https://docs.aws.amazon.com/sdkref/latest/guide/standardized-credentials.html>
#[tokio::test]
async fn sqs_is_asked_with_the_keys_that_the_controller_has() {
    let server = Server::start(queue).await;
    let token = std::env::temp_dir().join(format!("notifiers-web-token-{}", std::process::id()));
    std::fs::write(&token, "a.b.c").expect("written");
    let (keys, own, token_path) = (server.url("/keys"), server.url(""), token.to_string_lossy().into_owned());
    let container = [("AWS_CONTAINER_CREDENTIALS_FULL_URI", keys.as_str()), ("AWS_REGION", "eu-west-1")];
    let web = [
        ("AWS_WEB_IDENTITY_TOKEN_FILE", token_path.as_str()),
        ("AWS_ROLE_ARN", "arn:aws:iam::1:role/cd"),
        ("AWS_ENDPOINT_URL_STS", own.as_str()),
        ("AWS_REGION", "eu-west-1"),
    ];
    let machine = [("AWS_EC2_METADATA_DISABLED", "false"), ("AWS_EC2_METADATA_SERVICE_ENDPOINT", own.as_str())];
    for (variables, wanted) in [
        (container.as_slice(), "AKROLE/20260102/eu-west-1"),
        (web.as_slice(), "AKWEB/20260102/eu-west-1"),
        (machine.as_slice(), "AKROLE/20260102/eu-north-1"),
    ] {
        let stage = Stage::with(Network::Anywhere, &[], variables).await;
        let options = json!({"queue": "q", "endpointUrl": server.url("")});
        stage.send("awssqs", options, "", json!(null)).await.expect("sent");
        let asked = server.last();
        let signed = asked.header("authorization").unwrap_or_default();
        assert!(signed.starts_with(&format!("AWS4-HMAC-SHA256 Credential={wanted}/sqs/aws4_request")), "{signed}");
        assert_eq!(
            (asked.header("x-amz-security-token"), asked.header("x-amz-target")),
            (Some("t"), Some("AmazonSQS.SendMessage"))
        );
    }
    std::fs::remove_file(&token).expect("removed");
}

/// <https://cloud.google.com/compute/docs/access/authenticate-workloads#applications>
#[tokio::test]
async fn pub_sub_gets_a_message_of_the_machines_account() {
    let server = Server::start(|asked: &Request| match asked.header("metadata-flavor") {
        Some("Google") => ok(r#"{"access_token": "of-machine", "expires_in": 3599, "token_type": "Bearer"}"#),
        _ => ok(r#"{"messageIds": ["1"]}"#),
    })
    .await;
    let place = format!("127.0.0.1:{}", server.port);
    let variables = [("GCE_METADATA_HOST", place.as_str())];
    let stage = Stage::with(Network::Guarded, &[("gcppubsub", server.url(""))], &variables).await;
    let refused = stage.refusal("gcppubsub", json!({"project": "p", "topic": "t"}), "", json!(null)).await;
    assert!(refused.contains("private network"), "the token is for this process, the message's way is not: {refused}");
    let stage = Stage::with(Network::Anywhere, &[("gcppubsub", server.url(""))], &variables).await;
    stage.send("gcppubsub", json!({"project": "p", "topic": "t"}), "", json!(null)).await.expect("sent");
    let seen = server.seen();
    let asked =
        "/computeMetadata/v1/instance/service-accounts/default/token?scopes=https://www.googleapis.com/auth/pubsub";
    assert_eq!((seen[1].method.as_str(), seen[1].target.as_str()), ("GET", asked));
    assert_eq!(seen[2].header("authorization"), Some("Bearer of-machine"));
    let nowhere = Stage::start().await;
    let refused = nowhere.refusal("gcppubsub", json!({"project": "p", "topic": "t"}), "", json!(null)).await;
    assert!(refused.starts_with("no Google credentials: "), "{refused}");
}
