//! Who signs commits: an SSH key, or OpenPGP.

use super::open_pgp::OpenPgp;
use super::sign_error::SignError;
use russh::keys::HashAlg;
use russh::keys::ssh_key::{LineEnding, SshSig};
use web::Secret;

/// Who signs commits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Signer {
    /// An SSH key, as with `gpg.format=ssh`.
    Ssh(SshSigner),
    /// OpenPGP, as Git does unless told otherwise.
    OpenPgp(OpenPgp),
}

/// An SSH key that signs commits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SshSigner {
    /// The private key, in OpenSSH or PEM form.
    pub key: Secret,
    /// What decrypts it, when it is encrypted.
    pub passphrase: Option<Secret>,
}

/// What Git calls such signatures.
const NAMESPACE: &str = "git";

impl Signer {
    /// The signature of `text`, armoured.
    pub(super) async fn sign(&self, text: &str) -> Result<String, SignError> {
        match self {
            Signer::Ssh(key) => key.sign(text.as_bytes()),
            Signer::OpenPgp(program) => program.sign(text).await,
        }
    }
}

impl SshSigner {
    fn sign(&self, text: &[u8]) -> Result<String, SignError> {
        let key = format!("{}\n", self.key.reveal().trim());
        let key = russh::keys::decode_secret_key(&key, self.passphrase.as_ref().map(Secret::reveal));
        let key = key.map_err(|error| SignError(format!("the signing key cannot be read: {error}")))?;
        let failed = |error: russh::keys::ssh_key::Error| SignError(error.to_string());
        let signature = SshSig::sign(&key, NAMESPACE, HashAlg::Sha512, text).map_err(failed)?;
        signature.to_pem(LineEnding::LF).map_err(failed)
    }
}
