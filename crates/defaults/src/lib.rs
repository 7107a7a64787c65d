//! What Kubernetes fills in when it reads an object: the defaults of every built-in kind and version, and the
//! canonical form in which its server writes them (no nulls, no empty optional values, canonical quantities).
//!
//! Knows nothing of requests, storage or who writes: what the server adds on creation (status, names, addresses,
//! tokens) belongs to `kinds`. Start reading at [`apply`]; [`types`] holds the shapes of Kubernetes' types, [`decode`]
//! reads a body as Kubernetes would, [`quantity`] is the arithmetic of `500m` and `1Gi`.

mod apply;
mod canonical;
pub mod decode;
pub mod quantity;
mod rules;
pub mod types;

pub use apply::{apply, canonicalize};
pub use decode::{DecodeError, Decoded, decode, decode_value};
pub use quantity::Quantity;
