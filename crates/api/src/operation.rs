//! What an application was asked to do, and how that went.

use crate::source::ApplicationSource;
use crate::spec::Info;
use crate::sync_policy::{ManagedNamespaceMetadata, RetryStrategy};
use crate::time::Time;
use crate::wire::wire;
use crate::words::{OperationPhase, ResultCode};

wire! {
    /// What an application is asked to do; removed when it is done.
    pub struct Operation {
        /// Make the live state the desired one.
        pub sync: Option<SyncOperation> = "sync";
        /// Who asks.
        pub initiated_by: OperationInitiator = "initiatedBy";
        /// Remarks.
        pub info: Vec<Info> = "info";
        /// What happens after failure.
        pub retry: RetryStrategy = "retry";
    }

    /// Who asked for an operation.
    pub struct OperationInitiator {
        /// The user's name.
        pub username: String = "username";
        /// Whether it was the controller itself.
        pub automated: bool = "automated";
    }

    /// A sync.
    pub struct SyncOperation {
        /// The revision to sync to.
        pub revision: String = "revision";
        /// Delete what is no longer desired.
        pub prune: bool = "prune";
        /// Only try it.
        pub dry_run: bool = "dryRun";
        /// How resources are applied.
        pub sync_strategy: Option<SyncStrategy> = "syncStrategy";
        /// Only these resources.
        pub resources: Vec<SyncOperationResource> = "resources";
        /// A source instead of the spec's.
        pub source: Option<ApplicationSource> = "source";
        /// Manifests instead of the source's.
        pub manifests: Vec<String> = "manifests";
        /// Options, each `Key=value`, instead of the policy's.
        pub sync_options: Vec<String> = "syncOptions";
        /// Sources instead of the spec's.
        pub sources: Vec<ApplicationSource> = "sources";
        /// The revisions to sync to, one a source.
        pub revisions: Vec<String> = "revisions";
        /// How many times self-heal tried in vain.
        pub auto_heal_attempts_count: i64 = "autoHealAttemptsCount";
    }

    /// How resources are applied: with hooks unless `apply` is given.
    pub struct SyncStrategy {
        /// Without hooks.
        pub apply: Option<SyncStrategyApply> = "apply";
        /// With hooks.
        pub hook: Option<SyncStrategyHook> = "hook";
    }

    /// Apply without hooks.
    pub struct SyncStrategyApply {
        /// Delete and create anew what cannot be changed.
        pub force: bool = "force";
    }

    /// Apply with hooks.
    pub struct SyncStrategyHook {
        /// Delete and create anew what cannot be changed.
        pub force: bool = "force";
    }

    /// A resource selected for a sync.
    pub struct SyncOperationResource {
        /// API group.
        pub group: String = "group";
        /// Kind.
        pub kind: String = "kind" required;
        /// Name.
        pub name: String = "name" required;
        /// Namespace; any if empty.
        pub namespace: String = "namespace";
    }

    /// How the current or last operation goes.
    pub struct OperationState {
        /// The operation.
        pub operation: Operation = "operation" required;
        /// Where it stands.
        pub phase: OperationPhase = "phase" required;
        /// What happened.
        pub message: String = "message";
        /// What the sync did.
        pub sync_result: Option<SyncOperationResult> = "syncResult";
        /// When it began.
        pub started_at: Time = "startedAt" required;
        /// When it ended; while running: when the last attempt failed.
        pub finished_at: Option<Time> = "finishedAt";
        /// How many times it was tried again.
        pub retry_count: i64 = "retryCount";
    }

    /// What a sync did.
    pub struct SyncOperationResult {
        /// What it did to each resource.
        pub resources: Vec<ResourceResult> = "resources";
        /// The revision it synced to.
        pub revision: String = "revision" required;
        /// The source it synced.
        pub source: Option<ApplicationSource> = "source";
        /// The sources it synced.
        pub sources: Vec<ApplicationSource> = "sources";
        /// The revisions it synced to, one a source.
        pub revisions: Vec<String> = "revisions";
        /// Labels and annotations it gave the namespace.
        pub managed_namespace_metadata: Option<ManagedNamespaceMetadata> = "managedNamespaceMetadata";
    }

    /// What a sync did to one resource.
    pub struct ResourceResult {
        /// API group.
        pub group: String = "group" required;
        /// API version.
        pub version: String = "version" required;
        /// Kind.
        pub kind: String = "kind" required;
        /// Namespace.
        pub namespace: String = "namespace" required;
        /// Name.
        pub name: String = "name" required;
        /// What was done.
        pub status: Option<ResultCode> = "status";
        /// What the cluster said.
        pub message: String = "message";
        /// What kind of hook it is, if one.
        pub hook_type: String = "hookType";
        /// Where it stands.
        pub hook_phase: Option<OperationPhase> = "hookPhase";
        /// The phase of the sync it belongs to.
        pub sync_phase: String = "syncPhase";
        /// Images it runs.
        pub images: Vec<String> = "images";
    }
}
