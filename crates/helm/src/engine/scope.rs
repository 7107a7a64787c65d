//! What each chart's templates see: a chart its own values only, its parent also those of the charts in it.

use crate::instance::Instance;
use crate::objects;
use crate::profile::Profile;
use gotemplate::{Map, Text, Value, Written};
use std::collections::BTreeMap;

/// A template on its way to being executed.
pub(super) struct Template {
    pub(super) text: bytes::Bytes,
    /// What it sees as its dot.
    pub(super) scope: Map,
    /// `chart/templates`.
    pub(super) base_path: Text,
}

/// Adds the templates of `chart`, the root, and of all charts in it, by path.
pub(super) fn collect(
    chart: &Instance<'_>,
    top: &Map,
    profile: Profile,
    written: &mut Written,
    templates: &mut BTreeMap<Text, Template>,
) {
    let values = match top.get("Values") {
        Some(Value::Map(values)) => values,
        _ => crate::instance::empty_map(),
    };
    let mut collector = Collector { top, profile, written, templates };
    collector.chart(chart, &values, chart.name(), true);
}

struct Collector<'a> {
    top: &'a Map,
    profile: Profile,
    written: &'a mut Written,
    templates: &'a mut BTreeMap<Text, Template>,
}

impl Collector<'_> {
    fn chart(&mut self, chart: &Instance<'_>, values: &Map, path: &str, is_root: bool) -> Map {
        let subcharts = crate::instance::empty_map();
        let scope = self.scope(chart, values, &subcharts, is_root);
        for child in &chart.dependencies {
            let of_child = match values.get(child.name()) {
                Some(Value::Map(of_child)) => of_child,
                _ => crate::instance::empty_map(),
            };
            let below = children_path(path, chart);
            let child_scope = self.chart(child, &of_child, &format!("{below}/charts/{}", child.name()), false);
            subcharts.insert(self.written, child.name(), Value::Map(child_scope));
        }
        let base_path = Text::from(format!("{path}/templates"));
        for file in chart.chart.templates.iter() {
            let name = file.name.rsplit('/').next().unwrap_or(&file.name);
            if chart.metadata.is_library() && !name.starts_with('_') {
                continue;
            }
            let (text, scope, base_path) = (file.data.clone(), scope.clone(), base_path.clone());
            let template = Template { text, scope, base_path };
            self.templates.insert(Text::from(format!("{path}/{}", file.name)), template);
        }
        scope
    }

    fn scope(&self, chart: &Instance<'_>, values: &Map, subcharts: &Map, is_root: bool) -> Map {
        let shared = |name| self.top.get(name).unwrap_or(Value::Nil);
        Map::from_entries([
            ("Chart", objects::chart(&chart.metadata, is_root, self.profile)),
            ("Files", objects::files(&chart.chart.files)),
            ("Release", shared("Release")),
            ("Capabilities", shared("Capabilities")),
            ("Values", objects::values(values, self.profile)),
            ("Subcharts", Value::Map(subcharts.clone())),
        ])
    }
}

/// The path that stands before `/charts/` in those of a chart's children.
fn children_path(path: &str, chart: &Instance<'_>) -> String {
    match path.rsplit_once('/') {
        Some((above, name)) if name != chart.name_in_paths => format!("{above}/{}", chart.name_in_paths),
        _ => path.to_owned(),
    }
}
