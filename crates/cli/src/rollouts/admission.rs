//! In the embedded cluster a Rollout that makes no sense is refused when it is written, in the words that its status
//! would show elsewhere.

use api::rollouts::{ROLLOUT, Rollout};
use embedded::{Admission, AdmissionRequest, ApiError, Cause, Operation};
use object::Object;
use serde_json::Value;
use strategy::validation::{Origin, validate_spec};

/// Refuses Rollouts that make no sense.
pub(crate) struct RolloutAdmission;

impl Admission for RolloutAdmission {
    fn validate(&self, request: &AdmissionRequest<'_>, object: &Value) -> Result<(), ApiError> {
        let is_rollout = request.resource.resource == "rollouts" && request.resource.group == api::names::GROUP;
        let asks = matches!(request.operation, Operation::Create | Operation::Update) && request.subresource.is_empty();
        // What stands there already is its status' affair: other parts of the object can still be changed.
        let is_old = request.old.is_some_and(|old| old.get("spec") == object.get("spec"));
        if !is_rollout || !asks || is_old {
            return Ok(());
        }
        // What cannot be read at all, the schema has refused.
        let read = Object::from_value(object).ok().and_then(|object| Rollout::read(&object).ok());
        let Some(rollout) = read else { return Ok(()) };
        let causes: Vec<Cause> = validate_spec(&rollout, Origin::Written)
            .iter()
            .map(|error| Cause {
                reason: error.reason().to_owned(),
                message: error.message(),
                field: error.field.clone(),
            })
            .collect();
        if causes.is_empty() {
            return Ok(());
        }
        Err(ApiError::invalid(api::names::GROUP, ROLLOUT, &rollout.metadata.name, causes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use embedded::GroupResource;
    use serde_json::json;

    fn admitted(operation: Operation, old: Option<&Value>, object: &Value) -> Result<(), String> {
        let resource = GroupResource::new(api::names::GROUP, "rollouts");
        let request = AdmissionRequest {
            operation,
            resource: &resource,
            version: "v1alpha1",
            namespace: "shop",
            name: "web",
            subresource: "",
            user: "somebody",
            old,
            is_dry_run: false,
        };
        RolloutAdmission.validate(&request, object).map_err(|error| error.message().to_owned())
    }

    #[test]
    fn what_makes_no_sense_is_refused_and_what_stands_there_is_left() {
        let object = json!({
            "apiVersion": "argoproj.io/v1alpha1", "kind": "Rollout", "metadata": {"name": "web"},
            "spec": {
                "selector": {"matchLabels": {"a": "b"}},
                "template": {"metadata": {"labels": {"a": "b"}}, "spec": {"containers": [{"name": "c", "image": "i"}]}},
                "strategy": {"canary": {"steps": [{"setWeight": 101}]}},
            },
        });
        let message = "Rollout.argoproj.io \"web\" is invalid: spec.strategy.steps[0].setWeight: Invalid value: 101: \
                       SetWeight needs to be between 0 and 100";
        assert_eq!(admitted(Operation::Create, None, &object), Err(message.to_owned()));
        let mut labelled = object.clone();
        labelled["metadata"]["labels"] = json!({"x": "y"});
        assert_eq!(admitted(Operation::Update, Some(&object), &labelled), Ok(()));
        labelled["spec"]["replicas"] = json!(3);
        assert_eq!(admitted(Operation::Update, Some(&object), &labelled), Err(message.to_owned()));
        assert_eq!(admitted(Operation::Delete, Some(&object), &object), Ok(()));
    }
}
