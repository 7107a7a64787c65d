//! The process-wide choice of a TLS implementation, which clients built on rustls look for.

/// Makes `ring` rustls' implementation for the whole process, unless another was chosen before: then that one stays.
/// The cluster's own server does not need it; clients such as kube-rs do.
pub fn install_crypto_provider() {
    if rustls::crypto::CryptoProvider::get_default().is_none() {
        // Somebody may be quicker: then theirs stays.
        let _ = rustls::crypto::ring::default_provider().install_default();
    }
}
