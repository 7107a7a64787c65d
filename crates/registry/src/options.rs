//! Bounds on what asking a registry may cost.

use std::time::Duration;

/// How registries are asked.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Options {
    /// How large things may be.
    pub limits: Limits,
    /// How long things may take.
    pub timeouts: Timeouts,
}

/// How large things may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of one answer: a manifest, a config, a page of tags. Registries allow manifests of 4 MiB.
    pub answer_bytes_max: u64,
    /// Tags of one repository. The largest public ones have some tens of thousands.
    pub tags_max: usize,
    /// Pages of one list of tags.
    pub pages_max: usize,
    /// Builds that are remembered; each takes some hundred bytes.
    pub builds_max: usize,
    /// Bytes of lists of tags that are remembered for the registry to say that they have not changed.
    pub tag_bytes_max: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            answer_bytes_max: 8 << 20,
            tags_max: 200_000,
            pages_max: 4_000,
            builds_max: 100_000,
            tag_bytes_max: 64 << 20,
        }
    }
}

/// How long things may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timeouts {
    /// For a connection with everything that belongs to it: name, TCP, TLS.
    pub connect: Duration,
    /// For the server's silence before an answer.
    pub idle: Duration,
    /// For one answer as a whole, so that a server that sends a byte now and then holds nobody.
    pub total: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Timeouts { connect: Duration::from_secs(10), idle: Duration::from_secs(20), total: Duration::from_secs(60) }
    }
}
