//! Sync options: strings on the application, and the annotation by which one object overrules them.

use api::hook::has_annotation_option;
use api::names::ANNOTATION_SYNC_OPTIONS;
use object::Meta;

/// Whether something may be removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Removal {
    /// Yes.
    #[default]
    Allowed,
    /// Never.
    Forbidden,
    /// Only after somebody approved it.
    Confirm,
}

/// What happens to the dependents of an object that is pruned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Propagation {
    /// They go first.
    #[default]
    Foreground,
    /// They go afterwards.
    Background,
    /// They stay.
    Orphan,
}

impl Propagation {
    /// Kubernetes' word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Propagation::Foreground => "Foreground",
            Propagation::Background => "Background",
            Propagation::Orphan => "Orphan",
        }
    }
}

/// The application's sync options.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Options {
    /// `Validate=false`: objects are not checked against their schema first.
    pub skip_validation: bool,
    /// `Prune=false|confirm`: the default of all objects.
    pub prune: Removal,
    /// `Delete=false|confirm`: the default of all objects when the application is deleted.
    pub delete: Removal,
    /// `PruneLast=true`: prune after all waves of the Sync phase.
    pub prune_last: bool,
    /// `PrunePropagationPolicy=…`.
    pub propagation: Propagation,
    /// `Replace=true`: replace instead of apply.
    pub replace: bool,
    /// `ServerSideApply=true`.
    pub server_side: bool,
    /// `ClientSideApplyMigration=false`: what `kubectl apply` set stays its own when the server applies.
    pub no_migration: bool,
    /// `ApplyOutOfSyncOnly=true`: leave alone what does not differ.
    pub out_of_sync_only: bool,
    /// `CreateNamespace=true`.
    pub create_namespace: bool,
    /// `FailOnSharedResource=true`.
    pub fail_on_shared: bool,
    /// `SkipDryRunOnMissingResource=true`.
    pub skip_dry_run_on_missing: bool,
    /// `RespectIgnoreDifferences=true`: fields that do not count keep their live values.
    pub respect_ignored: bool,
}

impl Options {
    /// Reads options; what is unknown or malformed comes back for a condition, as it was written.
    #[must_use]
    pub fn parse<'s>(options: impl IntoIterator<Item = &'s str>) -> (Self, Vec<String>) {
        let mut parsed = Options::default();
        let mut unknown = Vec::new();
        for option in options {
            if !parsed.set(option) {
                unknown.push(option.to_owned());
            }
        }
        (parsed, unknown)
    }

    /// Takes one option; false when it is none of ours.
    // Compat: options are compared exactly, case included; `Replace=false` and the like exist and change nothing.
    fn set(&mut self, option: &str) -> bool {
        match option {
            "Validate=false" => self.skip_validation = true,
            "Prune=false" => self.prune = Removal::Forbidden,
            "Prune=confirm" => self.prune = Removal::Confirm,
            "Delete=false" => self.delete = Removal::Forbidden,
            "Delete=confirm" => self.delete = Removal::Confirm,
            "PruneLast=true" => self.prune_last = true,
            "PrunePropagationPolicy=foreground" => self.propagation = Propagation::Foreground,
            "PrunePropagationPolicy=background" => self.propagation = Propagation::Background,
            "PrunePropagationPolicy=orphan" => self.propagation = Propagation::Orphan,
            "Replace=true" => self.replace = true,
            "ServerSideApply=true" => self.server_side = true,
            "ClientSideApplyMigration=false" => self.no_migration = true,
            "ApplyOutOfSyncOnly=true" => self.out_of_sync_only = true,
            "CreateNamespace=true" => self.create_namespace = true,
            "FailOnSharedResource=true" => self.fail_on_shared = true,
            "SkipDryRunOnMissingResource=true" => self.skip_dry_run_on_missing = true,
            "RespectIgnoreDifferences=true" => self.respect_ignored = true,
            "ServerSideApply=false" => self.server_side = false,
            "ApplyOutOfSyncOnly=false" => self.out_of_sync_only = false,
            "Validate=true"
            | "Prune=true"
            | "Delete=true"
            | "PruneLast=false"
            | "Replace=false"
            | "ClientSideApplyMigration=true"
            | "CreateNamespace=false"
            | "FailOnSharedResource=false"
            | "RespectIgnoreDifferences=false"
            | "SkipDryRunOnMissingResource=false" => {}
            _ => return false,
        }
        true
    }
}

/// Whether the object carries this option in its annotation.
#[must_use]
pub fn has_option(meta: &Meta, option: &str) -> bool {
    has_annotation_option(meta, ANNOTATION_SYNC_OPTIONS, option)
}

/// The same of several states of one object: whether any carries it.
pub(crate) fn any_has_option(states: [Option<&Meta>; 2], option: &str) -> bool {
    states.into_iter().flatten().any(|meta| has_option(meta, option))
}

/// Whether this live object may be pruned: its own word first, then the application's.
#[must_use]
pub fn may_prune(live: &Meta, application: &Options) -> Removal {
    own_removal(live, "Prune").unwrap_or(application.prune)
}

/// Whether this live object may go when its application goes.
#[must_use]
pub fn may_delete(live: &Meta, application: &Options) -> Removal {
    own_removal(live, "Delete").unwrap_or(application.delete)
}

fn own_removal(meta: &Meta, verb: &str) -> Option<Removal> {
    [("false", Removal::Forbidden), ("confirm", Removal::Confirm), ("true", Removal::Allowed)]
        .into_iter()
        .find_map(|(word, removal)| has_option(meta, &format!("{verb}={word}")).then_some(removal))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_options_come_back_by_name() {
        let (options, unknown) = Options::parse(["CreateNamespace=true", "createnamespace=true", "PruneLast=true"]);
        assert!(options.create_namespace && options.prune_last);
        assert_eq!(unknown, ["createnamespace=true"]);
    }
}
