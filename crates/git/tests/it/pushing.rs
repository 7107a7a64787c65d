//! Pushing commits: over https, ssh and to local repositories, held against git itself.

use crate::fixture::{Fixture, commit, git_command, remote, run_git, text};
use crate::http_server::{Behaviour, HttpServer};
use crate::ssh_server::{SshServer, key_text};
use git::{
    Change, Credentials, GitSource, HostKeys, Layout, Oid, OpenPgp, OpenPgpKey, Proposal, PushError, Pushed, Remote,
    ServerTrust, Signature, Signer, SshSigner, Trust,
};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

fn proposal(parent: Oid, changes: &[(&str, &str)]) -> Proposal {
    let time = "2026-02-03T04:05:06Z".parse().expect("a time");
    Proposal {
        branch: "main".into(),
        expected: Some(parent),
        parent,
        changes: changes.iter().map(|(path, content)| ((*path).to_owned(), Change::from(*content))).collect(),
        message: "build: automatic update of shop\n\nupdates image app".into(),
        author: Signature { name: "updater".into(), email: "updater@example.com".into(), time },
        signer: None,
    }
}

fn pushed(result: Result<Pushed, PushError>) -> Oid {
    match result.expect("pushed") {
        Pushed::Commit(commit) => commit,
        Pushed::Nothing => panic!("a commit was expected"),
    }
}

/// What git itself says.
fn says(fixture: &Fixture, arguments: &[&str]) -> String {
    String::from_utf8(run_git(&fixture.repository(), arguments).stdout).expect("text").trim().to_owned()
}

fn served() -> (Fixture, Oid) {
    let fixture = Fixture::new();
    let first = fixture.commit("main", &[("app/a.yaml", "a: 1\n"), ("app/b.yaml", "b: 1\n"), ("z/deep/x", "x")]);
    run_git(&fixture.repository(), &["config", "http.receivepack", "true"]);
    (fixture, first)
}

/// Reads a branch, as whoever proposes a commit did before.
async fn fetched(fixture: &Fixture, remote: &Remote) -> Oid {
    fixture.open(remote, "main").await.expect("opened").0
}

/// Pushes over `remote` and holds what git says against it.
async fn check(fixture: &Fixture, first: Oid, remote: &Remote) {
    assert_eq!(fetched(fixture, remote).await, first);
    let next = proposal(first, &[("app/a.yaml", "a: 2\n"), ("new/dir/c", "c\n"), ("a.txt", "t\n")]);
    let second = pushed(fixture.git.push(remote, &next).await);
    assert_eq!(says(fixture, &["rev-parse", "main"]), second.to_string());
    assert_eq!(says(fixture, &["fsck", "--strict"]), "");
    assert_eq!(
        says(fixture, &["log", "-1", "--format=%an %ae %at %P%n%B", "main"]).lines().collect::<Vec<_>>(),
        [
            format!("updater updater@example.com 1770091506 {first}").as_str(),
            "build: automatic update of shop",
            "",
            "updates image app",
        ]
    );
    assert_eq!(
        says(fixture, &["diff", "--name-status", &first.to_string(), "main"]),
        "A\ta.txt\nM\tapp/a.yaml\nA\tnew/dir/c"
    );
    let (commit, tree) = fixture.open(remote, "main").await.expect("opened");
    assert_eq!(
        (commit, text(&tree, "app/a.yaml").as_str(), text(&tree, "app/b.yaml").as_str()),
        (second, "a: 2\n", "b: 1\n")
    );
    let mut gone = proposal(second, &[]);
    gone.changes.push(("z/deep/x".into(), Change::Remove));
    pushed(fixture.git.push(remote, &gone).await);
    assert_eq!(says(fixture, &["ls-tree", "--name-only", "main"]), "a.txt\napp\nnew", "empty directories go");
}

#[tokio::test]
async fn to_a_local_repository() {
    let (fixture, first) = served();
    let remote = remote(fixture.repository().to_str().expect("a path"));
    check(&fixture, first, &remote).await;
}

