//! `login --sso`: the code flow with PKCE, in a browser that comes back to this machine. The server says which provider
//! to ask; the token that the provider gives is what one is recognised by from then on.

mod callback;

use crate::failure::Failure;
use crate::session::{Api, Reached};
use crate::terminal;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use callback::{Callback, plain};
use clap::{ArgAction, Args};
use clock::Clock;
use reqwest::{Client, Response};
use serde_json::Value;
use signin::Entropy;
use std::process::Stdio;
use std::time::Duration;
use url::Url;

/// How long a person may take with the browser.
const PERSON_WITHIN: Duration = Duration::from_secs(300);
/// How long the provider may take to answer.
const ANSWER_WITHIN: Duration = Duration::from_secs(30);
/// No answer of a provider is longer.
const ANSWER_BYTES_MAX: usize = 1 << 20;

/// The flags of signing in with a browser.
#[derive(Debug, Args)]
pub(super) struct Browser {
    /// Port on this machine that the browser comes back to
    #[arg(long, value_name = "PORT", default_value_t = 8085)]
    sso_port: u16,
    /// Open the browser; without, its address is only printed
    #[arg(long, action = ArgAction::Set, default_value_t = true, default_missing_value = "true", num_args = 0..=1, require_equals = true)]
    sso_launch_browser: bool,
}

/// What the provider and the server say, as far as it is needed here.
struct Provider {
    client_id: String,
    scopes: String,
    authorization_endpoint: Url,
    token_endpoint: Url,
}

/// What only this process knows of one attempt.
struct Secrets {
    state: String,
    nonce: String,
    verifier: String,
}

impl Browser {
    /// A token of the provider, and whose it is.
    pub(super) async fn sign_in(&self, reached: &Reached, clock: &Clock) -> Result<(String, String), Failure> {
        let client = Client::builder().timeout(ANSWER_WITHIN).redirect(reqwest::redirect::Policy::none());
        let client = client.build().map_err(|error| Failure::new(format!("cannot make a client: {error}")))?;
        let provider = provider(reached, &client).await?;
        let callback = Callback::take(self.sso_port).await?;
        let entropy = Entropy::of(clock);
        let secrets = Secrets { state: entropy.text(32), nonce: entropy.text(32), verifier: entropy.text(64) };
        let address = provider.authorization(&secrets, &callback.address());
        terminal::print(&format!("Performing authorization_code flow login: {address}\n"))?;
        if self.sso_launch_browser {
            open(&address);
        }
        let code = tokio::time::timeout(PERSON_WITHIN, callback.code(&secrets.state)).await;
        let code = code.map_err(|_| {
            Failure::new(format!("the browser did not come back within {} s", PERSON_WITHIN.as_secs()))
        })??;
        let token = provider.redeem(&client, &secrets, &code, &callback.address()).await?;
        let api = Api::new(Reached { token: token.clone(), ..reached.clone() })?;
        let told = api.get("/api/v1/session/userinfo", &[]).await?;
        if told["loggedIn"] != true {
            return Err(Failure::new("the server does not take the provider's token; is cliClientID set there?"));
        }
        Ok((token, told["username"].as_str().unwrap_or_default().to_owned()))
    }
}

