//! Where keys come from.

use crate::server::{Asked, Server, settings};
use aws::{Error, Identity, Settings};
use std::path::PathBuf;

/// As the documentation of `AssumeRoleWithWebIdentity` has it.
fn credentials(action: &str, id: &str) -> String {
    format!(
        r#"<{action}Response xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
  <{action}Result>
    <Credentials>
      <SessionToken>token-of-{id}</SessionToken>
      <SecretAccessKey>secret-of-{id}</SecretAccessKey>
      <Expiration>2026-01-01T13:00:00Z</Expiration>
      <AccessKeyId>{id}</AccessKeyId>
    </Credentials>
  </{action}Result>
</{action}Response>"#
    )
}

/// A folder of its own for a test's files.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("capstan-aws-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&path).expect("a folder");
        Folder(path)
    }

    fn write(&self, name: &str, text: &str) -> String {
        let path = self.0.join(name);
        std::fs::write(&path, text).expect("a file");
        path.display().to_string()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

async fn keys(settings: Settings) -> Result<(String, String, Option<String>), Error> {
    let keys = Identity::new(settings).keys().await?;
    Ok((keys.id, keys.secret, keys.session))
}

#[tokio::test]
async fn the_environment_comes_first() {
    let given = [("AWS_ACCESS_KEY_ID", "A"), ("AWS_SECRET_ACCESS_KEY", "S"), ("AWS_SESSION_TOKEN", "T")];
    let found = keys(settings(&given)).await.expect("keys");
    assert_eq!(found, ("A".to_owned(), "S".to_owned(), Some("T".to_owned())));
}

/// As roles for service accounts come to pods of EKS.
#[tokio::test]
async fn a_service_account_takes_on_its_role() {
    let folder = Folder::new("web-identity");
    let token = folder.write("token", "jwt-of-the-account\n");
    let server = Server::start(|_, _| (200, credentials("AssumeRoleWithWebIdentity", "WEB"))).await;
    let settings = settings(&[
        ("AWS_ROLE_ARN", "arn:aws:iam::123456789012:role/rollouts"),
        ("AWS_WEB_IDENTITY_TOKEN_FILE", &token),
        ("AWS_ENDPOINT_URL_STS", &server.address),
    ]);
    let identity = Identity::new(settings);
    for _ in 0..2 {
        assert_eq!(identity.keys().await.expect("keys").id, "WEB");
    }
    let asked = server.asked();
    assert_eq!(asked.len(), 1, "keys are kept until they end");
    assert_eq!(asked[0].field("WebIdentityToken").as_deref(), Some("jwt-of-the-account"));
    assert_eq!(asked[0].field("RoleArn").as_deref(), Some("arn:aws:iam::123456789012:role/rollouts"));
    assert_eq!(asked[0].header("authorization"), "", "the token is all there is");
}

#[tokio::test]
async fn profiles_refer_to_one_another() {
    let folder = Folder::new("profiles");
    let given = folder.write("credentials", "[base]\naws_access_key_id = BASE\naws_secret_access_key = S\n");
    let config = folder.write(
        "config",
        "[profile app]\nregion = eu-west-1\nrole_arn = arn:aws:iam::1:role/app\nsource_profile = middle\n\
         [profile middle]\nrole_arn = arn:aws:iam::1:role/middle\nexternal_id = x\nsource_profile = base\n",
    );
    let answers = |asked: &Asked, _: usize| {
        let role = asked.field("RoleArn").unwrap_or_default();
        (200, credentials("AssumeRole", role.rsplit_once('/').map_or("", |(_, name)| name)))
    };
    let server = Server::start(answers).await;
    let settings = settings(&[
        ("AWS_PROFILE", "app"),
        ("AWS_SHARED_CREDENTIALS_FILE", &given),
        ("AWS_CONFIG_FILE", &config),
        ("AWS_ENDPOINT_URL", &server.address),
    ]);
    let identity = Identity::new(settings);
    assert_eq!(identity.keys().await.expect("keys").id, "app");
    assert_eq!(identity.region().await.expect("a region"), "eu-west-1");
    let asked = server.asked();
    assert!(asked[0].header("authorization").contains("Credential=BASE/20260101/eu-west-1/sts/"));
    assert_eq!(asked[0].field("ExternalId").as_deref(), Some("x"));
    assert!(asked[1].header("authorization").contains("Credential=middle/"));
    assert_eq!(asked[1].header("x-amz-security-token"), "token-of-middle");
}

/// As the agents of ECS and of EKS' pod identities give them.
#[tokio::test]
async fn a_container_has_keys_of_its_own() {
    let body = r#"{"AccessKeyId": "POD", "SecretAccessKey": "S", "Token": "T", "Expiration": "2026-01-01T13:00:00Z"}"#;
    let server = Server::start(move |_, _| (200, body.to_owned())).await;
    let address = format!("{}/v1/credentials", server.address);
    let folder = Folder::new("container");
    let token = folder.write("token", "pod-token\n");
    let found = keys(settings(&[
        ("AWS_CONTAINER_CREDENTIALS_FULL_URI", &address),
        ("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", &token),
    ]));
    assert_eq!(found.await.expect("keys").0, "POD");
    assert_eq!(server.asked()[0].header("authorization"), "pod-token");
    let elsewhere = keys(settings(&[("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://example.com/keys")])).await;
    assert!(matches!(elsewhere, Err(Error::NoKeys(why)) if why.contains("AWS_CONTAINER_CREDENTIALS_FULL_URI")));
}

/// As the second edition of the machine's own service gives them: with a token only.
#[tokio::test]
async fn a_machine_has_keys_and_a_region() {
    let server = Server::start(|asked, _| match (asked.method.as_str(), asked.path.as_str()) {
        ("PUT", "/latest/api/token") => (200, "metadata-token".to_owned()),
        _ if asked.header("x-aws-ec2-metadata-token") != "metadata-token" => (401, String::new()),
        (_, "/latest/meta-data/iam/security-credentials/") => (200, "node".to_owned()),
        (_, "/latest/meta-data/iam/security-credentials/node") => {
            let keys = r#"{"Code": "Success", "AccessKeyId": "NODE", "SecretAccessKey": "S", "Token": "T",
                "Expiration": "2026-01-01T18:00:00Z"}"#;
            (200, keys.to_owned())
        }
        (_, "/latest/meta-data/placement/region") => (200, "eu-north-1".to_owned()),
        _ => (404, String::new()),
    });
    let server = server.await;
    let identity = Identity::new(settings(&[("AWS_EC2_METADATA_SERVICE_ENDPOINT", &server.address)]));
    assert_eq!(identity.keys().await.expect("keys").id, "NODE");
    assert_eq!(identity.region().await.expect("a region"), "eu-north-1");
}

