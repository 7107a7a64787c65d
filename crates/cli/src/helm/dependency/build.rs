//! `helm dependency build`: charts/ as Chart.lock has it. Without a lock, versions are chosen and the lock is written.
//! `helm dependency update`: versions are chosen whatever the lock says.
//!
//! Unlike Helm this asks only the repositories that the chart needs, and those too that were never added by name.

use super::pack::pack;
use crate::helm::accepted::as_go_takes_it;
use crate::helm::fetch::{ReachFlags, access_of, in_registry, wait_for};
use crate::helm::globals::Globals;
use crate::helm::go_path::clean;
use crate::helm::locate::{UNVERIFIED, absolute, on_disk, told};
use crate::helm::place::{ChartsFolder, write_lock};
use crate::helm::registry_config::RegistryConfig;
use crate::helm::repositories::{self, RepositoryEntry};
use ::helm::{Chart, Output, Profile};
use charts::{Charts, Dependency, Lock, LockedDependency, Placed, Repository, Wanted};
use clap::Args;
use clock::Clock;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// The flags of `helm dependency build` and `helm dependency update`.
#[derive(Debug, Clone, Args)]
#[command(disable_version_flag = true, args_override_self = true, mut_args(as_go_takes_it))]
pub(crate) struct BuildArguments {
    /// The chart's folder
    #[arg(default_value = ".")]
    chart: String,
    #[command(flatten)]
    reach: ReachFlags,
    /// Has no effect: repositories say themselves whether their index changed
    #[arg(long, hide = true)]
    skip_refresh: bool,
    /// Not supported
    #[arg(long, hide = true)]
    verify: bool,
    #[command(flatten)]
    globals: Globals,
}

/// Whether what was chosen before counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Versions {
    /// Those of the lock.
    Locked,
    /// The newest that fit.
    Newest,
}

/// Brings the dependencies of the chart in a folder at the newest versions that fit; gives what to tell.
pub(crate) fn update(chart: &str, reach: &ReachFlags, globals: &Globals, clock: &Clock) -> Result<String, String> {
    let (chart, reach, globals) = (chart.to_owned(), reach.clone(), globals.clone());
    let arguments = BuildArguments { chart, reach, skip_refresh: false, verify: false, globals };
    let output = arguments.run(Versions::Newest, clock)?;
    match output.code {
        0 => Ok(output.stdout),
        _ => Err(output.stderr.trim_start_matches("Error: ").trim_end().to_owned()),
    }
}

impl BuildArguments {
    pub(super) fn run(&self, versions: Versions, clock: &Clock) -> Result<Output, String> {
        if self.verify {
            return Err(UNVERIFIED.to_owned());
        }
        let shown = clean(&self.chart);
        let folder = absolute(Path::new(&shown)).map_err(|error| error.to_string())?;
        match std::fs::metadata(&folder) {
            Err(_) => return Err(format!("could not find {shown}: stat {shown}: no such file or directory")),
            Ok(metadata) if !metadata.is_dir() => return Err("only unpacked charts can be updated".to_owned()),
            Ok(_) => {}
        }
        let located = on_disk(&shown)?;
        let loaded = ::helm::load(&*located.tree, &located.path, self.globals.helm_version, &mut Globals::budget());
        let chart = loaded.map_err(|error| error.to_string())?.chart;
        let mut build = Build {
            arguments: self,
            known: repositories::read(&self.globals.repositories_file())?,
            logins: RegistryConfig::read(&self.globals.registry_configs()),
            folder,
            told: String::new(),
        };
        let outcome = build.run(&chart, versions, clock);
        let mut output = Output { stdout: build.told, ..Output::default() };
        if let Err(error) = outcome {
            output.stderr = format!("Error: {error}\n");
            output.code = 1;
        }
        Ok(output)
    }
}

struct Build<'a> {
    arguments: &'a BuildArguments,
    known: Vec<RepositoryEntry>,
    logins: RegistryConfig,
    folder: PathBuf,
    /// What goes to standard output, also when it ends badly.
    told: String,
}

