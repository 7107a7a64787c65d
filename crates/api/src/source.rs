//! Where manifests come from: an application's source and the options of each tool.

use crate::int_or_string::IntOrString;
use crate::wire::wire;
use serde_json::Value;
use std::collections::BTreeMap;

wire! {
    /// One place manifests come from and how they are made.
    pub struct ApplicationSource {
        /// URL of the Git repository, Helm repository or OCI artifact.
        pub repo_url: String = "repoURL" required;
        /// Directory within the repository.
        pub path: String = "path";
        /// Git reference, commit, semantic version range or chart version; empty means HEAD.
        pub target_revision: String = "targetRevision";
        /// Options of Helm.
        pub helm: Option<ApplicationSourceHelm> = "helm";
        /// Options of Kustomize.
        pub kustomize: Option<ApplicationSourceKustomize> = "kustomize";
        /// Options of a directory of plain manifests.
        pub directory: Option<ApplicationSourceDirectory> = "directory";
        /// Options of a config management plugin.
        pub plugin: Option<ApplicationSourcePlugin> = "plugin";
        /// Name of the chart in a Helm repository.
        pub chart: String = "chart";
        /// Name by which sibling sources refer to files of this one.
        pub ref_name: String = "ref";
        /// Label of this source among several; unique.
        pub name: String = "name";
        /// Only tags with this prefix are candidates for the target revision; it is stripped before comparison.
        pub tag_prefix: String = "tagPrefix";
    }

    /// Options of Helm.
    pub struct ApplicationSourceHelm {
        /// Values files: relative to the path, absolute from the repository's root, URLs, or in a named source.
        pub value_files: Vec<String> = "valueFiles";
        /// Values set one by one.
        pub parameters: Vec<HelmParameter> = "parameters";
        /// Name of the release; the application's name if empty.
        pub release_name: String = "releaseName";
        /// Values as YAML text.
        pub values: String = "values";
        /// Values set from files.
        pub file_parameters: Vec<HelmFileParameter> = "fileParameters";
        /// Version of Helm: v3 or v4.
        pub version: String = "version";
        /// Pass credentials to every domain.
        pub pass_credentials: bool = "passCredentials";
        /// Skip values files that do not exist.
        pub ignore_missing_value_files: bool = "ignoreMissingValueFiles";
        /// Leave the chart's crds directory out.
        pub skip_crds: bool = "skipCrds";
        /// Values as an object; wins over the text.
        pub values_object: Option<Value> = "valuesObject";
        /// Namespace passed to Helm instead of the destination's.
        pub namespace: String = "namespace";
        /// Kubernetes version passed to Helm instead of the cluster's.
        pub kube_version: String = "kubeVersion";
        /// API versions passed to Helm instead of the cluster's.
        pub api_versions: Vec<String> = "apiVersions";
        /// Leave test hooks out.
        pub skip_tests: bool = "skipTests";
        /// Do not check values against the chart's JSON schema.
        pub skip_schema_validation: bool = "skipSchemaValidation";
    }

    /// A Helm value set by name.
    pub struct HelmParameter {
        /// Path of the value.
        pub name: String = "name";
        /// The value.
        pub value: String = "value";
        /// Keep the value a string.
        pub force_string: bool = "forceString";
    }

    /// A Helm value set from a file.
    pub struct HelmFileParameter {
        /// Path of the value.
        pub name: String = "name";
        /// Path of the file.
        pub path: String = "path";
    }

    /// Options of Kustomize.
    pub struct ApplicationSourceKustomize {
        /// Prefix of every name.
        pub name_prefix: String = "namePrefix";
        /// Suffix of every name.
        pub name_suffix: String = "nameSuffix";
        /// Image overrides in Kustomize's syntax.
        pub images: Vec<String> = "images";
        /// Labels added to everything.
        pub common_labels: BTreeMap<String, String> = "commonLabels";
        /// Named version of the tool.
        pub version: String = "version";
        /// Annotations added to everything.
        pub common_annotations: BTreeMap<String, String> = "commonAnnotations";
        /// Overwrite labels that exist.
        pub force_common_labels: bool = "forceCommonLabels";
        /// Overwrite annotations that exist.
        pub force_common_annotations: bool = "forceCommonAnnotations";
        /// Namespace set on everything.
        pub namespace: String = "namespace";
        /// Replace build variables in annotation values.
        pub common_annotations_envsubst: bool = "commonAnnotationsEnvsubst";
        /// Replica overrides.
        pub replicas: Vec<KustomizeReplica> = "replicas";
        /// Patches.
        pub patches: Vec<KustomizePatch> = "patches";
        /// Components to include.
        pub components: Vec<String> = "components";
        /// Skip components that do not exist.
        pub ignore_missing_components: bool = "ignoreMissingComponents";
        /// Do not add labels to selectors.
        pub label_without_selector: bool = "labelWithoutSelector";
        /// Kubernetes version passed to the tool instead of the cluster's.
        pub kube_version: String = "kubeVersion";
        /// API versions passed to the tool instead of the cluster's.
        pub api_versions: Vec<String> = "apiVersions";
        /// Add labels to templates too.
        pub label_include_templates: bool = "labelIncludeTemplates";
    }

    /// How many replicas something has.
    pub struct KustomizeReplica {
        /// Name of the resource.
        pub name: String = "name" required;
        /// Number of replicas.
        pub count: IntOrString = "count" required;
    }

    /// A patch of Kustomize.
    pub struct KustomizePatch {
        /// File that holds the patch.
        pub path: String = "path";
        /// The patch itself.
        pub patch: String = "patch";
        /// What it applies to.
        pub target: Option<KustomizeSelector> = "target";
        /// Options of the patch.
        pub options: BTreeMap<String, bool> = "options";
    }

    /// What a patch applies to.
    pub struct KustomizeSelector {
        /// API group.
        pub group: String = "group";
        /// API version.
        pub version: String = "version";
        /// Kind.
        pub kind: String = "kind";
        /// Name.
        pub name: String = "name";
        /// Namespace.
        pub namespace: String = "namespace";
        /// Annotation selector.
        pub annotation_selector: String = "annotationSelector";
        /// Label selector.
        pub label_selector: String = "labelSelector";
    }

    /// Options of a directory of plain manifests.
    pub struct ApplicationSourceDirectory {
        /// Read subdirectories too.
        pub recurse: bool = "recurse";
        /// Options of Jsonnet.
        pub jsonnet: ApplicationSourceJsonnet = "jsonnet";
        /// Glob of paths to leave out.
        pub exclude: String = "exclude";
        /// Glob of paths to take; all if empty.
        pub include: String = "include";
        /// Read files whatever their extension.
        pub disable_extension_filter: bool = "disableExtensionFilter";
    }

    /// Options of Jsonnet.
    pub struct ApplicationSourceJsonnet {
        /// External variables.
        pub ext_vars: Vec<JsonnetVar> = "extVars";
        /// Top-level arguments.
        pub tlas: Vec<JsonnetVar> = "tlas";
        /// Directories to search for libraries.
        pub libs: Vec<String> = "libs";
    }

    /// A variable handed to Jsonnet.
    pub struct JsonnetVar {
        /// Its name.
        pub name: String = "name" required;
        /// Its value.
        pub value: String = "value" required;
        /// Whether the value is code.
        pub code: bool = "code";
    }

    /// Options of a config management plugin.
    pub struct ApplicationSourcePlugin {
        /// Name of the plugin; found by discovery if empty.
        pub name: String = "name";
        /// Environment variables.
        pub env: Vec<EnvEntry> = "env";
        /// Parameters.
        pub parameters: Vec<PluginParameter> = "parameters";
    }

    /// An environment variable.
    pub struct EnvEntry {
        /// Its name.
        pub name: String = "name" required;
        /// Its value.
        pub value: String = "value" required;
    }

    /// A parameter of a plugin: a string, a list or a map.
    pub struct PluginParameter {
        /// Its name.
        pub name: String = "name";
        /// Its value, if it is a string.
        pub string: Option<String> = "string";
        /// Its value, if it is a map; an empty map is a value.
        pub map: Option<BTreeMap<String, String>> = "map";
        /// Its value, if it is a list; an empty list is a value.
        pub array: Option<Vec<String>> = "array";
    }
}

