//! Which files of a directory are manifests.

use crate::Problem;
use api::{ApplicationSourceDirectory, Glob};

/// The endings that make a file a manifest.
const EXTENSIONS: [&str; 4] = [".yaml", ".yml", ".json", ".jsonnet"];

/// The user's include and exclude patterns and the filter on endings.
pub(super) struct Filter {
    include: Option<Glob>,
    exclude: Option<Glob>,
    any_extension: bool,
}

impl Filter {
    pub(super) fn new(options: &ApplicationSourceDirectory) -> Result<Self, Problem> {
        Ok(Filter {
            include: glob("spec.source.directory.include", &options.include)?,
            exclude: glob("spec.source.directory.exclude", &options.exclude)?,
            any_extension: options.disable_extension_filter,
        })
    }

    pub(super) fn takes(&self, below_source: &str) -> bool {
        let extension_fits = self.any_extension || EXTENSIONS.iter().any(|ending| below_source.ends_with(ending));
        extension_fits
            && !self.exclude.as_ref().is_some_and(|exclude| exclude.matches(below_source))
            && self.include.as_ref().is_none_or(|include| include.matches(below_source))
    }
}

/// Compat: upstream's patterns know no separator, so `*` also matches `/`.
fn glob(field: &'static str, pattern: &str) -> Result<Option<Glob>, Problem> {
    if pattern.is_empty() {
        return Ok(None);
    }
    let glob = Glob::new(pattern, &[]);
    if glob.is_valid() { Ok(Some(glob)) } else { Err(Problem::Pattern { field, pattern: pattern.to_owned() }) }
}
