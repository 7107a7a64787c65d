//! Identity tokens that were brought along, such as by the command line: what holds, and all that must not.

use crate::pass;
use crate::provider::{CLI, CLIENT, Provider, State, USER};
use crate::signing::{Key, bare, shared, signed};
use serde_json::{Value, json};
use signin::TokenError;

#[tokio::test]
async fn every_kind_of_key_that_signs_well() {
    for (key, algorithm) in
        [(Key::rsa_a(), "RS256"), (Key::rsa_b(), "PS256"), (Key::ec(), "ES256"), (Key::ed(), "EdDSA")]
    {
        let provider = Provider::start().await;
        provider.state().key = key;
        if algorithm == "PS256" {
            provider.state().token =
                Some(|state, claims| signed(&json!({"alg": "PS256", "kid": "one"}), claims, &state.key));
        }
        let identity = provider.sign_in().identify(&provider.token(&json!({}))).await.expect(algorithm);
        assert_eq!((identity.subject.as_str(), identity.username.as_str()), (USER, "ada@example.com"));
        assert_eq!(identity.groups(&["groups".to_owned()]), ["team-a", "team-b"]);
        assert!(!identity.is_local());
    }
}

#[tokio::test]
async fn claims_of_the_provider() {
    use TokenError::{Claim, Early, Expired, Issuer};
    let provider = Provider::start().await;
    let sign_in = provider.sign_in();
    let now = crate::START;
    for (changes, expected) in [
        (json!({"aud": CLI}), Ok(())),
        (json!({"aud": [CLIENT]}), Ok(())),
        (json!({"aud": [CLIENT, CLI]}), Ok(())),
        (json!({"aud": [CLIENT, "other"], "azp": CLIENT}), Ok(())),
        (json!({"azp": CLI}), Ok(())),
        (json!({"nbf": now + 200, "iat": now + 200}), Ok(())),
        (json!({"email": null, "groups": null}), Ok(())),
        (json!({"iss": "https://evil.example.com"}), Err(Issuer)),
        (json!({"iss": "argocd"}), Err(TokenError::Unreadable)),
        (json!({"iss": format!("{}/", provider.state().issuer)}), Err(Issuer)),
        (json!({"aud": "other"}), Err(Claim("aud"))),
        (json!({"aud": ["other"]}), Err(Claim("aud"))),
        (json!({"aud": []}), Err(Claim("aud"))),
        (json!({"aud": ""}), Err(Claim("aud"))),
        (json!({"aud": {"x": CLIENT}}), Err(Claim("aud"))),
        (json!({"aud": null}), Err(Claim("aud"))),
        (json!({"aud": [CLIENT, "other"]}), Err(Claim("azp"))),
        (json!({"aud": [CLIENT, "other"], "azp": "other"}), Err(Claim("azp"))),
        (json!({"azp": "other"}), Err(Claim("azp"))),
        (json!({"azp": 5}), Err(Claim("azp"))),
        (json!({"exp": now}), Err(Expired)),
        (json!({"exp": now - 1}), Err(Expired)),
        (json!({"exp": null}), Err(Claim("exp"))),
        (json!({"exp": "never"}), Err(Claim("exp"))),
        (json!({"exp": 1e300}), Err(Claim("exp"))),
        (json!({"iat": now + 3_000}), Err(Early)),
        (json!({"iat": "now"}), Err(Claim("iat"))),
        (json!({"nbf": now + 3_000}), Err(Early)),
        (json!({"nbf": []}), Err(Claim("nbf"))),
        (json!({"sub": null}), Err(Claim("sub"))),
        (json!({"sub": ""}), Err(Claim("sub"))),
        (json!({"sub": ["x"]}), Err(Claim("sub"))),
    ] {
        let shown = sign_in.identify(&provider.token(&changes)).await.map(drop);
        // What is of another type altogether may end the reading of the token.
        let is_strange =
            changes.as_object().is_some_and(|map| map.values().any(|value| value.is_array() || value.is_object()));
        if is_strange && shown == Err(TokenError::Unreadable) {
            continue;
        }
        assert_eq!(shown, expected, "{changes}");
    }
}

/// An identity of the provider's never stands for a local account, whatever it calls itself.
#[tokio::test]
async fn a_provider_cannot_speak_for_local_accounts() {
    let provider = Provider::start().await;
    let sign_in = provider.sign_in();
    let identity = sign_in.identify(&provider.token(&json!({"sub": "admin"}))).await.expect("holds");
    assert!(!identity.is_local());
    assert_ne!(identity.issuer, "argocd");
}

#[tokio::test]
async fn audiences_that_are_configured() {
    let provider = Provider::start().await;
    let sign_in = provider.sign_in_with("allowedAudiences: [ci]\n");
    assert!(sign_in.identify(&provider.token(&json!({"aud": "ci", "azp": "robot"}))).await.is_ok());
    assert_eq!(sign_in.identify(&provider.token(&json!({}))).await, Err(TokenError::Claim("aud")));
    let lax = provider.sign_in_with("skipAudienceCheckWhenTokenHasNoAudience: true\n");
    assert!(lax.identify(&provider.token(&json!({"aud": null}))).await.is_ok());
    assert_eq!(lax.identify(&provider.token(&json!({"aud": "other"}))).await, Err(TokenError::Claim("aud")));
}

/// Makes a token of claims.
type Make = fn(&State, &Value) -> String;

fn public_bytes(state: &State) -> Vec<u8> {
    let Key::Rsa(pair) = &state.key else { return Vec::new() };
    pair.public().as_ref().to_vec()
}

