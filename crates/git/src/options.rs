//! Bounds on what a repository may cost.

use std::time::Duration;

/// How large things may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GitLimits {
    /// Bytes of one pack: what one fetch may bring. 2 GiB is what GitHub recommends repositories to stay well below.
    pub pack_bytes_max: u64,
    /// Bytes of one unpacked object while a pack is taken in; an object is held in memory as a whole then.
    pub object_bytes_max: u64,
    /// Files larger than this are not fetched from servers that can leave them out. Manifests are far smaller.
    pub blob_bytes_max: u64,
    /// How many refs a repository may list within what was asked for.
    pub refs_max: usize,
    /// Bytes of one listing; a ref takes about 70.
    pub listing_bytes_max: u64,
}

impl Default for GitLimits {
    fn default() -> Self {
        GitLimits {
            pack_bytes_max: 2 << 30,
            object_bytes_max: 1 << 30,
            blob_bytes_max: 64 << 20,
            refs_max: 200_000,
            listing_bytes_max: 32 << 20,
        }
    }
}

/// How long things may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timeouts {
    /// For a connection with everything that belongs to it: name, TCP, TLS, ssh login.
    pub connect: Duration,
    /// For a listing as a whole; upstream's request timeout.
    pub list: Duration,
    /// For a server's silence within an answer. Servers send keep-alives every five seconds while they pack.
    pub idle: Duration,
    /// For a fetch as a whole.
    pub fetch: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Timeouts {
            connect: Duration::from_secs(10),
            list: Duration::from_secs(15),
            idle: Duration::from_secs(30),
            fetch: Duration::from_secs(900),
        }
    }
}
