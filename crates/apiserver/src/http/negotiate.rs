//! Which form of an answer a client accepts, and in which form its body is.

use crate::error::{ApiError, Details};

/// The form of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// The object or list itself.
    Plain,
    /// A `Table`, with the version of `meta.k8s.io`.
    Table(&'static str),
    /// Metadata only, one object.
    PartialObject(&'static str),
    /// Metadata only, a list.
    PartialList(&'static str),
    /// Aggregated discovery, with the version of `apidiscovery.k8s.io`.
    AggregatedDiscovery(&'static str),
}

/// How an answer is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// JSON.
    Json,
    /// YAML.
    Yaml,
    /// The binary form of OpenAPI v2, in which only that document is given.
    OpenApi,
}

/// The media type of [`Encoding::OpenApi`].
pub const OPEN_API: &str = "application/com.github.proto-openapi.spec.v2.v1.0+protobuf";
/// What clients ask for it by; no media type may have that sign in its name, so answers never bear it.
const OPEN_API_ASKED: &str = "application/com.github.proto-openapi.spec.v2@v1.0+protobuf";

/// What a client accepts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Accepted {
    /// The form.
    pub form: Form,
    /// The encoding.
    pub encoding: Encoding,
}

impl Accepted {
    /// The object itself as JSON.
    pub const JSON: Accepted = Accepted { form: Form::Plain, encoding: Encoding::Json };
}

/// What is asked for, which decides which forms there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    /// An object or list.
    Objects,
    /// A discovery document.
    Discovery,
}

/// Chooses the first of the client's media types that can be given, by weight.
pub fn accepted(header: Option<&str>, wanted: Wanted) -> Result<Accepted, ApiError> {
    let header = header.map(str::trim).filter(|header| !header.is_empty());
    let Some(header) = header else { return Ok(Accepted::JSON) };
    let mut clauses: Vec<(f32, Clause<'_>)> = header.split(',').filter_map(Clause::parse).collect();
    clauses.sort_by(|(a, _), (b, _)| b.total_cmp(a));
    let mut known_type = false;
    for (_, clause) in &clauses {
        let Some(encoding) = clause.encoding(wanted) else { continue };
        known_type = true;
        if let Some(form) = clause.form(wanted) {
            return Ok(Accepted { form, encoding });
        }
    }
    Err(if known_type {
        // Compat: a known type in an unknown form is told apart from an unknown type.
        let message = "only the following media types are accepted: application/json, application/yaml, application/vnd.kubernetes.protobuf";
        ApiError::new(406, "NotAcceptable", message)
    } else {
        let message = "406: Not Acceptable\n\nAvailable representations: application/json, application/yaml, application/vnd.kubernetes.protobuf, application/json;stream=watch, application/vnd.kubernetes.protobuf;stream=watch";
        ApiError::new(406, "NotAcceptable", message).with_details(Details::default())
    })
}

struct Clause<'h> {
    media_type: &'h str,
    parameters: Vec<(&'h str, &'h str)>,
}

impl<'h> Clause<'h> {
    fn parse(text: &'h str) -> Option<(f32, Clause<'h>)> {
        let mut parts = text.split(';').map(str::trim);
        let media_type = parts.next().filter(|name| !name.is_empty())?;
        let parameters: Vec<_> = parts.filter_map(|part| part.split_once('=')).collect();
        let weight = parameters.iter().find(|(name, _)| *name == "q").and_then(|(_, q)| q.parse().ok());
        Some((weight.unwrap_or(1.0), Clause { media_type, parameters }))
    }

    fn parameter(&self, name: &str) -> Option<&'h str> {
        self.parameters.iter().find(|(key, _)| *key == name).map(|(_, value)| *value)
    }

    fn encoding(&self, wanted: Wanted) -> Option<Encoding> {
        match self.media_type {
            OPEN_API | OPEN_API_ASKED if wanted == Wanted::Discovery => Some(Encoding::OpenApi),
            "application/json" | "application/*" | "*/*" => Some(Encoding::Json),
            "application/yaml" => Some(Encoding::Yaml),
            _ => None,
        }
    }

    fn form(&self, wanted: Wanted) -> Option<Form> {
        let Some(kind) = self.parameter("as") else { return Some(Form::Plain) };
        let version = |known: &[&'static str]| {
            let given = self.parameter("v").unwrap_or_default();
            known.iter().find(|version| **version == given).copied()
        };
        match (kind, self.parameter("g")?, wanted) {
            ("Table", "meta.k8s.io", Wanted::Objects) => version(&["v1", "v1beta1"]).map(Form::Table),
            ("PartialObjectMetadata", "meta.k8s.io", Wanted::Objects) => {
                version(&["v1", "v1beta1"]).map(Form::PartialObject)
            }
            ("PartialObjectMetadataList", "meta.k8s.io", Wanted::Objects) => {
                version(&["v1", "v1beta1"]).map(Form::PartialList)
            }
            ("APIGroupDiscoveryList", "apidiscovery.k8s.io", Wanted::Discovery) => {
                version(&["v2", "v2beta1"]).map(Form::AggregatedDiscovery)
            }
            _ => None,
        }
    }
}

/// The form of a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ContentType {
    /// JSON.
    Json,
    /// YAML.
    Yaml,
    /// Kubernetes' own binary form, which is not spoken here.
    Protobuf,
    /// A patch.
    Patch(PatchType),
    /// Anything else.
    Unknown,
}

/// The four patches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PatchType {
    /// `application/json-patch+json`
    Json,
    /// `application/merge-patch+json`
    Merge,
    /// `application/strategic-merge-patch+json`
    Strategic,
    /// `application/apply-patch+yaml`
    Apply,
}

/// Reads a `Content-Type`; none means JSON.
pub fn content_type(header: Option<&str>) -> ContentType {
    let media_type = header.unwrap_or_default().split(';').next().unwrap_or_default().trim();
    match media_type {
        "" | "application/json" => ContentType::Json,
        "application/yaml" => ContentType::Yaml,
        "application/vnd.kubernetes.protobuf" => ContentType::Protobuf,
        "application/json-patch+json" => ContentType::Patch(PatchType::Json),
        "application/merge-patch+json" => ContentType::Patch(PatchType::Merge),
        "application/strategic-merge-patch+json" => ContentType::Patch(PatchType::Strategic),
        "application/apply-patch+yaml" => ContentType::Patch(PatchType::Apply),
        _ => ContentType::Unknown,
    }
}
