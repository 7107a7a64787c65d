//! Keys, certificates and passwords as Go's `crypto` packages make and write them. Everything random comes from the
//! [`crate::Chance`] handed in, so the same seed gives the same keys.

mod bcrypt;
mod certificate;
mod cipher;
mod der;
mod derive;
mod dsa;
mod keys;
mod pem;

pub use bcrypt::bcrypt;
pub use certificate::{Authority, Leaf, Pair, Subject, check_pair, signed};
pub use cipher::{decrypt, encrypt};
pub use derive::{Secrets, derive_password};
pub use keys::{KeyKind, PrivateKey};
