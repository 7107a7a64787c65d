//! A render that a lint makes: what a chart asks for and does not get is only told of.

use super::Chance;
use crate::capabilities::Capabilities;
use crate::chart::Chart;
use crate::coalesce::{Coalesce, Nulls};
use crate::dependencies;
use crate::engine::{self, Compiled, Mode};
use crate::functions::{Empty, Refusal, Setting, Told};
use crate::instance::Instance;
use crate::objects;
use crate::profile::Profile;
use crate::schema;
use crate::values::UserValues;
use crate::warning::Warning;
use budget::Budget;
use gotemplate::{Map, MissingKey, Run, Value};
use std::sync::Arc;

/// What is assumed.
pub(crate) struct Trial<'t> {
    pub(crate) capabilities: &'t Capabilities,
    pub(crate) namespace: &'t str,
    pub(crate) skip_schema_validation: bool,
    pub(crate) profile: Profile,
    pub(crate) chance: &'t Chance,
}

/// The rendered files, or what is wrong; `None` where Helm's lint says nothing.
pub(crate) fn trial(
    chart: &Chart,
    values: &UserValues,
    trial: &Trial<'_>,
    budget: &mut Budget,
    warnings: &mut Vec<Warning>,
) -> Result<Vec<(String, String)>, Option<String>> {
    let profile = trial.profile;
    let mut run = Run::new(budget);
    run.state.put(Setting { is_lint: true, lookup: Arc::new(Empty) });
    run.state.put(trial.chance.sources());
    let mut instance = Instance::new(chart);
    let given = Map::frozen(values.freeze());
    let mut coalesce = Coalesce { profile, budget: &mut *run.budget, written: &mut run.written, warnings };
    dependencies::process(&mut instance, &given, &mut coalesce).map_err(|_| None)?;
    let values = coalesce.values(&instance, &given, Nulls::Delete).map_err(|_| None)?;
    if !trial.skip_schema_validation {
        schema::check(&instance, &values, profile, run.budget, warnings).map_err(|error| {
            Some(match error {
                schema::SchemaError::Forbidden(told) => {
                    format!("values don't meet the specifications of the schema(s) in the following chart(s):\n{told}")
                }
                schema::SchemaError::Limit(exceeded) => exceeded.to_string(),
            })
        })?;
    }
    instance.drop_values();
    let mode = Mode { profile, missing_key: MissingKey::Zero };
    let rendered = engine::render(&instance, &top(trial, values), mode, &mut Compiled::new(), &mut run);
    for refusal in std::mem::take(&mut run.state.get_or_default::<Told>().0) {
        warnings.push(match refusal {
            Refusal::Missing { message, is_text } => Warning::ValueMissing { message, is_text },
            Refusal::Fail(message) => Warning::Failed(message),
        });
    }
    rendered.map_err(|error| Some(error.to_string()))
}

fn top(trial: &Trial<'_>, values: Map) -> Map {
    let release = Map::from_entries([
        ("Name", Value::text("test-release")),
        ("Namespace", Value::text(trial.namespace)),
        ("IsUpgrade", Value::Bool(false)),
        ("IsInstall", Value::Bool(false)),
        ("Revision", Value::int(0)),
        ("Service", Value::text("Helm")),
    ]);
    Map::from_entries([
        ("Release", Value::Map(release)),
        ("Capabilities", objects::capabilities(trial.capabilities, trial.profile)),
        ("Values", Value::Map(values)),
    ])
}
