//! A certificate authority that nobody knows, and a certificate of its.

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use std::sync::Arc;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};

/// An authority, and a server's side of TLS with a certificate that it signed.
#[derive(Clone)]
pub struct Authority {
    /// The authority's own certificate, as PEM.
    pub pem: Arc<str>,
    /// What makes connections of a server.
    pub acceptor: TlsAcceptor,
}

impl Authority {
    /// A new one, which vouches for a server of these names.
    #[must_use]
    pub fn of(names: &[&str]) -> Self {
        Self::made(names).expect("invariant: names of hosts and fresh keys are all that certificates need")
    }

    fn made(names: &[&str]) -> Result<Self, Box<dyn std::error::Error>> {
        let own_key = KeyPair::generate()?;
        let mut parameters = CertificateParams::new(Vec::<String>::new())?;
        parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let pem = parameters.self_signed(&own_key)?.pem();
        let issuer = Issuer::new(parameters, own_key);
        let key = KeyPair::generate()?;
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        let certificate = CertificateParams::new(names)?.signed_by(&key, &issuer)?;
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()));
        let config = config.with_safe_default_protocol_versions()?.with_no_client_auth();
        let config = config.with_single_cert(vec![certificate.der().clone()], key)?;
        Ok(Authority { pem: pem.into(), acceptor: TlsAcceptor::from(Arc::new(config)) })
    }
}
