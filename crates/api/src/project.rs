//! The AppProject object: what its applications may do.

use crate::application::{ReadError, read};
use crate::meta::Metadata;
use crate::names;
use crate::spec::ApplicationDestination;
use crate::wire::wire;
use object::Object;
use std::collections::BTreeMap;

wire! {
    /// A project: what its applications may do.
    pub struct AppProject {
        /// API version of the object.
        pub api_version: String = "apiVersion";
        /// Kind of the object.
        pub kind: String = "kind";
        /// Metadata.
        pub metadata: Metadata = "metadata" required;
        /// What its applications may do.
        pub spec: AppProjectSpec = "spec" required;
        /// Issued tokens.
        pub status: AppProjectStatus = "status";
    }

    /// What the applications of a project may do.
    pub struct AppProjectSpec {
        /// Repositories they may come from: globs, `!` denies.
        pub source_repos: Vec<String> = "sourceRepos";
        /// Clusters and namespaces they may go to: globs, `!` denies.
        pub destinations: Vec<ApplicationDestination> = "destinations";
        /// What the project is for.
        pub description: String = "description";
        /// Roles within the project.
        pub roles: Vec<ProjectRole> = "roles";
        /// Cluster-scoped kinds they may contain; none unless listed.
        pub cluster_resource_whitelist: Vec<ClusterResourceRestrictionItem> = "clusterResourceWhitelist";
        /// Namespaced kinds they may not contain.
        pub namespace_resource_blacklist: Vec<GroupKind> = "namespaceResourceBlacklist";
        /// Whether resources that nobody declares are looked for.
        pub orphaned_resources: Option<OrphanedResourcesMonitorSettings> = "orphanedResources";
        /// When they may be synced.
        pub sync_windows: Vec<SyncWindow> = "syncWindows";
        /// Namespaced kinds they may contain; all if absent, none if empty.
        pub namespace_resource_whitelist: Option<Vec<GroupKind>> = "namespaceResourceWhitelist";
        /// Keys that must have signed commits; superseded by `sourceIntegrity`.
        pub signature_keys: Vec<SignatureKey> = "signatureKeys";
        /// Cluster-scoped kinds they may not contain.
        pub cluster_resource_blacklist: Vec<ClusterResourceRestrictionItem> = "clusterResourceBlacklist";
        /// Namespaces whose applications may use the project, besides the control plane's.
        pub source_namespaces: Vec<String> = "sourceNamespaces";
        /// Only clusters that belong to the project.
        pub permit_only_project_scoped_clusters: bool = "permitOnlyProjectScopedClusters";
        /// Service accounts to act as, by destination; the first match wins.
        pub destination_service_accounts: Vec<ApplicationDestinationServiceAccount> = "destinationServiceAccounts";
        /// How sources must be signed.
        pub source_integrity: Option<SourceIntegrity> = "sourceIntegrity";
    }

    /// A role within a project.
    pub struct ProjectRole {
        /// Its name.
        pub name: String = "name" required;
        /// What it is for.
        pub description: String = "description";
        /// What it may do.
        pub policies: Vec<String> = "policies";
        /// Tokens issued for it.
        pub jwt_tokens: Vec<JwtToken> = "jwtTokens";
        /// Groups of users who have it.
        pub groups: Vec<String> = "groups";
    }

    /// An issued token.
    pub struct JwtToken {
        /// When it was issued, in seconds since 1970.
        pub issued_at: i64 = "iat" required;
        /// When it expires, in seconds since 1970; 0 never.
        pub expires_at: i64 = "exp";
        /// Its identity.
        pub id: String = "id";
    }

    /// A group and a kind, both globs.
    pub struct GroupKind {
        /// API group.
        pub group: String = "group" required;
        /// Kind.
        pub kind: String = "kind" required;
    }

    /// A group, a kind and a name, all globs.
    pub struct ClusterResourceRestrictionItem {
        /// API group.
        pub group: String = "group" required;
        /// Kind.
        pub kind: String = "kind" required;
        /// Name; any if empty.
        pub name: String = "name";
    }

    /// How resources that nobody declares are looked for.
    pub struct OrphanedResourcesMonitorSettings {
        /// Whether a condition is set (default: true).
        pub warn: Option<bool> = "warn";
        /// What does not count.
        pub ignore: Vec<OrphanedResourceKey> = "ignore";
    }

    /// A group, a kind and a name, all globs.
    pub struct OrphanedResourceKey {
        /// API group.
        pub group: String = "group";
        /// Kind.
        pub kind: String = "kind";
        /// Name.
        pub name: String = "name";
    }

    /// When applications may or may not be synced.
    pub struct SyncWindow {
        /// `allow` or `deny`.
        pub kind: String = "kind";
        /// When it opens: a cron expression of five fields.
        pub schedule: String = "schedule";
        /// How long it stays open.
        pub duration: String = "duration";
        /// Applications it holds for: globs.
        pub applications: Vec<String> = "applications";
        /// Namespaces it holds for: globs.
        pub namespaces: Vec<String> = "namespaces";
        /// Clusters it holds for: globs.
        pub clusters: Vec<String> = "clusters";
        /// Allow manual syncs nevertheless.
        pub manual_sync: bool = "manualSync";
        /// Time zone of the schedule (default: UTC).
        pub time_zone: String = "timeZone";
        /// Applications, namespaces and clusters must all match.
        pub and_operator: bool = "andOperator";
        /// What it is for.
        pub description: String = "description";
        /// Let a sync that began while allowed go on.
        pub sync_overrun: bool = "syncOverrun";
    }

    /// A key that must have signed commits.
    pub struct SignatureKey {
        /// Its identity.
        pub key_id: String = "keyID" required;
    }

    /// A service account to act as at a destination.
    pub struct ApplicationDestinationServiceAccount {
        /// Address of the cluster's API: a glob.
        pub server: String = "server" required;
        /// Namespace: a glob.
        pub namespace: String = "namespace";
        /// The service account, `[namespace:]name`.
        pub default_service_account: String = "defaultServiceAccount" required;
    }

    /// How sources must be signed.
    pub struct SourceIntegrity {
        /// Git sources.
        pub git: Option<SourceIntegrityGit> = "git" required;
    }

    /// How Git sources must be signed.
    pub struct SourceIntegrityGit {
        /// Policies; the first whose repository matches holds.
        pub policies: Vec<SourceIntegrityGitPolicy> = "policies" required;
    }

    /// How commits of some repositories must be signed.
    pub struct SourceIntegrityGitPolicy {
        /// The repositories.
        pub repos: Vec<SourceIntegrityGitPolicyRepo> = "repos" required;
        /// The keys.
        pub gpg: Option<SourceIntegrityGitPolicyGpg> = "gpg" required;
    }

    /// Repositories of a policy.
    pub struct SourceIntegrityGitPolicyRepo {
        /// Their URL: a glob.
        pub url: String = "url" required;
    }

    /// Keys of a policy.
    pub struct SourceIntegrityGitPolicyGpg {
        /// `none`, `head` or `strict`.
        pub mode: String = "mode" required;
        /// Identities of the keys.
        pub keys: Vec<String> = "keys" required;
    }

    /// Tokens issued for a project.
    pub struct AppProjectStatus {
        /// Tokens by the name of their role.
        pub jwt_tokens_by_role: BTreeMap<String, JwtTokens> = "jwtTokensByRole";
    }

    /// Tokens of one role.
    pub struct JwtTokens {
        /// The tokens.
        pub items: Vec<JwtToken> = "items";
    }
}

impl AppProject {
    /// Reads an AppProject.
    ///
    /// # Errors
    /// When a field has another type than upstream gives it.
    pub fn read(object: &Object) -> Result<Self, ReadError> {
        read(object, names::APP_PROJECT)
    }

    /// The project that is made at the first start: everything is permitted.
    #[must_use]
    pub fn default_project(namespace: &str) -> Self {
        let anywhere = ApplicationDestination {
            server: "*".to_owned(),
            namespace: "*".to_owned(),
            ..ApplicationDestination::default()
        };
        let anything =
            ClusterResourceRestrictionItem { group: "*".to_owned(), kind: "*".to_owned(), ..Default::default() };
        AppProject {
            api_version: names::API_VERSION.to_owned(),
            kind: names::APP_PROJECT.to_owned(),
            metadata: Metadata {
                name: names::DEFAULT_PROJECT.to_owned(),
                namespace: namespace.to_owned(),
                ..Metadata::default()
            },
            spec: AppProjectSpec {
                source_repos: vec!["*".to_owned()],
                destinations: vec![anywhere],
                cluster_resource_whitelist: vec![anything],
                ..AppProjectSpec::default()
            },
            ..AppProject::default()
        }
    }
}
