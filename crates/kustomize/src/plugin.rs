//! Configurations of the built-in plugins. All other plugins are programs or containers, and refused by name.

use crate::kustomization::{
    FieldSpec, Fields, GeneratorArgs, HelmChart, HelmGlobals, Image, Patch, Reading, Replacement, ReplacementEntry,
    Replica, field_spec, part, read_plugin,
};
use crate::node::to_value;
use crate::problem::{Problem, ProblemKind, Result};
use crate::resource::Resource;
use crate::transform::{Subjects, ValueTarget};
use budget::Budget;
use serde_json::Value;
use std::collections::BTreeMap;
use yaml::Dialect;

/// A generator that has been configured.
pub(crate) enum Generator {
    Data(GeneratorArgs),
    Chart(Box<HelmChart>, HelmGlobals),
    IamPolicy(Value),
}

/// A transformer that has been configured.
pub(crate) enum Transformer {
    Annotations(BTreeMap<String, String>, Vec<FieldSpec>),
    Labels(BTreeMap<String, String>, Vec<FieldSpec>),
    Hash,
    Image(Image, Vec<FieldSpec>),
    Namespace {
        name: String,
        unset_only: bool,
        subjects: Subjects,
        specs: Vec<FieldSpec>,
    },
    /// Whether each is a prefix, its text and its fields.
    Affixes(Vec<(bool, String, Vec<FieldSpec>)>),
    Json6902(Patch),
    /// Files or patches, and patches as text.
    StrategicMerge(Vec<String>, String),
    Patch(Patch),
    Replicas(Replica, Vec<FieldSpec>),
    Replacements(Vec<ReplacementEntry>),
    ValueAdd {
        value: String,
        targets: Vec<ValueTarget>,
        file: String,
    },
}

/// What is wrong with a plugin that is not built in.
fn refusal(config: &Resource) -> Option<Problem> {
    if config.api_version() == "builtin" {
        return None;
    }
    let function = ["config.kubernetes.io/function", "config.k8s.io/function"]
        .iter()
        .find_map(|annotation| config.annotation(annotation));
    let what = match function {
        Some(text) if text.contains("exec") => " (it is a program, and nothing is executed to render)",
        Some(_) => " (it is a container, and nothing is executed to render)",
        None => "",
    };
    let message =
        format!("external plugins disabled; unable to load external plugin '{}'{what}", config.original_id().kind);
    Some(Problem::new(ProblemKind::Refused, message))
}

fn unknown(config: &Resource) -> Problem {
    Problem::invalid(format!("unable to load builtin {}", config.gvk()))
}

/// The metadata of a configuration.
fn metadata(value: &Value, field: &str) -> String {
    value.pointer(&format!("/metadata/{field}")).and_then(Value::as_str).unwrap_or_default().to_owned()
}

impl Generator {
    /// # Errors
    /// When it is not built in, or its configuration is no good.
    pub fn read(config: &Resource) -> Result<Self> {
        if let Some(problem) = refusal(config) {
            return Err(problem);
        }
        let value = to_value(&config.node)?;
        let kind = config.kind();
        match kind {
            "ConfigMapGenerator" | "SecretGenerator" => {
                let read = if kind == "SecretGenerator" { part::secret } else { part::config_map };
                let mut args = read_plugin(value.clone(), "GeneratorArgs", read)?;
                if args.name.is_empty() {
                    args.name = metadata(&value, "name");
                }
                if args.namespace.is_empty() {
                    args.namespace = metadata(&value, "namespace");
                }
                Ok(Generator::Data(args))
            }
            "HelmChartInflationGenerator" => {
                let globals = read_plugin(value.clone(), "HelmGlobals", part::globals)?;
                let chart = read_plugin(value, "HelmChart", part::chart)?;
                Ok(Generator::Chart(Box::new(chart), globals))
            }
            "IAMPolicyGenerator" => Ok(Generator::IamPolicy(value)),
            _ if Transformer::is_known(kind) => {
                Err(Problem::invalid(format!("plugin {} not a generator", config.original_id())))
            }
            _ => Err(unknown(config)),
        }
    }
}

fn specs(fields: &mut Fields) -> Result<Vec<FieldSpec>> {
    fields.list("fieldSpecs", field_spec)
}

impl Transformer {
    fn is_known(kind: &str) -> bool {
        kind.ends_with("Transformer")
    }

