//! The files of a packed chart, for a source that is one.

use budget::Budget;
use helm::LoadError;
use tree::MemoryTree;

/// The files of a packed chart.
#[derive(Debug, Clone)]
pub struct ChartFiles {
    /// They; the chart's folder is the root.
    pub tree: MemoryTree,
    /// When the chart was packed, in seconds since 1970: the present, as its templates see it.
    pub packed_seconds: i64,
}

/// Unpacks a chart.
///
/// # Errors
/// When it is no archive of a chart, or breaks a limit.
pub fn unpack_chart(archive: &[u8], budget: &mut Budget) -> Result<ChartFiles, LoadError> {
    let packed_seconds = helm::packed_seconds(archive).unwrap_or_default();
    Ok(ChartFiles { tree: helm::unpack(archive, budget)?, packed_seconds })
}
