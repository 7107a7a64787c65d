//! `kustomize build`.

use super::arguments::{BuildArguments, LoadRestrictor, Order};
use super::failed::failed;
use super::output;
use super::remote::Remote;
use crate::disk::Disk;
use crate::failure::Failure;
use crate::terminal;
use budget::{Budget, Limits};
use clock::Clock;
use helm::Chance;
use kustomize::{Built, Charts, HelmCharts, LoadRestrictions, Options, Remotes, Reorder, Repository};
use std::fmt::Display;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;
use tree::{Tree, TreePath};

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
    let remotes = Remote::open(arguments, clock)?;
    let place = place(arguments, &remotes)?;
    let built = build(arguments, &place, &remotes, clock);
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

/// Where the kustomization is that is to be built.
struct Place {
    tree: Arc<dyn Tree>,
    directory: TreePath,
    /// What paths begin with in messages.
    shown_root: String,
}

/// A directory of this machine, or one of a repository that the argument names as bases are named.
fn place(arguments: &BuildArguments, remotes: &Remote) -> Result<Place, Failure> {
    let Some(repository) = Repository::parse(&arguments.directory) else {
        let directory = absolute(Path::new(&arguments.directory)).map_err(|error| failed(&error))?;
        return Ok(Place { tree: Arc::new(Disk::new("/")), directory, shown_root: "/".to_owned() });
    };
    let named = |error: &dyn Display| failed(&format!("{}: {error}", arguments.directory));
    let directory = TreePath::parse(&repository.path).map_err(|error| named(&error))?;
    let tree = remotes.repository(&repository).map_err(|error| named(&error))?;
    Ok(Place { tree, directory, shown_root: format!("{}//", repository.clone_url()) })
}

fn build(arguments: &BuildArguments, place: &Place, remotes: &Remote, clock: &Clock) -> Built {
    let charts = HelmCharts {
        profile: arguments.helm_version,
        chance: Chance { now_seconds: clock.now().as_second(), ..Chance::default() },
        kube_version: arguments.helm_kube_version.clone(),
        api_versions: arguments.helm_api_versions.clone(),
        archives: Some(remotes),
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
        remotes: Some(remotes),
        shown_root: &place.shown_root,
        ..Options::default()
    };
    kustomize::build(&*place.tree, &place.directory, &options, &mut Budget::new(LIMITS))
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
