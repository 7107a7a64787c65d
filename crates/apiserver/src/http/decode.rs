//! From the bytes of a body to a tree of values that fits the resource.

use super::negotiate::{ContentType, PatchType};
use super::protobuf;
use crate::error::ApiError;
use crate::pipeline::{FieldValidation, WriteOptions};
use crate::resource::Served;
use crate::verbs::Patch;
use budget::{Budget, Limits};
use object::Gvk;
use serde_json::Value;
use yaml::DuplicateKey;

/// Bytes of a body that an error may show, as upstream.
const SUMMARY_BYTES: usize = 30;

/// Nesting of a body at most; far above what any kind needs, and safe for the stack.
const DEPTH_MAX: u32 = 128;

/// Nodes of a YAML body at most: aliases must not blow it up.
const NODES_MAX: u64 = 1_000_000;

/// A decoded body and what is to be warned about it.
#[derive(Debug)]
pub struct Decoded {
    pub object: Value,
    pub warnings: Vec<String>,
}

/// Decodes the object of a create or update.
pub fn object(
    served: &Served,
    bytes: &[u8],
    content_type: ContentType,
    validation: FieldValidation,
) -> Result<Decoded, ApiError> {
    let kind = served.resource.kind();
    let unrecognized = |cause: &str| {
        ApiError::bad_request(format!(
            "the object provided is unrecognized (must be of type {kind}): {cause} ({})",
            summary(bytes)
        ))
    };
    let mut repeated = Vec::new();
    let mut value = match content_type {
        ContentType::Json => json(bytes)
            .map_err(|error| unrecognized(&format!("couldn't get version/kind; json parse error: {error}")))?,
        ContentType::Yaml => {
            let (value, keys) = yaml(bytes).map_err(|error| unrecognized(&error))?;
            repeated = keys;
            value
        }
        ContentType::Protobuf => protobuf::decode(bytes).map_err(|error| unrecognized(&error.to_string()))?,
        _ => return Err(unsupported_media_type()),
    };
    if value.is_null() {
        value = Value::Object(serde_json::Map::new());
    }
    check_type(served, &mut value, &unrecognized)?;
    let cannot = |cause: &str| {
        let version = &served.version;
        ApiError::bad_request(format!("{kind} in version \"{version}\" cannot be handled as a {kind}: {cause}"))
    };
    let mut decoded = served.fit(value).map_err(|error| cannot(&error.to_string()))?;
    if content_type == ContentType::Json {
        decoded.strict.extend(duplicate_fields(bytes));
    }
    match validation {
        FieldValidation::Strict if !(repeated.is_empty() && decoded.strict.is_empty()) => {
            let repeated = strict_yaml(&repeated).into_iter();
            let causes: Vec<String> = repeated.chain(decoded.strict).collect();
            Err(cannot(&format!("strict decoding error: {}", causes.join(", "))))
        }
        FieldValidation::Warn => {
            let repeated = repeated.iter().map(DuplicateKey::to_string);
            Ok(Decoded { object: decoded.value, warnings: repeated.chain(decoded.strict).collect() })
        }
        _ => Ok(Decoded { object: decoded.value, warnings: Vec::new() }),
    }
}

/// What go-yaml's strict decoding says of keys that a mapping has twice; nothing when there are none.
fn strict_yaml(repeated: &[DuplicateKey]) -> Option<String> {
    let lines: Vec<String> = repeated.iter().map(|key| format!("  {key}")).collect();
    (!lines.is_empty()).then(|| format!("yaml: unmarshal errors:\n{}", lines.join("\n")))
}

/// Fields that a JSON text has twice, as Kubernetes tells of them.
fn duplicate_fields(bytes: &[u8]) -> Vec<String> {
    // A kind nobody knows is read as it stands, with duplicates noted.
    defaults::decode(&Gvk::new("", "", ""), bytes).map(|decoded| decoded.strict).unwrap_or_default()
}

/// 415 for a body in a form that is not spoken.
pub fn unsupported_media_type() -> ApiError {
    ApiError::new(
        415,
        "UnsupportedMediaType",
        "the body of the request was in an unknown format - accepted media types include: application/json, application/yaml, application/vnd.kubernetes.protobuf",
    )
}

/// Parses JSON; the error is in Go's words.
pub fn json(bytes: &[u8]) -> Result<Value, String> {
    serde_json::from_slice(bytes).map_err(|error| go_message(bytes, &error))
}

/// Parses YAML; also gives the keys that a mapping has more than once.
fn yaml(bytes: &[u8]) -> Result<(Value, Vec<DuplicateKey>), String> {
    let limits = Limits { fuel: NODES_MAX, bytes: bytes.len() as u64, depth: DEPTH_MAX };
    let document = yaml::parse_document(bytes, yaml::Dialect::V2, &mut Budget::new(limits));
    let document = document.map_err(|error| format!("yaml: {error}"))?;
    Ok(document.map_or((Value::Null, Vec::new()), |document| (document.value, document.duplicates)))
}

fn go_message(bytes: &[u8], error: &serde_json::Error) -> String {
    let offset = offset_of(bytes, error);
    let offending = bytes.get(offset).map(|byte| char::from(*byte));
    let text = error.to_string();
    match offending {
        _ if error.is_eof() => "unexpected end of JSON input".to_owned(),
        Some(character) if text.starts_with("trailing characters") => {
            format!("invalid character '{character}' after top-level value")
        }
        _ if text.starts_with("recursion limit") => format!("exceeded max depth of {DEPTH_MAX}"),
        Some(character) => format!("invalid character '{character}' looking for beginning of value"),
        None => text,
    }
}

