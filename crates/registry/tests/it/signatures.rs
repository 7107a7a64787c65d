//! Signatures made with a key of ECDSA over P-256, as cosign makes them.

use crate::stage::{DAYS, anonymous, client, server};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ociserver::{Image, Server, artifact};
use registry::{CosignKey, Problem};
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair};
use serde_json::{Value, json};

/// The header of such a public key in DER, before the point.
const HEADER: &str = "3059301306072a8648ce3d020106082a8648ce3d030107034200";

struct Signatory(EcdsaKeyPair);

impl Signatory {
    fn new() -> Self {
        let random = SystemRandom::new();
        let key = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &random).expect("a key");
        Signatory(EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, key.as_ref(), &random).expect("a key"))
    }

    fn key(&self) -> CosignKey {
        let mut der = hex::decode(HEADER).expect("hex");
        der.extend_from_slice(self.0.public_key().as_ref());
        let pem = format!("-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n", STANDARD.encode(der));
        CosignKey::parse(&pem).expect("a key")
    }

    fn sign(&self, content: &[u8]) -> String {
        STANDARD.encode(self.0.sign(&SystemRandom::new(), content).expect("signed"))
    }
}

fn payload(digest: &str) -> String {
    json!({"critical": {"identity": {"docker-reference": "app"}, "image": {"docker-manifest-digest": digest},
        "type": "cosign container image signature"}, "optional": null})
    .to_string()
}

/// The layer that holds a signature of `about`.
fn layer(server: &Server, signatory: &Signatory, about: &str) -> Value {
    let payload = payload(about);
    let digest = server.put_blob("app", &payload);
    json!({"mediaType": "application/vnd.dev.cosign.simplesigning.v1+json", "digest": digest, "size": payload.len(),
        "annotations": {"dev.cosignproject.cosign/signature": signatory.sign(payload.as_bytes())}})
}

fn tag_of(digest: &str) -> String {
    format!("{}.sig", digest.replace(':', "-"))
}

#[tokio::test]
async fn an_image_is_good_when_its_tag_holds_a_signature_of_it() {
    let server = server().await;
    let digest = server.push("app", "v1", &Image::new(DAYS[0], "one"));
    let other = server.push("app", "v2", &Image::new(DAYS[1], "two"));
    let (signatory, stranger) = (Signatory::new(), Signatory::new());
    let app = anonymous(&server, "app");
    let verify = |key: CosignKey| {
        let (app, digest) = (app.clone(), digest.clone());
        async move { client().verify(&app, &digest, &key).await.map_err(|error| error.problem) }
    };
    assert!(matches!(verify(signatory.key()).await, Err(Problem::Signature { .. })), "there is none yet");
    let put = |layer: &Value| server.put_manifest("app", Some(&tag_of(&digest)), &artifact("", &digest, layer));
    put(&layer(&server, &signatory, &other));
    assert!(matches!(verify(signatory.key()).await, Err(Problem::Signature { .. })), "of another image");
    put(&layer(&server, &signatory, &digest));
    assert_eq!(verify(signatory.key()).await, Ok(()));
    let told = verify(stranger.key()).await.expect_err("another key");
    assert!(told.to_string().contains("another key"), "{told}");
}

#[tokio::test]
async fn a_bundle_that_refers_to_the_image_counts() {
    let server = server().await;
    let digest = server.push("app", "v1", &Image::new(DAYS[0], "one"));
    let signatory = Signatory::new();
    let kind = "application/vnd.in-toto+json";
    let statement = json!({"_type": "https://in-toto.io/Statement/v1",
        "subject": [{"digest": {"sha256": digest.trim_start_matches("sha256:")}}]})
    .to_string();
    let signed = format!("DSSEv1 {} {kind} {} {statement}", kind.len(), statement.len());
    let bundle = json!({"mediaType": "application/vnd.dev.sigstore.bundle.v0.3+json", "dsseEnvelope": {
        "payload": STANDARD.encode(&statement), "payloadType": kind,
        "signatures": [{"sig": signatory.sign(signed.as_bytes())}]}})
    .to_string();
    let media_type = "application/vnd.dev.sigstore.bundle.v0.3+json";
    let layer = json!({"mediaType": media_type, "digest": server.put_blob("app", &bundle), "size": bundle.len()});
    server.put_manifest("app", None, &artifact(media_type, &digest, &layer));
    let app = anonymous(&server, "app");
    client().verify(&app, &digest, &signatory.key()).await.expect("signed");
    assert!(client().verify(&app, &digest, &Signatory::new().key()).await.is_err(), "another key");
}

#[test]
fn only_keys_of_that_kind_are_read() {
    for odd in ["", "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----", "-----BEGIN CERTIFICATE-----\n"] {
        assert!(CosignKey::parse(odd).is_err(), "{odd:?}");
    }
}
