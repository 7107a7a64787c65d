//! `helm show values` and `helm show chart`.

use super::{Output, unloadable};
use crate::load::load;
use crate::objects::metadata_json;
use crate::profile::Profile;
use budget::Budget;
use serde_json::Value;
use tree::{Tree, TreePath};

/// values.yaml as it is written.
#[must_use]
pub fn show_values(tree: &dyn Tree, path: &TreePath, profile: Profile, budget: &mut Budget) -> Output {
    match load(tree, path, profile, budget) {
        Ok(loaded) => {
            // Compat: a file that says nothing is not shown.
            let text = loaded.chart.values_text.filter(|_| loaded.chart.values.is_some());
            let shown = text.map(|text| format!("{}\n", String::from_utf8_lossy(&text))).unwrap_or_default();
            Output::of(shown).after(&loaded.warnings, profile)
        }
        Err(error) => unloadable(&error),
    }
}

/// Chart.yaml as it was read.
#[must_use]
pub fn show_chart(tree: &dyn Tree, path: &TreePath, profile: Profile, budget: &mut Budget) -> Output {
    match load(tree, path, profile, budget) {
        Ok(loaded) => {
            let metadata = Value::Object(metadata_json(&loaded.chart.metadata));
            Output::of(format!("{}\n", yaml::emit(&metadata))).after(&loaded.warnings, profile)
        }
        Err(error) => unloadable(&error),
    }
}
