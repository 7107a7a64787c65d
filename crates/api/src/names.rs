//! The names others rely on: group, annotations, labels, finalizers, condition types, defaults.

/// API group of every object of ours.
pub const GROUP: &str = "argoproj.io";
/// The one served version.
pub const VERSION: &str = "v1alpha1";
/// Group and version as objects carry them.
pub const API_VERSION: &str = "argoproj.io/v1alpha1";
/// Kind of an application.
pub const APPLICATION: &str = "Application";
/// Kind of a project.
pub const APP_PROJECT: &str = "AppProject";

/// The project an application without one belongs to.
pub const DEFAULT_PROJECT: &str = "default";
/// The namespace of the control plane unless configured otherwise.
pub const DEFAULT_NAMESPACE: &str = "argocd";
/// The address that means the cluster the controllers run against.
pub const IN_CLUSTER_SERVER: &str = "https://kubernetes.default.svc";
/// The name of that cluster.
pub const IN_CLUSTER_NAME: &str = "in-cluster";
/// History entries kept when the spec does not say.
pub const DEFAULT_REVISION_HISTORY_LIMIT: i64 = 10;
/// The field manager upstream applies with; ours too, so that taking over an application changes no ownership.
pub const FIELD_MANAGER: &str = "argocd-controller";

/// Requests a refresh: `normal` or `hard`.
pub const ANNOTATION_REFRESH: &str = "argocd.argoproj.io/refresh";
/// When the refresh was requested; guards the removal of the request.
pub const ANNOTATION_REFRESH_TIMESTAMP: &str = "argocd.argoproj.io/refresh-timestamp";
/// Requests a hydration.
pub const ANNOTATION_HYDRATE: &str = "argocd.argoproj.io/hydrate";
/// When the hydration was requested.
pub const ANNOTATION_HYDRATE_TIMESTAMP: &str = "argocd.argoproj.io/hydrate-timestamp";
/// Paths whose change concerns the application, separated by semicolons.
pub const ANNOTATION_MANIFEST_GENERATE_PATHS: &str = "argocd.argoproj.io/manifest-generate-paths";
/// Link base of another instance that shows this application.
pub const ANNOTATION_MANAGED_BY_URL: &str = "argocd.argoproj.io/managed-by-url";
/// `true`: leave this application alone entirely.
pub const ANNOTATION_SKIP_RECONCILE: &str = "argocd.argoproj.io/skip-reconcile";
/// Name of the client-side manager whose fields a server-side apply takes over.
pub const ANNOTATION_CLIENT_SIDE_APPLY_MIGRATION_MANAGER: &str =
    "argocd.argoproj.io/client-side-apply-migration-manager";
/// Which application a resource belongs to.
pub const ANNOTATION_TRACKING_ID: &str = "argocd.argoproj.io/tracking-id";
/// Which installation a resource belongs to.
pub const ANNOTATION_INSTALLATION_ID: &str = "argocd.argoproj.io/installation-id";
/// Comma-separated options of comparison.
pub const ANNOTATION_COMPARE_OPTIONS: &str = "argocd.argoproj.io/compare-options";
/// Comma-separated options of synchronisation.
pub const ANNOTATION_SYNC_OPTIONS: &str = "argocd.argoproj.io/sync-options";
/// Integer order within a phase.
pub const ANNOTATION_SYNC_WAVE: &str = "argocd.argoproj.io/sync-wave";
/// Comma-separated phases in which the resource is a hook.
pub const ANNOTATION_HOOK: &str = "argocd.argoproj.io/hook";
/// When a hook is deleted.
pub const ANNOTATION_HOOK_DELETE_POLICY: &str = "argocd.argoproj.io/hook-delete-policy";
/// When confirmed deletions were approved (RFC 3339).
pub const ANNOTATION_DELETION_APPROVED: &str = "argocd.argoproj.io/deletion-approved";
/// `true`: the resource's health does not count for the application.
pub const ANNOTATION_IGNORE_HEALTHCHECK: &str = "argocd.argoproj.io/ignore-healthcheck";
/// `true`: a pod that would end counts as one that runs on.
pub const ANNOTATION_IGNORE_RESTART_POLICY: &str = "argocd.argoproj.io/ignore-restart-policy";
/// `true`: the rules for ignored updates apply to this untracked resource too.
pub const ANNOTATION_IGNORE_RESOURCE_UPDATES: &str = "argocd.argoproj.io/ignore-resource-updates";
/// Hides links found automatically.
pub const ANNOTATION_IGNORE_DEFAULT_LINKS: &str = "argocd.argoproj.io/ignore-default-links";
/// Prefix of annotations that are links.
pub const ANNOTATION_LINK_PREFIX: &str = "link.argocd.argoproj.io/";
/// Applications that must be synced and healthy before this one syncs by itself. Ours: upstream has no such annotation.
pub const ANNOTATION_DEPENDS_ON: &str = "capstan.dev/depends-on";
/// kubectl's copy of the manifest it applied last.
pub const ANNOTATION_LAST_APPLIED: &str = "kubectl.kubernetes.io/last-applied-configuration";
/// Helm's hook phases.
pub const ANNOTATION_HELM_HOOK: &str = "helm.sh/hook";
/// Helm's hook deletion policy.
pub const ANNOTATION_HELM_HOOK_DELETE_POLICY: &str = "helm.sh/hook-delete-policy";
/// Helm's hook order.
pub const ANNOTATION_HELM_HOOK_WEIGHT: &str = "helm.sh/hook-weight";
/// `keep`: not deleted with the application.
pub const ANNOTATION_HELM_RESOURCE_POLICY: &str = "helm.sh/resource-policy";

