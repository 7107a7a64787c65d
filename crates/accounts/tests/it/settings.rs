//! Keys of `argocd-cm` and `argocd-secret`.

use crate::read;
use accounts::{Capability, Hidden, PasswordError, Token, check_new_password};
use std::time::Duration;

#[test]
fn an_empty_control_plane_has_an_admin_without_a_password() {
    let (settings, problems) = read(&[], &[]);
    assert_eq!(problems, Vec::<String>::new());
    assert_eq!(settings.accounts.keys().collect::<Vec<_>>(), ["admin"]);
    let admin = &settings.accounts["admin"];
    assert!(admin.enabled && admin.can(Capability::Login) && !admin.can(Capability::ApiKey));
    assert_eq!((&admin.password_hash, admin.password_changed), (&None, None));
    assert!(settings.signing_key.is_none() && !settings.anonymous && settings.single_sign_on.is_none());
    assert_eq!(settings.session, Duration::from_secs(86_400));
    assert_eq!(settings.password_pattern, "^.{8,32}$");
}

#[test]
fn accounts_with_all_they_can_have() {
    let config = [
        ("accounts.ci", "apiKey"),
        ("accounts.alice", "apiKey, login"),
        ("accounts.alice.enabled", "false"),
        ("admin.enabled", "false"),
        ("accounts.admin", "apiKey"),
        ("users.anonymous.enabled", "true"),
        ("users.session.duration", "1h30m"),
        ("passwordPattern", "^.{12,}$"),
        ("url", "https://cd.example.com"),
        ("additionalUrls", "- https://other.example.com\n"),
    ];
    let kept = [
        ("admin.password", "$2a$10$hash"),
        ("admin.passwordMtime", "2026-01-02T03:04:05Z"),
        ("accounts.ci.tokens", r#"[{"id":"a","iat":1},{"id":"b","iat":2,"exp":3}]"#),
        ("accounts.alice.password", "$2a$10$other"),
        ("accounts.alice.passwordMtime", "2026-01-02T05:04:05+02:00"),
        ("accounts.nobody.password", "$2a$10$unused"),
        ("server.secretkey", "key"),
    ];
    let (settings, problems) = read(&config, &kept);
    assert_eq!(problems, Vec::<String>::new());
    assert_eq!(settings.accounts.keys().collect::<Vec<_>>(), ["admin", "alice", "ci"]);
    let admin = &settings.accounts["admin"];
    assert!(!admin.enabled && admin.can(Capability::ApiKey) && admin.can(Capability::Login));
    assert_eq!(admin.password_hash, Some(Hidden::new("$2a$10$hash".to_owned())));
    assert_eq!(admin.password_changed.map(|time| time.to_string()).as_deref(), Some("2026-01-02T03:04:05Z"));
    let alice = &settings.accounts["alice"];
    assert!(!alice.enabled && alice.password_changed == admin.password_changed);
    let ci = &settings.accounts["ci"];
    assert!(ci.enabled && !ci.can(Capability::Login));
    assert_eq!(ci.token("b"), Some(&Token { id: "b".to_owned(), issued_at: 2, expires_at: 3 }));
    assert_eq!(ci.token("c"), None);
    assert!(settings.anonymous);
    assert_eq!(settings.session, Duration::from_secs(5_400));
    assert_eq!(settings.urls, ["https://cd.example.com", "https://other.example.com"]);
}

#[test]
fn what_cannot_be_read_is_told_and_gives_no_rights() {
    for (config, kept, problem) in [
        (("accounts.a", "admin"), ("", ""), "argocd-cm, accounts.a: an account can have login and apiKey"),
        (
            ("accounts.a.b.c", "x"),
            ("", ""),
            "argocd-cm, accounts.a.b.c: expected accounts.<name> or accounts.<name>.enabled",
        ),
        (
            ("accounts.a.enabled", "yes please"),
            ("", ""),
            "argocd-cm, accounts.a.enabled: expected true or false; the account is disabled",
        ),
        (
            ("admin.enabled", "maybe"),
            ("", ""),
            "argocd-cm, admin.enabled: expected true or false; the account is disabled",
        ),
        (
            ("users.session.duration", "a day"),
            ("", ""),
            "argocd-cm, users.session.duration: users.session.duration is not a duration such as 24h or 30m",
        ),
        (("additionalUrls", "{"), ("", ""), "argocd-cm, additionalUrls: expected a list of addresses"),
        (
            ("accounts.a", "apiKey"),
            ("accounts.a.tokens", "hunter2"),
            "argocd-secret, accounts.a.tokens: expected a list of {id, iat, exp}; the account has no tokens",
        ),
        (
            ("accounts.a", "apiKey"),
            ("accounts.a.tokens", r#"[{"id":1,"iat":1}]"#),
            "argocd-secret, accounts.a.tokens: expected a list of {id, iat, exp}; the account has no tokens",
        ),
        (
            ("accounts.a", "login"),
            ("accounts.a.passwordMtime", "hunter2"),
            "argocd-secret, accounts.a.passwordMtime: expected a time such as 2026-01-31T12:00:00Z; the account is disabled",
        ),
        (
            ("dex.config", "connectors: []"),
            ("", ""),
            "argocd-cm, dex.config: no Dex is bundled; run one, and name it in oidc.config",
        ),
    ] {
        let (settings, problems) = read(&[config], &[kept]);
        assert_eq!(problems, [problem]);
        if problem.ends_with("the account is disabled") {
            assert!(settings.accounts.values().any(|account| !account.enabled), "{problem}");
        }
    }
}

#[test]
fn nothing_secret_is_printed() {
    let kept = [("admin.password", "hunter2"), ("server.secretkey", "hunter2"), ("accounts.a.tokens", "hunter2")];
    let config = [("accounts.a", "login"), ("oidc.config", "issuer: https://a\nclientID: b\nclientSecret: hunter2\n")];
    let (settings, problems) = read(&config, &kept);
    assert!(settings.single_sign_on.is_some());
    let printed = format!("{settings:?} {problems:?}");
    assert!(!printed.contains("hunter2"), "{printed}");
}

#[test]
fn new_passwords_match_the_pattern() {
    let check =
        |pattern: &str, password: &str| check_new_password(&read(&[("passwordPattern", pattern)], &[]).0, password);
    assert_eq!(check("", "12345678"), Ok(()));
    assert_eq!(check("", "1234567"), Err(PasswordError::Pattern("^.{8,32}$".to_owned())));
    assert_eq!(check("^x+$", "xxx"), Ok(()));
    assert_eq!(check("(", "anything"), Err(PasswordError::BadPattern));
    assert_eq!(check("(a{1000}){1000}{1000}", "a"), Err(PasswordError::BadPattern));
    assert_eq!(check(".*", &"x".repeat(73)), Err(PasswordError::TooLong));
    let told = check("", "hunter2").expect_err("too short").to_string();
    assert_eq!(told, "new password does not match the following expression: ^.{8,32}$");
}
