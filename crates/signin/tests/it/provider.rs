//! A small provider of OpenID Connect on loopback, written from the specifications (OpenID Connect Core and Discovery,
//! RFC 6749, RFC 7636). It is right unless a test makes it wrong.

use crate::signing::{Key, encode, signed};
use crate::{START, sign_in};
use base64::Engine;
use ring::digest::{SHA256, digest};
use serde_json::{Value, json};
use signin::SignIn;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::{Arc, Mutex, MutexGuard};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use url::Url;

pub const CLIENT: &str = "capstan";
pub const CLI: &str = "capstan-cli";
pub const SECRET: &str = "s3cret/+ x";
pub const USER: &str = "00u1";

/// What the provider knows.
pub struct State {
    pub issuer: String,
    pub key: Key,
    pub key_id: String,
    pub codes: BTreeMap<String, Code>,
    /// Changes to the document about itself.
    pub document: Value,
    /// Changes to what it publishes as keys; `Null`: none.
    pub keys: Value,
    /// Changes to the claims of the next tokens; `null` takes one away.
    pub claims: Value,
    /// Makes the token of claims itself, instead of signing them well.
    pub token: Option<fn(&State, &Value) -> String>,
    /// What a path is answered with, instead: status, further headers, body.
    pub answers: BTreeMap<&'static str, (u16, String, Vec<u8>)>,
    /// What the user information says.
    pub user_info: Value,
    /// Paths that were asked.
    pub asked: Vec<String>,
}

/// A code that was given out.
pub struct Code {
    challenge: String,
    nonce: String,
    redirect_uri: String,
    used: bool,
}

#[derive(Clone)]
pub struct Provider(Arc<Mutex<State>>);

impl Provider {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let issuer = format!("http://127.0.0.1:{}", listener.local_addr().expect("an address").port());
        let provider = Provider(Arc::new(Mutex::new(State {
            issuer,
            key: Key::rsa_a(),
            key_id: "one".to_owned(),
            codes: BTreeMap::new(),
            document: json!({}),
            keys: Value::Null,
            claims: json!({}),
            token: None,
            answers: BTreeMap::new(),
            user_info: json!({"sub": USER, "groups": ["from-info"]}),
            asked: Vec::new(),
        })));
        let serving = provider.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serving.clone().serve(stream));
            }
        });
        provider
    }

    pub fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().expect("a state")
    }

    /// `oidc.config` for this provider, with further lines.
    pub fn sign_in_with(&self, further: &str) -> SignIn {
        let config = format!(
            "name: Test\nissuer: {}\nclientID: {CLIENT}\ncliClientID: {CLI}\nclientSecret: $oidc.secret\n{further}",
            self.state().issuer
        );
        sign_in(&[("oidc.config", &config), ("url", "https://cd.example.com")], &[("oidc.secret", SECRET)])
    }

    pub fn sign_in(&self) -> SignIn {
        self.sign_in_with("")
    }

    /// A token as the provider makes them, with changes; `null` takes a claim away.
    pub fn token(&self, changes: &Value) -> String {
        let state = self.state();
        let claims = changed(state.claims_of("nonce"), changes);
        state.make(&claims)
    }

    /// What a browser does at the provider: reads the request, lets the user sign in, comes back with a code.
    pub fn authorize(&self, location: &str) -> (String, String) {
        let url = Url::parse(location).expect("an address");
        let query: BTreeMap<String, String> = url.query_pairs().into_owned().collect();
        let mut state = self.state();
        assert!(location.starts_with(&format!("{}/authorize?", state.issuer)));
        assert_eq!(query["response_type"], "code");
        assert_eq!(query["client_id"], CLIENT);
        assert_eq!(query["code_challenge_method"], "S256");
        assert!(query["scope"].split(' ').any(|scope| scope == "openid"));
        assert!(query["state"].len() >= 22 && query["nonce"].len() >= 22, "128 bits at least");
        let code = format!("code-{}", state.codes.len());
        let given = Code {
            challenge: query["code_challenge"].clone(),
            nonce: query["nonce"].clone(),
            redirect_uri: query["redirect_uri"].clone(),
            used: false,
        };
        state.codes.insert(code.clone(), given);
        (code, query["state"].clone())
    }

    async fn serve(self, mut stream: TcpStream) {
        let Some((head, body)) = request(&mut stream).await else { return };
        let answer = self.answer(&head, &body);
        let _ = stream.write_all(&answer).await;
        let _ = stream.shutdown().await;
    }

    fn answer(&self, head: &str, body: &str) -> Vec<u8> {
        let path = head.split_whitespace().nth(1).unwrap_or_default().to_owned();
        let mut state = self.state();
        state.asked.push(path.clone());
        if let Some((status, headers, body)) = state.answers.get(path.as_str()) {
            return respond(*status, headers, body);
        }
        let (status, value) = match path.as_str() {
            "/.well-known/openid-configuration" => (200, state.describe()),
            "/keys" => (200, state.published()),
            "/token" => state.redeem(head, body),
            "/userinfo" if head.contains("authorization: Bearer access-1") => (200, state.user_info.clone()),
            _ => (404, json!({})),
        };
        respond(status, "", value.to_string().as_bytes())
    }
}