/// The label that names the application in label tracking.
pub const LABEL_INSTANCE: &str = "app.kubernetes.io/instance";

/// Deletes the application's resources with it, dependants first.
pub const FINALIZER_RESOURCES: &str = "resources-finalizer.argocd.argoproj.io";
/// The same, said explicitly.
pub const FINALIZER_RESOURCES_FOREGROUND: &str = "resources-finalizer.argocd.argoproj.io/foreground";
/// Deletes the application's resources with it, dependants in the background.
pub const FINALIZER_RESOURCES_BACKGROUND: &str = "resources-finalizer.argocd.argoproj.io/background";
/// Runs PreDelete hooks.
pub const FINALIZER_PRE_DELETE: &str = "pre-delete-finalizer.argocd.argoproj.io";
/// Cleans PreDelete hooks up.
pub const FINALIZER_PRE_DELETE_CLEANUP: &str = "pre-delete-finalizer.argocd.argoproj.io/cleanup";
/// Runs PostDelete hooks.
pub const FINALIZER_POST_DELETE: &str = "post-delete-finalizer.argocd.argoproj.io";
/// Cleans PostDelete hooks up.
pub const FINALIZER_POST_DELETE_CLEANUP: &str = "post-delete-finalizer.argocd.argoproj.io/cleanup";
/// Keeps a hook until its end was seen.
pub const FINALIZER_HOOK: &str = "argocd.argoproj.io/hook-finalizer";

/// The application could not be deleted.
pub const CONDITION_DELETION_ERROR: &str = "DeletionError";
/// The spec is wrong.
pub const CONDITION_INVALID_SPEC_ERROR: &str = "InvalidSpecError";
/// Desired and live state could not be compared.
pub const CONDITION_COMPARISON_ERROR: &str = "ComparisonError";
/// An automated sync failed or was refused.
pub const CONDITION_SYNC_ERROR: &str = "SyncError";
/// Something else went wrong.
pub const CONDITION_UNKNOWN_ERROR: &str = "UnknownError";
/// A resource belongs to several applications.
pub const CONDITION_SHARED_RESOURCE_WARNING: &str = "SharedResourceWarning";
/// A resource appears more than once among the manifests.
pub const CONDITION_REPEATED_RESOURCE_WARNING: &str = "RepeatedResourceWarning";
/// A manifest is of a kind excluded in the settings.
pub const CONDITION_EXCLUDED_RESOURCE_WARNING: &str = "ExcludedResourceWarning";
/// The destination namespace holds resources that nobody declares.
pub const CONDITION_ORPHANED_RESOURCE_WARNING: &str = "OrphanedResourceWarning";
/// A sync is due and held back, by a window or by applications it depends on. Ours: upstream has no such type.
pub const CONDITION_WAITING_INFO: &str = "WaitingInfo";
/// The spec uses a field this version does not implement. Ours: upstream has no such type.
pub const CONDITION_UNSUPPORTED_FIELD_WARNING: &str = "UnsupportedFieldWarning";

/// Whether a condition of this type blocks operations.
#[must_use]
pub fn is_error_condition(condition_type: &str) -> bool {
    condition_type.ends_with("Error")
}
