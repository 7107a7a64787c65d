//! Whether all that a chart declares lies in charts/.

use crate::chart::Chart;

/// The names of declared dependencies that are not in charts/, whether they would be used or not.
#[must_use]
pub fn missing(chart: &Chart) -> Vec<String> {
    let is_there = |name: &str| chart.dependencies.iter().any(|child| child.name() == name);
    chart.metadata.declared().filter(|declared| !is_there(&declared.name)).map(|missing| missing.name.clone()).collect()
}
