//! `helm template`.

use super::{Output, explain, unloadable};
use crate::capabilities::{Capabilities, KubeVersion};
use crate::engine::Compiled;
use crate::load::load;
use crate::profile::Profile;
use crate::render::{Chance, Options, Printed, Release, Request, only, print, render};
use crate::values::{Source, UserValues};
use crate::warning::Warning;
use budget::Budget;
use tree::{Tree, TreePath};

/// The flags of `helm template`.
#[derive(Debug, Clone, Default)]
pub struct Template {
    /// NAME, `--namespace`, `--is-upgrade`.
    pub release: Release,
    /// `--values`, `--set` and its relatives.
    pub sources: Vec<Source>,
    /// `--kube-version`.
    pub kube_version: Option<String>,
    /// `--api-versions`.
    pub api_versions: Vec<String>,
    /// `--show-only`.
    pub show_only: Vec<String>,
    /// `--include-crds`, `--skip-schema-validation`, `--render-subchart-notes`.
    pub options: Options,
    /// `--no-hooks`, `--skip-tests`.
    pub printed: Printed,
    /// Which Helm.
    pub profile: Profile,
    /// What templates cannot know.
    pub chance: Chance,
    /// Whether to say where each object comes from, instead of the objects.
    pub explain: bool,
}

/// Renders the chart at `path`.
#[must_use]
pub fn template(tree: &dyn Tree, path: &TreePath, flags: &Template, budget: &mut Budget) -> Output {
    let profile = flags.profile;
    let capabilities = match capabilities(flags) {
        Ok(capabilities) => capabilities,
        Err(told) => return Output::failed(&told),
    };
    let values = match UserValues::merge(&flags.sources, profile, budget) {
        Ok(values) => values,
        Err(error) => return Output::failed(&error),
    };
    let loaded = match load(tree, path, profile, budget) {
        Ok(loaded) => loaded,
        Err(error) => return unloadable(&error),
    };
    let request = Request {
        release: flags.release.clone(),
        capabilities,
        options: flags.options,
        chance: flags.chance.clone(),
        ..Request::new(&loaded.chart, &values, profile)
    };
    let output = rendered(&request, flags, budget);
    output.after(&loaded.warnings, profile)
}

fn capabilities(flags: &Template) -> Result<Capabilities, String> {
    let mut capabilities = Capabilities::of(flags.profile);
    if let Some(text) = flags.kube_version.as_deref().filter(|text| !text.is_empty()) {
        capabilities.kube_version = KubeVersion::parse(text, flags.profile)
            .map_err(|error| format!("invalid kube version '{text}': {error}"))?;
    }
    capabilities.api_versions.extend(flags.api_versions.iter().cloned());
    Ok(capabilities)
}

fn rendered(request: &Request<'_>, flags: &Template, budget: &mut Budget) -> Output {
    match render(request, &mut Compiled::new(), budget) {
        Ok(rendered) => {
            let output = if flags.explain {
                Output::of(explain::explain(&rendered, request.chart, flags.printed))
            } else {
                printed(print(&rendered, flags.printed), flags)
            };
            output.after(&rendered.warnings, flags.profile)
        }
        Err(failed) => {
            let mut output = Output::failed(&failed.error);
            if failed.error.is_partial() {
                output.stderr.push_str("\nUse --debug flag to render out invalid YAML\n");
            }
            if let Some(line) = failed.error.log_line() {
                output.stderr.insert_str(0, &(line + "\n"));
            }
            output.after(&failed.warnings, flags.profile)
        }
    }
}

fn printed(text: String, flags: &Template) -> Output {
    if flags.show_only.is_empty() {
        return Output::of(text);
    }
    match only(&text, &flags.show_only, flags.profile) {
        Ok(text) => Output::of(text),
        Err(error) => Output::failed(&error),
    }
}

/// What was told when the chart was loaded, for callers that load themselves.
impl Output {
    /// Puts the lines of `warnings` in front of standard error.
    #[must_use]
    pub fn with_warnings(self, warnings: &[Warning], profile: Profile) -> Self {
        self.after(warnings, profile)
    }
}
