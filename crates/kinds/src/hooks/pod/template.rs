//! Pod templates, and what the kinds that hold one demand of it.

use super::spec;
use crate::checks::labels;
use crate::field::{Errors, Path};
use crate::{metadata, read};
use serde_json::Value;

/// Problems of a template.
pub fn template(path: &Path<'_>, template: &Value, errors: &mut Errors) {
    // Compat: the template's metadata is named without its own step.
    let meta = read::at(template, "metadata");
    labels::labels(&path.child("labels"), read::at(meta, "labels"), errors);
    metadata::annotations(&path.child("annotations"), read::at(meta, "annotations"), errors);
    let place = path.child("spec");
    spec::validate(&place, read::at(template, "spec"), errors);
    if !read::list(read::at(template, "spec"), "ephemeralContainers").is_empty() {
        errors.forbidden(&place.child("ephemeralContainers"), "ephemeral containers not allowed in pod template");
    }
}

/// Demands one restart policy.
pub fn require_restart_policy(path: &Path<'_>, template: &Value, policy: &str, errors: &mut Errors) {
    let given = read::text(read::at(template, "spec"), "restartPolicy");
    if given != policy {
        let spec = path.child("spec");
        errors.not_supported(&spec.child("restartPolicy"), given, &[policy]);
    }
}

/// Forbids a deadline for pods that are to run for ever.
pub fn forbid_deadline(path: &Path<'_>, template: &Value, kind: &str, errors: &mut Errors) {
    if read::given(read::at(template, "spec"), "activeDeadlineSeconds").is_some() {
        let spec = path.child("spec");
        let message = format!("activeDeadlineSeconds in {kind} is not Supported");
        errors.forbidden(&spec.child("activeDeadlineSeconds"), message);
    }
}
