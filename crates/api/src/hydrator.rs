//! The "rendered manifests" pattern: dry sources are rendered into a branch, and that branch is synced.

use crate::source::{
    ApplicationSource, ApplicationSourceDirectory, ApplicationSourceHelm, ApplicationSourceKustomize,
    ApplicationSourcePlugin,
};
use crate::time::Time;
use crate::wire::wire;
use crate::words::HydratePhase;

wire! {
    /// Renders one source into a branch that is then synced.
    pub struct SourceHydrator {
        /// Where the manifests come from.
        pub dry_source: DrySource = "drySource" required;
        /// Where the rendered manifests are synced from.
        pub sync_source: SyncSource = "syncSource" required;
        /// A branch the rendered manifests are pushed to first.
        pub hydrate_to: Option<HydrateTo> = "hydrateTo";
    }

    /// A source before rendering.
    pub struct DrySource {
        /// URL of the Git repository.
        pub repo_url: String = "repoURL" required;
        /// Revision to render.
        pub target_revision: String = "targetRevision" required;
        /// Directory within the repository.
        pub path: String = "path" required;
        /// Options of Helm.
        pub helm: Option<ApplicationSourceHelm> = "helm";
        /// Options of Kustomize.
        pub kustomize: Option<ApplicationSourceKustomize> = "kustomize";
        /// Options of a directory of plain manifests.
        pub directory: Option<ApplicationSourceDirectory> = "directory";
        /// Options of a config management plugin.
        pub plugin: Option<ApplicationSourcePlugin> = "plugin";
    }

    /// Where rendered manifests are synced from.
    pub struct SyncSource {
        /// The branch.
        pub target_branch: String = "targetBranch" required;
        /// Directory within the repository, never its root.
        pub path: String = "path" required;
        /// The repository, if not that of the dry source.
        pub repo_url: String = "repoURL";
    }

    /// Where rendered manifests are pushed first.
    pub struct HydrateTo {
        /// The branch.
        pub target_branch: String = "targetBranch" required;
    }

    /// What is known of hydration.
    pub struct SourceHydratorStatus {
        /// The last hydration that ended well.
        pub last_successful_operation: Option<SuccessfulHydrateOperation> = "lastSuccessfulOperation";
        /// The current or last hydration.
        pub current_operation: Option<HydrateOperation> = "currentOperation";
        /// The dry revision compared last.
        pub last_compared_dry_revision: String = "lastComparedDryRevision";
    }

    /// A hydration that ended well.
    pub struct SuccessfulHydrateOperation {
        /// Commit of the dry source.
        pub dry_sha: String = "drySHA";
        /// Commit of the rendered manifests.
        pub hydrated_sha: String = "hydratedSHA";
        /// What it was asked to do.
        pub source_hydrator: Option<Box<SourceHydrator>> = "sourceHydrator";
    }

    /// A hydration.
    pub struct HydrateOperation {
        /// When it began.
        pub started_at: Option<Time> = "startedAt";
        /// When it ended.
        pub finished_at: Option<Time> = "finishedAt";
        /// Where it stands.
        pub phase: HydratePhase = "phase" required;
        /// What happened.
        pub message: String = "message" required;
        /// Commit of the dry source.
        pub dry_sha: String = "drySHA";
        /// Commit of the rendered manifests.
        pub hydrated_sha: String = "hydratedSHA";
        /// What it was asked to do.
        pub source_hydrator: Option<Box<SourceHydrator>> = "sourceHydrator";
    }
}

impl SourceHydrator {
    /// The source that is rendered.
    #[must_use]
    pub fn dry_source(&self) -> ApplicationSource {
        let dry = self.dry_source.clone();
        ApplicationSource {
            repo_url: dry.repo_url,
            path: dry.path,
            target_revision: dry.target_revision,
            helm: dry.helm,
            kustomize: dry.kustomize,
            directory: dry.directory,
            plugin: dry.plugin,
            ..ApplicationSource::default()
        }
    }

    /// The source that is synced.
    #[must_use]
    pub fn sync_source(&self) -> ApplicationSource {
        let sync = &self.sync_source;
        let repo_url = if sync.repo_url.is_empty() { &self.dry_source.repo_url } else { &sync.repo_url };
        ApplicationSource {
            repo_url: repo_url.clone(),
            path: sync.path.clone(),
            target_revision: sync.target_branch.clone(),
            ..ApplicationSource::default()
        }
    }
}
