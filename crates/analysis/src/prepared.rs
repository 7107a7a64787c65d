//! What the spec of a run comes to before anything is measured. Made once for a spec, and looked at in every pass.

use crate::arguments::resolve_without_secrets;
use crate::rules::Rules;
use crate::validation::validate;
use api::rollouts::{AnalysisRunSpec, Metric};
use std::borrow::Cow;
use std::sync::{Arc, OnceLock};

/// What a spec comes to; nothing is done before it is asked for.
///
/// Assumption: one of these is asked about one spec only.
#[derive(Debug, Default)]
pub struct Prepared(OnceLock<Result<Ready, String>>);

/// A spec without mistakes.
#[derive(Debug)]
pub(crate) struct Ready {
    /// The metrics as they were given.
    pub given: Vec<Arc<Metric>>,
    /// The same with their arguments in place, something in place of secrets.
    pub metrics: Vec<Arc<Metric>>,
    /// The rules about them.
    pub rules: Rules,
}

impl Prepared {
    /// The metrics and rules of `spec`; the error is why there are none, in Rollouts' words.
    pub(crate) fn of(&self, spec: &AnalysisRunSpec) -> Result<&Ready, &str> {
        self.0.get_or_init(|| prepare(spec)).as_ref().map_err(String::as_str)
    }
}

fn prepare(spec: &AnalysisRunSpec) -> Result<Ready, String> {
    let given: Vec<Arc<Metric>> = spec.metrics.iter().cloned().map(Arc::new).collect();
    let resolved = given.iter().map(|metric| {
        resolve_without_secrets(metric, &spec.args).map(|resolved| match resolved {
            Cow::Borrowed(_) => Arc::clone(metric),
            Cow::Owned(resolved) => Arc::new(resolved),
        })
    });
    let metrics: Vec<Arc<Metric>> =
        resolved.collect::<Result<_, _>>().map_err(|error| format!("Unable to resolve metric arguments: {error}"))?;
    let rules = validate(&metrics).and_then(|()| Rules::read(spec, &metrics));
    rules.map(|rules| Ready { given, metrics, rules }).map_err(|error| format!("Analysis spec invalid: {error}"))
}