fn offset_of(bytes: &[u8], error: &serde_json::Error) -> usize {
    let line_start: usize =
        bytes.split_inclusive(|byte| *byte == b'\n').take(error.line().saturating_sub(1)).map(<[u8]>::len).sum();
    line_start + error.column().saturating_sub(1)
}

/// The beginning of a body as errors show it.
pub fn summary(bytes: &[u8]) -> String {
    let cut = &bytes[..bytes.len().min(SUMMARY_BYTES)];
    let shown = match bytes.first() {
        None => return "<empty>".to_owned(),
        Some(b'{') => String::from_utf8_lossy(cut).into_owned(),
        Some(_) => cut.iter().map(|byte| format!("{byte:02x}")).collect(),
    };
    if bytes.len() > SUMMARY_BYTES { format!("{shown} ...") } else { shown }
}

/// The object must be of the resource's kind, or not say; then it is.
fn check_type(served: &Served, value: &mut Value, unrecognized: &dyn Fn(&str) -> ApiError) -> Result<(), ApiError> {
    let Some(map) = value.as_object_mut() else {
        let what = match value {
            Value::Array(_) => "array",
            Value::String(_) => "string",
            Value::Number(_) => "number",
            _ => "bool",
        };
        let target = "struct { APIVersion string \"json:\\\"apiVersion,omitempty\\\"\"; Kind string \"json:\\\"kind,omitempty\\\"\" }";
        return Err(unrecognized(&format!(
            "couldn't get version/kind; json parse error: json: cannot unmarshal {what} into Go value of type {target}"
        )));
    };
    let expected = served.gvk();
    let text = |field: &str| map.get(field).and_then(Value::as_str).unwrap_or_default().to_owned();
    let (api_version, kind) = (text("apiVersion"), text("kind"));
    if api_version.matches('/').count() > 1 {
        return Err(unrecognized(&format!("unexpected GroupVersion string: {api_version}")));
    }
    let api_version = if api_version.is_empty() { expected.api_version() } else { api_version };
    let kind = if kind.is_empty() { expected.kind.to_string() } else { kind };
    let given = Gvk::from_api_version(&api_version, &kind);
    check_gvk(served, &given, &expected)?;
    map.insert("apiVersion".to_owned(), api_version.into());
    map.insert("kind".to_owned(), kind.into());
    Ok(())
}

fn check_gvk(served: &Served, given: &Gvk, expected: &Gvk) -> Result<(), ApiError> {
    if given == expected {
        return Ok(());
    }
    let cannot = |cause: String| {
        ApiError::bad_request(format!(
            "{} in version \"{}\" cannot be handled as a {}: {cause}",
            given.kind, given.version, expected.kind
        ))
    };
    if served.resource.is_custom() && given.group == expected.group && given.version == expected.version {
        // Told by validation: the kind is part of what the schema requires.
        return Ok(());
    }
    if given.group == expected.group && given.kind == expected.kind && served.is_known_version(&given.version) {
        return Err(ApiError::bad_request(format!(
            "the API version in the data ({}) does not match the expected API version ({})",
            given.api_version(),
            expected.api_version()
        )));
    }
    if kinds::by_gvk(given).is_some() {
        let to = internal_package(&expected.group);
        return Err(cannot(format!(
            "converting ({}.{}) to ({to}.{}): unknown conversion",
            given.version, given.kind, expected.kind
        )));
    }
    Err(cannot(format!(
        "no kind \"{}\" is registered for version \"{}\" in scheme \"pkg/api/legacyscheme/scheme.go:30\"",
        given.kind,
        given.api_version()
    )))
}

/// The Go package that upstream's message names for a group.
fn internal_package(group: &str) -> &str {
    if group.is_empty() { "core" } else { group.split('.').next().unwrap_or(group) }
}

/// Decodes a body that belongs to no resource: options, bindings, scales.
pub fn untyped(bytes: &[u8], content_type: ContentType) -> Result<Value, ApiError> {
    match content_type {
        ContentType::Json => json(bytes).map_err(ApiError::bad_request),
        ContentType::Yaml => yaml(bytes).map(|(value, _)| value).map_err(ApiError::bad_request),
        ContentType::Protobuf => protobuf::decode(bytes).map_err(|error| ApiError::bad_request(error.to_string())),
        _ => Err(unsupported_media_type()),
    }
}

/// Decodes a patch; what is given twice in it is noted in `options`, or refused where they are strict.
pub fn patch(bytes: &[u8], patch_type: PatchType, force: bool, options: &mut WriteOptions) -> Result<Patch, ApiError> {
    let refused = |error: String| ApiError::bad_request(format!("error decoding patch: {error}"));
    if matches!(patch_type, PatchType::Merge | PatchType::Strategic) {
        options.duplicates = duplicate_fields(bytes);
    }
    Ok(match patch_type {
        PatchType::Json => Patch::Json(json(bytes).map_err(refused)?),
        PatchType::Merge => Patch::Merge(json(bytes).map_err(refused)?),
        PatchType::Strategic => Patch::Strategic(json(bytes).map_err(refused)?),
        PatchType::Apply => {
            let (applied, repeated) = yaml(bytes).map_err(refused)?;
            options.duplicates = repeated.iter().map(DuplicateKey::to_string).collect();
            match strict_yaml(&repeated) {
                Some(error) if options.validation == FieldValidation::Strict => {
                    let message = format!("error strict decoding YAML: error converting YAML to JSON: {error}");
                    return Err(ApiError::bad_request(message));
                }
                _ if force => Patch::ForceApply(applied),
                _ => Patch::Apply(applied),
            }
        }
    })
}