#[tokio::test]
async fn over_https() {
    let (fixture, first) = served();
    let wanted = Behaviour { authorization: Some("Basic dXNlcjpzZWNyZXQ=".into()), ..Behaviour::default() };
    let server = HttpServer::https(fixture.srv(), wanted).await;
    let trust = Trust { tls: ServerTrust::Only(server.authority.as_str().into()), ..Trust::default() };
    let basic = Credentials::Basic { username: "user".into(), password: "secret".into() };
    let remote = remote(&server.url()).with_trust(trust).with_credentials(basic);
    check(&fixture, first, &remote).await;
}

#[tokio::test]
async fn over_ssh() {
    let (fixture, first) = served();
    let server = SshServer::start(fixture.srv(), "host-ed25519", "user-ed25519").await;
    let known = HostKeys::Known(server.known("host-ed25519").into());
    let key = Credentials::SshKey { private_key: key_text("user-ed25519").into(), passphrase: None };
    let trust = Trust { host_keys: known, ..Trust::default() };
    let remote = remote(&server.url()).with_trust(trust).with_credentials(key);
    check(&fixture, first, &remote).await;
}

#[tokio::test]
async fn nobodys_commit_is_lost() {
    let (fixture, first) = served();
    let server = HttpServer::http(fixture.srv(), Behaviour::default()).await;
    for remote in [remote(&server.url()), remote(fixture.repository().to_str().expect("a path"))] {
        let seen = fetched(&fixture, &remote).await;
        let theirs = fixture.commit("main", &[("theirs", seen.to_string().as_str())]);
        let refused = fixture.git.push(&remote, &proposal(seen, &[("app/a.yaml", "a: 9\n")])).await;
        assert!(matches!(&refused, Err(PushError::Moved { branch, .. }) if branch == "main"), "{refused:?}");
        assert_eq!(says(&fixture, &["rev-parse", "main"]), theirs.to_string());
        assert_eq!(fetched(&fixture, &remote).await, theirs);
        let content = format!("a: {theirs}\n");
        pushed(fixture.git.push(&remote, &proposal(theirs, &[("app/a.yaml", &content)])).await);
        assert_eq!(says(&fixture, &["show", "main:theirs"]), seen.to_string());
    }
    assert_ne!(says(&fixture, &["rev-parse", "main"]), first.to_string());
}

#[tokio::test]
async fn a_branch_that_was_force_pushed_has_moved() {
    let (fixture, _) = served();
    let second = fixture.commit("main", &[("app/a.yaml", "a: 2\n")]);
    let remote = remote(fixture.repository().to_str().expect("a path"));
    run_git(&fixture.repository(), &["update-ref", "refs/heads/main", &format!("{second}^")]);
    let refused = fixture.git.push(&remote, &proposal(second, &[("app/a.yaml", "a: 3\n")])).await;
    assert!(matches!(refused, Err(PushError::Moved { .. })), "{refused:?}");
}

#[tokio::test]
async fn a_new_branch_begins_at_its_parent_and_is_made_once() {
    let (fixture, first) = served();
    let server = HttpServer::http(fixture.srv(), Behaviour::default()).await;
    let remote = remote(&server.url());
    fetched(&fixture, &remote).await;
    let make = Proposal { branch: "update/one".into(), expected: None, ..proposal(first, &[("app/a.yaml", "a: 2\n")]) };
    let made = pushed(fixture.git.push(&remote, &make).await);
    assert_eq!(says(&fixture, &["rev-parse", "update/one"]), made.to_string());
    assert_eq!(says(&fixture, &["rev-parse", "main"]), first.to_string());
    let other = Proposal { message: "another".into(), ..make };
    assert!(matches!(fixture.git.push(&remote, &other).await, Err(PushError::Moved { .. })));
}

#[tokio::test]
async fn what_changes_nothing_is_not_pushed() {
    let (fixture, first) = served();
    let remote = remote(fixture.repository().to_str().expect("a path"));
    let same = fixture.git.push(&remote, &proposal(first, &[("app/a.yaml", "a: 1\n")])).await;
    assert_eq!(same.expect("nothing to do"), Pushed::Nothing);
    assert_eq!(says(&fixture, &["rev-parse", "main"]), first.to_string());
}

