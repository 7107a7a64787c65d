//! Rules about Chart.yaml.

use super::addresses::{is_email, is_request_url, is_url};
use super::message::{Messages, Severity};
use crate::chart::Metadata;
use crate::objects::{DEPENDENCY_ORDER, METADATA_ORDER};
use crate::profile::Profile;
use crate::values::{decoding, read_document};
use budget::Budget;
use goversion::{Constraints, Version};
use serde_json::Value;

const FILE: &str = "Chart.yaml";

/// All of them, for the content of Chart.yaml.
pub(super) fn check(content: &[u8], profile: Profile, budget: &mut Budget, messages: &mut Messages) {
    let mut metadata = Metadata::default();
    let read = read_document(content, budget).and_then(|value| {
        metadata.read(&value).map_err(|cause| decoding(&profile.of_chart_package(&cause))).map(|()| value)
    });
    let value = match read {
        Ok(value) => value,
        Err(cause) => {
            messages.rule(Severity::Error, FILE, Some(format!("unable to parse YAML\n\t{cause}")));
            return;
        }
    };
    let mut rule = |severity, problem| messages.rule(severity, FILE, problem);
    if profile.is_four()
        && let Some(unknown) = unknown_field(&value)
    {
        let cause = decoding(&format!("json: unknown field {unknown:?}"));
        rule(Severity::Warning, Some(format!("failed to strictly parse chart metadata file\n\t{cause}")));
    }
    rule(Severity::Error, name(&metadata));
    rule(Severity::Error, api_version(&metadata));
    rule(Severity::Error, no_text(&value, "version"));
    rule(Severity::Error, version(&metadata, profile));
    rule(Severity::Error, no_text(&value, "appVersion"));
    rule(Severity::Error, maintainers(&metadata, profile));
    let bad_source = metadata.sources.iter().find(|source| !is_request_url(source));
    rule(Severity::Error, bad_source.map(|source| format!("invalid source URL '{source}'")));
    let icon = &metadata.icon;
    rule(Severity::Info, icon.is_empty().then(|| "icon is recommended".to_owned()));
    let is_bad_icon = !icon.is_empty() && !is_request_url(icon);
    rule(Severity::Error, is_bad_icon.then(|| format!("invalid icon URL '{icon}'")));
    let version = &metadata.api_version;
    let is_second = version == "v2";
    rule(
        Severity::Error,
        (!metadata.kind.is_empty() && !is_second)
            .then(|| format!("chart type is not valid in apiVersion '{version}'. It is valid in apiVersion 'v2'")),
    );
    let has_dependencies = metadata.dependencies.as_ref().is_some_and(|all| !all.is_empty());
    rule(Severity::Error, (has_dependencies && !is_second).then(|| {
        format!(
            "dependencies are not valid in the Chart file with apiVersion '{version}'. They are valid in apiVersion 'v2'"
        )
    }));
    if profile.is_four() {
        let version = &metadata.version;
        let is_strict = Version::parse_strict(version, profile.versions()).is_ok();
        rule(Severity::Warning, (!is_strict).then(|| format!("version '{version}' is not a valid SemVerV2")));
    }
}

fn name(metadata: &Metadata) -> Option<String> {
    let name = &metadata.name;
    if name.is_empty() {
        return Some("name is required".to_owned());
    }
    (name.contains('/')).then(|| format!("chart name {name:?} is invalid"))
}

fn api_version(metadata: &Metadata) -> Option<String> {
    const WANTED: &str = "The value must be either \"v1\" or \"v2\"";
    match metadata.api_version.as_str() {
        "v1" | "v2" => None,
        "" => Some(format!("apiVersion is required. {WANTED}")),
        other => Some(format!("apiVersion '{other}' is not valid. {WANTED}")),
    }
}

fn version(metadata: &Metadata, profile: Profile) -> Option<String> {
    let version = &metadata.version;
    if version.is_empty() {
        return Some("version is required".to_owned());
    }
    match Version::parse(version, profile.versions()) {
        Err(_) => Some(format!("version '{version}' is not a valid SemVer")),
        Ok(parsed) => {
            let constraint = Constraints::parse(">0.0.0-0", profile.versions()).ok()?;
            (!constraint.check(&parsed)).then(|| format!("version {parsed} is less than or equal to 0.0.0-0"))
        }
    }
}

/// What stands under `key` has to be text, as YAML reads it.
fn no_text(value: &Value, key: &str) -> Option<String> {
    let go_type = match value.get(key)? {
        Value::String(_) => return None,
        Value::Null => "<nil>",
        Value::Bool(_) => "bool",
        Value::Number(_) => "float64",
        Value::Array(_) => "[]interface {}",
        Value::Object(_) => "map[string]interface {}",
    };
    Some(format!("{key} should be of type string but it's of type {go_type}"))
}

fn maintainers(metadata: &Metadata, profile: Profile) -> Option<String> {
    for maintainer in &metadata.maintainers {
        let Some(maintainer) = maintainer else {
            if profile.is_four() {
                return Some("a maintainer entry is empty".to_owned());
            }
            continue;
        };
        let (name, email, url) = (&maintainer.name, &maintainer.email, &maintainer.url);
        if name.is_empty() {
            return Some("each maintainer requires a name".to_owned());
        }
        if !email.is_empty() && !is_email(email) {
            return Some(format!("invalid email '{email}' for maintainer '{name}'"));
        }
        if !url.is_empty() && !is_url(url) {
            return Some(format!("invalid url '{url}' for maintainer '{name}'"));
        }
    }
    None
}

/// The first field that Chart.yaml does not have, in the order of names.
fn unknown_field(value: &Value) -> Option<String> {
    const MAINTAINER: [&str; 3] = ["name", "email", "url"];
    let unknown = |value: &Value, known: &[&str]| {
        let mut names = value.as_object().into_iter().flat_map(serde_json::Map::keys);
        names.find(|name| !known.iter().any(|known| known.eq_ignore_ascii_case(name))).cloned()
    };
    for (name, below) in value.as_object()? {
        let known: &[&str] = match name.as_str() {
            "maintainers" => &MAINTAINER,
            "dependencies" => DEPENDENCY_ORDER,
            name if METADATA_ORDER.iter().any(|known| known.eq_ignore_ascii_case(name)) => continue,
            name => return Some(name.to_owned()),
        };
        if let Some(name) = below.as_array().into_iter().flatten().find_map(|item| unknown(item, known)) {
            return Some(name);
        }
    }
    None
}
