//! The server's certificate: the one that is given, or one that is made once and kept.

use crate::problem::Problem;
use applications::sources::secret_values;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use cluster::{Change, ClusterClient, ErrorClass, Part, PatchKind, Target, Write};
use object::{Gvk, Object};
use rcgen::{CertificateParams, KeyPair};
use rustls::ServerConfig;
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use serde_json::json;
use std::sync::Arc;

/// Where a certificate is looked for, in this order.
const SECRETS: [&str; 2] = ["argocd-server-tls", "argocd-secret"];
/// The keys of a certificate.
const CERTIFICATE: &str = "tls.crt";
const KEY: &str = "tls.key";

/// Why there is no certificate.
#[derive(Debug, thiserror::Error)]
pub enum CertificateError {
    /// The cluster's answer.
    #[error("the certificate cannot be read or kept: {0}")]
    Cluster(#[from] Problem),
    /// None can be made.
    #[error("no certificate can be made: {0}")]
    Make(String),
    /// What is there cannot be used.
    #[error("the certificate in Secret {0} cannot be used: it needs tls.crt and tls.key in PEM")]
    Unusable(String),
}

/// What the server shows to who connects. One is made and kept where there is none.
///
/// # Errors
/// It cannot be read, made or kept.
pub async fn certificate(client: &ClusterClient, namespace: &str) -> Result<Arc<ServerConfig>, CertificateError> {
    let gvk = Gvk::new("", "v1", "Secret");
    for name in SECRETS {
        let found = client.get(&gvk, Some(namespace), name).await.map_err(Problem::from)?;
        let values = found.map(|object| secret_values(&object)).unwrap_or_default();
        if let (Some(certificate), Some(key)) = (values.get(CERTIFICATE), values.get(KEY)) {
            return config(certificate, key).ok_or_else(|| CertificateError::Unusable(name.to_owned()));
        }
    }
    let (certificate, key) = make(namespace).map_err(|error| CertificateError::Make(error.to_string()))?;
    keep(client, namespace, &certificate, &key).await?;
    config(&certificate, &key).ok_or_else(|| CertificateError::Unusable("argocd-secret".to_owned()))
}

/// Compat: upstream's names.
fn make(namespace: &str) -> Result<(String, String), rcgen::Error> {
    let mut names = vec!["localhost".to_owned(), "argocd-server".to_owned()];
    for suffix in ["", ".svc", ".svc.cluster.local"] {
        names.push(format!("argocd-server.{namespace}{suffix}"));
    }
    let key = KeyPair::generate()?;
    let certificate = CertificateParams::new(names)?.self_signed(&key)?;
    Ok((certificate.pem(), key.serialize_pem()))
}

async fn keep(client: &ClusterClient, namespace: &str, certificate: &str, key: &str) -> Result<(), CertificateError> {
    let gvk = Gvk::new("", "v1", "Secret");
    let name = SECRETS[1];
    let data = json!({CERTIFICATE: STANDARD.encode(certificate), KEY: STANDARD.encode(key)});
    let value = json!({"apiVersion": "v1", "kind": "Secret", "type": "Opaque", "data": data,
        "metadata": {"name": name, "namespace": namespace, "labels": {
            "app.kubernetes.io/part-of": "argocd", "app.kubernetes.io/name": name}}});
    let made = Object::from_value(&value).map_err(|error| CertificateError::Make(error.to_string()))?;
    match client.write(&Write::new(Target::of(&made), Change::Create(made))).await {
        Ok(_) => return Ok(()),
        Err(error) if error.class == ErrorClass::AlreadyExists => {}
        Err(error) => return Err(Problem::from(error).into()),
    }
    let change = Change::Patch { kind: PatchKind::Merge, body: json!({"data": data}), part: Part::Whole };
    client.write(&Write::new(Target::new(gvk, Some(namespace), name), change)).await.map_err(Problem::from)?;
    Ok(())
}

fn config(certificate: &str, key: &str) -> Option<Arc<ServerConfig>> {
    let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(certificate.as_bytes()).collect();
    let key = PrivateKeyDer::from_pem_slice(key.as_bytes()).ok()?;
    let mut config = ServerConfig::builder().with_no_client_auth().with_single_cert(chain.ok()?, key).ok()?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Some(Arc::new(config))
}
