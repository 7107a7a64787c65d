//! Sessions and tokens that we sign: what holds, and all that must not.

use crate::signing::{Key, bare, shared, signed};
use crate::{KEY, START, later, settings, sign_in};
use accounts::ProjectTokens;
use serde_json::{Value, json};
use signin::{Identity, SignIn, TokenError};

const ACCOUNTS: [(&str, &str); 4] = [
    ("accounts.ci", "apiKey"),
    ("accounts.alice", "login"),
    ("accounts.off", "apiKey, login"),
    ("accounts.off.enabled", "false"),
];
const KEPT: [(&str, &str); 3] = [
    ("accounts.ci.tokens", r#"[{"id":"ci-1","iat":1}]"#),
    ("accounts.off.tokens", r#"[{"id":"off-1","iat":1}]"#),
    ("accounts.alice.passwordMtime", "2027-01-15T07:59:00Z"),
];

fn project() -> ProjectTokens {
    let value = json!({
        "apiVersion": "argoproj.io/v1alpha1", "kind": "AppProject", "metadata": {"name": "shop"},
        "spec": {"roles": [{"name": "ci"}]}, "status": {"jwtTokensByRole": {"ci": {"items": [{"id": "p-1", "iat": START}]}}},
    });
    ProjectTokens::of(
        &api::AppProject::read(&object::Object::from_value(&value).expect("an object")).expect("a project"),
    )
}

fn ready() -> SignIn {
    let ready = sign_in(&ACCOUNTS, &KEPT);
    ready.set_project("shop", Some(project()));
    ready
}

fn header() -> Value {
    json!({"alg": "HS256", "typ": "JWT"})
}

fn session() -> Value {
    json!({"iss": "argocd", "sub": "alice:login", "iat": START, "nbf": START, "exp": START + 3_600, "jti": "s-1"})
}

fn with(changes: Value) -> Value {
    let mut claims = session();
    for (key, value) in changes.as_object().expect("changes") {
        if value.is_null() {
            claims.as_object_mut().expect("claims").remove(key);
        } else {
            claims[key] = value.clone();
        }
    }
    claims
}

async fn shown(sign_in: &SignIn, claims: &Value) -> Result<Identity, TokenError> {
    sign_in.identify(&shared(&header(), claims, KEY.as_bytes())).await
}

#[tokio::test(start_paused = true)]
async fn what_holds() {
    let sign_in = ready();
    let alice = shown(&sign_in, &session()).await.expect("holds");
    assert_eq!((alice.subject.as_str(), alice.issuer.as_str(), alice.is_local()), ("alice", "argocd", true));
    assert_eq!(alice.expires.map(|time| time.as_second()), Some(START + 3_600));
    assert_eq!(alice.renewed, None);
    // The claim that others see is the account's name.
    assert_eq!(alice.claims.text("sub"), "alice");
    for (claims, subject) in [
        (with(json!({"sub": "ci:apiKey", "jti": "ci-1", "exp": null})), "ci"),
        (with(json!({"sub": "ci", "jti": "ci-1"})), "ci"),
        (with(json!({"sub": "proj:shop:ci", "jti": "p-1", "exp": null})), "proj:shop:ci"),
        (with(json!({"sub": "proj:shop:ci", "jti": null})), "proj:shop:ci"),
        (with(json!({"nbf": null})), "alice"),
    ] {
        assert_eq!(shown(&sign_in, &claims).await.map(|identity| identity.subject), Ok(subject.to_owned()), "{claims}");
    }
}

#[tokio::test(start_paused = true)]
async fn claims_that_do_not_hold() {
    use TokenError::{Account, Claim, Early, Expired, Issuer};
    let sign_in = ready();
    for (changes, expected) in [
        (json!({"exp": START}), Expired),
        (json!({"exp": START - 1}), Expired),
        (json!({"exp": "tomorrow"}), Claim("exp")),
        (json!({"exp": 1e300}), Claim("exp")),
        (json!({"exp": [1]}), Claim("exp")),
        (json!({"nbf": START + 1}), Early),
        (json!({"nbf": "now"}), Claim("nbf")),
        (json!({"iat": null}), Claim("iat")),
        (json!({"iat": "now"}), Claim("iat")),
        (json!({"jti": null}), Claim("jti")),
        (json!({"jti": 5}), Claim("jti")),
        (json!({"iat": START - 61}), Account("its password has changed since")),
        (json!({"sub": null}), Account("no such account")),
        (json!({"sub": 5}), Account("no such account")),
        (json!({"sub": "nobody:login"}), Account("no such account")),
        (json!({"sub": "alice:apiKey"}), Account("it does not have the capability")),
        (json!({"sub": "alice:other"}), Account("it does not have the capability")),
        (json!({"sub": "ci:login"}), Account("it does not have the capability")),
        (json!({"sub": "ci:apiKey", "jti": "ci-2"}), Account("it lists no such token")),
        (json!({"sub": "off:login"}), Account("it is disabled")),
        (json!({"sub": "off:apiKey", "jti": "off-1"}), Account("it is disabled")),
        (json!({"sub": "proj:shop:ci", "jti": "p-2"}), Account("the role lists no such token")),
        (json!({"sub": "proj:shop:other", "jti": "p-1"}), Account("the role lists no such token")),
        (json!({"sub": "proj:none:ci", "jti": "p-1"}), Account("no such project")),
        (json!({"sub": "proj:shop", "jti": "p-1"}), Claim("sub")),
        (json!({"sub": "proj:shop:ci:x", "jti": "p-1"}), Claim("sub")),
        (json!({"iss": "Argocd"}), Issuer),
        (json!({"iss": "https://idp.example.com"}), Issuer),
    ] {
        let shown = shown(&sign_in, &with(changes.clone())).await;
        // What is of another type altogether may end the reading of the token.
        let is_strange = changes.as_object().is_some_and(|map| {
            map.iter()
                .any(|(key, value)| value.is_array() || (value.is_number() && matches!(key.as_str(), "sub" | "jti")))
        });
        if is_strange && shown == Err(TokenError::Unreadable) {
            continue;
        }
        assert_eq!(shown, Err(expected), "{changes}");
    }
    assert_eq!(shown(&sign_in, &with(json!({"iss": null}))).await, Err(TokenError::Unreadable));
    assert_eq!(shown(&sign_in, &with(json!({"iss": 5}))).await, Err(TokenError::Unreadable));
}

#[tokio::test(start_paused = true)]
async fn signatures_that_do_not_hold() {
    let sign_in = ready();
    let claims = session();
    let good = shared(&header(), &claims, KEY.as_bytes());
    let (message, signature) = good.rsplit_once('.').expect("a signature");
    let other = crate::signing::encode(with(json!({"sub": "admin:login"})).to_string().as_bytes());
    let tokens = [
        shared(&header(), &claims, b"another key"),
        shared(&header(), &claims, b""),
        shared(&json!({"alg": "HS512"}), &claims, KEY.as_bytes()),
        shared(&json!({"alg": "none"}), &claims, KEY.as_bytes()),
        shared(&json!({"alg": "None"}), &claims, KEY.as_bytes()),
        shared(&json!({"alg": "RS256"}), &claims, KEY.as_bytes()),
        shared(&json!({}), &claims, KEY.as_bytes()),
        shared(&json!({"alg": 5}), &claims, KEY.as_bytes()),
        shared(&json!({"alg": "HS256", "crit": ["exp"]}), &claims, KEY.as_bytes()),
        bare(&json!({"alg": "none"}), &claims),
        bare(&header(), &claims),
        signed(&json!({"alg": "RS256"}), &claims, &Key::rsa_a()),
        signed(&json!({"alg": "ES256"}), &claims, &Key::ec()),
        format!("{message}.{}", &signature[..signature.len() - 2]),
        format!("{message}.{signature}x"),
        message.to_owned(),
        format!("{good}.{signature}"),
        format!("{}.{other}.{signature}", good.split('.').next().expect("a header")),
        String::new(),
        "...".to_owned(),
        "a.b.c".to_owned(),
        "\u{0}.é.\u{fffd}".to_owned(),
        good.replace('.', ".."),
        format!("{good}{}", " ".repeat(100_000)),
        "a".repeat(10_000_000),
    ];
    for token in tokens {
        let shown = sign_in.identify(&token).await;
        assert_eq!(shown, Err(TokenError::Unreadable), "{}", token.chars().take(200).collect::<String>());
    }
}

/// A compressed payload would be a bomb; it is not unpacked.
#[tokio::test(start_paused = true)]
async fn compression_is_not_undone() {
    let sign_in = ready();
    let token = shared(&json!({"alg": "HS256", "zip": "DEF"}), &session(), KEY.as_bytes());
    // The claims are read as they are, or not at all.
    if let Ok(identity) = sign_in.identify(&token).await {
        assert_eq!(identity.subject, "alice");
    }
    let deep = format!("{{\"iss\":{}", "[".repeat(40_000));
    let message = format!(
        "{}.{}",
        crate::signing::encode(header().to_string().as_bytes()),
        crate::signing::encode(deep.as_bytes())
    );
    assert_eq!(sign_in.identify(&format!("{message}.x")).await, Err(TokenError::Unreadable));
}

#[tokio::test(start_paused = true)]
async fn sessions_are_renewed_in_their_last_minutes_and_tokens_are_not() {
    let config = [ACCOUNTS.as_slice(), &[("accounts.both", "apiKey, login")]].concat();
    let sign_in = sign_in(&config, &[("accounts.both.tokens", r#"[{"id":"b","iat":1}]"#)]);
    let early = with(json!({"sub": "both:login", "exp": START + 301}));
    assert_eq!(shown(&sign_in, &early).await.expect("holds").renewed, None);
    let late = with(json!({"sub": "both:login", "iat": START - 3_301, "exp": START + 299}));
    let renewed = shown(&sign_in, &late).await.expect("holds").renewed.expect("a new one");
    let again = sign_in.identify(&renewed).await.expect("holds");
    assert_eq!((again.subject.as_str(), again.expires.map(|time| time.as_second())), ("both", Some(START + 3_600)));
    let token = with(json!({"sub": "both:apiKey", "jti": "b", "exp": START + 10}));
    assert_eq!(shown(&sign_in, &token).await.expect("holds").renewed, None);
}

#[tokio::test(start_paused = true)]
async fn signing_out_voids_the_token_for_every_replica() {
    let sign_in = ready();
    let token = shared(&header(), &session(), KEY.as_bytes());
    let revoked = sign_in.logout(&token).await.expect("it held");
    assert_eq!(sign_in.identify(&token).await, Err(TokenError::Revoked));
    assert_eq!(sign_in.logout(&token).await, None);
    let other = ready();
    assert!(other.identify(&token).await.is_ok());
    other.merge_revoked(accounts::Revoked::read(&revoked.write()));
    assert_eq!(other.identify(&token).await, Err(TokenError::Revoked));
    // A token of a role is voided too.
    let role = shared(&header(), &with(json!({"sub": "proj:shop:ci", "jti": "p-1"})), KEY.as_bytes());
    sign_in.logout(&role).await.expect("it held");
    assert_eq!(sign_in.identify(&role).await, Err(TokenError::Revoked));
}

#[tokio::test(start_paused = true)]
async fn what_is_configured_holds_for_tokens_that_are_out() {
    let sign_in = ready();
    let token = shared(&header(), &with(json!({"sub": "ci:apiKey", "jti": "ci-1", "exp": null})), KEY.as_bytes());
    let role = shared(&header(), &with(json!({"sub": "proj:shop:ci", "jti": "p-1"})), KEY.as_bytes());
    assert!(sign_in.identify(&token).await.is_ok() && sign_in.identify(&role).await.is_ok());
    sign_in.configure(settings(&ACCOUNTS, &[]));
    assert_eq!(sign_in.identify(&token).await, Err(TokenError::Account("it lists no such token")));
    sign_in.set_project("shop", None);
    assert_eq!(sign_in.identify(&role).await, Err(TokenError::Account("no such project")));
    sign_in.configure(settings(&ACCOUNTS, &[("server.secretkey", "rotated"), KEPT[0]]));
    assert_eq!(sign_in.identify(&token).await, Err(TokenError::Unreadable));
}

#[tokio::test(start_paused = true)]
async fn what_is_issued_holds_and_ends() {
    let sign_in = ready();
    let (token, record) = sign_in.issue_account_token("ci", 60, "").expect("a key");
    assert_eq!((record.issued_at, record.expires_at, record.id.len()), (START, START + 60, 36));
    assert_eq!(sign_in.identify(&token).await, Err(TokenError::Account("it lists no such token")), "not listed yet");
    let listed = format!(r#"[{{"id":"{}","iat":{START}}}]"#, record.id);
    sign_in.configure(settings(&ACCOUNTS, &[("accounts.ci.tokens", &listed)]));
    assert_eq!(sign_in.identify(&token).await.expect("holds").subject, "ci");
    later(60).await;
    assert_eq!(sign_in.identify(&token).await, Err(TokenError::Expired));
    let forever = sign_in.issue("proj:shop:ci", 0, "p-1").expect("a key");
    later(86_400 * 365).await;
    assert_eq!(sign_in.identify(&forever).await.expect("holds").expires, None);
}

#[tokio::test(start_paused = true)]
async fn nothing_holds_before_there_is_a_key() {
    let sign_in = sign_in(&ACCOUNTS, &[("server.secretkey", "")]);
    assert_eq!(shown(&sign_in, &session()).await, Err(TokenError::Unreadable));
    assert_eq!(sign_in.identify(&shared(&header(), &session(), b"")).await, Err(TokenError::Unreadable));
    assert_eq!(sign_in.issue("ci:apiKey", 0, "x"), None);
}