#[tokio::test]
async fn signatures_that_do_not_hold() {
    let wrong: [(&str, Make); 13] = [
        ("none", |_, claims| bare(&json!({"alg": "none"}), claims)),
        ("none with the key's name", |_, claims| bare(&json!({"alg": "none", "kid": "one"}), claims)),
        ("no signature", |state, claims| bare(&state.header(), claims)),
        ("the public key as a shared one", |state, claims| {
            shared(&json!({"alg": "HS256", "kid": "one"}), claims, &public_bytes(state))
        }),
        ("the published text as a shared key", |state, claims| {
            let published = state.key.published("one");
            shared(
                &json!({"alg": "HS256", "kid": "one"}),
                claims,
                published["n"].as_str().unwrap_or_default().as_bytes(),
            )
        }),
        ("the client's secret", |_, claims| {
            shared(&json!({"alg": "HS256"}), claims, crate::provider::SECRET.as_bytes())
        }),
        ("the server's own key", |_, claims| shared(&json!({"alg": "HS256"}), claims, crate::KEY.as_bytes())),
        ("another key under the same name", |state, claims| signed(&state.header(), claims, &Key::rsa_b())),
        ("another name", |state, claims| signed(&json!({"alg": "RS256", "kid": "two"}), claims, &state.key)),
        ("another algorithm of the same family", |state, claims| {
            signed(&json!({"alg": "RS512", "kid": "one"}), claims, &state.key)
        }),
        ("another family", |_, claims| signed(&json!({"alg": "ES256", "kid": "one"}), claims, &Key::ec())),
        ("a key it brings itself", |_, claims| {
            signed(&json!({"alg": "RS256", "jwk": Key::rsa_b().published("one")}), claims, &Key::rsa_b())
        }),
        ("a key at an address it names", |_, claims| {
            signed(&json!({"alg": "RS256", "kid": "one", "jku": "http://127.0.0.1:1/keys"}), claims, &Key::rsa_b())
        }),
    ];
    for (name, make) in wrong {
        let provider = Provider::start().await;
        provider.state().token = Some(make);
        assert_eq!(
            provider.sign_in().identify(&provider.token(&json!({}))).await,
            Err(TokenError::Unreadable),
            "{name}"
        );
    }
}

/// Keys that are for something else do not verify tokens.
#[tokio::test]
async fn keys_that_are_not_for_this() {
    for changes in [
        json!({"use": "enc"}),
        json!({"alg": "RS512"}),
        json!({"kid": "two"}),
        json!({"n": ""}),
        json!({"n": "AQAB"}),
        json!({"e": ""}),
        json!({"kty": "oct", "k": "AAAA"}),
        json!({"kty": "unknown"}),
        json!({"kty": 5}),
    ] {
        let provider = Provider::start().await;
        let key = crate::provider::changed(provider.state().key.published("one"), &changes);
        provider.state().keys = json!({ "keys": [key] });
        assert_eq!(
            provider.sign_in().identify(&provider.token(&json!({}))).await,
            Err(TokenError::Unreadable),
            "{changes}"
        );
    }
}

#[tokio::test]
async fn a_key_without_a_name_and_among_strange_ones_is_found() {
    let provider = Provider::start().await;
    let own = crate::provider::changed(provider.state().key.published("one"), &json!({"kid": null}));
    provider.state().keys = json!({"keys": [{"kty": "strange"}, 5, Key::rsa_b().published("x"), own]});
    provider.state().token = Some(|state, claims| signed(&json!({"alg": "RS256"}), claims, &state.key));
    assert!(provider.sign_in().identify(&provider.token(&json!({}))).await.is_ok());
}

#[tokio::test]
async fn keys_that_were_changed_are_found_and_old_ones_end() {
    let provider = Provider::start().await;
    let sign_in = provider.sign_in();
    let old = provider.token(&json!({}));
    assert!(sign_in.identify(&old).await.is_ok());
    provider.state().key = Key::rsa_b();
    provider.state().key_id = "two".to_owned();
    let new = provider.token(&json!({}));
    pass(11).await;
    assert!(sign_in.identify(&new).await.is_ok());
    assert_eq!(sign_in.identify(&old).await, Err(TokenError::Unreadable));
}

/// Anybody can send tokens that no key verifies; the provider is not asked for each.
#[tokio::test]
async fn bad_tokens_do_not_make_us_ask_again_and_again() {
    let provider = Provider::start().await;
    let sign_in = provider.sign_in();
    provider.state().token = Some(|_, claims| signed(&json!({"alg": "RS256", "kid": "x"}), claims, &Key::rsa_b()));
    let bad = provider.token(&json!({}));
    for _ in 0..50 {
        assert_eq!(sign_in.identify(&bad).await, Err(TokenError::Unreadable));
    }
    // About itself and for its keys, once, unless all this took longer than it may be left in peace.
    assert!(provider.state().asked.len() < 50, "{}", provider.state().asked.len());
}

#[tokio::test]
async fn a_token_that_was_signed_out_stays_out() {
    let provider = Provider::start().await;
    let sign_in = provider.sign_in();
    for changes in [json!({"jti": "a"}), json!({"uti": "b"}), json!({"sub": "neither"})] {
        let token = provider.token(&changes);
        assert!(sign_in.identify(&token).await.is_ok());
        assert!(sign_in.logout(&token).await.is_some());
        assert_eq!(sign_in.identify(&token).await, Err(TokenError::Revoked), "{changes}");
    }
    assert!(sign_in.identify(&provider.token(&json!({"sub": "another"}))).await.is_ok());
}

#[tokio::test]
async fn thousands_of_groups_are_cut() {
    let provider = Provider::start().await;
    let groups: Vec<String> = (0..3_000).map(|n| format!("group-{n}")).collect();
    let identity = provider.sign_in().identify(&provider.token(&json!({ "groups": groups }))).await.expect("holds");
    assert_eq!(identity.groups(&["groups".to_owned()]).len(), 1_000);
}
