//! Passwords for sessions.

use crate::{clock, later, settings, sign_in};
use accounts::set_password;
use clock::{Clock, Offload};
use signin::{Found, LoginError, plan_bootstrap};
use std::collections::BTreeMap;

/// Of `password`: the example of upstream's FAQ.
const HASH: &str = "$2a$10$rRyBsGSHK6.uc8fntPwVIuLVHgsAhAX7TcdrqW/RADU0uh7CaChLa";

fn config() -> [(&'static str, &'static str); 4] {
    [
        ("accounts.alice", "login"),
        ("accounts.ci", "apiKey"),
        ("accounts.off", "login"),
        ("accounts.off.enabled", "false"),
    ]
}

fn kept() -> [(&'static str, &'static str); 4] {
    [
        ("admin.password", HASH),
        ("accounts.alice.password", HASH),
        ("accounts.ci.password", HASH),
        ("accounts.off.password", HASH),
    ]
}

#[tokio::test(start_paused = true)]
async fn a_right_password_gives_a_session() {
    let sign_in = sign_in(&config(), &kept());
    let token = sign_in.login("alice", "password").await.expect("right");
    let identity = sign_in.identify(&token).await.expect("holds");
    assert_eq!(identity.subject, "alice");
    assert_eq!(identity.expires.map(|time| time.as_second()), Some(crate::START + 86_400));
    assert_eq!(identity.claims.text("jti").len(), 36);
    later(86_400).await;
    assert_eq!(sign_in.identify(&token).await, Err(signin::TokenError::Expired));
}

#[tokio::test(start_paused = true)]
async fn everything_else_is_answered_alike() {
    let sign_in = sign_in(&config(), &kept());
    for (name, password) in [
        ("alice", "Password"),
        ("nobody", "password"),
        ("ci", "password"),
        ("off", "password"),
        ("ALICE", "password"),
        ("alice ", "password"),
    ] {
        assert_eq!(sign_in.login(name, password).await, Err(LoginError::Invalid), "{name} {password}");
    }
    assert_eq!(sign_in.login("", "password").await, Err(LoginError::Blank));
    assert_eq!(sign_in.login("alice", "").await, Err(LoginError::Blank));
    assert_eq!(sign_in.login(&"x".repeat(33), "password").await, Err(LoginError::LongName));
    assert_eq!(LoginError::Invalid.to_string(), "Invalid username or password");
}

