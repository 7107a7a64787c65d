//! Formats of text that nobody checks, of which the author of a definition is warned.

use super::read::{items, map, text};
use serde_json::Value;

/// The formats known to upstream, without dashes.
const KNOWN: [&str; 26] = [
    "bsonobjectid",
    "uri",
    "email",
    "hostname",
    "ipv4",
    "ipv6",
    "cidr",
    "mac",
    "uuid",
    "uuid3",
    "uuid4",
    "uuid5",
    "isbn",
    "isbn10",
    "isbn13",
    "creditcard",
    "ssn",
    "hexcolor",
    "rgbcolor",
    "byte",
    "password",
    "date",
    "duration",
    "datetime",
    "k8sshortname",
    "k8slongname",
];

/// A warning for each format of the definition's schemas that is not known, once, sorted.
pub fn warnings(definition: &Value) -> Vec<String> {
    let mut unknown = Vec::new();
    for version in definition.get("spec").map_or(&[][..], |spec| items(spec, "versions")) {
        if let Some(schema) = version.pointer("/schema/openAPIV3Schema") {
            collect(schema, &mut unknown);
        }
    }
    unknown.sort_unstable();
    unknown.dedup();
    unknown.iter().map(|format| format!("unrecognized format {format:?}")).collect()
}

fn collect<'v>(schema: &'v Value, unknown: &mut Vec<&'v str>) {
    let format = text(schema, "format");
    if text(schema, "type") == "string" && !format.is_empty() && !KNOWN.contains(&format.replace('-', "").as_str()) {
        unknown.push(format);
    }
    let below = map(schema, "properties").into_iter().flatten().map(|(_, property)| property);
    let others = ["items", "additionalProperties"].into_iter().filter_map(|word| schema.get(word));
    for schema in below.chain(others).filter(|schema| schema.is_object()) {
        collect(schema, unknown);
    }
}
