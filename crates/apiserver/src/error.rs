//! Kubernetes' `Status`: how every refusal is told. Leaf module; the wording is upstream's, clients match on it.

use crate::group_resource::GroupResource;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::fmt;

/// One cause among a refusal's details.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Cause {
    /// Machine-readable reason, such as `FieldValueInvalid`.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub reason: String,
    /// Words for people.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub message: String,
    /// Path of the field.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub field: String,
}

/// What a refusal is about.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Details {
    /// Name of the object.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// API group.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub group: String,
    /// Resource, or kind where upstream says the kind.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub kind: String,
    /// Identity of the object.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub uid: String,
    /// Single causes.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub causes: Vec<Cause>,
    /// When to try again.
    #[serde(skip_serializing_if = "is_zero")]
    pub retry_after_seconds: u32,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it with a reference")]
fn is_zero(number: &u32) -> bool {
    *number == 0
}

/// A refused request: Kubernetes' `Status` of a failure.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", .0.message)]
pub struct ApiError(Box<Failure>);

/// The parts of a refusal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// HTTP status code.
    pub code: u16,
    /// Machine-readable reason, such as `NotFound`; empty for upstream's unknown reason.
    pub reason: &'static str,
    /// Words for people.
    pub message: String,
    /// What it is about.
    pub details: Option<Details>,
}

impl ApiError {
    /// A refusal without details.
    #[must_use]
    pub fn new(code: u16, reason: &'static str, message: impl Into<String>) -> Self {
        ApiError(Box::new(Failure { code, reason, message: message.into(), details: None }))
    }

    /// The same with details.
    #[must_use]
    pub fn with_details(mut self, details: Details) -> Self {
        self.0.details = Some(details);
        self
    }

    /// The same with single causes.
    #[must_use]
    pub fn with_causes(mut self, causes: Vec<Cause>) -> Self {
        self.0.details.get_or_insert_default().causes = causes;
        self
    }

    /// 404: no such object.
    #[must_use]
    pub fn not_found(resource: &GroupResource, name: &str) -> Self {
        ApiError::new(404, "NotFound", format!("{resource} \"{name}\" not found")).with_details(about(resource, name))
    }

    /// 409: the name is taken.
    #[must_use]
    pub fn already_exists(resource: &GroupResource, name: &str) -> Self {
        ApiError::new(409, "AlreadyExists", format!("{resource} \"{name}\" already exists"))
            .with_details(about(resource, name))
    }

    /// 409: the object is another one than the writer believes.
    #[must_use]
    pub fn conflict(resource: &GroupResource, name: &str, cause: &str) -> Self {
        let message = format!("Operation cannot be fulfilled on {resource} \"{name}\": {cause}");
        ApiError::new(409, "Conflict", message).with_details(about(resource, name))
    }

    /// 409: the writer's resourceVersion is not the current one.
    #[must_use]
    pub fn modified(resource: &GroupResource, name: &str) -> Self {
        let cause = "the object has been modified; please apply your changes to the latest version and try again";
        ApiError::conflict(resource, name, cause)
    }

    /// 422: the object breaks rules; one cause for each.
    #[must_use]
    pub fn invalid(group: &str, kind: &str, name: &str, causes: Vec<Cause>) -> Self {
        // Compat: the kind is qualified by its group in the message, and the list is bracketed from two on.
        let qualified = if group.is_empty() { kind.to_owned() } else { format!("{kind}.{group}") };
        let texts: Vec<String> = causes.iter().map(|cause| field_text(&cause.field, &cause.message)).collect();
        let mut seen = std::collections::BTreeSet::new();
        let texts: Vec<String> = texts.into_iter().filter(|text| seen.insert(text.clone())).collect();
        let listed = if texts.len() == 1 { texts.concat() } else { format!("[{}]", texts.join(", ")) };
        ApiError::new(422, "Invalid", format!("{qualified} \"{name}\" is invalid: {listed}")).with_details(Details {
            name: name.to_owned(),
            group: group.to_owned(),
            kind: kind.to_owned(),
            causes,
            ..Details::default()
        })
    }

    /// 400: the request itself is wrong.
    #[must_use]
    pub fn bad_request(message: impl Into<String>) -> Self {
        ApiError::new(400, "BadRequest", message)
    }

    /// 403: not allowed.
    #[must_use]
    pub fn forbidden(resource: &GroupResource, name: &str, cause: &str) -> Self {
        let message = if name.is_empty() {
            format!("{resource} is forbidden: {cause}")
        } else {
            format!("{resource} \"{name}\" is forbidden: {cause}")
        };
        ApiError::new(403, "Forbidden", message).with_details(about(resource, name))
    }

    /// 405: the resource does not offer this verb.
    #[must_use]
    pub fn method_not_allowed() -> Self {
        let message = "the server does not allow this method on the requested resource";
        ApiError::new(405, "MethodNotAllowed", message).with_details(Details::default())
    }

    /// 404: no such path.
    #[must_use]
    pub fn no_such_resource() -> Self {
        ApiError::new(404, "NotFound", "the server could not find the requested resource")
            .with_details(Details::default())
    }

    /// 410: the revision asked for is forgotten.
    #[must_use]
    pub fn expired(message: impl Into<String>) -> Self {
        ApiError::new(410, "Expired", message)
    }

    /// 500: the server could not do what it should.
    #[must_use]
    pub fn internal(message: impl fmt::Display) -> Self {
        let text = message.to_string();
        let cause = Cause { message: text.clone(), ..Cause::default() };
        ApiError::new(500, "InternalError", format!("Internal error occurred: {text}")).with_causes(vec![cause])
    }

    /// The HTTP status code.
    #[must_use]
    pub fn code(&self) -> u16 {
        self.0.code
    }

    /// The machine-readable reason.
    #[must_use]
    pub fn reason(&self) -> &'static str {
        self.0.reason
    }

    /// The words.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// What it is about.
    #[must_use]
    pub fn details(&self) -> Option<&Details> {
        self.0.details.as_ref()
    }

    /// Whether the object or path is not there.
    #[must_use]
    pub fn is_not_found(&self) -> bool {
        self.0.reason == "NotFound"
    }

    /// Whether the object was changed in between: read again and retry.
    #[must_use]
    pub fn is_conflict(&self) -> bool {
        self.0.reason == "Conflict"
    }

    /// Whether the name is taken.
    #[must_use]
    pub fn is_already_exists(&self) -> bool {
        self.0.reason == "AlreadyExists"
    }

    /// The `Status` object.
    #[must_use]
    pub fn to_value(&self) -> Value {
        let mut status = serde_json::json!({
            "kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure",
            "message": self.0.message, "code": self.0.code,
        });
        if !self.0.reason.is_empty() {
            status["reason"] = self.0.reason.into();
        }
        if let Some(details) = &self.0.details {
            status["details"] = serde_json::to_value(details).unwrap_or_default();
        }
        status
    }
}

/// How a field's problem reads within a message.
fn field_text(field: &str, message: &str) -> String {
    if field.is_empty() { message.to_owned() } else { format!("{field}: {message}") }
}

/// Details that name an object by its resource.
#[must_use]
pub fn about(resource: &GroupResource, name: &str) -> Details {
    Details {
        name: name.to_owned(),
        group: resource.group.to_string(),
        kind: resource.resource.to_string(),
        ..Details::default()
    }
}
