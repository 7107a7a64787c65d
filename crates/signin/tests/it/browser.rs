//! Through the browser and back.

use crate::pass;
use crate::provider::{Provider, USER};
use crate::signing::encode;
use ring::digest::{SHA256, digest};
use serde_json::json;
use signin::{Begin, Callback, CallbackError, Finished, SignIn, Started};

const BEGIN: Begin<'_> =
    Begin { redirect_uri: "https://cd.example.com/auth/callback", return_url: "https://cd.example.com/applications" };

async fn finish(sign_in: &SignIn, started: &Started, code: &str, state: &str) -> Result<Finished, CallbackError> {
    sign_in.finish(Callback { code, state, issuer: "", error: "", cookie: &started.cookie }).await
}

/// The whole way.
async fn go(provider: &Provider, sign_in: &SignIn) -> Result<Finished, CallbackError> {
    let started = sign_in.begin(BEGIN).await?;
    let (code, state) = provider.authorize(&started.location);
    finish(sign_in, &started, &code, &state).await
}

#[tokio::test]
async fn there_and_back() {
    for document in [json!({}), json!({"token_endpoint_auth_methods_supported": ["client_secret_post"]})] {
        let provider = Provider::start().await;
        provider.state().document = document;
        let sign_in = provider.sign_in();
        let finished = go(&provider, &sign_in).await.expect("signed in");
        assert_eq!(finished.identity.subject, USER);
        assert_eq!(finished.return_url, "https://cd.example.com/applications");
        assert_eq!(sign_in.identify(&finished.token).await.expect("holds").subject, USER);
    }
}

#[tokio::test]
async fn what_the_browser_is_sent_with() {
    let provider = Provider::start().await;
    let sign_in = provider.sign_in_with(
        "requestedScopes: [openid, groups]\nrequestedIDTokenClaims: {groups: {essential: true}}\ndomainHint: example.com\n",
    );
    let first = sign_in.begin(BEGIN).await.expect("began");
    let second = sign_in.begin(BEGIN).await.expect("began");
    assert_ne!(first.location, second.location);
    assert!(first.location.contains("&scope=openid+groups&"));
    assert!(
        first.location.contains("&claims=%7B%22id_token%22%3A%7B%22groups%22%3A%7B%22essential%22%3Atrue%7D%7D%7D")
    );
    assert!(first.location.ends_with("&domain_hint=example.com"));
    // Neither the secret nor what proves the code is ours is in the browser's hands.
    assert!(!first.location.contains("s3cret") && !first.location.contains("code_verifier"));
}

#[tokio::test]
async fn only_this_browser_may_come_back_and_once() {
    let provider = Provider::start().await;
    let sign_in = provider.sign_in();
    let started = sign_in.begin(BEGIN).await.expect("began");
    let (code, state) = provider.authorize(&started.location);
    let other = sign_in.begin(BEGIN).await.expect("began");
    let foreign =
        crate::sign_in(&[("oidc.config", "issuer: https://a\nclientID: b")], &[("server.secretkey", "other")]);
    let back = |cookie: String, state: String| {
        let (sign_in, code) = (sign_in.clone(), code.clone());
        async move { sign_in.finish(Callback { code: &code, state: &state, issuer: "", error: "", cookie: &cookie }).await }
    };
    let mut torn = started.cookie.clone();
    torn.replace_range(40..42, if &torn[40..42] == "00" { "11" } else { "00" });
    for (cookie, state) in [
        (started.cookie.clone(), "guess".to_owned()),
        (started.cookie.clone(), String::new()),
        (other.cookie.clone(), state.clone()),
        (String::new(), state.clone()),
        ("zz".to_owned(), state.clone()),
        ("00".repeat(20), state.clone()),
        ("ab".repeat(100_000), state.clone()),
        (torn, state.clone()),
        (started.cookie[..started.cookie.len() - 2].to_owned(), state.clone()),
        (started.cookie.clone(), "x".repeat(100_000)),
    ] {
        assert_eq!(back(cookie.clone(), state.clone()).await, Err(CallbackError::State), "{state:.40} {cookie:.40}");
    }
    assert_eq!(finish(&foreign, &started, &code, &state).await, Err(CallbackError::State), "another server");
    assert!(finish(&sign_in, &started, &code, &state).await.is_ok());
    assert_eq!(finish(&sign_in, &started, &code, &state).await, Err(CallbackError::State), "a second time");
    // The code in somebody else's sign-in: it is used, and was not asked for with that verifier.
    let (_, state) = provider.authorize(&other.location);
    assert!(matches!(finish(&sign_in, &other, &code, &state).await, Err(CallbackError::Provider(_))));
}

#[tokio::test]
async fn who_takes_too_long_begins_again() {
    let provider = Provider::start().await;
    let sign_in = provider.sign_in();
    let started = sign_in.begin(BEGIN).await.expect("began");
    let (code, state) = provider.authorize(&started.location);
    pass(300).await;
    assert_eq!(finish(&sign_in, &started, &code, &state).await, Err(CallbackError::State));
}

/// A code that was asked for with another challenge is worth nothing to us.
#[tokio::test]
async fn a_code_of_another_challenge() {
    let provider = Provider::start().await;
    let sign_in = provider.sign_in();
    let started = sign_in.begin(BEGIN).await.expect("began");
    let challenge =
        started.location.split("code_challenge=").nth(1).and_then(|rest| rest.split('&').next()).expect("one");
    let changed = started.location.replace(challenge, &encode(digest(&SHA256, b"another").as_ref()));
    let (code, state) = provider.authorize(&changed);
    let refused = finish(&sign_in, &started, &code, &state).await;
    assert!(matches!(refused, Err(CallbackError::Provider(_))), "{refused:?}");
}

