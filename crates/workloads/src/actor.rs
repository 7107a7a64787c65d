//! Carries plans out: writes in order until one is refused. The only module that writes.

use crate::plan::{Action, Birth, CONTROLLER_MANAGER, KUBELET, Note, Part, Plan, SCHEDULER, Severity, Target};
use crate::recorder::Recorder;
use apiserver::{Api, ApiError, DeleteOptions, Object, Patch};
use serde_json::Value;

/// Writes under the names of the cluster's components.
pub(crate) struct Actor {
    base: Api,
    recorder: Recorder,
}

impl Actor {
    /// Controllers do not wait until their writes are durable: after a crash they make them again.
    pub(crate) fn new(api: &Api) -> Self {
        Actor { base: api.unwaited(), recorder: Recorder::default() }
    }

    /// Carries out a plan.
    ///
    /// # Errors
    /// With the first refusal; what came before it is done, what comes after it is not.
    pub(crate) async fn act(&mut self, plan: Plan) -> Result<(), ApiError> {
        for action in plan.actions {
            self.perform(action).await?;
        }
        Ok(())
    }

    async fn perform(&mut self, action: Action) -> Result<(), ApiError> {
        match action {
            Action::Create { target, object, manager, birth } => self.create(&target, object, manager, birth).await,
            Action::Patch { target, part, change, manager, resource_version } => {
                let patch = Patch::Merge(guarded(change, resource_version.as_deref()));
                let api = self.base.as_manager(manager);
                let Target { resource, namespace, name } = &target;
                match part {
                    Part::Main => api.patch(resource, namespace, name, patch).await,
                    Part::Status => api.patch_status(resource, namespace, name, patch).await,
                }
                .map(|_| ())
            }
            Action::Delete { target, uid, grace_seconds, propagation, manager } => {
                let uid = (!uid.is_empty()).then(|| uid.into());
                let options =
                    DeleteOptions { uid, grace_period_seconds: grace_seconds, propagation, ..DeleteOptions::default() };
                let Target { resource, namespace, name } = &target;
                match self.base.as_manager(manager).delete(resource, namespace, name, options).await {
                    Err(error) if !error.is_not_found() => Err(error),
                    _ => Ok(()),
                }
            }
            Action::Bind { pod, node } => self.base.as_manager(SCHEDULER).bind(&pod.namespace, &pod.name, &node).await,
            Action::FinalizeNamespace { namespace } => {
                self.base.as_manager(CONTROLLER_MANAGER).finalize_namespace(namespace).await.map(|_| ())
            }
            Action::Scale { target: Target { resource, namespace, name }, replicas } => {
                let api = self.base.as_manager(CONTROLLER_MANAGER);
                api.scale(&resource, &namespace, &name, replicas).await.map(|_| ())
            }
            Action::Tell(note) => {
                self.tell(&note).await;
                Ok(())
            }
        }
    }

    async fn create(
        &mut self,
        target: &Target,
        object: Value,
        manager: &'static str,
        birth: Option<Birth>,
    ) -> Result<(), ApiError> {
        let created = self.base.as_manager(manager).create(&target.resource, &target.namespace, object).await;
        if let Some(birth) = birth {
            self.tell(&announcement(birth, &created)).await;
        }
        created.map(|_| ())
    }

    /// An event that cannot be recorded is lost, as upstream: it never holds up the work it tells of.
    async fn tell(&mut self, note: &Note) {
        let api = self.base.as_manager(match note.source {
            "default-scheduler" => SCHEDULER,
            "kubelet" => KUBELET,
            _ => CONTROLLER_MANAGER,
        });
        let now = api.clock().now();
        if let Err(error) = self.recorder.record(&api, note, now).await {
            tracing::debug!(reason = note.reason, %error, "event not recorded");
        }
    }
}

/// The version that was observed goes into the patch: the server refuses it if the object has changed since.
fn guarded(mut change: Value, resource_version: Option<&str>) -> Value {
    if let Some(version) = resource_version {
        change["metadata"]["resourceVersion"] = version.into();
    }
    change
}

fn announcement(birth: Birth, created: &Result<Object, ApiError>) -> Note {
    let Birth { about, source, created: prefix } = birth;
    let (severity, reason, message) = match created {
        Ok(object) => (Severity::Normal, "SuccessfulCreate", format!("{prefix}{}", object.name())),
        Err(error) => (Severity::Warning, "FailedCreate", format!("Error creating: {}", error.message())),
    };
    Note { about, source, severity, reason, message, action: None }
}
