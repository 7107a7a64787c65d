//! `--name-template`: a release's name from a template of Go's with Sprig's functions.

use crate::render::Chance;
use budget::Budget;
use gotemplate::{MissingKey, Run, Set, Value};
use std::sync::Arc;

/// The name that `template` gives.
///
/// # Errors
/// In Go's words, when it does not parse or fails.
pub fn templated_name(template: &str, chance: &Chance, budget: &mut Budget) -> Result<String, String> {
    const NAME: &str = "name-template";
    let mut functions = sprig::functions();
    // A render reads no environment.
    functions.remove("env");
    functions.remove("expandenv");
    let mut set = Set::new(Arc::new(functions), MissingKey::default()).named(NAME);
    set.parse(NAME, template.as_bytes(), budget).map_err(|error| error.to_string())?;
    let mut run = Run::new(budget);
    run.state.put(chance.sources());
    let name = set.execute(NAME, &Value::Nil, &mut run).map_err(|error| error.message)?;
    Ok(name.to_str_lossy().into_owned())
}