#[tokio::test]
async fn tokens_that_do_not_belong_to_this_sign_in() {
    let half = |text: &[u8]| encode(&digest(&SHA256, text).as_ref()[..16]);
    for (claims, holds) in [
        (json!({"nonce": "another"}), false),
        (json!({"nonce": ""}), false),
        (json!({"nonce": null}), false),
        (json!({"nonce": 5}), false),
        (json!({"at_hash": half(b"access-1")}), true),
        (json!({"at_hash": half(b"another")}), false),
        (json!({"iss": "https://evil.example.com"}), false),
        (json!({"aud": "other"}), false),
        (json!({"exp": crate::START - 1}), false),
    ] {
        let provider = Provider::start().await;
        provider.state().claims = claims.clone();
        match go(&provider, &provider.sign_in()).await {
            Ok(_) => assert!(holds, "{claims}"),
            Err(CallbackError::Token(_)) => assert!(!holds, "{claims}"),
            other => panic!("{claims}: {other:?}"),
        }
    }
}

/// A provider that hands out one of our own sessions does not make it one of its own.
#[tokio::test]
async fn one_of_our_own_tokens_in_the_answer() {
    let provider = Provider::start().await;
    let claims =
        json!({"iss": "argocd", "sub": "admin:login", "jti": "x", "iat": crate::START, "exp": crate::START + 60});
    let own = crate::signing::shared(&json!({"alg": "HS256"}), &claims, crate::KEY.as_bytes());
    let answer = json!({"id_token": own, "access_token": "x"}).to_string().into_bytes();
    provider.state().answers.insert("/token", (200, String::new(), answer));
    assert!(matches!(go(&provider, &provider.sign_in()).await, Err(CallbackError::Token(_))));
}

#[tokio::test]
async fn answers_of_the_token_endpoint() {
    for (status, headers, body) in [
        (400, "", &b"{\"error\":\"invalid_grant\"}"[..]),
        (302, "location: http://127.0.0.1:1/\r\n", b""),
        (200, "", b"hunter2"),
        (200, "", b"{}"),
        (200, "", b"{\"id_token\":5}"),
    ] {
        let provider = Provider::start().await;
        provider.state().answers.insert("/token", (status, headers.to_owned(), body.to_vec()));
        let refused = go(&provider, &provider.sign_in()).await;
        let Err(CallbackError::Provider(told)) = refused else { panic!("{status}: {refused:?}") };
        assert!(!told.contains("hunter2") && !told.contains("s3cret"), "{told}");
    }
}

#[tokio::test]
async fn refusals_of_the_provider() {
    let provider = Provider::start().await;
    let sign_in = provider.sign_in();
    for (code, issuer, error, expected) in [
        ("", "", "access_denied", CallbackError::Refused),
        ("code", "", "<script>", CallbackError::Refused),
        ("", "", "", CallbackError::Refused),
        ("code", "https://evil.example.com", "", CallbackError::Issuer),
    ] {
        let started = sign_in.begin(BEGIN).await.expect("began");
        let (_, state) = provider.authorize(&started.location);
        let back = Callback { code, state: &state, issuer, error, cookie: &started.cookie };
        assert_eq!(sign_in.finish(back).await, Err(expected));
    }
    let own = provider.state().issuer.clone();
    let started = sign_in.begin(BEGIN).await.expect("began");
    let (code, state) = provider.authorize(&started.location);
    let back = Callback { code: &code, state: &state, issuer: &own, error: "", cookie: &started.cookie };
    assert!(sign_in.finish(back).await.is_ok());
}

#[tokio::test]
async fn nobody_is_sent_elsewhere() {
    let provider = Provider::start().await;
    let sign_in = provider.sign_in();
    for return_url in
        ["https://evil.example.com", "//evil.example.com", "javascript:alert(1)", "https://cd.example.com.evil.com"]
    {
        assert_eq!(sign_in.begin(Begin { return_url, ..BEGIN }).await, Err(CallbackError::ReturnUrl), "{return_url}");
    }
    assert!(provider.state().asked.is_empty());
}

#[tokio::test]
async fn without_a_provider() {
    let sign_in = crate::sign_in(&[], &[]);
    assert_eq!(sign_in.begin(BEGIN).await, Err(CallbackError::NotConfigured));
    let back = Callback { code: "x", state: "x", issuer: "", error: "", cookie: "x" };
    assert_eq!(sign_in.finish(back).await, Err(CallbackError::NotConfigured));
}

#[tokio::test]
async fn signing_out_at_the_provider_too() {
    let provider = Provider::start().await;
    let none = provider.sign_in().provider().expect("one").logout_url("t", "https://cd.example.com");
    assert_eq!(none, None);
    let sign_in = provider.sign_in_with("logoutURL: https://idp/logout?t={{token}}&r={{logoutRedirectURL}}\n");
    let url = sign_in.provider().expect("one").logout_url("a&b", "https://cd.example.com/?x=1");
    assert_eq!(url.as_deref(), Some("https://idp/logout?t=a%26b&r=https%3A%2F%2Fcd.example.com%2F%3Fx%3D1"));
}