    /// # Errors
    /// When it is not built in, or its configuration is no good.
    pub fn read(config: &Resource) -> Result<Self> {
        if let Some(problem) = refusal(config) {
            return Err(problem);
        }
        let value = to_value(&config.node)?;
        let namespace = metadata(&value, "namespace");
        let mut fields = Fields::new(value, "Plugin", Reading::Lenient)?;
        let read = Transformer::read_fields(config, &mut fields, namespace);
        read.map_err(|problem| problem.within(format!("plugin {} fails configuration", config.original_id())))
    }

    fn read_fields(config: &Resource, fields: &mut Fields, namespace: String) -> Result<Self> {
        Ok(match config.kind() {
            "AnnotationsTransformer" => Transformer::Annotations(fields.texts("annotations")?, specs(fields)?),
            "LabelTransformer" => Transformer::Labels(fields.texts("labels")?, specs(fields)?),
            "HashTransformer" => Transformer::Hash,
            "ImageTagTransformer" => {
                Transformer::Image(fields.object("imageTag", part::image)?.unwrap_or_default(), specs(fields)?)
            }
            "NamespaceTransformer" => Transformer::Namespace {
                name: namespace,
                unset_only: fields.flag("unsetOnly")?,
                subjects: Subjects::parse(&fields.string("setRoleBindingSubjects")?)?,
                specs: specs(fields)?,
            },
            "PrefixTransformer" => Transformer::Affixes(vec![affix(fields, true)?]),
            "SuffixTransformer" => Transformer::Affixes(vec![affix(fields, false)?]),
            "PrefixSuffixTransformer" => {
                let (_, prefix, specs) = affix(fields, true)?;
                let suffix = fields.string("suffix")?;
                Transformer::Affixes(vec![(true, prefix, specs.clone()), (false, suffix, specs)])
            }
            "PatchJson6902Transformer" => Transformer::Json6902(Patch {
                path: fields.string("path")?,
                patch: fields.string("jsonOp")?,
                target: fields.object("target", part::selector)?,
                ..Patch::default()
            }),
            "PatchStrategicMergeTransformer" => {
                Transformer::StrategicMerge(fields.strings("paths")?, fields.string("patches")?)
            }
            "PatchTransformer" => Transformer::Patch(Patch {
                path: fields.string("path")?,
                patch: fields.string("patch")?,
                target: fields.object("target", part::selector)?,
                options: fields.object("options", part::patch_options)?.unwrap_or_default(),
            }),
            "ReplicaCountTransformer" => {
                Transformer::Replicas(fields.object("replica", part::replica)?.unwrap_or_default(), specs(fields)?)
            }
            "ReplacementTransformer" => Transformer::Replacements(fields.list("replacements", part::entry)?),
            "ValueAddTransformer" => Transformer::ValueAdd {
                value: fields.string("value")?.trim().to_owned(),
                targets: fields.list("targets", ValueTarget::read)?,
                file: fields.string("targetFilePath")?,
            },
            _ => return Err(unknown(config)),
        })
    }
}

fn affix(fields: &mut Fields, is_prefix: bool) -> Result<(bool, String, Vec<FieldSpec>)> {
    let text = fields.string(if is_prefix { "prefix" } else { "suffix" })?;
    let specs = specs(fields)?;
    if specs.is_empty() {
        return Err(Problem::invalid("fieldSpecs is not expected to be nil"));
    }
    Ok((is_prefix, text, specs))
}

/// The replacements of a file: one, or a list of them.
///
/// # Errors
/// When it holds something else.
pub(crate) fn replacements(value: Value) -> Result<Vec<Replacement>> {
    match value {
        Value::Array(items) => {
            items.into_iter().map(|item| read_plugin(item, "Replacement", part::replacement)).collect()
        }
        Value::Object(_) => Ok(vec![read_plugin(value, "Replacement", part::replacement)?]),
        _ => Err(Problem::invalid("unsupported replacement type encountered within replacement path")),
    }
}

/// The targets that a file holds.
///
/// # Errors
/// When it is no YAML, or holds something else.
pub(crate) fn value_targets(content: &[u8], budget: &mut Budget) -> Result<Vec<ValueTarget>> {
    let value = yaml::parse_one(content, Dialect::V2, budget)
        .map_err(|error| Problem::new(ProblemKind::Malformed, error.to_string()))?;
    Fields::new(value, "targets", Reading::Lenient)?.list("targets", ValueTarget::read)
}
