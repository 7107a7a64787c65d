//! A chart as one render uses it: under the name its parent gives it, with the dependencies that are switched on and
//! the values it then starts from.

use crate::chart::{Chart, Metadata};
use gotemplate::{Map, Value};

/// A chart in use.
#[derive(Debug, Clone)]
pub(crate) struct Instance<'c> {
    /// Where its files come from.
    pub(crate) chart: &'c Chart,
    /// What Chart.yaml says, with the alias as its name and only the dependencies in use.
    pub(crate) metadata: Metadata,
    /// What it starts from: its values.yaml, and what it imports from its children.
    pub(crate) values: Map,
    /// The charts it uses.
    pub(crate) dependencies: Vec<Instance<'c>>,
    /// The name that stands in the paths of its children.
    ///
    /// Compat: in Helm 3 an aliased chart's undeclared children keep the chart's own name in their paths.
    pub(crate) name_in_paths: String,
}

impl<'c> Instance<'c> {
    /// The chart as it is loaded, with everything in charts/.
    pub(crate) fn new(chart: &'c Chart) -> Self {
        Instance {
            chart,
            metadata: chart.metadata.clone(),
            values: chart.values.clone().map_or_else(empty_map, Map::frozen),
            dependencies: chart.dependencies.iter().map(Instance::new).collect(),
            name_in_paths: chart.metadata.name.clone(),
        }
    }

    /// Lets go of what it started from, once all values have been put together: a large part of a render's memory.
    pub(crate) fn drop_values(&mut self) {
        self.share_values(&empty_map());
    }

    fn share_values(&mut self, values: &Map) {
        self.values = values.clone();
        self.dependencies.iter_mut().for_each(|child| child.share_values(values));
    }

    pub(crate) fn name(&self) -> &str {
        &self.metadata.name
    }
}

pub(crate) fn empty_map() -> Map {
    Map::from_entries(std::iter::empty::<(&str, Value)>())
}
