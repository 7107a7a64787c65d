//! What evaluating may cost. A leaf module.

use budget::{Budget, Limits};

/// The largest ConfigMap that Kubernetes keeps.
const CONFIG_BYTES: u64 = 1 << 20;

/// One expression over one object: far more than any real one needs, and a few milliseconds at most.
pub(crate) fn expression() -> Budget {
    Budget::new(Limits { fuel: 500_000, bytes: 4 << 20, depth: 100 })
}

/// All texts of one notification. No service takes a message of a megabyte; templates that loop end within a moment.
pub(crate) fn rendering() -> Budget {
    Budget::new(Limits { fuel: 1_000_000, bytes: 8 << 20, depth: 100 })
}

/// One key of a ConfigMap: nested no deeper than a Slack message with blocks could be.
pub(crate) fn reading() -> Budget {
    Budget::new(Limits { fuel: 1_000_000, bytes: 4 * CONFIG_BYTES, depth: 64 })
}

/// The longest file of values that an application's details read.
pub(crate) const DETAILS_FILE_BYTES_MAX: u64 = 4 << 20;

/// The most values of a chart that an application's details hold: the largest published charts have two thousand.
pub(crate) const DETAILS_PARAMETERS_MAX: usize = 20_000;