impl ApplicationSource {
    /// The source with tool blocks that say nothing taken away, as upstream stores it.
    #[must_use]
    pub fn normalized(mut self) -> Self {
        fn drop_empty<T: crate::wire::Shaped>(block: &mut Option<T>) {
            if block.as_ref().is_some_and(T::is_zero) {
                *block = None;
            }
        }
        drop_empty(&mut self.helm);
        drop_empty(&mut self.kustomize);
        drop_empty(&mut self.directory);
        self
    }

    /// The names of the tools that have a block, in upstream's order; more than one is an error.
    #[must_use]
    pub fn explicit_types(&self) -> Vec<&'static str> {
        let blocks = [
            ("Kustomize", self.kustomize.is_some()),
            ("Helm", self.helm.is_some()),
            ("Directory", self.directory.is_some()),
            ("Plugin", self.plugin.is_some()),
        ];
        blocks.into_iter().filter(|(_, present)| *present).map(|(name, _)| name).collect()
    }

    /// The one tool that has a block, if any.
    ///
    /// # Errors
    /// Upstream's message when several tools have one.
    pub fn explicit_type(&self) -> Result<Option<&'static str>, String> {
        match self.explicit_types()[..] {
            [] => Ok(None),
            [one] => Ok(Some(one)),
            ref several => Err(format!("multiple application sources defined: {}", several.join(","))),
        }
    }

    /// Whether the source only lends its files to siblings.
    #[must_use]
    pub fn is_ref_only(&self) -> bool {
        !self.ref_name.is_empty() && self.path.is_empty() && self.chart.is_empty()
    }
}
