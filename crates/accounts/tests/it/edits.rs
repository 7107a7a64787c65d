//! Changes to accounts, written and read back.

use crate::{map, read, secret};
use accounts::{Claims, EditError, ProjectTokens, Revoked, Settings, Token, add_token, remove_token, set_password};
use jiff::Timestamp;
use serde_json::{Map, Value, json};

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).expect("a time")
}

fn token(id: &str, issued_at: i64, expires_at: i64) -> Token {
    Token { id: id.to_owned(), issued_at, expires_at }
}

#[test]
fn tokens_come_and_go() {
    let config = [("accounts.ci", "apiKey")];
    let (settings, _) = read(&config, &[("accounts.ci.tokens", r#"[{"id":"old","iat":1,"exp":5}]"#)]);
    let edit = add_token("ci", &settings.accounts["ci"], token("new", 9, 0), at(10)).expect("an edit");
    let written = edit.secret["accounts.ci.tokens"].clone().expect("a value");
    assert_eq!(written, r#"[{"iat":9,"id":"new"}]"#, "what expired is forgotten");
    let (settings, _) = Settings::read(&map(&config), &secret(&[("accounts.ci.tokens", &written)]), |_| None);
    let ci = &settings.accounts["ci"];
    assert_eq!(ci.tokens, [token("new", 9, 0)]);
    assert_eq!(add_token("ci", ci, token("new", 11, 0), at(11)), Err(EditError::TokenExists("new".to_owned())));
    assert_eq!(remove_token("ci", ci, "gone"), Err(EditError::TokenMissing("gone".to_owned())));
    assert_eq!(remove_token("ci", ci, "new").expect("an edit").secret["accounts.ci.tokens"], None);
}

#[test]
fn an_account_has_so_many_tokens_and_no_more() {
    let mut account = read(&[], &[]).0.accounts["admin"].clone();
    account.tokens = (0..1_000).map(|n| token(&n.to_string(), 1, 0)).collect();
    assert_eq!(add_token("admin", &account, token("x", 1, 0), at(1)), Err(EditError::TooManyTokens(1_000)));
}

#[test]
fn a_password_and_when_it_was_changed() {
    let edit = set_password("admin", "hash", at(1_700_000_000));
    assert_eq!(edit.secret["admin.password"].as_deref(), Some("hash"));
    assert_eq!(edit.secret["admin.passwordMtime"].as_deref(), Some("2023-11-14T22:13:20Z"));
    let edit = set_password("alice", "hunter2", at(1));
    assert_eq!(edit.secret.keys().collect::<Vec<_>>(), ["accounts.alice.password", "accounts.alice.passwordMtime"]);
    assert!(!format!("{edit:?}").contains("hunter2"));
}

#[test]
fn void_tokens_are_kept_until_they_would_have_expired() {
    let mut revoked = Revoked::default();
    revoked.revoke("a b", at(10));
    revoked.revoke("c", at(20));
    let mut again = Revoked::read(&revoked.write());
    assert_eq!(again, revoked);
    again.merge(Revoked::read("30 d\nnonsense\nx y\n"));
    again.forget(at(10));
    assert!(!again.contains("a b") && again.contains("c") && again.contains("d"));
    assert_eq!(again.len(), 2);
}

#[test]
fn tokens_of_roles() {
    let project = json!({
        "apiVersion": "argoproj.io/v1alpha1", "kind": "AppProject", "metadata": {"name": "p"},
        "spec": {"roles": [{"name": "ci", "jwtTokens": [{"iat": 5}]}, {"name": "ro"}]},
        "status": {"jwtTokensByRole": {"ci": {"items": [{"id": "a", "iat": 7}, {"id": "b", "iat": 7}]}, "gone": {"items": [{"id": "x", "iat": 1}]}}},
    });
    let object = object::Object::from_value(&project).expect("an object");
    let tokens = ProjectTokens::of(&api::AppProject::read(&object).expect("a project"));
    for (role, id, issued, expected) in [
        ("ci", "a", 7, true),
        ("ci", "a", 0, true),
        ("ci", "", 7, true),
        ("ci", "", 5, true),
        ("ci", "old", 5, true),
        ("ci", "deleted", 7, false),
        ("ci", "", 6, false),
        ("ro", "a", 7, false),
        ("gone", "x", 1, false),
        ("none", "a", 7, false),
    ] {
        assert_eq!(tokens.has(role, id, issued), expected, "{role} {id:?} {issued}");
    }
}

fn claims(value: Value) -> Claims {
    let Value::Object(map) = value else { return Claims::new(Map::new()) };
    Claims::new(map)
}

#[test]
fn what_claims_say() {
    let scopes = ["groups".to_owned(), "email".to_owned()];
    let said =
        claims(json!({"sub": "s", "groups": ["a", 5, "b"], "email": "x@y", "exp": 12.9, "iat": "7", "nbf": 1e300}));
    assert_eq!(said.groups(&scopes), ["a", "b", "x@y"]);
    assert_eq!((said.seconds("exp"), said.seconds("iat"), said.seconds("nbf")), (Some(12), None, None));
    assert_eq!(said.user(), "s");
    assert_eq!(claims(json!({"sub": "s", "federated_claims": {"user_id": "u"}})).user(), "u");
    assert_eq!(claims(json!({"sub": "s", "federated_claims": {"user_id": ""}})).user(), "s");
    assert_eq!(claims(json!({"sub": {"x": 1}, "groups": {"a": 1}})).user(), "");
    let many: Vec<String> = (0..10_000).map(|n| n.to_string()).collect();
    assert_eq!(claims(json!({ "groups": many })).groups(&scopes).len(), 1_000);
}
