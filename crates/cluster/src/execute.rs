//! Makes writes: which steps each kind of change takes, and what refusals mean.

use crate::adopt;
use crate::apply;
use crate::client::ClusterClient;
use crate::writer::Writer;
use crate::{Change, ClusterError, DryRun, Effect, ErrorClass, PatchKind, Write, Written};

impl ClusterClient {
    /// Makes one write.
    ///
    /// # Errors
    /// [`ErrorClass::Conflict`] whenever the write's precondition, or the `test` its JSON patch begins with, does not
    /// hold; otherwise what the server says.
    pub async fn write(&self, write: &Write) -> Result<Written, ClusterError> {
        let resource = self.resource(&write.target.gvk).await?;
        let user = write.act_as.as_deref().map(|user| self.acting_as(user));
        let writer = Writer { client: user.as_ref().unwrap_or(self), resource: &resource, write };
        let outcome = match write.dry_run {
            DryRun::Client => rehearse(&writer).await,
            DryRun::No | DryRun::Server => run(&writer).await,
        };
        outcome.map_err(|error| as_refusal(write, error))
    }
}

async fn run(writer: &Writer<'_>) -> Result<Written, ClusterError> {
    match &writer.write.change {
        Change::Create(object) => writer.create(writer.in_place(object), None).await,
        Change::Update(object) => writer.update(object, &writer.write.precondition, Effect::Configured).await,
        Change::Replace(object) => writer.replace(object).await,
        Change::Recreate(object) => writer.recreate(writer.in_place(object), None).await,
        Change::Patch { kind, body, part } => writer.patch(*kind, body, *part).await,
        Change::ApplyServerSide { desired, manager, conflicts } => {
            writer.apply_server_side(desired, &manager.0, *conflicts).await
        }
        Change::ApplyClientSide { desired, manager, when_refused } => {
            apply::apply(writer, writer.in_place(desired), &manager.0, *when_refused).await
        }
        Change::Adopt { from, to } => adopt::adopt(writer, &from.0, &to.0).await,
        Change::Delete(propagation) => writer.delete(*propagation, &writer.write.precondition).await,
        Change::Evict => writer.evict(&writer.write.precondition).await,
    }
}

/// What can be told without asking the server to change anything: the kind is served and the object can be read.
// Compat: so much, and no more, is what kubectl's client-side dry run checks on servers that validate fields.
async fn rehearse(writer: &Writer<'_>) -> Result<Written, ClusterError> {
    let live = if writer.target().name.is_empty() { None } else { writer.read().await? };
    let effect = match (&writer.write.change, &live) {
        (Change::Delete(_) | Change::Evict, None) => Effect::AlreadyGone,
        (Change::Delete(_) | Change::Evict, Some(_)) => Effect::Deleted,
        (Change::Patch { .. }, _) => Effect::Patched,
        (Change::Adopt { .. }, _) => Effect::Unchanged,
        (_, None) => Effect::Created,
        (Change::ApplyServerSide { .. }, Some(_)) => Effect::ServerSideApplied,
        (Change::Replace(_) | Change::Recreate(_), Some(_)) => Effect::Replaced,
        (Change::Create(_) | Change::ApplyClientSide { .. } | Change::Update(_), Some(_)) => Effect::Configured,
    };
    Ok(Written::new(effect, live))
}

/// Makes a conflict of the other ways in which a server says that a precondition does not hold.
fn as_refusal(write: &Write, error: ClusterError) -> ClusterError {
    if error.class != ErrorClass::Invalid {
        return error;
    }
    let guards_uid = write.precondition.uid.is_some();
    let other_object = guards_uid && error.fields.iter().any(|field| field == "metadata.uid");
    // A JSON patch whose test fails is refused as invalid, with no field named.
    let test_failed = error.fields.is_empty()
        && match &write.change {
            Change::Patch { kind: PatchKind::Json, body, .. } => guards_uid || body[0]["op"] == "test",
            _ => false,
        };
    if other_object || test_failed { ClusterError { class: ErrorClass::Conflict, ..error } } else { error }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Part, Target};
    use object::Gvk;
    use serde_json::{Value, json};

    fn json_patch(body: Value) -> Write {
        let target = Target::new(Gvk::new("", "v1", "ConfigMap"), Some("shop"), "x");
        Write::new(target, Change::Patch { kind: PatchKind::Json, body, part: Part::Whole })
    }

    fn invalid(fields: &[&str]) -> ClusterError {
        let fields = fields.iter().map(|field| (*field).to_owned()).collect();
        ClusterError { fields, ..ClusterError::new(ErrorClass::Invalid, "no") }
    }

    #[test]
    fn a_failed_test_is_a_conflict_and_a_wrong_field_is_not() {
        let tested = json_patch(json!([{"op": "test", "path": "/data/a", "value": "1"}]));
        assert_eq!(as_refusal(&tested, invalid(&[])).class, ErrorClass::Conflict);
        assert_eq!(as_refusal(&tested, invalid(&["data"])).class, ErrorClass::Invalid);
        let plain = json_patch(json!([{"op": "remove", "path": "/data/a"}]));
        assert_eq!(as_refusal(&plain, invalid(&[])).class, ErrorClass::Invalid);
    }

    #[test]
    fn another_object_under_the_name_is_a_conflict() {
        let mut write = json_patch(json!([]));
        write.precondition.uid = Some("u".into());
        assert_eq!(as_refusal(&write, invalid(&["metadata.uid"])).class, ErrorClass::Conflict);
    }
}
