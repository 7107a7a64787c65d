//! `kustomize build`.

use super::arguments::{BuildArguments, LoadRestrictor, Order};
use super::failed::failed;
use super::output;
use crate::disk::Disk;
use crate::failure::Failure;
use crate::terminal;
use budget::{Budget, Limits};
use clock::Clock;
use helm::Chance;
use kustomize::{Built, Charts, HelmCharts, LoadRestrictions, Options, Reorder};
use std::path::{Component, Path, PathBuf};
use tree::TreePath;

/// Room for overlays of a hundred thousand objects; what costs more is told as a limit.
const LIMITS: Limits = Limits { fuel: 5_000_000_000, bytes: 4 << 30, depth: 1_000 };

/// What turns the label on without a flag.
const LABEL_VARIABLE: &str = "KUSTOMIZE_ENABLE_MANAGEDBY_LABEL";

/// Builds and writes.
///
/// # Errors
/// As kustomize: `Error: …` on standard error.
pub(super) fn run(arguments: &BuildArguments, clock: &Clock) -> Result<(), Failure> {
    if let Some(flag) = arguments.without_effect.refused() {
        return Err(failed(&format!("{flag}: plugins and functions are programs and containers; nothing is executed")));
    }
    deprecated(arguments);
    let directory = absolute(Path::new(&arguments.directory)).map_err(|error| failed(&error))?;
    let built = build(arguments, &directory, clock);
    for warning in &built.warnings {
        terminal::note(warning);
    }
    match &built.problem {
        Some(problem) => Err(failed(problem)),
        None => output::write(arguments, &built.resources),
    }
}

fn deprecated(arguments: &BuildArguments) {
    if arguments.reorder.is_some() {
        terminal::note(
            "Flag --reorder has been deprecated, use the new 'sortOptions' field in kustomization.yaml instead.",
        );
    }
    if arguments.enable_managedby_label {
        terminal::note(
            "Flag --enable-managedby-label has been deprecated, The flag `enable-managedby-label` has been deprecated. \
             Use the `managedByLabel` option in the `buildMetadata` field instead.",
        );
    }
}

fn build(arguments: &BuildArguments, directory: &TreePath, clock: &Clock) -> Built {
    let charts = HelmCharts {
        profile: arguments.helm_version,
        chance: Chance { now_seconds: clock.now().as_second(), ..Chance::default() },
        kube_version: arguments.helm_kube_version.clone(),
        api_versions: arguments.helm_api_versions.clone(),
        archives: None,
    };
    let labelled = std::env::var(LABEL_VARIABLE).is_ok_and(|value| value == "on");
    let options = Options {
        load_restrictions: match arguments.load_restrictor {
            LoadRestrictor::RootOnly => LoadRestrictions::RootOnly,
            LoadRestrictor::None => LoadRestrictions::None,
        },
        reorder: match arguments.reorder {
            None => Reorder::Unspecified,
            Some(Order::Legacy) => Reorder::Legacy,
            Some(Order::None) => Reorder::None,
        },
        charts: arguments.enable_helm.then_some(&charts as &dyn Charts),
        managed_by_label: arguments.enable_managedby_label || labelled,
        shown_root: "/",
        ..Options::default()
    };
    kustomize::build(&Disk::new("/"), directory, &options, &mut Budget::new(LIMITS))
}

/// The directory from the root of the machine, cleaned by its text alone: links are followed by the build.
fn absolute(path: &Path) -> Result<TreePath, String> {
    let mut cleaned = PathBuf::new();
    for component in std::path::absolute(path).map_err(|error| error.to_string())?.components() {
        match component {
            Component::ParentDir => {
                cleaned.pop();
            }
            component => cleaned.push(component),
        }
    }
    let text = cleaned.to_str().ok_or_else(|| format!("path {:?} is not UTF-8", path))?;
    TreePath::parse(text).map_err(|error| error.to_string())
}
