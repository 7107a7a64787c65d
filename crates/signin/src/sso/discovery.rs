//! What a provider says about itself: <https://openid.net/specs/openid-connect-discovery-1_0.html>.

use crate::sso::fetch::{Way, answer};
use jsonwebtoken::Algorithm;
use serde::Deserialize;
use std::str::FromStr;
use url::Url;
use web::Clients;

/// A provider's own description.
#[derive(Debug, Clone)]
pub(crate) struct Described {
    pub(crate) authorization: Url,
    pub(crate) token: Url,
    pub(crate) keys: Url,
    /// With which the provider signs; `none` and shared keys are not among them, whatever it says.
    pub(crate) algorithms: Vec<Algorithm>,
    /// How a client with a secret proves itself.
    pub(crate) secret_in: SecretIn,
}

/// Where a client's secret goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SecretIn {
    Header,
    Form,
}

#[derive(Deserialize)]
struct Document {
    issuer: String,
    authorization_endpoint: String,
    token_endpoint: String,
    jwks_uri: String,
    #[serde(default)]
    id_token_signing_alg_values_supported: Vec<String>,
    #[serde(default)]
    token_endpoint_auth_methods_supported: Vec<String>,
}

const PUBLIC_KEYS: [Algorithm; 9] = [
    Algorithm::RS256,
    Algorithm::RS384,
    Algorithm::RS512,
    Algorithm::PS256,
    Algorithm::PS384,
    Algorithm::PS512,
    Algorithm::ES256,
    Algorithm::ES384,
    Algorithm::EdDSA,
];

/// Asks the provider about itself. It must call itself exactly by the issuer's name.
pub(crate) async fn discover(clients: &Clients, way: &Way, issuer: &str) -> Result<Described, String> {
    let address = format!("{}/.well-known/openid-configuration", issuer.trim_end_matches('/'));
    let url = Url::parse(&address).map_err(|_| "the issuer in oidc.config is no address".to_owned())?;
    let document: Document = answer(way.client(clients, &url)?.get(url.clone()), &url).await?;
    if document.issuer != issuer {
        return Err("the provider calls itself by another name than the issuer in oidc.config".to_owned());
    }
    let endpoint =
        |name: &str, text: &str| Url::parse(text).map_err(|_| format!("the provider's {name} is no address"));
    let methods = document.token_endpoint_auth_methods_supported;
    let in_form = methods.iter().any(|method| method == "client_secret_post");
    let in_header = methods.is_empty() || methods.iter().any(|method| method == "client_secret_basic");
    Ok(Described {
        authorization: endpoint("authorization_endpoint", &document.authorization_endpoint)?,
        token: endpoint("token_endpoint", &document.token_endpoint)?,
        keys: endpoint("jwks_uri", &document.jwks_uri)?,
        algorithms: algorithms(&document.id_token_signing_alg_values_supported),
        secret_in: if in_form && !in_header { SecretIn::Form } else { SecretIn::Header },
    })
}

fn algorithms(names: &[String]) -> Vec<Algorithm> {
    let named = names.iter().filter_map(|name| Algorithm::from_str(name).ok());
    let known: Vec<Algorithm> = named.filter(|algorithm| PUBLIC_KEYS.contains(algorithm)).collect();
    if known.is_empty() { vec![Algorithm::RS256] } else { known }
}
