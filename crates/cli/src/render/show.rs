//! What `capstan render` prints.

use crate::app::{Format, text};
use crate::failure::Failure;
use crate::terminal;
use clap::ValueEnum;
use render::{Manifest, Rendered};
use serde_json::Value;

/// The formats of `-o`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Output {
    /// A YAML stream
    Yaml,
    /// A JSON list
    Json,
}

/// Prints the objects in the order in which they were rendered.
pub(super) fn objects(all: &[Rendered], output: Output) -> Result<(), Failure> {
    let values: Vec<Value> = manifests(all).map(|manifest| manifest.object.value()).collect();
    match output {
        Output::Yaml => terminal::print(&yaml::emit_all(&values)),
        Output::Json => terminal::print(&text(&Value::Array(values), Format::Json)),
    }
}

/// Prints where each object comes from.
pub(super) fn origins(all: &[Rendered]) -> Result<(), Failure> {
    let rows: Vec<(String, String)> =
        manifests(all).map(|manifest| (manifest.origin.to_string(), name(manifest))).collect();
    let width = rows.iter().map(|(origin, _)| origin.chars().count()).max().unwrap_or_default();
    let lines: String = rows.iter().map(|(origin, name)| format!("{origin:width$}  {name}\n")).collect();
    terminal::print(&lines)
}

fn manifests(all: &[Rendered]) -> impl Iterator<Item = &Manifest> {
    all.iter().flat_map(|rendered| &rendered.objects)
}

/// `Deployment/web`, or `Deployment/shop/web` where the object says its namespace.
fn name(manifest: &Manifest) -> String {
    let object = &manifest.object;
    let namespace = object.meta().namespace.as_deref().map(|namespace| format!("{namespace}/")).unwrap_or_default();
    format!("{}/{namespace}{}", object.gvk().kind, object.name())
}
