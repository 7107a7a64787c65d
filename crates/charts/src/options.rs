//! Bounds on what a chart may cost.

use std::path::PathBuf;
use std::time::Duration;

/// How fetching is set up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChartsOptions {
    /// The folder that archives and indexes are kept in.
    pub folder: PathBuf,
    /// How large things may be.
    pub limits: ChartLimits,
    /// How long things may take.
    pub timeouts: Timeouts,
    /// How long an index is believed before the repository is asked whether it changed.
    pub index_age_max: Duration,
}

impl ChartsOptions {
    /// Everything kept in `folder`; indexes are asked about each time.
    #[must_use]
    pub fn in_folder(folder: impl Into<PathBuf>) -> Self {
        ChartsOptions {
            folder: folder.into(),
            limits: ChartLimits::default(),
            timeouts: Timeouts::default(),
            index_age_max: Duration::ZERO,
        }
    }
}

/// How large things may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChartLimits {
    /// Bytes of one packed chart. It is held in memory as a whole; the largest public charts have three million.
    pub archive_bytes_max: u64,
    /// Bytes of one index. It goes to disk as it comes; the largest public ones have some tens of millions.
    pub index_bytes_max: u64,
    /// Bytes of what the index says of one chart.
    pub entry_bytes_max: usize,
    /// Bytes of a registry's small answers: manifests, tokens, one page of tags. Registries allow manifests of 4 MiB.
    pub answer_bytes_max: u64,
    /// Tags of one chart.
    pub tags_max: usize,
    /// Bytes that are kept on disk; what was unused for longest goes first.
    pub kept_bytes_max: u64,
}

impl Default for ChartLimits {
    fn default() -> Self {
        ChartLimits {
            archive_bytes_max: 32 << 20,
            index_bytes_max: 256 << 20,
            entry_bytes_max: 8 << 20,
            answer_bytes_max: 4 << 20,
            tags_max: 100_000,
            kept_bytes_max: 1 << 30,
        }
    }
}

/// How long things may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timeouts {
    /// For a connection with everything that belongs to it: name, TCP, TLS.
    pub connect: Duration,
    /// For a server's silence before and within an answer.
    pub idle: Duration,
    /// For one answer as a whole.
    pub total: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Timeouts { connect: Duration::from_secs(10), idle: Duration::from_secs(30), total: Duration::from_secs(300) }
    }
}
