//! Work that has an end.

use crate::problem::Problem;
use std::time::Duration;

/// The outcome of `work`, or that it took too long.
pub(crate) async fn within<T>(
    limit: Duration,
    doing: &'static str,
    work: impl Future<Output = T>,
) -> Result<T, Problem> {
    tokio::time::timeout(limit, work).await.map_err(|_| Problem::Timeout { doing, limit })
}
