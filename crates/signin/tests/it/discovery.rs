//! What the provider says about itself, and what it does when it is asked.

use crate::pass;
use crate::provider::Provider;
use crate::signing::Key;
use serde_json::json;
use signin::TokenError;

const DOCUMENT: &str = "/.well-known/openid-configuration";

/// How every such refusal begins.
const ASKED: &str = "the provider of single sign-on cannot be asked: ";

async fn problem(provider: &Provider) -> String {
    let token = provider.token(&json!({}));
    let refused = provider.sign_in().identify(&token).await.expect_err("refused");
    refused.to_string().replace(&provider.state().issuer, "<provider>").replace(ASKED, "")
}

#[tokio::test]
async fn answers_that_are_wrong_are_named_and_never_quoted() {
    let huge = vec![b' '; (1 << 20) + 1];
    for (path, status, headers, body, expected) in [
        (DOCUMENT, 500, "", b"hunter2".to_vec(), "<provider> answered with status 500"),
        (DOCUMENT, 404, "", Vec::new(), "<provider> answered with status 404"),
        (
            DOCUMENT,
            302,
            "location: http://169.254.169.254/latest\r\n",
            Vec::new(),
            "<provider> answered with status 302",
        ),
        (
            DOCUMENT,
            200,
            "",
            b"hunter2".to_vec(),
            "<provider>/.well-known/openid-configuration is not what OpenID Connect expects",
        ),
        (
            DOCUMENT,
            200,
            "",
            b"{\"issuer\":\"hunter2".to_vec(),
            "<provider>/.well-known/openid-configuration is not what OpenID Connect expects",
        ),
        (
            DOCUMENT,
            200,
            "",
            b"{\"issuer\":5}".to_vec(),
            "<provider>/.well-known/openid-configuration is not what OpenID Connect expects",
        ),
        (DOCUMENT, 200, "", huge.clone(), "<provider> answered with more than 1048576 bytes"),
        ("/keys", 500, "", Vec::new(), "<provider> answered with status 500"),
        ("/keys", 307, "location: /other\r\n", Vec::new(), "<provider> answered with status 307"),
        ("/keys", 200, "", b"[]".to_vec(), "<provider>/keys is not what OpenID Connect expects"),
        ("/keys", 200, "", "[".repeat(100_000).into_bytes(), "<provider>/keys is not what OpenID Connect expects"),
        ("/keys", 200, "", huge, "<provider> answered with more than 1048576 bytes"),
    ] {
        let provider = Provider::start().await;
        provider.state().answers.insert(path, (status, headers.to_owned(), body));
        assert_eq!(problem(&provider).await, expected, "{path} {status}");
    }
}

#[tokio::test]
async fn a_document_that_is_not_this_providers() {
    for (changes, expected) in [
        (
            json!({"issuer": "https://evil.example.com"}),
            "the provider calls itself by another name than the issuer in oidc.config",
        ),
        (json!({"issuer": null}), "<provider>/.well-known/openid-configuration is not what OpenID Connect expects"),
        (json!({"jwks_uri": null}), "<provider>/.well-known/openid-configuration is not what OpenID Connect expects"),
        (json!({"jwks_uri": "keys"}), "the provider's jwks_uri is no address"),
        (json!({"jwks_uri": "http://idp.example.com/keys"}), "http://idp.example.com must begin with https://"),
        (json!({"jwks_uri": "file:///etc/passwd"}), "null must begin with https://"),
        (json!({"token_endpoint": ""}), "the provider's token_endpoint is no address"),
    ] {
        let provider = Provider::start().await;
        provider.state().document = changes.clone();
        assert_eq!(problem(&provider).await, expected, "{changes}");
    }
}

#[tokio::test]
async fn nobody_is_there() {
    let provider = Provider::start().await;
    // A port that was free a moment ago, on which nothing listens.
    let port =
        tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port").local_addr().expect("an address").port();
    provider.state().issuer = format!("http://127.0.0.1:{port}");
    let told = problem(&provider).await;
    assert!(told.starts_with("<provider>: "), "{told}");
}

#[tokio::test]
async fn an_issuer_must_be_asked_over_tls() {
    let config = "issuer: http://idp.example.com\nclientID: x\n";
    let sign_in = crate::sign_in(&[("oidc.config", config)], &[]);
    let token = crate::signing::bare(&json!({"alg": "RS256"}), &json!({"iss": "http://idp.example.com"}));
    assert_eq!(
        sign_in.identify(&token).await,
        Err(TokenError::Provider("http://idp.example.com must begin with https://".to_owned()))
    );
}

/// A provider that says it signs with shared keys or not at all is not believed.
#[tokio::test]
async fn algorithms_that_are_named_but_must_not_be_used() {
    for named in [json!(["none"]), json!(["HS256"]), json!([]), json!(null)] {
        let provider = Provider::start().await;
        provider.state().document = json!({"id_token_signing_alg_values_supported": named});
        let sign_in = provider.sign_in();
        assert!(sign_in.identify(&provider.token(&json!({}))).await.is_ok(), "RS256 stands");
        provider.state().token = Some(|_, claims| crate::signing::bare(&json!({"alg": "none"}), claims));
        assert_eq!(sign_in.identify(&provider.token(&json!({}))).await, Err(TokenError::Unreadable));
    }
    let provider = Provider::start().await;
    provider.state().document = json!({"id_token_signing_alg_values_supported": ["ES256"]});
    assert_eq!(provider.sign_in().identify(&provider.token(&json!({}))).await, Err(TokenError::Unreadable));
    provider.state().key = Key::ec();
    assert!(provider.sign_in().identify(&provider.token(&json!({}))).await.is_ok());
}

#[tokio::test]
async fn keys_hold_while_the_provider_is_away_but_not_for_ever() {
    let provider = Provider::start().await;
    let sign_in = provider.sign_in();
    let token = provider.token(&json!({"exp": crate::START + 86_400}));
    assert!(sign_in.identify(&token).await.is_ok());
    provider.state().answers.insert(DOCUMENT, (503, String::new(), Vec::new()));
    pass(20 * 60).await;
    assert!(sign_in.identify(&token).await.is_ok());
    pass(41 * 60).await;
    assert!(matches!(sign_in.identify(&token).await, Err(TokenError::Provider(_))));
}

#[tokio::test]
async fn what_is_configured_anew_is_asked_anew() {
    let provider = Provider::start().await;
    let other = Provider::start().await;
    let sign_in = provider.sign_in();
    let token = provider.token(&json!({}));
    assert!(sign_in.identify(&token).await.is_ok());
    let config = format!("issuer: {}\nclientID: capstan\n", other.state().issuer);
    sign_in.configure(crate::settings(&[("oidc.config", &config)], &[]));
    assert_eq!(sign_in.identify(&token).await, Err(TokenError::Issuer));
    assert!(sign_in.identify(&other.token(&json!({}))).await.is_ok());
    sign_in.configure(crate::settings(&[], &[]));
    assert_eq!(sign_in.identify(&token).await, Err(TokenError::Issuer));
}
