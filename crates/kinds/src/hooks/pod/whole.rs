//! A new pod as a whole.

use super::spec;
use crate::field::{Errors, Path};
use crate::read;
use serde_json::Value;

const SPEC: Path<'static> = Path::root("spec");

/// Problems of a new pod.
pub fn validate(pod: &Value, errors: &mut Errors) {
    let spec = read::at(pod, "spec");
    spec::validate(&SPEC, spec, errors);
    for list in ["containers", "initContainers"] {
        let path = SPEC.child(list);
        for (index, container) in read::list(spec, list).iter().enumerate() {
            let image = read::text(container, "image");
            if image.trim() != image {
                let message = "must not have leading or trailing whitespace";
                errors.invalid_text(&path.index(index).child("image"), image, message);
            }
        }
    }
    if !read::list(spec, "ephemeralContainers").is_empty() {
        errors.forbidden(&SPEC.child("ephemeralContainers"), "cannot be set on create");
    }
}
