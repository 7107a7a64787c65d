//! `configMapGenerator`, `secretGenerator`, `generatorOptions`.

use super::Fields;
use crate::problem::Result;
use std::collections::BTreeMap;

/// Which of the two kinds is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum GeneratorKind {
    #[default]
    ConfigMap,
    Secret,
}

/// One generated object.
#[derive(Debug, Clone, Default)]
pub(crate) struct GeneratorArgs {
    pub kind: GeneratorKind,
    pub namespace: String,
    pub name: String,
    pub behavior: String,
    pub literals: Vec<String>,
    pub files: Vec<String>,
    pub envs: Vec<String>,
    /// Secrets only.
    pub secret_type: String,
    pub options: Option<GeneratorOptions>,
}

/// How generated objects are dressed.
#[derive(Debug, Clone, Default)]
pub(crate) struct GeneratorOptions {
    pub labels: BTreeMap<String, String>,
    pub annotations: BTreeMap<String, String>,
    pub disable_name_suffix_hash: bool,
    pub immutable: bool,
}

pub(crate) fn config_map(fields: &mut Fields) -> Result<GeneratorArgs> {
    args(fields, GeneratorKind::ConfigMap)
}

pub(crate) fn secret(fields: &mut Fields) -> Result<GeneratorArgs> {
    args(fields, GeneratorKind::Secret)
}

fn args(fields: &mut Fields, kind: GeneratorKind) -> Result<GeneratorArgs> {
    let mut envs = fields.strings("envs")?;
    let env = fields.string("env")?;
    if !env.is_empty() {
        envs.push(env);
    }
    Ok(GeneratorArgs {
        kind,
        namespace: fields.string("namespace")?,
        name: fields.string("name")?,
        behavior: fields.string("behavior")?,
        literals: fields.strings("literals")?,
        files: fields.strings("files")?,
        envs,
        secret_type: if kind == GeneratorKind::Secret { fields.string("type")? } else { String::new() },
        options: fields.object("options", options)?,
    })
}

pub(crate) fn options(fields: &mut Fields) -> Result<GeneratorOptions> {
    Ok(GeneratorOptions {
        labels: fields.texts("labels")?,
        annotations: fields.texts("annotations")?,
        disable_name_suffix_hash: fields.flag("disableNameSuffixHash")?,
        immutable: fields.flag("immutable")?,
    })
}

impl GeneratorArgs {
    /// The generator's own options, filled up from those for all.
    pub fn merged_options(&self, global: Option<&GeneratorOptions>) -> GeneratorOptions {
        let mut options = self.options.clone().unwrap_or_default();
        let Some(global) = global else { return options };
        for (key, value) in &global.labels {
            options.labels.entry(key.clone()).or_insert_with(|| value.clone());
        }
        for (key, value) in &global.annotations {
            options.annotations.entry(key.clone()).or_insert_with(|| value.clone());
        }
        options.disable_name_suffix_hash |= global.disable_name_suffix_hash;
        options.immutable |= global.immutable;
        options
    }
}
