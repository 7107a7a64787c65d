//! A configuration for a command: of files, or of the cluster.

use super::place::Place;
use crate::failure::Failure;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use budget::Budget;
use notifications::{Config, Owner, Secrets, Source};
use object::Gvk;
use serde_json::Value as Json;
use std::collections::BTreeMap;
use std::io::Read;
use yaml::Dialect;

/// What stands for a Secret without values.
const EMPTY: &str = ":empty";

/// Reads the configuration that the flags name.
pub(super) async fn read(place: &Place<'_>, map: Option<&str>, secret: Option<&str>) -> Result<Config, Failure> {
    let map = match map {
        Some(file) => of_file(file, "ConfigMap", place.product.config_map())?,
        None => of_cluster(place, "ConfigMap", place.product.config_map()).await?,
    };
    let secret = match secret {
        Some(EMPTY) => Json::Null,
        Some(file) => of_file(file, "Secret", place.product.secret())?,
        None => of_cluster(place, "Secret", place.product.secret()).await?,
    };
    let data: BTreeMap<String, String> = texts(&map, "/data").collect();
    let mut values: BTreeMap<String, Vec<u8>> = BTreeMap::new();
    values.extend(texts(&secret, "/data").filter_map(|(key, value)| Some((key, STANDARD.decode(value).ok()?))));
    values.extend(texts(&secret, "/stringData").map(|(key, value)| (key, value.into_bytes())));
    let (product, namespace) = (place.product, place.namespace.as_str());
    let source = Source { product, namespace, data: &data, secrets: Secrets::new(values), owner: Owner::ControlPlane };
    Ok(Config::read(source))
}

fn texts<'j>(tree: &'j Json, pointer: &str) -> impl Iterator<Item = (String, String)> + 'j {
    let entries = tree.pointer(pointer).and_then(Json::as_object).into_iter().flatten();
    entries.filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned())))
}

/// The object of that kind and name in a file; `-` is the standard input.
fn of_file(file: &str, kind: &str, name: &str) -> Result<Json, Failure> {
    let all = documents(file)?;
    let is_it = |it: &Json| it["kind"] == kind && it["metadata"]["name"] == name;
    let found = all.into_iter().find(is_it);
    found.ok_or_else(|| Failure::with_code(1, format!("file '{file}' does not have '/{kind}/{name}'")))
}

/// The documents of a file.
pub(super) fn documents(file: &str) -> Result<Vec<Json>, Failure> {
    let text = if file == "-" {
        let mut text = Vec::new();
        std::io::stdin().read_to_end(&mut text)?;
        text
    } else {
        std::fs::read(file).map_err(|error| Failure::with_code(1, format!("{file} cannot be read: {error}")))?
    };
    let read = yaml::parse_all(&text, Dialect::V2, &mut Budget::default());
    let read = read.map_err(|error| Failure::with_code(1, format!("failed to unmarshal manifest: {file}: {error}")))?;
    Ok(read.into_iter().map(|document| document.value).collect())
}

async fn of_cluster(place: &Place<'_>, kind: &str, name: &str) -> Result<Json, Failure> {
    let client = place.client().await?;
    let found = client.get(&Gvk::new("", "v1", kind), Some(&place.namespace), name).await?;
    let told = || format!("{}s \"{name}\" not found in namespace {}", kind.to_lowercase(), place.namespace);
    found.map(|object| object.value()).ok_or_else(|| Failure::with_code(1, told()))
}
