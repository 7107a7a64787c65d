//! Signatures of commits and tags: OpenPGP and SSH, verified without any other program.
//!
//! Start reading at [`verify`]. A [`Keyring`] holds the OpenPGP keys that are trusted; an SSH signature brings its key
//! along, and whoever asks decides by the key's name whether that one is trusted.
//!
//! This crate must not know of Git, projects or Kubernetes: it takes bytes, a signature and the time.

mod bytes;

mod armor;
mod verdict;

mod openpgp;
mod ssh;

mod keyring;

pub use keyring::{Keyring, KeyringProblem, key_id};
pub use openpgp::{KeyError, PublicKey, read_keys};
pub use verdict::{Checked, Verdict};

/// What a signature of `signed` is worth at `now` (seconds since 1970).
#[must_use]
pub fn verify(signed: &[u8], signature: &str, keyring: &Keyring, now: i64) -> Checked {
    let text = signature.trim_start();
    if text.starts_with(ssh::BEGIN) {
        return ssh::verify(signed, text);
    }
    if text.starts_with("-----BEGIN PGP SIGNATURE-----") {
        return openpgp::verify(signed, text, keyring.keys(), now);
    }
    Checked::nobody(Verdict::Unsupported("it is neither an OpenPGP nor an SSH signature".to_owned()))
}
