//! `replacements`.

use super::Fields;
use super::patches::{self, Selector};
use crate::id::Gvk;
use crate::problem::Result;

/// A replacement written here, or the file that holds some.
#[derive(Debug, Clone, Default)]
pub(crate) struct ReplacementEntry {
    pub path: String,
    pub replacement: Replacement,
}

/// Where a value comes from and where it goes.
#[derive(Debug, Clone, Default)]
pub(crate) struct Replacement {
    pub source: Option<Source>,
    pub source_value: Option<String>,
    pub targets: Option<Vec<Target>>,
}

/// One field of exactly one object.
#[derive(Debug, Clone, Default)]
pub(crate) struct Source {
    pub gvk: Gvk,
    pub name: String,
    pub namespace: String,
    pub field_path: String,
    pub options: Option<FieldOptions>,
}

/// Fields of objects that are selected and not rejected.
#[derive(Debug, Clone, Default)]
pub(crate) struct Target {
    pub select: Option<Selector>,
    pub reject: Vec<Selector>,
    pub field_paths: Vec<String>,
    pub options: Option<FieldOptions>,
}

/// Which part of a field is meant.
#[derive(Debug, Clone, Default)]
pub(crate) struct FieldOptions {
    pub delimiter: String,
    pub index: i64,
    pub create: bool,
}

pub(crate) fn entry(fields: &mut Fields) -> Result<ReplacementEntry> {
    Ok(ReplacementEntry { path: fields.string("path")?, replacement: replacement(fields)? })
}

pub(crate) fn replacement(fields: &mut Fields) -> Result<Replacement> {
    let targets = fields.take("targets");
    let targets = match targets {
        None => None,
        Some(value) => {
            let mut holder = Fields::new(
                serde_json::Value::Object([("targets".to_owned(), value)].into_iter().collect()),
                "Replacement",
                super::Reading::Lenient,
            )?;
            Some(holder.list("targets", target)?)
        }
    };
    Ok(Replacement {
        source: fields.object("source", source)?,
        source_value: fields.optional_string("sourceValue")?,
        targets,
    })
}

fn source(fields: &mut Fields) -> Result<Source> {
    Ok(Source {
        gvk: patches::gvk(fields)?,
        name: fields.string("name")?,
        namespace: fields.string("namespace")?,
        field_path: fields.string("fieldPath")?,
        options: fields.object("options", field_options)?,
    })
}

fn target(fields: &mut Fields) -> Result<Target> {
    Ok(Target {
        select: fields.object("select", patches::selector)?,
        reject: fields.list("reject", patches::selector)?,
        field_paths: fields.strings("fieldPaths")?,
        options: fields.object("options", field_options)?,
    })
}

fn field_options(fields: &mut Fields) -> Result<FieldOptions> {
    // Read and without effect, as in the original.
    fields.string("encoding")?;
    Ok(FieldOptions {
        delimiter: fields.string("delimiter")?,
        index: fields.integer("index")?,
        create: fields.flag("create")?,
    })
}
