//! The bounds of what a chart may hold.

/// The largest file of a chart, as Helm has it.
pub const FILE_BYTES_MAX: u64 = 5 << 20;

/// The largest chart, unpacked, as Helm has it.
pub const CHART_BYTES_MAX: u64 = 100 << 20;

/// The most files of one folder or archive. The largest public charts have a few hundred.
pub const FILES_MAX: usize = 20_000;

/// How deep charts may lie in charts. Helm knows no bound; public charts reach five.
pub const CHART_DEPTH_MAX: u32 = 32;
