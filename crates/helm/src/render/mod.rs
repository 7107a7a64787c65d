//! A whole render: a chart, values and circumstances in; manifests, hooks and notes out, as `helm template` gives them.
//!
//! Start reading at [`render`].

mod name;
mod print;
mod request;
mod trial;

pub use name::{NameError, check_release_name};
pub use print::{Printed, ShowError, only, print};
pub use request::{Chance, Options, Release, Request};
pub(crate) use trial::{Trial, trial};

use crate::chart::{Chart, File};
use crate::coalesce::{Coalesce, CoalesceError, Nulls};
use crate::dependencies::{self, is_compatible};
use crate::engine::{self, Compiled, EngineError, Mode};
use crate::functions::Setting;
use crate::instance::Instance;
use crate::manifest::{Hook, Manifest, sort};
use crate::profile::Profile;
use crate::schema::{self, SchemaError};
use crate::warning::Warning;
use crate::{capabilities::Capabilities, objects};
use budget::{Budget, Exceeded};
use gotemplate::{Map, MissingKey, Run, Value};

/// What a chart renders to.
#[derive(Debug, Clone, Default)]
pub struct Rendered {
    /// The files of crds/, the chart's own first: path and text. Never templates.
    pub crds: Vec<(String, String)>,
    /// The documents that are no hooks, in the order of installation.
    pub manifests: Vec<Manifest>,
    /// The hooks, in the order of installation.
    pub hooks: Vec<Hook>,
    /// What NOTES.txt says.
    pub notes: String,
    /// What Helm would tell on standard error.
    pub warnings: Vec<Warning>,
}

/// Why a chart does not render; the words are Helm's.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RenderError {
    /// The release's name.
    #[error("{}release name {name:?}: {error}", if profile.is_four() { "release name check failed: " } else { "" })]
    Name {
        /// It.
        name: String,
        /// What is wrong with it.
        error: NameError,
        /// Whose words.
        profile: Profile,
    },
    /// Declared, but not in charts/.
    #[error("{}", missing_text(.names, *.profile))]
    Missing {
        /// Which.
        names: Vec<String>,
        /// Whose words.
        profile: Profile,
    },
    /// A library.
    #[error("{0} charts are not installable")]
    NotInstallable(String),
    /// Values that do not fit together.
    #[error("{}{told}", if profile.is_four() { "chart dependencies processing failed: " } else { "" })]
    Dependencies {
        /// Whose words.
        profile: Profile,
        /// What does not fit.
        told: String,
    },
    /// Values that do not fit together, found when all is put together.
    #[error("{0}")]
    Values(String),
    /// Values that the schema forbids.
    #[error("values don't meet the specifications of the schema(s) in the following chart(s):\n{0}")]
    Schema(String),
    /// A cluster that the chart does not want.
    #[error("chart requires kubeVersion: {wanted} which is incompatible with Kubernetes {found}")]
    KubeVersion {
        /// The chart's constraint.
        wanted: String,
        /// The cluster's version.
        found: String,
    },
    /// Templates that do not parse or fail.
    #[error("{0}")]
    Template(String),
    /// What was rendered is no YAML.
    #[error("{0}")]
    Manifest(String),
    /// A counted limit.
    #[error(transparent)]
    Limit(#[from] Exceeded),
}

impl RenderError {
    /// What Helm 4 writes to its log of this error, besides showing it.
    #[must_use]
    pub fn log_line(&self) -> Option<String> {
        let (message, error) = match self {
            RenderError::Name { name, error, profile } if profile.is_four() => {
                ("release name check failed", format!("release name {name:?}: {error}"))
            }
            RenderError::Dependencies { profile, told } if profile.is_four() => {
                ("chart dependencies processing failed", told.clone())
            }
            _ => return None,
        };
        Some(crate::warning::record("ERROR", message, &[("error", error)]))
    }

    /// Whether Helm would offer to show what has been rendered so far.
    #[must_use]
    pub fn is_partial(&self) -> bool {
        matches!(self, RenderError::KubeVersion { .. } | RenderError::Template(_) | RenderError::Manifest(_))
    }
}

/// A failed render: why, and what was told before.
#[derive(Debug, Clone)]
pub struct Failed {
    /// Why.
    pub error: RenderError,
    /// What Helm would have told on standard error by then.
    pub warnings: Vec<Warning>,
}

fn missing_text(names: &[String], profile: Profile) -> String {
    let names = names.join(", ");
    let (first, command) =
        if profile.is_four() { ("an", "'helm dependency build'") } else { ("An", "`helm dependency build`") };
    format!(
        "{first} error occurred while checking for chart dependencies. You may need to run {command} to fetch missing \
         dependencies: found in Chart.yaml, but missing in charts/ directory: {names}"
    )
}

/// Renders.
///
/// # Errors
/// With what Helm says, and the warnings that came before.
pub fn render(request: &Request<'_>, compiled: &mut Compiled, budget: &mut Budget) -> Result<Rendered, Box<Failed>> {
    let mut warnings = Vec::new();
    let rendered = Renderer { request, warnings: &mut warnings }.render(compiled, budget);
    match rendered {
        Ok(rendered) => Ok(Rendered { warnings, ..rendered }),
        Err(error) => Err(Box::new(Failed { error, warnings })),
    }
}

struct Renderer<'a> {
    request: &'a Request<'a>,
    warnings: &'a mut Vec<Warning>,
}

