//! What senders must show, and what is not enough. The digests were made with Go's `crypto/hmac` 1.26.

use std::collections::BTreeMap;
use webhooks::{Delivery, Event, Refusal, Secrets, receive};

const BODY: &[u8] = br#"{"zen":"Keep it logically awesome."}"#;

fn status(headers: &[(&str, &str)], secret: &[(&str, &str)], body: &[u8]) -> u16 {
    let headers: BTreeMap<String, String> =
        headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let find = |key: &str| secret.iter().find(|(name, _)| *name == key).map(|(_, value)| (*value).to_owned());
    let delivery = Delivery { headers: &headers, query: &BTreeMap::new(), body };
    match receive(&delivery, &Secrets::read(find), 1 << 20) {
        Ok(_) => 200,
        Err(refusal) => refusal.status(),
    }
}

const SHA256: &str = "b9f180c4171a9926a5055962b54ec47b0ebee85e62e76c83ebdbb382f77b05ac";
const SHA1: &str = "959d6081c0465919c3e3c8c436898c2f936a411c";
const SHA512: &str = "9e5e849ba9653e5e635ff1e17a61b5486c8d727c38205d1c9bfc4e0bd9ec6b30758aaae9375d0fd074f4facb3062024f4abe5448ebf549c03b4e2474986078a8";

#[test]
fn signatures_of_github() {
    let secret = [("webhook.github.secret", "It's a Secret to Everybody")];
    let ping = |headers: &[(&str, &str)]| {
        let all: Vec<(&str, &str)> =
            std::iter::once(("x-github-event", "ping")).chain(headers.iter().copied()).collect();
        status(&all, &secret, BODY)
    };
    let sha256 = format!("sha256={SHA256}");
    let sha1 = format!("sha1={SHA1}");
    let upper = format!("sha256={}", SHA256.to_uppercase());
    let cut = &sha256[..sha256.len() - 2];
    assert_eq!(ping(&[("x-hub-signature-256", &sha256)]), 200);
    assert_eq!(ping(&[("x-hub-signature-256", &upper)]), 200);
    assert_eq!(ping(&[("x-hub-signature", &sha1)]), 200);
    // The stronger one decides when both are there.
    assert_eq!(ping(&[("x-hub-signature-256", "sha256=00"), ("x-hub-signature", &sha1)]), 401);
    for wrong in [
        cut,
        "sha256=",
        "sha256",
        "",
        SHA256,
        "md5=00",
        "sha256=zz",
        &format!("sha1={SHA256}"),
        &format!("sha512={SHA256}"),
        &format!("none={SHA256}"),
    ] {
        assert_eq!(ping(&[("x-hub-signature-256", wrong)]), 401, "{wrong}");
    }
    assert_eq!(ping(&[]), 401);
    assert_eq!(
        status(&[("x-github-event", "ping"), ("x-hub-signature-256", &sha256)], &secret, b"{}"),
        401,
        "another body"
    );
    assert_eq!(status(&[("x-github-event", "ping")], &[], BODY), 200, "no secret is configured");
    assert_eq!(
        status(&[("x-github-event", "ping")], &[("webhook.github.secret", "")], BODY),
        200,
        "an empty one is none"
    );
}

#[test]
fn signatures_of_bitbucket_server_and_gogs() {
    let secret = "It's a Secret to Everybody";
    let server = [("webhook.bitbucketserver.secret", secret)];
    let push = ("x-event-key", "repo:refs_changed");
    // What is signed well is read, and then has no links.
    assert_eq!(status(&[push, ("x-hub-signature", &format!("sha256={SHA256}"))], &server, BODY), 400);
    assert_eq!(status(&[push, ("x-hub-signature", &format!("sha512={SHA512}"))], &server, BODY), 400);
    assert_eq!(status(&[push, ("x-hub-signature", SHA256)], &server, BODY), 401);
    assert_eq!(status(&[push], &server, BODY), 401);
    assert_eq!(status(&[("x-event-key", "diagnostics:ping")], &server, BODY), 200);
    let gogs = [("webhook.gogs.secret", secret)];
    let push = ("x-gogs-event", "push");
    assert_eq!(status(&[push, ("x-gogs-signature", SHA256)], &gogs, BODY), 400);
    assert_eq!(status(&[push, ("x-gitea-signature", SHA256)], &gogs, BODY), 400);
    assert_eq!(status(&[push, ("x-gogs-signature", SHA1)], &gogs, BODY), 401);
    assert_eq!(status(&[push], &gogs, BODY), 401);
    // A signature for GitHub does not help with Gogs' headers.
    assert_eq!(
        status(&[push, ("x-github-event", "push"), ("x-hub-signature-256", &format!("sha256={SHA256}"))], &gogs, BODY),
        401
    );
}