/// Which provider the server signs people in with, and what that one says of itself.
async fn provider(reached: &Reached, client: &Client) -> Result<Provider, Failure> {
    let settings = Api::new(Reached { token: String::new(), ..reached.clone() })?.get("/api/v1/settings", &[]).await?;
    let oidc = &settings["oidcConfig"];
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let issuer = text(&oidc["issuer"]);
    if issuer.is_empty() {
        return Err(Failure::new("this server has no single sign-on: oidc.config of argocd-cm names a provider"));
    }
    checked(&issuer)?;
    let own = text(&oidc["cliClientID"]);
    let described = format!("{}/.well-known/openid-configuration", issuer.trim_end_matches('/'));
    let described = json(client.get(described).send().await, "the provider's description").await?;
    if described["issuer"] != issuer.as_str() {
        return Err(Failure::new(format!("{issuer} says that it is somebody else")));
    }
    let scopes: Vec<&str> = oidc["scopes"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    Ok(Provider {
        client_id: if own.is_empty() { text(&oidc["clientID"]) } else { own },
        scopes: if scopes.is_empty() { "openid profile email groups".to_owned() } else { scopes.join(" ") },
        authorization_endpoint: checked(&text(&described["authorization_endpoint"]))?,
        token_endpoint: checked(&text(&described["token_endpoint"]))?,
    })
}

/// What passes through a provider's hands must not be readable on the way.
fn checked(address: &str) -> Result<Url, Failure> {
    let wrong = || Failure::new(format!("{address:?} is no address of a provider: https is needed"));
    let url = Url::parse(address).map_err(|_| wrong())?;
    let is_here = matches!(url.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"));
    if url.scheme() == "https" || (url.scheme() == "http" && is_here) { Ok(url) } else { Err(wrong()) }
}

async fn json(answer: reqwest::Result<Response>, what: &str) -> Result<Value, Failure> {
    // The address is in the words already, and may hold what is secret.
    let mut answer = answer.map_err(|error| Failure::new(format!("{what}: {}", error.without_url())))?;
    let status = answer.status();
    let mut body = Vec::new();
    while let Some(piece) =
        answer.chunk().await.map_err(|error| Failure::new(format!("{what}: {}", error.without_url())))?
    {
        body.extend_from_slice(&piece);
        if body.len() > ANSWER_BYTES_MAX {
            return Err(Failure::new(format!("{what} is larger than {ANSWER_BYTES_MAX} bytes")));
        }
    }
    let value: Value = serde_json::from_slice(&body).unwrap_or_default();
    if status.is_success() && value.is_object() {
        return Ok(value);
    }
    let told = value["error_description"].as_str().or(value["error"].as_str()).unwrap_or("no JSON");
    Err(Failure::new(format!("{what}: status {}: {}", status.as_u16(), plain(told))))
}

impl Provider {
    /// Where the browser goes.
    fn authorization(&self, secrets: &Secrets, back: &str) -> Url {
        let challenge = ring::digest::digest(&ring::digest::SHA256, secrets.verifier.as_bytes());
        let mut address = self.authorization_endpoint.clone();
        address.query_pairs_mut().extend_pairs([
            ("response_type", "code"),
            ("client_id", &self.client_id),
            ("redirect_uri", back),
            ("scope", &self.scopes),
            ("state", &secrets.state),
            ("nonce", &secrets.nonce),
            ("code_challenge", &URL_SAFE_NO_PAD.encode(challenge)),
            ("code_challenge_method", "S256"),
        ]);
        address
    }

    /// The token for a code.
    async fn redeem(&self, client: &Client, secrets: &Secrets, code: &str, back: &str) -> Result<String, Failure> {
        let form = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs([
                ("grant_type", "authorization_code"),
                ("code", code),
                ("redirect_uri", back),
                ("client_id", &self.client_id),
                ("code_verifier", &secrets.verifier),
            ])
            .finish();
        let request = client.post(self.token_endpoint.clone()).body(form);
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        let told = json(request.send().await, "the provider's token").await?;
        let token = told["id_token"].as_str().ok_or_else(|| Failure::new("the provider gave no id_token"))?;
        let claims = token.split('.').nth(1).and_then(|part| URL_SAFE_NO_PAD.decode(part).ok()).unwrap_or_default();
        let claims: Value = serde_json::from_slice(&claims).unwrap_or_default();
        if claims["nonce"] != secrets.nonce.as_str() {
            return Err(Failure::new("the provider's token is not for this login"));
        }
        Ok(token.to_owned())
    }
}

/// Opens the browser, where there is one; its address was printed in any case.
fn open(address: &Url) {
    let program = if cfg!(target_os = "macos") { "open" } else { "xdg-open" };
    let mut command = std::process::Command::new(program);
    let started =
        command.arg(address.as_str()).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
    if started.is_err() {
        terminal::note(&format!("there is no {program} to open a browser with: open the address above"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_encrypted_providers_are_asked() {
        for bad in ["http://id.example.com", "javascript:alert(1)", "ftp://localhost", ""] {
            assert!(checked(bad).is_err(), "{bad}");
        }
        assert!(checked("https://id.example.com").is_ok() && checked("http://127.0.0.1:5556/dex").is_ok());
    }

    #[test]
    fn the_browser_takes_the_challenge_and_not_the_verifier() {
        let provider = Provider {
            client_id: "cli".to_owned(),
            scopes: "openid".to_owned(),
            authorization_endpoint: checked("https://id.example.com/auth?tenant=a").expect("an address"),
            token_endpoint: checked("https://id.example.com/token").expect("an address"),
        };
        let (state, nonce) = ("s".to_owned(), "n".to_owned());
        // The example of RFC 7636, appendix B.
        let verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk".to_owned();
        let address = provider.authorization(&Secrets { state, nonce, verifier }, "http://localhost:1/auth/callback");
        assert!(address.as_str().contains("code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&"), "{address}");
        assert!(address.as_str().contains("tenant=a&response_type=code&client_id=cli"), "{address}");
        assert!(!address.as_str().contains("dBjftJeZ4CVP"), "{address}");
        assert_eq!(plain("a\u{1b}[31mb\r\n"), "a[31mb");
    }
}