#[tokio::test]
async fn a_protected_branch_says_so() {
    let (fixture, first) = served();
    let hook = fixture.repository().join("hooks/pre-receive");
    std::fs::create_dir_all(hook.parent().expect("a folder")).expect("made");
    std::fs::write(&hook, "#!/bin/sh\necho 'GH006: Protected branch update failed for refs/heads/main.' >&2\nexit 1\n")
        .expect("written");
    std::fs::set_permissions(&hook, std::fs::Permissions::from_mode(0o755)).expect("set");
    let server = HttpServer::http(fixture.srv(), Behaviour::default()).await;
    let remote = remote(&server.url());
    fetched(&fixture, &remote).await;
    let refused = fixture.git.push(&remote, &proposal(first, &[("app/a.yaml", "a: 2\n")])).await;
    let Err(PushError::Refused { branch, message, .. }) = refused else { panic!("{refused:?}") };
    assert_eq!(branch, "main");
    assert!(message.contains("pre-receive hook declined") && message.contains("GH006"), "{message}");
    assert_eq!(says(&fixture, &["rev-parse", "main"]), first.to_string());
}

#[tokio::test]
async fn who_may_not_push_is_told() {
    let (fixture, first) = served();
    run_git(&fixture.repository(), &["config", "http.receivepack", "false"]);
    let server = HttpServer::http(fixture.srv(), Behaviour::default()).await;
    let remote = remote(&server.url());
    fetched(&fixture, &remote).await;
    let refused = fixture.git.push(&remote, &proposal(first, &[("app/a.yaml", "a: 2\n")])).await;
    assert!(
        matches!(&refused, Err(PushError::Git(error)) if error.to_string().contains("access denied")),
        "{refused:?}"
    );
}

#[tokio::test]
async fn files_that_somebody_works_on_are_left_alone() {
    let fixture = Fixture::new();
    let path = fixture.dir.path().join("work");
    let first = commit(&path, Layout::WorkingDirectory, "main", &[("a", "1")]);
    let remote = remote(path.to_str().expect("a path"));
    let refused = fixture.git.push(&remote, &proposal(first, &[("a", "2")])).await;
    assert!(
        matches!(&refused, Err(PushError::Refused { message, .. }) if message.contains("checked out")),
        "{refused:?}"
    );
    let other = Proposal { branch: "next".into(), expected: None, ..proposal(first, &[("a", "2")]) };
    pushed(fixture.git.push(&remote, &other).await);
}

#[tokio::test]
async fn a_file_that_can_be_run_stays_one() {
    let (fixture, first) = served();
    let remote = remote(fixture.repository().to_str().expect("a path"));
    let work = fixture.dir.path().join("clone");
    run_git(fixture.dir.path(), &["clone", "-q", fixture.repository().to_str().expect("a path"), "clone"]);
    run_git(&work, &["update-index", "--chmod=+x", "app/a.yaml"]);
    run_git(&work, &["commit", "-q", "-m", "runnable"]);
    run_git(&work, &["push", "-q", "origin", "HEAD:main"]);
    let second = fetched(&fixture, &remote).await;
    assert_ne!(first, second);
    pushed(fixture.git.push(&remote, &proposal(second, &[("app/a.yaml", "a: 2\n")])).await);
    assert!(says(&fixture, &["ls-tree", "main", "app/a.yaml"]).starts_with("100755"));
}

#[tokio::test]
async fn signatures_are_good_to_git() {
    let (fixture, first) = served();
    let remote = remote(fixture.repository().to_str().expect("a path"));
    for name in ["user-ed25519", "user-ecdsa", "user-rsa"] {
        let signer = Signer::Ssh(SshSigner { key: key_text(name).into(), passphrase: None });
        let branch = format!("signed-by-{name}");
        let signed = Proposal {
            branch: branch.clone(),
            expected: None,
            signer: Some(signer),
            ..proposal(first, &[("a", name)])
        };
        pushed(fixture.git.push(&remote, &signed).await);
        let allowed = fixture.dir.path().join("allowed");
        std::fs::write(&allowed, format!("updater@example.com {}", key_text(&format!("{name}.pub")))).expect("written");
        let file = format!("gpg.ssh.allowedSignersFile={}", allowed.display());
        let mut verify = git_command(&fixture.repository());
        let verify =
            verify.args(["-c", "gpg.format=ssh", "-c", &file, "verify-commit", &branch]).output().expect("git runs");
        let said = String::from_utf8_lossy(&verify.stderr);
        // Where ssh-keygen is not installed, the form is all that git can tell.
        let is_good = verify.status.success() || said.contains("ssh-keygen");
        assert!(is_good, "{name}: {said}");
        assert!(says(&fixture, &["cat-file", "-p", &branch]).contains("gpgsig -----BEGIN SSH SIGNATURE-----"));
    }
    let wrong = Signer::Ssh(SshSigner { key: "no key".into(), passphrase: None });
    let refused = fixture.git.push(&remote, &Proposal { signer: Some(wrong), ..proposal(first, &[("a", "2")]) }).await;
    assert!(matches!(&refused, Err(PushError::Sign(error)) if !error.to_string().contains("no key")), "{refused:?}");
}

