//! `helm template`.

use super::{Output, explain, unloadable};
use crate::capabilities::{Capabilities, KubeVersion};
use crate::engine::Compiled;
use crate::load::{Loaded, load};
use crate::profile::Profile;
use crate::render::{Chance, Failed, Options, Printed, Release, Request, only, print, render};
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
    template_with(tree, path, flags, &mut Compiled::new(), budget)
}

/// As [`template`], with templates that are kept or parsed in a way of the caller's.
#[must_use]
pub fn template_with(
    tree: &dyn Tree,
    path: &TreePath,
    flags: &Template,
    compiled: &mut Compiled,
    budget: &mut Budget,
) -> Output {
    let asked = match Asked::read(tree, path, flags, budget) {
        Ok(asked) => asked,
        Err(output) => return *output,
    };
    let output = rendered(&asked.request(flags), flags, compiled, budget);
    output.after(&asked.loaded.warnings, flags.profile)
}

/// What a render prints, document by document: the path each comes from, and its text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Documents {
    /// Definitions of crds/, manifests, hooks, in the order of printing.
    pub documents: Vec<(String, String)>,
    /// What is told on standard error.
    pub stderr: String,
}

/// Renders the chart at `path` to single documents. `show_only` and `explain` do not count.
///
/// # Errors
/// With how the command ends.
pub fn documents(
    tree: &dyn Tree,
    path: &TreePath,
    flags: &Template,
    budget: &mut Budget,
) -> Result<Documents, Box<Output>> {
    let asked = Asked::read(tree, path, flags, budget)?;
    let (profile, printed) = (flags.profile, flags.printed);
    let rendered = render(&asked.request(flags), &mut Compiled::new(), budget)
        .map_err(|failed| Box::new(refused(&failed, flags).after(&asked.loaded.warnings, profile)))?;
    let told = Output::default().after(&rendered.warnings, profile).after(&asked.loaded.warnings, profile);
    let mut documents = rendered.crds;
    documents.extend(rendered.manifests.into_iter().map(|manifest| (manifest.path, manifest.content)));
    let hooks = rendered.hooks.into_iter();
    let hooks = hooks.filter(|hook| !(printed.without_hooks || printed.without_tests && hook.is_test()));
    documents.extend(hooks.map(|hook| (hook.manifest.path, hook.manifest.content)));
    Ok(Documents { documents, stderr: told.stderr })
}

/// Everything that is read before a render.
struct Asked {
    capabilities: Capabilities,
    values: UserValues,
    loaded: Loaded,
}

impl Asked {
    fn read(tree: &dyn Tree, path: &TreePath, flags: &Template, budget: &mut Budget) -> Result<Self, Box<Output>> {
        let capabilities = capabilities(flags).map_err(|told| Output::failed(&told))?;
        let values = UserValues::merge(&flags.sources, flags.profile, budget);
        let values = values.map_err(|error| Output::failed(&error))?;
        let loaded = load(tree, path, flags.profile, budget).map_err(|error| unloadable(&error))?;
        Ok(Asked { capabilities, values, loaded })
    }

    fn request(&self, flags: &Template) -> Request<'_> {
        Request {
            release: flags.release.clone(),
            capabilities: self.capabilities.clone(),
            options: flags.options,
            chance: flags.chance.clone(),
            ..Request::new(&self.loaded.chart, &self.values, flags.profile)
        }
    }
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

fn rendered(request: &Request<'_>, flags: &Template, compiled: &mut Compiled, budget: &mut Budget) -> Output {
    match render(request, compiled, budget) {
        Ok(rendered) => {
            let output = if flags.explain {
                Output::of(explain::explain(&rendered, request.chart, flags.printed))
            } else {
                printed(print(&rendered, flags.printed), flags)
            };
            output.after(&rendered.warnings, flags.profile)
        }
        Err(failed) => refused(&failed, flags),
    }
}

/// How the command ends when a chart does not render.
fn refused(failed: &Failed, flags: &Template) -> Output {
    let mut output = Output::failed(&failed.error);
    if failed.error.is_partial() {
        output.stderr.push_str("\nUse --debug flag to render out invalid YAML\n");
    }
    if let Some(line) = failed.error.log_line() {
        output.stderr.insert_str(0, &(line + "\n"));
    }
    output.after(&failed.warnings, flags.profile)
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
