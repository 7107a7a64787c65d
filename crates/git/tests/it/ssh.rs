//! ssh.

use crate::fixture::{Fixture, remote, text};
use crate::ssh_server::{SshServer, key_text};
use git::{Credentials, HostKeys, Problem, Remote, Retry, Trust};

fn key(name: &str) -> Credentials {
    Credentials::SshKey { private_key: key_text(name).into(), passphrase: None }
}

fn knowing(server: &SshServer, known: &str) -> Remote {
    let trust = Trust { host_keys: HostKeys::Known(known.into()), ..Trust::default() };
    remote(&server.url()).with_trust(trust)
}

#[tokio::test]
async fn every_kind_of_key_gets_in() {
    let fixture = Fixture::new();
    let first = fixture.commit("main", &[("app/a.yaml", "a: 1")]);
    for name in ["user-ed25519", "user-ecdsa", "user-rsa", "user-rsa-pem"] {
        let server = SshServer::start(fixture.srv(), "host-ed25519", name).await;
        let remote = knowing(&server, &server.known("host-ed25519")).with_credentials(key(name));
        let (commit, tree) = fixture.open(&remote, "HEAD").await.unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!((commit, text(&tree, "app/a.yaml").as_str()), (first, "a: 1"), "{name}");
    }
}

#[tokio::test]
async fn an_encrypted_key_needs_its_passphrase() {
    let fixture = Fixture::new();
    fixture.commit("main", &[("a", "1")]);
    let server = SshServer::start(fixture.srv(), "host-ed25519", "user-encrypted").await;
    let remote = knowing(&server, &server.known("host-ed25519"));
    let with = |passphrase: Option<&str>| Credentials::SshKey {
        private_key: key_text("user-encrypted").trim_end().into(),
        passphrase: passphrase.map(Into::into),
    };
    fixture.list(&remote.clone().with_credentials(with(Some("open sesame")))).await.expect("listed");
    for passphrase in [None, Some("wrong")] {
        let error = fixture.list(&remote.clone().with_credentials(with(passphrase))).await.expect_err("locked");
        assert!(matches!(error.problem, Problem::BadCredentials { .. }), "{error}");
    }
}

#[tokio::test]
async fn one_login_serves_many_polls_and_fetches() {
    let fixture = Fixture::new();
    fixture.commit("main", &[("a", "1")]);
    let server = SshServer::start(fixture.srv(), "host-ed25519", "user-ed25519").await;
    let remote = knowing(&server, &server.known("host-ed25519")).with_credentials(key("user-ed25519"));
    for number in 2..6 {
        let content = number.to_string();
        let commit = fixture.commit("main", &[("a", content.as_str())]);
        let (found, tree) = fixture.open(&remote, "main").await.expect("opened");
        assert_eq!((found, text(&tree, "a")), (commit, content));
    }
    assert_eq!(server.logins(), 1);
}

#[tokio::test]
async fn a_stranger_is_refused() {
    let fixture = Fixture::new();
    fixture.commit("main", &[("a", "1")]);
    let server = SshServer::start(fixture.srv(), "host-ed25519", "user-ed25519").await;
    let remote = knowing(&server, &server.known("host-ed25519"));
    let error = fixture.list(&remote.clone().with_credentials(key("stranger-ed25519"))).await.expect_err("refused");
    assert!(matches!(error.problem, Problem::Unauthorised { .. }), "{error}");
    let error = fixture.list(&remote).await.expect_err("no key");
    assert!(matches!(error.problem, Problem::BadCredentials { .. }), "{error}");
}

#[tokio::test]
async fn host_keys_are_checked() {
    let fixture = Fixture::new();
    fixture.commit("main", &[("a", "1")]);
    let server = SshServer::start(fixture.srv(), "host-ed25519", "user-ed25519").await;
    let list = |known: &str| {
        let remote = knowing(&server, known).with_credentials(key("user-ed25519"));
        let fixture = &fixture;
        async move { fixture.list(&remote).await }
    };
    let unknown = list("").await.expect_err("not known");
    assert!(matches!(&unknown.problem, Problem::HostKeyUnknown { fingerprint, .. } if fingerprint.contains("SHA256:")));
    let changed = list(&server.known("stranger-ed25519")).await.expect_err("another key");
    assert!(matches!(&changed.problem, Problem::HostKeyMismatch { .. }), "{changed}");
    assert_eq!(changed.retry(), Retry::WhenChanged);
    let of_other_kind = list(&server.known("user-rsa")).await.expect_err("a key of another kind only");
    assert!(matches!(&of_other_kind.problem, Problem::HostKeyMismatch { .. }), "{of_other_kind}");
    let revoked = format!("@revoked {}{}", server.known("host-ed25519"), server.known("host-ed25519"));
    assert!(list(&revoked).await.is_err());
    assert_eq!(server.logins(), 0, "nobody logs in to a server that is not trusted");
    let anything = Trust { host_keys: HostKeys::Anything, ..Trust::default() };
    let careless = remote(&server.url()).with_trust(anything).with_credentials(key("user-ed25519"));
    fixture.list(&careless).await.expect("listed");
}

#[tokio::test]
async fn a_missing_repository_is_told_from_a_broken_server() {
    let fixture = Fixture::new();
    let server = SshServer::start(fixture.srv(), "host-ed25519", "user-ed25519").await;
    let remote = knowing(&server, &server.known("host-ed25519")).with_credentials(key("user-ed25519"));
    assert_eq!(fixture.list(&remote).await.expect_err("absent").problem, Problem::NotFound);
}
