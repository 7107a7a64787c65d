//! `oidc.config`.

use crate::read;
use accounts::SingleSignOn;
use serde_json::json;

fn config(text: &str) -> Result<SingleSignOn, String> {
    let (settings, problems) = read(&[("oidc.config", text)], &[("oidc.secret", " s3cret\n"), ("id", "from-secret")]);
    settings.single_sign_on.ok_or_else(|| problems.join("; "))
}

#[test]
fn everything_that_can_be_said() {
    let text = "
name: Okta
issuer: https://example.okta.com
clientID: aaaa
clientSecret: $oidc.secret
cliClientID: bbbb
requestedScopes: [openid, groups]
requestedIDTokenClaims: {groups: {essential: true}}
logoutURL: https://example.okta.com/logout?id_token_hint={{token}}
enablePKCEAuthentication: true
domainHint: example.com
enableUserInfoGroups: true
userInfoPath: /userinfo
userInfoCacheExpiration: 10m
";
    let found = config(text).expect("read");
    assert_eq!(found.client_secret.as_ref().map(|secret| secret.reveal().as_str()), Some("s3cret"));
    assert_eq!(found.audiences(), ["aaaa", "bbbb"]);
    assert_eq!(found.scopes, ["openid", "groups"]);
    assert_eq!(found.claims, Some(json!({"groups": {"essential": true}})));
    assert!(found.pkce && !found.audience_may_be_missing);
    assert_eq!(found.user_info.map(|info| (info.path, info.keep.as_secs())), Some(("/userinfo".to_owned(), 600)));
}

#[test]
fn little_is_needed() {
    let found = config("issuer: https://a\nclientID: $id\nclientSecret: $other:key").expect("read");
    assert_eq!(
        (found.client_id.as_str(), found.client_secret.expect("a secret").reveal().as_str()),
        ("from-secret", "from another")
    );
    assert_eq!(found.scopes, ["openid", "profile", "email", "groups"]);
    let public = config("issuer: https://a\nclientID: b\nallowedAudiences: [c, d]").expect("read");
    assert!(public.client_secret.is_none());
    assert_eq!(public.audiences(), ["c", "d"]);
}

#[test]
fn what_is_wrong_is_named() {
    for (text, problem) in [
        ("clientID: b", "issuer is missing"),
        ("issuer: https://a", "clientID is missing"),
        (
            "issuer: https://a\nclientID: $gone",
            "clientID refers to a key that no Secret has; write $key for argocd-secret, $name:key for another",
        ),
        (
            "issuer: https://a\nclientID: b\nclientSecret: $gone",
            "clientSecret refers to a key that no Secret has; write $key for argocd-secret, $name:key for another",
        ),
        (
            "issuer: https://a\nclientID: b\nclientSecret: $gone:key",
            "clientSecret refers to a key that no Secret has; write $key for argocd-secret, $name:key for another",
        ),
        ("issuer: https://a\nclientID: b\nrequestedScopes: openid", "requestedScopes must be a list of texts"),
        (
            "issuer: https://a\nclientID: b\nenableUserInfoGroups: true",
            "userInfoPath is missing, which enableUserInfoGroups needs",
        ),
        (
            "issuer: https://a\nclientID: b\nenableUserInfoGroups: true\nuserInfoPath: /u\nuserInfoCacheExpiration: soon",
            "userInfoCacheExpiration is not a duration such as 24h or 30m",
        ),
    ] {
        assert_eq!(config(text).expect_err("refused"), format!("argocd-cm, oidc.config: {problem}"));
    }
    assert!(config("{").is_err() && config("[]").is_err() && config("a: &a [*a]").is_err());
}
