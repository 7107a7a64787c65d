//! The options of writes, read and checked in upstream's words.

use super::query::Query;
use crate::error::{ApiError, Cause};
use crate::pipeline::{FieldValidation, Removal, WriteOptions};
use crate::user::User;
use crate::verbs::{DeleteOptions, Propagation};
use serde_json::Value;

/// Longest field manager, by Kubernetes' rules.
const MANAGER_BYTES_MAX: usize = 128;

/// Which options a request has; each kind of write has its own name for them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Write {
    /// POST
    Create,
    /// PUT
    Update,
    /// PATCH other than apply
    Patch,
    /// Server-side apply
    Apply,
    /// DELETE
    Delete,
}

impl Write {
    fn options_kind(self) -> &'static str {
        match self {
            Write::Create => "CreateOptions",
            Write::Update => "UpdateOptions",
            Write::Patch | Write::Apply => "PatchOptions",
            Write::Delete => "DeleteOptions",
        }
    }
}

/// Reads and checks the options of a write.
pub fn read(query: &Query, write: Write, user: &User, user_agent: &str) -> Result<WriteOptions, ApiError> {
    let mut causes = Vec::new();
    let mut refuse = |reason: &str, message: String, field: &str| {
        causes.push(Cause { reason: reason.to_owned(), message, field: field.to_owned() });
    };
    let manager = query.text("fieldManager");
    if write == Write::Apply {
        if manager.is_empty() {
            refuse("FieldValueRequired", "Required value: is required for apply patch".to_owned(), "fieldManager");
        }
    } else if query.has("force") && write == Write::Patch {
        refuse("FieldValueForbidden", "Forbidden: may not be specified for non-apply patch".to_owned(), "force");
    }
    if manager.len() > MANAGER_BYTES_MAX {
        let message = format!("Too long: may not be more than {MANAGER_BYTES_MAX} bytes");
        refuse("FieldValueTooLong", message, "fieldManager");
    }
    if let Some((at, character)) = manager.chars().enumerate().find(|(_, character)| character.is_control()) {
        let code = u32::from(character);
        let message = format!("Invalid value: {manager:?}: invalid character U+{code:04X} (at position {at})");
        refuse("FieldValueInvalid", message, "fieldManager");
    }
    let dry_run = query.text("dryRun");
    if !matches!(dry_run, "" | "All") {
        refuse(
            "FieldValueNotSupported",
            format!("Unsupported value: {dry_run:?}: supported values: \"All\""),
            "dryRun",
        );
    }
    let validation = match query.text("fieldValidation") {
        "Ignore" => FieldValidation::Ignore,
        "Strict" => FieldValidation::Strict,
        "" | "Warn" => FieldValidation::Warn,
        other => {
            let supported = "\"\", \"Ignore\", \"Strict\", \"Warn\"";
            let message = format!("Unsupported value: {other:?}: supported values: {supported}");
            refuse("FieldValueNotSupported", message, "fieldValidation");
            FieldValidation::Warn
        }
    };
    if !causes.is_empty() {
        return Err(ApiError::invalid("meta.k8s.io", write.options_kind(), "", causes));
    }
    let manager = if manager.is_empty() { default_manager(user_agent) } else { manager.to_owned() };
    let is_dry_run = dry_run == "All";
    Ok(WriteOptions { manager, is_dry_run, validation, duplicates: Vec::new(), user: user.clone() })
}

/// The first part of the user agent, as upstream names a manager that does not say.
fn default_manager(user_agent: &str) -> String {
    let first = user_agent.split('/').next().unwrap_or_default();
    let printable: String = first.chars().filter(|character| !character.is_control()).collect();
    let end = (0..=MANAGER_BYTES_MAX.min(printable.len())).rev().find(|end| printable.is_char_boundary(*end));
    let manager = &printable[..end.unwrap_or_default()];
    if manager.is_empty() { "unknown".to_owned() } else { manager.to_owned() }
}

/// Reads how a deletion wants to be done, from the body or, without one, from the query.
pub fn removal(query: &Query, body: Option<&Value>) -> Result<(Removal, bool), ApiError> {
    let from_query = serde_json::json!({
        "propagationPolicy": Some(query.text("propagationPolicy")).filter(|text| !text.is_empty()),
        "gracePeriodSeconds": query.text("gracePeriodSeconds").parse::<i64>().ok(),
        "orphanDependents": query.flag("orphanDependents"),
    });
    let options = body.unwrap_or(&from_query);
    let mut causes = Vec::new();
    let propagation = match options["propagationPolicy"].as_str() {
        None => None,
        Some("Foreground") => Some(Propagation::Foreground),
        Some("Background") => Some(Propagation::Background),
        Some("Orphan") => Some(Propagation::Orphan),
        Some(other) => {
            let supported = "\"Foreground\", \"Background\", \"Orphan\", \"nil\"";
            causes.push(Cause {
                reason: "FieldValueNotSupported".to_owned(),
                message: format!("Unsupported value: {other:?}: supported values: {supported}"),
                field: "propagationPolicy".to_owned(),
            });
            None
        }
    };
    let orphan_dependents = options["orphanDependents"].as_bool();
    if propagation.is_some() && orphan_dependents.is_some() {
        causes.push(Cause {
            reason: "FieldValueInvalid".to_owned(),
            message: "Invalid value: orphanDependents and deletionPropagation cannot be both set".to_owned(),
            field: "propagationPolicy".to_owned(),
        });
    }
    if !causes.is_empty() {
        return Err(ApiError::invalid("meta.k8s.io", "DeleteOptions", "", causes));
    }
    let is_dry_run = options["dryRun"].as_array().is_some_and(|list| !list.is_empty()) || query.text("dryRun") == "All";
    let precondition = |field: &str| options["preconditions"][field].as_str().map(str::to_owned);
    let options = DeleteOptions {
        propagation,
        grace_period_seconds: options["gracePeriodSeconds"].as_i64(),
        uid: precondition("uid"),
        resource_version: precondition("resourceVersion"),
    };
    Ok((Removal { options, orphan_dependents }, is_dry_run))
}
