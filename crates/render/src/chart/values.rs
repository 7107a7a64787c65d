//! All values an application gives a chart, in Helm's order of precedence.

use super::parameters::{escaped, set};
use super::place::Place;
use super::value_files;
use crate::work::Work;
use crate::{ChartProblem, Problem};
use api::ApplicationSourceHelm;
use helm::Source;
use serde_json::Value;

/// What inline values are called in messages.
const INLINE: &str = "spec.source.helm.values";

/// Files, then inline values, then parameters.
pub(super) fn sources(work: &mut Work<'_>, declared: &ApplicationSourceHelm) -> Result<Vec<Source>, Problem> {
    let places = value_files::places(work, &declared.value_files, declared.ignore_missing_value_files)?;
    let mut sources = value_files::sources(work, places)?;
    if let Some(content) = inline(declared) {
        sources.push(Source::File { path: INLINE.to_owned(), content: content.into() });
    }
    let environment = work.environment;
    let substitute = |value: &str| environment.substitute(value);
    sources.extend(set(&declared.parameters, false, substitute).into_iter().map(Source::Set));
    sources.extend(set(&declared.parameters, true, substitute).into_iter().map(Source::SetString));
    for (at, parameter) in declared.file_parameters.iter().enumerate() {
        let is_last = !declared.file_parameters[at + 1..].iter().any(|later| later.name == parameter.name);
        if is_last {
            sources.push(file(work, &parameter.name, &parameter.path)?);
        }
    }
    Ok(sources)
}

/// Compat: an object wins over a text, even one that is empty.
fn inline(declared: &ApplicationSourceHelm) -> Option<String> {
    match &declared.values_object {
        None | Some(Value::Null) => Some(declared.values.clone()).filter(|values| !values.is_empty()),
        Some(object) => Some(object.to_string()),
    }
}

/// `--set-file`: a value that is the content of a file. Only this one file can be named, whatever the name says.
fn file(work: &mut Work<'_>, name: &str, written: &str) -> Result<Source, Problem> {
    let place = Place::resolve(work, written)?;
    let content = value_files::content(work, &place)?;
    let content = String::from_utf8_lossy(&content).into_owned();
    let shown = place.to_string();
    let text = format!("{name}={}", escaped(&shown));
    let named = helm::files_named(&text).unwrap_or_default();
    if let Some(other) = named.iter().find(|one| **one != shown) {
        let error = ChartProblem::NoFile(other.clone());
        return Err(Problem::Chart { path: work.path.clone(), error });
    }
    Ok(Source::SetFile(text, vec![(shown, content)]))
}