#[tokio::test]
async fn without_any_it_is_said_what_was_tried() {
    let none = Identity::new(settings(&[("AWS_EC2_METADATA_DISABLED", "true")]));
    let why = none.keys().await.expect_err("no keys").to_string();
    for source in ["AWS_ACCESS_KEY_ID", "shared files", "web identity", "container", "machine"] {
        assert!(why.contains(source), "{why}");
    }
    assert_eq!(none.region().await, Err(Error::NoRegion));
}

#[tokio::test]
async fn what_cannot_be_used_is_named() {
    let folder = Folder::new("bad");
    let cases = [
        ("[profile app]\ncredential_process = /bin/keys\n", "credential_process"),
        ("[profile app]\nsso_session = corp\n", "sso_session"),
        ("[profile app]\nrole_arn = r\n", "source_profile"),
        ("[profile app]\nrole_arn = r\nsource_profile = lost\n", "no profile lost"),
        (
            "[profile app]\nrole_arn = r\nsource_profile = b\n[profile b]\nrole_arn = s\nsource_profile = app\n",
            "more than",
        ),
        ("[profile app]\nrole_arn = r\ncredential_source = Moon\n", "Moon"),
    ];
    for (text, said) in cases {
        let config = folder.write("config", text);
        let given = [("AWS_PROFILE", "app"), ("AWS_CONFIG_FILE", &config), ("AWS_EC2_METADATA_DISABLED", "true")];
        let why = keys(settings(&given)).await.expect_err(text).to_string();
        assert!(why.contains(said), "{text}: {why}");
    }
}

#[tokio::test]
async fn a_role_that_is_refused_says_why() {
    let refused = r#"<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
  <Error><Type>Sender</Type><Code>AccessDenied</Code><Message>Not authorized to perform sts:AssumeRole</Message></Error>
  <RequestId>c6104cbe-af31-11e0-8154-cbc7ccf896c7</RequestId>
</ErrorResponse>"#;
    let server = Server::start(move |_, _| (403, refused.to_owned())).await;
    let folder = Folder::new("refused");
    let text = "[profile app]\nrole_arn = r\nsource_profile = app\naws_access_key_id = A\naws_secret_access_key = S\n";
    let config = folder.write("config", text);
    let given = [("AWS_PROFILE", "app"), ("AWS_CONFIG_FILE", &config), ("AWS_ENDPOINT_URL", &server.address)];
    let why = keys(settings(&given)).await.expect_err("refused").to_string();
    assert_eq!(why, "AssumeRole: AccessDenied: Not authorized to perform sts:AssumeRole");
}
