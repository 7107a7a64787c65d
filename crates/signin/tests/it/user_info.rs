//! Groups that are asked for beside the token.

use crate::pass;
use crate::provider::{Provider, USER};
use serde_json::json;
use signin::{Begin, Callback, CallbackError, Finished, SignIn, TokenError};

const CONFIG: &str = "enableUserInfoGroups: true\nuserInfoPath: /userinfo\nuserInfoCacheExpiration: 5m\n";

async fn go(provider: &Provider, sign_in: &SignIn) -> Result<Finished, CallbackError> {
    let begin = Begin { redirect_uri: "https://cd.example.com/auth/callback", return_url: "" };
    let started = sign_in.begin(begin).await?;
    let (code, state) = provider.authorize(&started.location);
    sign_in.finish(Callback { code: &code, state: &state, issuer: "", error: "", cookie: &started.cookie }).await
}

fn scopes() -> Vec<String> {
    vec!["groups".to_owned()]
}

#[tokio::test]
async fn groups_come_from_there_and_end_there() {
    let provider = Provider::start().await;
    provider.state().claims = json!({ "groups": null });
    let sign_in = provider.sign_in_with(CONFIG);
    let finished = go(&provider, &sign_in).await.expect("signed in");
    assert_eq!(finished.identity.groups(&scopes()), ["from-info"]);
    // Asked once, then kept, then asked again.
    provider.state().user_info = json!({"sub": USER, "groups": []});
    assert_eq!(sign_in.identify(&finished.token).await.expect("holds").groups(&scopes()), ["from-info"]);
    pass(301).await;
    assert_eq!(sign_in.identify(&finished.token).await.expect("holds").groups(&scopes()), Vec::<String>::new());
    provider.state().answers.insert("/userinfo", (500, String::new(), Vec::new()));
    pass(301).await;
    assert!(matches!(sign_in.identify(&finished.token).await, Err(TokenError::Provider(_))));
    // Whoever signs in anew brings a new token to ask with.
    provider.state().answers.clear();
    assert!(go(&provider, &sign_in).await.is_ok());
}

#[tokio::test]
async fn what_is_told_of_somebody_else_is_not_used() {
    for told in [json!({"sub": "another", "groups": ["admins"]}), json!({"groups": ["admins"]})] {
        let provider = Provider::start().await;
        provider.state().user_info = told.clone();
        assert!(matches!(go(&provider, &provider.sign_in_with(CONFIG)).await, Err(CallbackError::Token(_))), "{told}");
    }
}

/// Who did not sign in through this server brought no token to ask with: they have the groups of their own token.
#[tokio::test]
async fn a_token_that_was_brought_along_has_its_own_groups() {
    let provider = Provider::start().await;
    let identity = provider.sign_in_with(CONFIG).identify(&provider.token(&json!({}))).await.expect("holds");
    assert_eq!(identity.groups(&scopes()), ["team-a", "team-b"]);
}
