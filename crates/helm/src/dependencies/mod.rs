//! Which of the charts in a chart are used, under which names, and what their parents take over from them.

mod check;
mod enabled;
mod import;
mod path;

pub use check::missing;
pub(crate) use enabled::{Compatibility, compatibility, is_compatible};

use crate::coalesce::{Coalesce, CoalesceError};
use crate::instance::Instance;
use gotemplate::Map;

/// Decides for `chart` and all charts in it, given the user's values.
pub(crate) fn process(chart: &mut Instance<'_>, given: &Map, coalesce: &mut Coalesce<'_>) -> Result<(), CoalesceError> {
    enabled::decide(chart, given, "", coalesce)?;
    import::take_over(chart, coalesce)
}
