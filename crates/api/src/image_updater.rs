//! The ImageUpdater object of `argocd-image-updater.argoproj.io/v1alpha1`: which applications follow new versions of their
//! images, by which rules, and where these are written.

use crate::application::{ReadError, read};
use crate::meta::Metadata;
use crate::time::Time;
use crate::wire::wire;
use object::Object;
use std::collections::BTreeMap;

/// API group of the object.
pub const GROUP: &str = "argocd-image-updater.argoproj.io";
/// Group and version as objects carry them.
pub const API_VERSION: &str = "argocd-image-updater.argoproj.io/v1alpha1";
/// Kind of the object.
pub const IMAGE_UPDATER: &str = "ImageUpdater";

wire! {
    /// Follows new versions of images for the applications of its namespace.
    pub struct ImageUpdater {
        /// API version of the object.
        pub api_version: String = "apiVersion";
        /// Kind of the object.
        pub kind: String = "kind";
        /// Metadata.
        pub metadata: Metadata = "metadata" required;
        /// What is followed.
        pub spec: ImageUpdaterSpec = "spec" required;
        /// What came of it.
        pub status: ImageUpdaterStatus = "status";
    }

    /// What is followed.
    pub struct ImageUpdaterSpec {
        /// What holds for all images unless said otherwise below.
        pub common_update_settings: Option<CommonUpdateSettings> = "commonUpdateSettings";
        /// Where versions are written unless said otherwise below.
        pub write_back_config: Option<WriteBackConfig> = "writeBackConfig";
        /// Rules that select applications; the first that fits an application counts.
        pub application_refs: Vec<ApplicationRef> = "applicationRefs" required;
        /// How images must be signed unless said otherwise below.
        pub images_verification: Option<ImagesVerification> = "imagesVerification";
    }

    /// A rule that selects applications, and what they follow.
    pub struct ApplicationRef {
        /// Glob over the application's name.
        pub name_pattern: String = "namePattern" required;
        /// Labels the application must have.
        pub label_selectors: Option<LabelSelector> = "labelSelectors";
        /// Whether the application's annotations say what it follows; nothing else of this rule counts then.
        pub use_annotations: bool = "useAnnotations";
        /// How images must be signed.
        pub images_verification: Option<ImagesVerification> = "imagesVerification";
        /// What holds for these images.
        pub common_update_settings: Option<CommonUpdateSettings> = "commonUpdateSettings";
        /// Where versions are written.
        pub write_back_config: Option<WriteBackConfig> = "writeBackConfig";
        /// The images.
        pub images: Vec<ImageConfig> = "images";
    }

    /// Labels that are asked for.
    pub struct LabelSelector {
        /// Exact values.
        pub match_labels: BTreeMap<String, String> = "matchLabels";
        /// Other demands.
        pub match_expressions: Vec<LabelSelectorRequirement> = "matchExpressions";
    }

    /// A demand on one label.
    pub struct LabelSelectorRequirement {
        /// The label.
        pub key: String = "key" required;
        /// In, NotIn, Exists or DoesNotExist.
        pub operator: String = "operator" required;
        /// The values of In and NotIn.
        pub values: Vec<String> = "values";
    }

    /// One image that is followed.
    pub struct ImageConfig {
        /// A short name.
        pub alias: String = "alias" required;
        /// The image, with a constraint in place of its tag.
        pub image_name: String = "imageName" required;
        /// What holds for this image.
        pub common_update_settings: Option<CommonUpdateSettings> = "commonUpdateSettings";
        /// Where its version is written.
        pub manifest_targets: Option<ManifestTarget> = "manifestTargets";
        /// How it must be signed.
        pub images_verification: Option<ImagesVerification> = "imagesVerification";
    }

    /// Which versions are followed.
    pub struct CommonUpdateSettings {
        /// semver, newest-build, alphabetical or digest.
        pub update_strategy: Option<String> = "updateStrategy";
        /// Whether an image that does not run yet is updated too.
        pub force_update: Option<bool> = "forceUpdate";
        /// any, or regexp: and an expression.
        pub allow_tags: Option<String> = "allowTags";
        /// Globs of tags that do not count.
        pub ignore_tags: Option<Vec<String>> = "ignoreTags";
        /// Where the registry's credentials come from.
        pub pull_secret: Option<String> = "pullSecret";
        /// What an image must be built for.
        pub platforms: Option<Vec<String>> = "platforms";
    }

    /// Where versions are written.
    pub struct WriteBackConfig {
        /// argocd, git, or git: and where credentials come from.
        pub method: Option<String> = "method";
        /// How commits are written.
        pub git_config: Option<GitConfig> = "gitConfig";
    }

    /// How commits are written.
    pub struct GitConfig {
        /// Another repository than the application's own.
        pub repository: Option<String> = "repository";
        /// The branch, or the branch and a template of the branch that is pushed, divided by a colon.
        pub branch: Option<String> = "branch";
        /// kustomization, helmvalues, each with a path after a colon, or a file.
        pub write_back_target: Option<String> = "writeBackTarget";
        /// Asks for the commit to be merged.
        pub pull_request: Option<PullRequest> = "pullRequest";
    }

    /// Asks for commits to be merged.
    pub struct PullRequest {
        /// By a pull request of GitHub.
        pub github: Option<PullRequestGitHub> = "github";
        /// By a merge request of GitLab.
        pub gitlab: Option<PullRequestGitLab> = "gitlab";
        /// Labels of the request.
        pub labels: Vec<String> = "labels";
    }

    /// A pull request of GitHub.
    pub struct PullRequestGitHub {
        /// Where its API is, if not where the repository's host has it.
        pub api: String = "api";
    }

    /// A merge request of GitLab.
    pub struct PullRequestGitLab {
        /// Where its API is, if not where the repository's host has it.
        pub api: String = "api";
    }

    /// Where a version is written in manifests: one of these.
    pub struct ManifestTarget {
        /// Values of a chart.
        pub helm: Option<HelmTarget> = "helm";
        /// An image of a kustomization.
        pub kustomize: Option<KustomizeTarget> = "kustomize";
        /// Variables of a plugin.
        pub plugin: Option<PluginTarget> = "plugin";
    }

    /// Values of a chart.
    pub struct HelmTarget {
        /// That of the image's name.
        pub name: Option<String> = "name";
        /// That of its tag.
        pub tag: Option<String> = "tag";
        /// That of both in one.
        pub spec: Option<String> = "spec";
    }

    /// An image of a kustomization.
    pub struct KustomizeTarget {
        /// Its name in the manifests.
        pub name: Option<String> = "name";
    }

    /// Variables of a plugin.
    pub struct PluginTarget {
        /// That of the image's name.
        pub name: Option<String> = "name";
        /// That of its tag.
        pub tag: Option<String> = "tag";
        /// That of both in one.
        pub spec: Option<String> = "spec";
    }

    /// How images must be signed.
    pub struct ImagesVerification {
        /// Whether they must; they must unless this says no.
        pub enabled: Option<bool> = "enabled";
        /// The key they must be signed with.
        pub cosign_key: Option<SecretRef> = "cosignKey";
    }

    /// A value of a Secret of the same namespace.
    pub struct SecretRef {
        /// The Secret.
        pub secret_name: String = "secretName" required;
        /// The key in it.
        pub key: String = "key" required;
    }

    /// What came of it.
    pub struct ImageUpdaterStatus {
        /// The generation that this speaks of.
        pub observed_generation: i64 = "observedGeneration";
        /// When registries were asked last.
        pub last_checked_at: Option<Time> = "lastCheckedAt";
        /// When a version was written last.
        pub last_updated_at: Option<Time> = "lastUpdatedAt";
        /// How many applications it selects.
        pub applications_matched: i32 = "applicationsMatched";
        /// How many images it follows.
        pub images_managed: i32 = "imagesManaged";
        /// What was written last.
        pub recent_updates: Vec<RecentUpdate> = "recentUpdates";
        /// What is right and what is wrong.
        pub conditions: Vec<Condition> = "conditions";
    }

    /// A version that was written.
    pub struct RecentUpdate {
        /// The image's short name.
        pub alias: String = "alias" required;
        /// The image.
        pub image: String = "image" required;
        /// The version.
        pub new_version: String = "newVersion" required;
        /// In how many applications.
        pub applications_updated: i32 = "applicationsUpdated" required;
        /// When.
        pub updated_at: Option<Time> = "updatedAt";
        /// For people.
        pub message: String = "message";
    }

    /// What is right or wrong.
    pub struct Condition {
        /// What it is about.
        pub condition_type: String = "type" required;
        /// True, False or Unknown.
        pub status: String = "status" required;
        /// The generation that it speaks of.
        pub observed_generation: i64 = "observedGeneration";
        /// Since when.
        pub last_transition_time: Option<Time> = "lastTransitionTime";
        /// For machines.
        pub reason: String = "reason" required;
        /// For people.
        pub message: String = "message" required;
    }
}

impl ImageUpdater {
    /// Reads the object.
    ///
    /// # Errors
    /// When a field has another type than it should.
    pub fn read(object: &Object) -> Result<Self, ReadError> {
        read(object, IMAGE_UPDATER)
    }
}