impl Renderer<'_> {
    fn render(&mut self, compiled: &mut Compiled, budget: &mut Budget) -> Result<Rendered, RenderError> {
        let Request { chart, profile, release, .. } = self.request;
        self.check_installable(chart)?;
        check_release_name(&release.name).map_err(|error| RenderError::Name {
            name: release.name.clone(),
            error,
            profile: *profile,
        })?;
        let mut run = Run::new(budget);
        self.prepare(&mut run);
        let mut instance = Instance::new(chart);
        let values = self.values(&mut instance, &mut run)?;
        instance.drop_values();
        let top = self.top(&values);
        self.check_cluster(&instance)?;
        let mode = Mode { profile: *profile, missing_key: MissingKey::Zero };
        let mut files = engine::render(&instance, &top, mode, compiled, &mut run).map_err(|error| match error {
            EngineError::Template(told) => RenderError::Template(told),
            EngineError::Limit(exceeded) => RenderError::Limit(exceeded),
        })?;
        let notes = take_notes(&mut files, instance.name(), self.request.options.sub_notes);
        let sorted = sort(files, *profile, run.budget).map_err(RenderError::Manifest)?;
        self.warnings.extend(sorted.warnings);
        let mut crds = Vec::new();
        if self.request.options.include_crds {
            collect_crds(&instance, instance.name(), &mut crds);
        }
        Ok(Rendered { crds, manifests: sorted.manifests, hooks: sorted.hooks, notes, warnings: Vec::new() })
    }

    fn check_installable(&mut self, chart: &Chart) -> Result<(), RenderError> {
        if !matches!(chart.metadata.kind.as_str(), "" | "application") {
            return Err(RenderError::NotInstallable(chart.metadata.kind.clone()));
        }
        if chart.metadata.deprecated {
            self.warnings.push(Warning::Deprecated);
        }
        let names = dependencies::missing(chart);
        if !names.is_empty() && !self.request.options.allow_missing {
            return Err(RenderError::Missing { names, profile: self.request.profile });
        }
        Ok(())
    }

    /// What functions will ask for.
    fn prepare(&self, run: &mut Run<'_>) {
        run.state.put(Setting { is_lint: false, lookup: self.request.lookup.clone() });
        run.state.put(self.request.chance.sources());
    }

    /// Decides which charts are used and puts all values together.
    fn values(&mut self, instance: &mut Instance<'_>, run: &mut Run<'_>) -> Result<Map, RenderError> {
        let profile = self.request.profile;
        let given = Map::frozen(self.request.values.freeze());
        let mut coalesce =
            Coalesce { profile, budget: &mut *run.budget, written: &mut run.written, warnings: &mut *self.warnings };
        dependencies::process(instance, &given, &mut coalesce).map_err(|error| match error {
            CoalesceError::Limit(exceeded) => RenderError::Limit(exceeded),
            error => RenderError::Dependencies { profile, told: error.to_string() },
        })?;
        let values = coalesce.values(instance, &given, Nulls::Delete).map_err(|error| match error {
            CoalesceError::Limit(exceeded) => RenderError::Limit(exceeded),
            error => RenderError::Values(error.to_string()),
        })?;
        if !self.request.options.skip_schema_validation {
            schema::check(instance, &values, profile, run.budget, self.warnings).map_err(|error| match error {
                SchemaError::Forbidden(told) => RenderError::Schema(told),
                SchemaError::Limit(exceeded) => RenderError::Limit(exceeded),
            })?;
        }
        Ok(values)
    }

    fn top(&self, values: &Map) -> Map {
        let Request { release, capabilities, profile, .. } = self.request;
        let release = Map::from_entries([
            ("Name", Value::text(&*release.name)),
            ("Namespace", Value::text(&*release.namespace)),
            ("IsUpgrade", Value::Bool(release.is_upgrade)),
            ("IsInstall", Value::Bool(!release.is_upgrade)),
            ("Revision", Value::int(1)),
            ("Service", Value::text("Helm")),
        ]);
        Map::from_entries([
            ("Release", Value::Map(release)),
            ("Capabilities", objects::capabilities(capabilities, *profile)),
            ("Values", Value::Map(values.clone())),
        ])
    }

    fn check_cluster(&self, instance: &Instance<'_>) -> Result<(), RenderError> {
        let Capabilities { kube_version, .. } = &self.request.capabilities;
        let wanted = &instance.metadata.kube_version;
        if wanted.is_empty() || is_compatible(wanted, &kube_version.normalized, self.request.profile) {
            return Ok(());
        }
        Err(RenderError::KubeVersion { wanted: wanted.clone(), found: kube_version.version.clone() })
    }
}

/// NOTES.txt is rendered like everything else, and is no manifest.
fn take_notes(files: &mut Vec<(String, String)>, name: &str, with_children: bool) -> String {
    const NOTES: &str = "NOTES.txt";
    let own = format!("{name}/templates/{NOTES}");
    let mut notes = String::new();
    files.retain(|(path, text)| {
        if !path.ends_with(NOTES) {
            return true;
        }
        if with_children || *path == own {
            if !notes.is_empty() {
                notes.push('\n');
            }
            notes.push_str(text);
        }
        false
    });
    notes
}

fn collect_crds(chart: &Instance<'_>, path: &str, crds: &mut Vec<(String, String)>) {
    for File { name, data } in chart.chart.files.iter().filter(|file| file.is_crd()) {
        crds.push((format!("{path}/{name}"), String::from_utf8_lossy(data).into_owned()));
    }
    for child in &chart.dependencies {
        collect_crds(child, &format!("{path}/charts/{}", child.name()), crds);
    }
}
