//! All templates of a chart and of the charts in it, executed as one set.

mod ahead;
mod compiled;
mod failure;
mod scope;

pub use ahead::{Piece, Workers};
pub use compiled::Compiled;
pub(crate) use failure::EngineError;

use crate::functions::without_no_value_anywhere;
use crate::instance::Instance;
use crate::profile::Profile;
use budget::Budget;
use gotemplate::{Map, MissingKey, Run, Set, Text, Value, Written};
use scope::Template;
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// How to render.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Mode {
    pub(crate) profile: Profile,
    pub(crate) missing_key: MissingKey,
}

/// Renders everything: paths and texts, in the order of execution.
pub(crate) fn render(
    chart: &Instance<'_>,
    top: &Map,
    mode: Mode,
    compiled: &mut Compiled,
    run: &mut Run<'_>,
) -> Result<Vec<(String, String)>, EngineError> {
    let mut templates = BTreeMap::new();
    scope::collect(chart, top, mode.profile, &mut run.written, &mut templates);
    // More slashes first, then the later name.
    let mut templates: Vec<(Text, Template)> = templates.into_iter().rev().collect();
    templates.sort_by_cached_key(|(path, _)| Reverse(path.as_bytes().iter().filter(|byte| **byte == b'/').count()));
    let set = parse(&templates, mode, compiled, run.budget)?;
    templates.retain(|(path, _)| !is_partial(path));
    let mut rendered = Vec::with_capacity(templates.len());
    for (path, template) in templates {
        announce(&template, &path, mode.profile, &mut run.written);
        let data = Value::Map(template.scope.seen_as(crate::objects::values_class(mode.profile)));
        let path = path.to_string();
        let text = set.write(&path, &data, run).map_err(|error| failure::executing(&path, error, mode.profile))?;
        rendered.push((path, without_no_value_anywhere(text)));
    }
    Ok(rendered)
}

/// Whether a file holds only what others use.
fn is_partial(path: &Text) -> bool {
    path.as_bytes().rsplit(|byte| *byte == b'/').next().is_some_and(|name| name.starts_with(b"_"))
}

fn parse(
    templates: &[(Text, Template)],
    mode: Mode,
    compiled: &mut Compiled,
    budget: &mut Budget,
) -> Result<Set, EngineError> {
    let functions = crate::functions::table(mode.profile);
    let mut set = Set::new(functions, mode.missing_key).named("gotpl");
    compiled.begin();
    compiled.parse_ahead(templates.iter().map(|(path, template)| (path, &template.text)), mode.profile, budget);
    for (path, template) in templates {
        let parsed = compiled
            .get_or_parse(path, &template.text, mode.profile, budget)
            .map_err(|error| failure::parsing(&path.to_str_lossy(), &error))?;
        set.add(&parsed);
    }
    compiled.end();
    Ok(set)
}

/// Tells a template which one it is.
fn announce(template: &Template, path: &Text, profile: Profile, written: &mut Written) {
    let about = Map::typed(
        crate::objects::values_class(profile),
        [("Name", Value::Str(path.clone())), ("BasePath", Value::Str(template.base_path.clone()))],
    );
    template.scope.insert(written, "Template", Value::Map(about));
}
