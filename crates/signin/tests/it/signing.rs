//! Tokens made by hand, right or wrong.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::rand::SystemRandom;
use ring::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair, RSA_PKCS1_SHA256, RSA_PSS_SHA256,
    RsaKeyPair, RsaPublicKeyComponents,
};
use serde_json::{Value, json};

/// A key that signs.
pub enum Key {
    /// RSA.
    Rsa(RsaKeyPair),
    /// P-256.
    Ec(EcdsaKeyPair),
    /// Ed25519.
    Ed(Ed25519KeyPair),
}

pub fn encode(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

impl Key {
    pub fn rsa(der: &[u8]) -> Self {
        Key::Rsa(RsaKeyPair::from_pkcs8(der).expect("a key"))
    }

    pub fn rsa_a() -> Self {
        Key::rsa(include_bytes!("keys/rsa-a.der"))
    }

    pub fn rsa_b() -> Self {
        Key::rsa(include_bytes!("keys/rsa-b.der"))
    }

    pub fn ec() -> Self {
        let random = SystemRandom::new();
        let document = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).expect("a key");
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, document.as_ref(), &random);
        Key::Ec(pair.expect("a key"))
    }

    pub fn ed() -> Self {
        let document = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).expect("a key");
        Key::Ed(Ed25519KeyPair::from_pkcs8(document.as_ref()).expect("a key"))
    }

    /// What the key publishes.
    pub fn published(&self, id: &str) -> Value {
        match self {
            Key::Rsa(pair) => {
                let public: RsaPublicKeyComponents<Vec<u8>> = pair.public().into();
                json!({"kty": "RSA", "use": "sig", "kid": id, "n": encode(&public.n), "e": encode(&public.e)})
            }
            Key::Ec(pair) => {
                let point = pair.public_key().as_ref();
                json!({"kty": "EC", "crv": "P-256", "kid": id, "x": encode(&point[1..33]), "y": encode(&point[33..])})
            }
            Key::Ed(pair) => {
                json!({"kty": "OKP", "crv": "Ed25519", "kid": id, "x": encode(pair.public_key().as_ref())})
            }
        }
    }

    /// The algorithm it signs with, unless told otherwise.
    pub fn algorithm(&self) -> &'static str {
        match self {
            Key::Rsa(_) => "RS256",
            Key::Ec(_) => "ES256",
            Key::Ed(_) => "EdDSA",
        }
    }

    fn sign(&self, algorithm: &str, message: &[u8]) -> Vec<u8> {
        let random = SystemRandom::new();
        match self {
            Key::Rsa(pair) => {
                let mut signature = vec![0; pair.public().modulus_len()];
                if algorithm == "PS256" {
                    pair.sign(&RSA_PSS_SHA256, &random, message, &mut signature).expect("signed");
                } else {
                    pair.sign(&RSA_PKCS1_SHA256, &random, message, &mut signature).expect("signed");
                }
                signature
            }
            Key::Ec(pair) => pair.sign(&random, message).expect("signed").as_ref().to_vec(),
            Key::Ed(pair) => pair.sign(message).as_ref().to_vec(),
        }
    }
}

fn unsigned(header: &Value, claims: &Value) -> String {
    format!("{}.{}", encode(header.to_string().as_bytes()), encode(claims.to_string().as_bytes()))
}

/// A token signed by a key, whatever its header says.
pub fn signed(header: &Value, claims: &Value, key: &Key) -> String {
    let message = unsigned(header, claims);
    let signature = key.sign(header["alg"].as_str().unwrap_or_default(), message.as_bytes());
    format!("{message}.{}", encode(&signature))
}

/// A token authenticated with a shared key, whatever its header says.
pub fn shared(header: &Value, claims: &Value, key: &[u8]) -> String {
    let message = unsigned(header, claims);
    let tag = ring::hmac::sign(&ring::hmac::Key::new(ring::hmac::HMAC_SHA256, key), message.as_bytes());
    format!("{message}.{}", encode(tag.as_ref()))
}

/// A token that nothing holds together.
pub fn bare(header: &Value, claims: &Value) -> String {
    format!("{}.", unsigned(header, claims))
}