/// A key of OpenPGP made for this test, armoured, and the keyring that knows it; `None` where gpg is not installed.
fn key_of_open_pgp(keyring: &Path) -> Option<String> {
    std::fs::create_dir(keyring).expect("a folder");
    std::fs::set_permissions(keyring, std::fs::Permissions::from_mode(0o700)).expect("set");
    let gpg = |arguments: &[&str]| {
        let mut gpg = Command::new("gpg");
        gpg.env("GNUPGHOME", keyring).args(["--batch", "--quiet", "--pinentry-mode", "loopback", "--passphrase", ""]);
        gpg.args(arguments).output()
    };
    let mail = "updater@example.com";
    match gpg(&["--quick-generate-key", mail, "ed25519", "sign", "never"]) {
        Err(_) => return None,
        Ok(made) => assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr)),
    }
    let exported = gpg(&["--armor", "--export-secret-keys", mail]).expect("gpg runs");
    assert!(exported.status.success(), "{}", String::from_utf8_lossy(&exported.stderr));
    Some(String::from_utf8(exported.stdout).expect("text"))
}

#[tokio::test]
async fn signatures_of_open_pgp_are_good_to_git() {
    let (fixture, first) = served();
    let remote = remote(fixture.repository().to_str().expect("a path"));
    let keyring = fixture.dir.path().join("keyring");
    let Some(key) = key_of_open_pgp(&keyring) else { return };
    let of = |key: OpenPgpKey| Signer::OpenPgp(OpenPgp { program: "gpg".into(), key });
    let push = |branch: &str, key| Proposal {
        branch: branch.to_owned(),
        expected: None,
        signer: Some(of(key)),
        ..proposal(first, &[("a", branch)])
    };
    pushed(fixture.git.push(&remote, &push("signed", OpenPgpKey::Armoured(key.as_str().into()))).await);
    let verify = |branch: &str| {
        let mut verify = git_command(&fixture.repository());
        verify.env("GNUPGHOME", &keyring).args(["verify-commit", branch]).output().expect("git runs")
    };
    let said = verify("signed");
    assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stderr));
    assert!(says(&fixture, &["cat-file", "-p", "signed"]).contains("gpgsig -----BEGIN PGP SIGNATURE-----"));
    assert!(!verify("main").status.success(), "nobody signed that");
    for wrong in [OpenPgpKey::Armoured("no key".into()), OpenPgpKey::Kept("nobody@nowhere.example".into())] {
        let refused = fixture.git.push(&remote, &push("wrong", wrong)).await;
        let told = refused.expect_err("no such key").to_string();
        assert!(told.starts_with("the commit cannot be signed: gpg: ") && !told.contains("no key"), "{told}");
    }
    let missing = OpenPgp { program: "/nowhere/gpg".into(), key: OpenPgpKey::Kept("a".into()) };
    let unsigned = Proposal { signer: Some(Signer::OpenPgp(missing)), ..proposal(first, &[("a", "2")]) };
    assert!(matches!(fixture.git.push(&remote, &unsigned).await, Err(PushError::Sign(_))));
    let _ = Command::new("gpgconf").arg("--homedir").arg(&keyring).args(["--kill", "all"]).status();
}

#[tokio::test]
async fn paths_that_lead_outside_are_refused() {
    let (fixture, first) = served();
    let remote = remote(fixture.repository().to_str().expect("a path"));
    for path in ["../x", ".git/config", "a/.git/hooks/x", ""] {
        assert!(fixture.git.push(&remote, &proposal(first, &[(path, "x")])).await.is_err(), "{path:?}");
    }
    assert_eq!(fixture.git.list_refs(&remote, &git::RefScope::default()).await.expect("refs").list.len(), 2);
}
