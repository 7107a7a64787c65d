//! All templates of a chart and of the charts in it, executed as one set.

mod compiled;
mod failure;
mod scope;

pub use compiled::Compiled;
pub(crate) use failure::EngineError;

use crate::functions::without_no_value;
use crate::instance::Instance;
use crate::profile::Profile;
use budget::Budget;
use gotemplate::{Map, MissingKey, Run, Set, Value, Written};
use scope::Template;
use std::cmp::Ordering;
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
    let mut order: Vec<&String> = templates.keys().collect();
    order.sort_by(|a, b| by_depth(b, a));
    let set = parse(&order, &templates, mode, compiled, run.budget)?;
    let mut rendered = Vec::new();
    for path in order {
        if path.rsplit('/').next().is_some_and(|name| name.starts_with('_')) {
            continue;
        }
        let template = &templates[path];
        announce(template, path, mode.profile, &mut run.written);
        let data = Value::Map(template.scope.seen_as(crate::objects::values_class(mode.profile)));
        let text = set.execute(path, &data, run).map_err(|error| failure::executing(path, error, mode.profile))?;
        let text = without_no_value(text);
        rendered.push((path.clone(), text.to_str_lossy().into_owned()));
    }
    Ok(rendered)
}

/// Fewer slashes first, then by name.
fn by_depth(a: &str, b: &str) -> Ordering {
    let slashes = |path: &str| path.bytes().filter(|byte| *byte == b'/').count();
    slashes(a).cmp(&slashes(b)).then_with(|| a.cmp(b))
}

fn parse(
    order: &[&String],
    templates: &BTreeMap<String, Template>,
    mode: Mode,
    compiled: &mut Compiled,
    budget: &mut Budget,
) -> Result<Set, EngineError> {
    let functions = crate::functions::table(mode.profile);
    let mut set = Set::new(functions, mode.missing_key).named("gotpl");
    compiled.begin();
    for path in order {
        let parsed = compiled
            .get_or_parse(path, &templates[*path].text, mode.profile, budget)
            .map_err(|error| failure::parsing(path, &error))?;
        set.add(&parsed);
    }
    compiled.end();
    Ok(set)
}

/// Tells a template which one it is.
fn announce(template: &Template, path: &str, profile: Profile, written: &mut Written) {
    let about = Map::typed(
        crate::objects::values_class(profile),
        [("Name", Value::text(path)), ("BasePath", Value::text(&*template.base_path))],
    );
    template.scope.insert(written, "Template", Value::Map(about));
}
