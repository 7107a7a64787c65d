//! What templates see: `.Values`, `.Chart`, `.Release`, `.Capabilities`, `.Files`, `.Subcharts`, with the types that Go
//! gives them, for templates can tell.

mod capabilities;
mod chart;
mod files;
mod glob;
mod values;

pub(crate) use capabilities::capabilities;
pub(crate) use chart::{DEPENDENCY_ORDER, METADATA_ORDER, chart, metadata_json};
pub(crate) use files::files;
pub(crate) use values::{values, values_class};
