//! What Kubernetes' libraries work on: addresses, quantities, URLs, versions, named formats. Plain data, read from texts.

mod address;
mod format;
mod quantity;
mod semver;
mod url;

pub use address::{Cidr, Ip};
pub use format::Format;
pub use quantity::Quantity;
pub use semver::Semver;
pub use url::Url;

pub(crate) use semver::Reading;
