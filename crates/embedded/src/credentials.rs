//! Who may talk to the cluster: a certificate authority of its own, the server's certificate, and for the
//! administrator a client certificate and a token. Kept in the cluster's directory, so that a kubeconfig outlives a
//! restart.

use crate::directory::{Directory, DirectoryError};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, date_time_ymd,
};
use ring::rand::{SecureRandom, SystemRandom};
use serde_json::{Value, json};
use std::net::IpAddr;

/// The file the credentials are kept in.
const FILE: &str = "credentials.json";
/// Names under which the server may be called. The last ones are what pods inside a cluster use.
const SERVER_NAMES: [&str; 5] =
    ["localhost", "127.0.0.1", "kubernetes", "kubernetes.default", "kubernetes.default.svc"];
/// The years in which certificates hold: an expired one in a forgotten directory would only puzzle its owner.
const VALID_YEARS: (i32, i32) = (2020, 2120);
/// Bytes of randomness in a secret.
const TOKEN_BYTES: usize = 32;

/// All credentials of a cluster, in PEM but for the token.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Credentials {
    pub authority: String,
    pub server_certificate: String,
    pub server_key: String,
    pub admin_certificate: String,
    pub admin_key: String,
    pub token: String,
}

/// Why credentials cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum CredentialsError {
    /// The directory.
    #[error(transparent)]
    Directory(#[from] DirectoryError),
    /// The file that should hold them does not.
    #[error("{0} does not hold this cluster's credentials; remove it to have new ones made")]
    Malformed(String),
    /// They could not be made.
    #[error("cannot make certificates: {0}")]
    Generation(String),
}

impl std::fmt::Debug for Credentials {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Credentials(..)")
    }
}

impl Credentials {
    /// Those of a directory, made if there are none, for a server at `address`.
    pub(crate) fn load(directory: &Directory, address: IpAddr) -> Result<Self, CredentialsError> {
        if let Some(text) = directory.read(FILE)? {
            let stored: Value = serde_json::from_str(&text).unwrap_or_default();
            let malformed = || CredentialsError::Malformed(directory.path(FILE).display().to_string());
            return Credentials::from_value(&stored).ok_or_else(malformed);
        }
        let made = Credentials::generate(address)?;
        directory.write_private(FILE, &made.to_value().to_string())?;
        Ok(made)
    }

    /// New ones.
    pub(crate) fn generate(address: IpAddr) -> Result<Self, CredentialsError> {
        let failed = |error: rcgen::Error| CredentialsError::Generation(error.to_string());
        let mut root = params("capstan", None, Vec::new()).map_err(failed)?;
        root.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        root.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::DigitalSignature];
        let root_key = KeyPair::generate().map_err(failed)?;
        let authority = root.self_signed(&root_key).map_err(failed)?.pem();
        let issuer = Issuer::from_params(&root, &root_key);

        let mut names: Vec<String> = SERVER_NAMES.map(str::to_owned).into();
        if !names.contains(&address.to_string()) {
            names.push(address.to_string());
        }
        let mut server = params("kube-apiserver", None, names).map_err(failed)?;
        server.insert_extended_key_usage(ExtendedKeyUsagePurpose::ServerAuth);
        let server_key = KeyPair::generate().map_err(failed)?;

        let mut admin = params("kubernetes-admin", Some("system:masters"), Vec::new()).map_err(failed)?;
        admin.insert_extended_key_usage(ExtendedKeyUsagePurpose::ClientAuth);
        let admin_key = KeyPair::generate().map_err(failed)?;
        Ok(Credentials {
            server_certificate: server.signed_by(&server_key, &issuer).map_err(failed)?.pem(),
            server_key: server_key.serialize_pem(),
            admin_certificate: admin.signed_by(&admin_key, &issuer).map_err(failed)?.pem(),
            admin_key: admin_key.serialize_pem(),
            token: secret()?,
            authority,
        })
    }

    fn to_value(&self) -> Value {
        json!({
            "authority": self.authority, "serverCertificate": self.server_certificate, "serverKey": self.server_key,
            "adminCertificate": self.admin_certificate, "adminKey": self.admin_key, "token": self.token,
        })
    }

    fn from_value(value: &Value) -> Option<Self> {
        let text = |field: &str| value[field].as_str().filter(|text| !text.is_empty()).map(str::to_owned);
        Some(Credentials {
            authority: text("authority")?,
            server_certificate: text("serverCertificate")?,
            server_key: text("serverKey")?,
            admin_certificate: text("adminCertificate")?,
            admin_key: text("adminKey")?,
            token: text("token")?,
        })
    }

    /// A kubeconfig for the administrator: by certificate, and under a second context by token.
    pub(crate) fn kubeconfig(&self, server: &str) -> String {
        let data = |pem: &str| STANDARD.encode(pem);
        let context = |user: &str| json!({"name": user, "context": {"cluster": "capstan", "user": user}});
        let config = json!({
            "apiVersion": "v1", "kind": "Config", "preferences": {},
            "clusters": [{"name": "capstan", "cluster": {
                "server": server, "certificate-authority-data": data(&self.authority),
            }}],
            "users": [
                {"name": "capstan", "user": {
                    "client-certificate-data": data(&self.admin_certificate), "client-key-data": data(&self.admin_key),
                }},
                {"name": "capstan-token", "user": {"token": self.token}},
            ],
            "contexts": [context("capstan"), context("capstan-token")],
            "current-context": "capstan",
        });
        // JSON is YAML, and readable enough.
        format!("{config:#}\n")
    }
}

fn params(name: &str, group: Option<&str>, names: Vec<String>) -> Result<CertificateParams, rcgen::Error> {
    let mut params = CertificateParams::new(names)?;
    let mut subject = DistinguishedName::new();
    if let Some(group) = group {
        subject.push(DnType::OrganizationName, group);
    }
    subject.push(DnType::CommonName, name);
    params.distinguished_name = subject;
    params.use_authority_key_identifier_extension = true;
    params.not_before = date_time_ymd(VALID_YEARS.0, 1, 1);
    params.not_after = date_time_ymd(VALID_YEARS.1, 1, 1);
    Ok(params)
}

/// Something nobody can guess.
pub(crate) fn secret() -> Result<String, CredentialsError> {
    let mut bytes = [0; TOKEN_BYTES];
    let drawn = SystemRandom::new().fill(&mut bytes);
    drawn.map_err(|_| CredentialsError::Generation("the system gives no randomness".to_owned()))?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}
