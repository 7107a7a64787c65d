//! Rules that name metrics by an expression: which results do not count, and how many measurements are kept.

use api::rollouts::{AnalysisRunSpec, Metric};
use sprig::re2::Pattern;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// How many measurements of a metric are kept when no rule says.
const KEPT: usize = 10;

/// What the rules of a run say of its metrics.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Rules {
    dry_run: BTreeSet<String>,
    kept: BTreeMap<String, i32>,
}

impl Rules {
    /// Reads the rules of `spec`.
    pub fn read(spec: &AnalysisRunSpec, metrics: &[Arc<Metric>]) -> Result<Self, String> {
        let mut rules = Rules::default();
        for (at, rule) in spec.dry_run.iter().enumerate() {
            rules.dry_run.extend(matching(&format!("dryRun[{at}]"), &rule.metric_name, metrics)?);
        }
        for (at, rule) in spec.measurement_retention.iter().enumerate() {
            let names = matching(&format!("measurementRetention[{at}]"), &rule.metric_name, metrics)?;
            rules.kept.extend(names.into_iter().map(|name| (name, rule.limit)));
        }
        Ok(rules)
    }

    /// Whether results of the metric do not count.
    pub fn is_dry_run(&self, metric: &str) -> bool {
        self.dry_run.contains(metric)
    }

    /// How many of its measurements are kept.
    pub fn kept(&self, metric: &str) -> usize {
        let limit = self.kept.get(metric).and_then(|limit| usize::try_from(*limit).ok());
        limit.filter(|limit| *limit > 0).unwrap_or(KEPT)
    }
}

/// Metrics whose name the rule's expression matches; one that matches none is a mistake, as is one that is none.
fn matching(rule: &str, expression: &str, metrics: &[Arc<Metric>]) -> Result<Vec<String>, String> {
    let pattern = Pattern::compile(expression.as_bytes()).ok();
    let is_match =
        |metric: &&Arc<Metric>| pattern.as_ref().is_some_and(|pattern| pattern.is_match(metric.name.as_bytes()));
    let names: Vec<String> = metrics.iter().filter(is_match).map(|metric| metric.name.clone()).collect();
    if names.is_empty() { Err(format!("{rule}: Rule didn't match any metric name(s)")) } else { Ok(names) }
}