impl Build<'_> {
    fn run(&mut self, chart: &Chart, versions: Versions, clock: &Clock) -> Result<(), String> {
        let is_first_format = chart.metadata.api_version == "v1";
        let lock_file = if is_first_format { "requirements.lock" } else { "Chart.lock" };
        let lock = match std::fs::read(self.folder.join(lock_file)) {
            Ok(text) => Some(Lock::parse(&text).map_err(|error| error.to_string())?),
            Err(_) => None,
        };
        let declared = self.resolved(chart)?;
        if lock.is_none() && chart.metadata.dependencies.is_none() {
            return Ok(());
        }
        let folder = self.arguments.globals.chart_folder();
        wait_for(&folder, clock, async |charts| {
            let (locked, is_new) = match lock {
                Some(lock) if versions == Versions::Newest => {
                    let chosen = self.chosen(charts, &declared).await?;
                    let is_new = lock.dependencies != chosen || !lock.is_current(&declared);
                    (chosen, is_new)
                }
                Some(lock) if lock.is_current(&declared) => (lock.dependencies, false),
                Some(_) => return Err(out_of_sync(is_first_format, self.arguments.globals.helm_version)),
                None => (self.chosen(charts, &declared).await?, true),
            };
            let locked = self.bring(charts, &locked).await?;
            if is_new {
                write_lock(&self.folder.join(lock_file), &declared, &locked, clock)?;
            }
            Ok(())
        })
    }

    /// The declared dependencies with URLs in place of the names of repositories.
    fn resolved(&self, chart: &Chart) -> Result<Vec<Dependency>, String> {
        let mut missing = Vec::new();
        let mut all = Vec::new();
        for one in chart.metadata.declared() {
            let mut one = one.clone();
            let name = one.repository.strip_prefix('@').or_else(|| one.repository.strip_prefix("alias:"));
            if let Some(name) = name {
                match self.known.iter().find(|entry| entry.name == name) {
                    Some(entry) => one.repository.clone_from(&entry.url),
                    None => missing.push(one.repository.clone()),
                }
            } else if !one.repository.is_empty() && !one.repository.contains("://") {
                missing.push(one.repository.clone());
            }
            all.push(Dependency {
                name: one.name,
                version: one.version,
                repository: one.repository,
                condition: one.condition,
                tags: one.tags,
                enabled: one.enabled,
                import_values: one.import_values,
                alias: one.alias,
            });
        }
        if missing.is_empty() { Ok(all) } else { Err(unknown_repositories(&missing)) }
    }

    /// The versions that are the newest to fit.
    async fn chosen(&mut self, charts: &Charts, declared: &[Dependency]) -> Result<Vec<LockedDependency>, String> {
        let mut locked = Vec::new();
        for one in declared {
            let version = if one.repository.is_empty() {
                one.version.clone()
            } else if let Some(path) = one.repository.strip_prefix("file://") {
                self.local(path)?.metadata.version
            } else {
                let wanted = self.wanted(&one.name, &one.version, &one.repository)?;
                charts.resolve(&wanted).await.map_err(|error| told(&error, &wanted))?.0
            };
            let (name, repository) = (one.name.clone(), one.repository.clone());
            let found = LockedDependency { name, version, repository };
            // What stands in charts/ is looked at when everything else is there.
            if !one.repository.is_empty() && !found.satisfies(&one.version).map_err(|problem| problem.to_string())? {
                return Err(format!("can't get a valid version for dependency {}", one.name));
            }
            locked.push(found);
        }
        Ok(locked)
    }

    /// Brings everything, and only then touches charts/.
    async fn bring(&mut self, charts: &Charts, locked: &[LockedDependency]) -> Result<Vec<LockedDependency>, String> {
        let place = ChartsFolder::open(&self.folder.join("charts"))?;
        self.told.push_str(&format!("Saving {} charts\n", locked.len()));
        let mut brought = Vec::new();
        let mut done = BTreeSet::new();
        for one in locked {
            match self.one(charts, one, &mut done).await {
                Ok(placed) => brought.extend(placed),
                Err(error) => {
                    self.told.push_str(&format!("Save error occurred:  {error}\n"));
                    return Err(error);
                }
            }
        }
        let kept = locked.iter().filter(|one| one.repository.is_empty()).map(|one| one.name.clone()).collect();
        self.told.push_str("Deleting outdated charts\n");
        self.told.push_str(&place.put(&brought, &kept, self.arguments.globals.helm_version)?);
        Ok(locked.to_vec())
    }

    async fn one(
        &mut self,
        charts: &Charts,
        one: &LockedDependency,
        done: &mut BTreeSet<(String, String, String)>,
    ) -> Result<Option<Placed>, String> {
        let LockedDependency { name, version, repository } = one;
        if repository.is_empty() {
            self.told.push_str(&format!(
                "Dependency {name} did not declare a repository. Assuming it exists in the charts directory\n"
            ));
            return self.in_charts(one).map(|()| None);
        }
        if let Some(path) = repository.strip_prefix("file://") {
            let chart = self.local(path)?;
            let found = LockedDependency { version: chart.metadata.version.clone(), ..one.clone() };
            if !found.satisfies(version).map_err(|problem| problem.to_string())? {
                return Err(format!("can't get a valid version for dependency {name}"));
            }
            return pack(&chart).map(Some);
        }
        if !done.insert((name.clone(), version.clone(), repository.clone())) {
            self.told.push_str(&format!("Already downloaded {name} from repo {repository}\n"));
            return Ok(None);
        }
        self.told.push_str(&format!("Downloading {name} from repo {repository}\n"));
        let wanted = self.wanted(name, version, repository)?;
        charts.place(&wanted).await.map(Some).map_err(|error| told(&error, &wanted))
    }

    /// A dependency without a repository: its folder in charts/ has a version that fits.
    fn in_charts(&self, one: &LockedDependency) -> Result<(), String> {
        let chart = self.local(&format!("charts/{}", one.name))?;
        let found = LockedDependency { version: chart.metadata.version.clone(), ..one.clone() };
        match found.satisfies(&one.version).map_err(|problem| problem.to_string())? {
            true => Ok(()),
            false => Err(format!(
                "dependency {} at version {} does not satisfy the constraint {}",
                one.name, found.version, one.version
            )),
        }
    }

    /// A chart in a folder beside or inside this one.
    fn local(&self, path: &str) -> Result<Chart, String> {
        let folder = absolute(&self.folder.join(path)).map_err(|error| error.to_string())?;
        if !folder.is_dir() {
            return Err(format!("directory {} not found", folder.display()));
        }
        let located = on_disk(&folder.to_string_lossy())?;
        let loaded =
            ::helm::load(&*located.tree, &located.path, self.arguments.globals.helm_version, &mut Globals::budget());
        Ok(loaded.map_err(|error| error.to_string())?.chart)
    }

    fn wanted(&self, name: &str, version: &str, repository: &str) -> Result<Wanted, String> {
        let reach = &self.arguments.reach;
        if repository.starts_with("oci://") {
            let reference = format!("{}/{name}", repository.trim_end_matches('/'));
            return in_registry(&reference, version, reach, &self.logins);
        }
        let parsed = Repository::parse(repository, reach.transport()).map_err(|problem| problem.to_string())?;
        let same = |entry: &&RepositoryEntry| entry.url.trim_end_matches('/') == repository.trim_end_matches('/');
        let mut wanted = Wanted::new(parsed, name, version);
        wanted.access = match self.known.iter().find(same) {
            Some(entry) => access_of(entry, reach)?,
            None => reach.access()?,
        };
        Ok(wanted)
    }
}

fn out_of_sync(is_first_format: bool, profile: Profile) -> String {
    let (lock, declared) =
        if is_first_format { ("requirements.lock", "requirements.yaml") } else { ("Chart.lock", "Chart.yaml") };
    let hint = if profile == Profile::V4_2 && !is_first_format { " with 'helm dependency update'" } else { "" };
    format!(
        "the lock file ({lock}) is out of sync with the dependencies file ({declared}). Please update the dependencies{hint}"
    )
}

fn unknown_repositories(missing: &[String]) -> String {
    let mut told = format!("no repository definition for {}. Please add them via 'helm repo add'", missing.join(", "));
    if missing.iter().any(|name| !name.contains("//") && !name.starts_with('@') && !name.starts_with("alias:")) {
        told.push_str(
            "\nNote that repositories must be URLs or aliases. For example, to refer to the \"example\"\nrepository, use \
             \"https://charts.example.com/\" or \"@example\" instead of\n\"example\". Don't forget to add the repo, too \
             ('helm repo add').",
        );
    }
    told
}