#[tokio::test(start_paused = true)]
async fn five_failures_lock_the_name_and_nobody_else() {
    let sign_in = sign_in(&config(), &kept());
    for _ in 0..5 {
        assert_eq!(sign_in.login("alice", "wrong").await, Err(LoginError::Invalid));
    }
    assert_eq!(sign_in.login("alice", "password").await, Err(LoginError::Invalid), "locked");
    assert!(sign_in.login("admin", "password").await.is_ok());
    later(300).await;
    assert_eq!(sign_in.login("alice", "password").await, Err(LoginError::Invalid), "still locked");
    later(1).await;
    assert!(sign_in.login("alice", "password").await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn hashes_that_are_none_or_too_dear_match_nothing() {
    let dear = HASH.replace("$10$", "$31$");
    for hash in
        ["", "x", "$2a$10$short", "$2a$xx$rRyBsGSHK6.uc8fntPwVIuLVHgsAhAX7TcdrqW/RADU0uh7CaChLa", &dear, "password"]
    {
        let sign_in = sign_in(&config(), &[("accounts.alice.password", hash)]);
        assert_eq!(sign_in.login("alice", "password").await, Err(LoginError::Invalid), "{hash}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_changed_password_ends_the_sessions_before_it() {
    let sign_in = sign_in(&config(), &kept());
    let old = sign_in.login("alice", "password").await.expect("right");
    later(10).await;
    let hash = sign_in.hash_password("another one").await.expect("hashed");
    let edit = set_password("alice", &hash, clock().now());
    let mtime = edit.secret["accounts.alice.passwordMtime"].clone().expect("a time");
    assert_eq!(mtime, "2027-01-15T08:00:00Z");
    sign_in.configure(settings(
        &config(),
        &[("accounts.alice.password", &hash), ("accounts.alice.passwordMtime", "2027-01-15T08:00:05Z")],
    ));
    assert!(sign_in.identify(&old).await.is_err());
    assert_eq!(sign_in.login("alice", "password").await, Err(LoginError::Invalid));
    let new = sign_in.login("alice", "another one").await.expect("right");
    assert!(sign_in.identify(&new).await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn no_more_than_so_many_passwords_are_worked_on_at_a_time() {
    let clients = std::sync::Arc::new(web::Clients::new("capstan-tests", std::time::Duration::from_secs(60)));
    let limits = accounts::AttemptLimits { concurrent_max: 0, ..accounts::AttemptLimits::default() };
    let parts = signin::Parts { clock: clock(), offload: Offload::Inline, limits, clients };
    let sign_in = signin::SignIn::new(parts);
    sign_in.configure(settings(&config(), &kept()));
    assert_eq!(sign_in.login("alice", "password").await, Err(LoginError::Invalid));
}

#[tokio::test(start_paused = true)]
async fn the_first_start_makes_a_password_and_a_key_once() {
    let offload = Offload::Inline;
    let plan = plan_bootstrap(&clock(), &offload, &Found::default()).await;
    let password = plan.initial_password.clone().expect("a password");
    assert_eq!(password.reveal().len(), 16);
    assert!(password.reveal().chars().all(|c| c.is_ascii_alphanumeric()));
    let secret: BTreeMap<String, Vec<u8>> =
        plan.edit.secret.iter().map(|(key, text)| (key.clone(), text.clone().expect("a value").into_bytes())).collect();
    assert_eq!(secret.keys().collect::<Vec<_>>(), ["admin.password", "admin.passwordMtime", "server.secretkey"]);
    assert_eq!(secret["server.secretkey"].len(), 44);
    let printed = format!("{plan:?}");
    assert!(!printed.contains(password.reveal()) && !printed.contains("$2b$"), "{printed}");
    // A session of the password that was made.
    let sign_in = crate::sign_in(&[], &[]);
    sign_in.configure(accounts::Settings::read(&BTreeMap::new(), &secret, |_| None).0);
    assert!(sign_in.login("admin", password.reveal()).await.is_ok());
    let again = plan_bootstrap(&clock(), &offload, &Found { secret, ..Found::default() }).await;
    assert!(again.is_empty());
}

#[tokio::test(start_paused = true)]
async fn an_interrupted_first_start_goes_on_with_the_same_password() {
    let found = Found { initial_password: Some(accounts::Hidden::new("was written".to_owned())), ..Found::default() };
    let plan = plan_bootstrap(&clock(), &Offload::Inline, &found).await;
    assert_eq!(plan.initial_password, None);
    let hash = plan.edit.secret["admin.password"].clone().expect("a hash");
    let sign_in = crate::sign_in(&[], &[("admin.password", &hash)]);
    assert!(sign_in.login("admin", "was written").await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn a_disabled_admin_gets_no_password() {
    let config = BTreeMap::from([("admin.enabled".to_owned(), "false".to_owned())]);
    let plan = plan_bootstrap(&clock(), &Offload::Inline, &Found { config, ..Found::default() }).await;
    assert_eq!(plan.initial_password, None);
    assert_eq!(plan.edit.secret.keys().collect::<Vec<_>>(), ["server.secretkey"]);
}

/// Two processes, and two secrets of one process, are never alike outside of simulations.
#[test]
fn secrets_of_the_machine_differ() {
    let entropy = signin::Entropy::of(&Clock::system());
    let texts: std::collections::BTreeSet<String> = (0..100).map(|_| entropy.text(16)).collect();
    assert_eq!(texts.len(), 100);
    assert_ne!(signin::Entropy::of(&Clock::system()).uuid(), entropy.uuid());
    assert_eq!(&entropy.uuid()[14..15], "4");
}