pub fn changed(mut claims: Value, changes: &Value) -> Value {
    for (key, value) in changes.as_object().expect("changes") {
        if value.is_null() {
            claims.as_object_mut().expect("claims").remove(key);
        } else {
            claims[key] = value.clone();
        }
    }
    claims
}

impl State {
    fn describe(&self) -> Value {
        let issuer = &self.issuer;
        let document = json!({
            "issuer": issuer,
            "authorization_endpoint": format!("{issuer}/authorize"),
            "token_endpoint": format!("{issuer}/token"),
            "jwks_uri": format!("{issuer}/keys"),
            "response_types_supported": ["code"],
            "id_token_signing_alg_values_supported": ["RS256", "PS256", "ES256", "EdDSA", "HS256", "none"],
        });
        changed(document, &self.document)
    }

    fn published(&self) -> Value {
        if self.keys.is_null() { json!({"keys": [self.key.published(&self.key_id)]}) } else { self.keys.clone() }
    }

    fn claims_of(&self, nonce: &str) -> Value {
        let claims = json!({
            "iss": self.issuer, "sub": USER, "aud": CLIENT, "iat": START, "exp": START + 3_600,
            "nonce": nonce, "email": "ada@example.com", "groups": ["team-a", "team-b"],
        });
        changed(claims, &self.claims)
    }

    pub fn header(&self) -> Value {
        json!({"alg": self.key.algorithm(), "kid": self.key_id})
    }

    fn make(&self, claims: &Value) -> String {
        self.token.map_or_else(|| signed(&self.header(), claims, &self.key), |make| make(self, claims))
    }

    fn redeem(&mut self, head: &str, body: &str) -> (u16, Value) {
        let form: BTreeMap<String, String> = url::form_urlencoded::parse(body.as_bytes()).into_owned().collect();
        let refused = (400, json!({"error": "invalid_grant"}));
        // RFC 6749, section 2.3.1.
        let encoded = |text: &str| url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
        let basic =
            base64::engine::general_purpose::STANDARD.encode(format!("{}:{}", encoded(CLIENT), encoded(SECRET)));
        let in_header = head.contains(&format!("authorization: Basic {basic}"));
        let in_form = form.get("client_secret").is_some_and(|secret| secret == SECRET);
        let post = self.document["token_endpoint_auth_methods_supported"] == json!(["client_secret_post"]);
        if form.get("grant_type").map(String::as_str) != Some("authorization_code")
            || !(if post { in_form } else { in_header })
        {
            return (401, json!({"error": "invalid_client"}));
        }
        let verifier = form.get("code_verifier").map(String::as_str).unwrap_or_default();
        let challenge = encode(digest(&SHA256, verifier.as_bytes()).as_ref());
        let name = form.get("code").map(String::as_str).unwrap_or_default();
        let Some(code) = self.codes.get_mut(name) else { return refused };
        let is_right =
            code.challenge == challenge && form.get("redirect_uri") == Some(&code.redirect_uri) && !code.used;
        code.used = true;
        if !is_right || !(43..=128).contains(&verifier.len()) {
            return refused;
        }
        let nonce = code.nonce.clone();
        let claims = self.claims_of(&nonce);
        (
            200,
            json!({"token_type": "Bearer", "access_token": "access-1", "id_token": self.make(&claims), "expires_in": 3_600}),
        )
    }
}

async fn request(stream: &mut TcpStream) -> Option<(String, String)> {
    let mut bytes = Vec::new();
    let mut buffer = [0; 4_096];
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let head = head.to_owned();
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse().ok());
            if body.len() >= length.unwrap_or(0) {
                return Some((head, body.to_owned()));
            }
        }
        let read = stream.read(&mut buffer).await.ok().filter(|read| *read > 0)?;
        bytes.extend_from_slice(&buffer[..read]);
    }
}

fn respond(status: u16, headers: &str, body: &[u8]) -> Vec<u8> {
    let mut head = format!("HTTP/1.1 {status} X\r\nconnection: close\r\ncontent-length: {}\r\n", body.len());
    write!(head, "{headers}\r\n").expect("text");
    [head.as_bytes(), body].concat()
}
