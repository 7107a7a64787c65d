//! Who we are to registries, and whom of them we believe: every form of credentials, every source of authorities.

use crate::stage::{Stage, image, state};
use imageupdates::report::State;
use ociserver::Auth;
use serde_json::json;
use std::os::unix::fs::PermissionsExt;
use testkit::Authority;
use testkit::http_server::{Server, ok};

/// `registries.conf` with one registry, and more of its fields.
fn registries(host: &str, scheme: &str, more: &str) -> String {
    format!("registries:\n- {{name: it, prefix: '{host}', api_url: '{scheme}://{host}', limit: 100000{more}}}\n")
}

async fn following(stage: &Stage, image: &str) {
    let live = format!("{image}:1.0.0");
    stage.application("a", "Helm", "chart", &[&live], &[("image-list", image)]).await;
}

#[tokio::test]
async fn a_program_gives_passwords_that_live_for_hours() {
    let folder = tempfile::tempdir().expect("a folder");
    let programs = folder.path().join("programs");
    std::fs::create_dir(&programs).expect("a folder");
    let program = programs.join("login.sh");
    let says = |password: &str, at: &std::path::Path| {
        std::fs::write(at, format!("#!/bin/sh\necho AWS:{password}\n")).expect("written");
        std::fs::set_permissions(at, std::fs::Permissions::from_mode(0o755)).expect("set");
    };
    let stage = Stage::with(registry::Options::default(), Some(programs)).await;
    let host = stage.registry.host();
    stage.push("shop", "1.1.0", "new");
    following(&stage, &stage.image("shop")).await;
    let more = format!(", credentials: 'ext:{}', credsexpire: 12h", program.display());
    stage.config(&[("registries.conf", &registries(&host, "http", &more))]).await;
    for password in ["today", "tomorrow"] {
        stage.registry.require(Auth::Basic("AWS".into(), password.into()));
        assert_eq!(state(&stage.dry().await, "a"), State::Failed, "the password of before is over");
        says(password, &program);
        assert_eq!(state(&stage.dry().await, "a"), State::Newer);
    }
    let outside = folder.path().join("login.sh");
    says("tomorrow", &outside);
    let more = format!(", credentials: 'ext:{}'", outside.display());
    stage.config(&[("registries.conf", &registries(&host, "http", &more))]).await;
    let report = stage.dry().await;
    assert!(image(&report, "a").message.contains("whose programs alone are run"), "{report:?}");
}

#[tokio::test]
async fn a_registry_is_configured_with_credentials_of_every_form() {
    let stage = Stage::start().await;
    let host = stage.registry.host();
    stage.registry.require(Auth::Token("me".into(), "secret".into()));
    stage.push("shop", "1.1.0", "new");
    following(&stage, &stage.image("shop")).await;
    let auths = json!({"auths": {host.as_str(): {"username": "me", "password": "secret"}}}).to_string();
    let data = json!({"creds": "me:secret", ".dockerconfigjson": auths});
    // Whoever configures the process may name any namespace.
    let metadata = json!({"name": "login", "namespace": "default"});
    stage.create(json!({"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "stringData": data})).await;
    for (credentials, expected) in [
        ("secret:default/login#creds", None),
        ("pullsecret:default/login", None),
        ("env:CAPSTAN_TEST_UNSET", Some("the variable CAPSTAN_TEST_UNSET is not set")),
        ("ext:/bin/true", Some("no program is run for credentials")),
        ("vault:x", Some("does not name credentials")),
    ] {
        let more = format!(", credentials: '{credentials}'");
        stage.config(&[("registries.conf", &registries(&host, "http", &more))]).await;
        let report = stage.dry().await;
        match expected {
            None => assert_eq!(state(&report, "a"), State::Newer, "{credentials}: {report:?}"),
            Some(why) => assert!(image(&report, "a").message.contains(why), "{credentials}: {report:?}"),
        }
        assert!(!format!("{report:?}").contains("me:secret"));
    }
}

#[tokio::test]
async fn authorities_come_from_the_configuration_a_file_or_the_control_plane() {
    let stage = Stage::start().await;
    let authority = Authority::of(&["127.0.0.1"]);
    let guarded = Server::guarded(&authority, |_| ok(r#"{"name": "shop", "tags": ["1.1.0"]}"#)).await;
    let host = format!("127.0.0.1:{}", guarded.port);
    following(&stage, &format!("{host}/shop")).await;
    let file = tempfile::NamedTempFile::new().expect("a file");
    std::fs::write(file.path(), &*authority.pem).expect("written");
    let pem = serde_json::to_string(&*authority.pem).expect("text");
    let told = async |more: &str| {
        stage.config(&[("registries.conf", &registries(&host, "https", more))]).await;
        let report = stage.dry().await;
        (state(&report, "a"), image(&report, "a").message.clone())
    };
    let (of, why) = told("").await;
    assert!(of == State::Failed && why.contains("TLS: "), "nobody vouches for it: {why}");
    for more in
        [", insecure: true".to_owned(), format!(", ca_data: {pem}"), format!(", ca_file: '{}'", file.path().display())]
    {
        assert_eq!(told(&more).await, (State::Newer, String::new()), "{more}");
    }
    let (of, why) = told(", ca_file: /nowhere/ca.pem").await;
    assert!(of == State::Failed && why.contains("registries.conf: /nowhere/ca.pem: "), "{why}");
    let metadata = json!({"name": "argocd-tls-certs-cm", "namespace": "argocd"});
    let data = json!({"127.0.0.1": &*authority.pem});
    stage.replace(json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": data})).await;
    assert_eq!(told("").await, (State::Newer, String::new()), "the control plane's");
}