#[test]
fn tokens_of_gitlab_and_bitbucket() {
    let gitlab = [("webhook.gitlab.secret", "token")];
    let push = ("x-gitlab-event", "System Hook");
    assert_eq!(status(&[push, ("x-gitlab-token", "token")], &gitlab, b"{}"), 200);
    for wrong in ["tokem", "toke", "token ", "TOKEN"] {
        assert_eq!(status(&[push, ("x-gitlab-token", wrong)], &gitlab, b"{}"), 401, "{wrong}");
    }
    assert_eq!(status(&[push], &gitlab, b"{}"), 401);
    let bitbucket = [("webhook.bitbucket.uuid", "{abc}")];
    let key = ("x-event-key", "repo:push");
    assert_eq!(status(&[key, ("x-hook-uuid", "{abc}")], &bitbucket, b"{}"), 400, "no links");
    assert_eq!(status(&[key, ("x-hook-uuid", "{abd}")], &bitbucket, b"{}"), 401);
}

#[test]
fn user_and_password_of_azure_devops() {
    let secret = [("webhook.azuredevops.username", "user"), ("webhook.azuredevops.password", "pass:word")];
    let id = ("x-vss-activityid", "1");
    // user:pass:word
    assert_eq!(status(&[id, ("authorization", "Basic dXNlcjpwYXNzOndvcmQ=")], &secret, b"{}"), 400, "no push");
    for wrong in ["Basic dXNlcjpwYXNz", "Basic", "Basic !", "Bearer dXNlcjpwYXNzOndvcmQ=", "dXNlcjpwYXNzOndvcmQ="] {
        assert_eq!(status(&[id, ("authorization", wrong)], &secret, b"{}"), 401, "{wrong}");
    }
    assert_eq!(status(&[id], &secret, b"{}"), 401);
}

/// Registries that cannot sign are not listened to at all before a secret is set.
#[test]
fn registries_need_a_secret() {
    for kind in ["docker.io", "quay.io", "acr", "aliyun-acr", "cloudevents", "harbor"] {
        let query = BTreeMap::from([("type".to_owned(), kind.to_owned()), ("secret".to_owned(), String::new())]);
        let delivery = Delivery { headers: &BTreeMap::new(), query: &query, body: b"{}" };
        let refusal = receive(&delivery, &Secrets::default(), 1 << 20).expect_err("refused");
        assert!(matches!(refusal, Refusal::NoSecret { .. }), "{kind}: {refusal}");
        assert_eq!(refusal.status(), 401);
    }
}

#[test]
fn the_image_updaters_names_of_secrets_hold_too() {
    let secrets = Secrets::read(|key| (key == "webhook.quay-secret").then(|| "x".to_owned()));
    let query = BTreeMap::from([("type".to_owned(), "quay.io".to_owned()), ("secret".to_owned(), "x".to_owned())]);
    let body = br#"{"repository":"a/b","updated_tags":["1"]}"#;
    let event = receive(&Delivery { headers: &BTreeMap::new(), query: &query, body }, &secrets, 1 << 20);
    assert!(matches!(event, Ok(Event::Images(images)) if images[0].registry == "quay.io"));
    assert_eq!(format!("{secrets:?}"), r#"["webhook.quay.secret"]"#);
}
