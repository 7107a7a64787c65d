//! A chart as Argo CD has Helm render it: the application's options become Helm's, Helm's documents become objects.
//!
//! Start reading at [`render`].

mod options;

mod glob;
mod place;
mod value_files;

mod parameters;
mod values;

pub(crate) mod chance;
mod dated;
mod lock;

mod dependencies;
mod documents;

mod inflate;

pub(crate) use inflate::Inflater;

use crate::work::Work;
use crate::{ChartProblem, Problem, Workshop};
use helm::{Options, Request, UserValues};

/// Renders the chart in the source's directory.
pub(crate) fn render(work: &mut Work<'_>) -> Result<(), Problem> {
    let path = work.path.clone();
    let at = |error: ChartProblem| Problem::Chart { path: path.clone(), error };
    let declared = work.source.helm.clone().unwrap_or_default();
    let profile = options::profile(&declared.version).map_err(at)?;
    let sources = values::sources(work, &declared)?;
    let values = UserValues::merge(&sources, profile, work.budget).map_err(|error| at(error.into()))?;
    let mut loaded = helm::load(work.tree, &path, profile, work.budget).map_err(|error| at(error.into()))?;
    dependencies::complete(work, &mut loaded.chart, profile, declared.pass_credentials).map_err(at)?;
    let chart = &loaded.chart;
    // The present is when the commit was made, so that a chart that may ask for it depends on the commit.
    if dated::may_ask_for_now(chart) {
        work.environment.use_revision();
    }
    let request = Request {
        release: options::release(&work.source, &work.input.application),
        capabilities: options::capabilities(&work.source, &work.around.cluster, profile).map_err(at)?,
        options: Options {
            include_crds: !declared.skip_crds,
            skip_schema_validation: declared.skip_schema_validation,
            ..Options::default()
        },
        chance: chance::of(work),
        ..Request::new(chart, &values, profile)
    };
    let outcome = Workshop::lend(work.around.workshop, |compiled| helm::render(&request, compiled, &mut *work.budget));
    let (told, outcome) = match outcome {
        Ok(rendered) => (rendered.warnings.clone(), Ok(rendered)),
        Err(failed) => (failed.warnings, Err(failed.error)),
    };
    let told = loaded.warnings.iter().chain(&told).map(|warning| warning.line(profile));
    work.rendered.warnings.extend(told);
    let rendered = outcome.map_err(|error| at(error.into()))?;
    documents::add(work, &rendered, chart, declared.skip_tests);
    Ok(())
}
