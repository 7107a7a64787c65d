//! values.schema.json: whether the values of a chart, and of the charts in it, are what it allows.

use crate::instance::Instance;
use crate::profile::Profile;
use crate::warning::Warning;
use budget::Budget;
use gotemplate::Map;

/// Checks `values` against the schemas of `chart` and of the charts in it. The error is Helm's text.
pub(crate) fn check(
    _chart: &Instance<'_>,
    _values: &Map,
    _profile: Profile,
    _budget: &mut Budget,
    _warnings: &mut Vec<Warning>,
) -> Result<(), String> {
    Ok(())
}
