//! What somebody does to an application, written into the cluster. Whether they may has been settled before.

use crate::entry::Entry;
use crate::problem::Problem;
use crate::site::Site;
use crate::world::World;
use api::names;
use cluster::{
    Change, ClusterClient, ClusterError, ErrorClass, Part, PatchKind, Precondition, Propagation, Target, Write,
};
use health::actions::{Effect, run};
use http::StatusCode;
use object::Object;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use sync::Pruning;

/// How often an operation is asked for on an object that others write at the same time.
const TRIES: usize = 5;

/// What a sync is asked for with.
#[derive(Debug, Clone, Default)]
pub struct SyncWish {
    /// The revision; empty for the one that the source names.
    pub revision: String,
    /// What is done besides applying.
    pub flags: BTreeMap<&'static str, bool>,
    /// Only these resources; empty for all.
    pub resources: Vec<object::Key>,
    /// Options of the form `Key=value` in addition to the application's own.
    pub options: Vec<&'static str>,
}

/// How an application is deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deletion {
    /// Its resources first, whatever owns going last.
    Foreground,
    /// Its resources, each with what it owns later.
    Background,
    /// Its resources stay.
    Leaving,
}

/// Who acts, and where.
pub struct Acting<'a> {
    /// The site.
    pub site: &'a Site,
    /// What is in the cluster.
    pub world: &'a World,
    /// The name to write down.
    pub who: &'a str,
}

impl Acting<'_> {
    /// Asks for a sync.
    pub async fn sync(&self, entry: &Entry, wish: &SyncWish) -> Result<(), Problem> {
        let is = |flag: &str| wish.flags.get(flag).copied().unwrap_or_default();
        let mut sync = Map::new();
        if !wish.revision.is_empty() {
            sync.insert("revision".into(), json!(wish.revision));
        }
        for field in ["prune", "dryRun"].into_iter().filter(|field| is(field)) {
            sync.insert(field.into(), json!(true));
        }
        let strategy = if is("applyOnly") { "apply" } else { "hook" };
        let force = if is("force") { json!({"force": true}) } else { json!({}) };
        sync.insert("syncStrategy".into(), json!({strategy: force}));
        if !wish.resources.is_empty() {
            let one = |key: &object::Key| json!({"group": key.group, "kind": key.kind, "name": key.name, "namespace": key.namespace});
            sync.insert("resources".into(), wish.resources.iter().map(one).collect());
        }
        let policy = entry.application.spec.sync_policy.as_ref();
        let mut options = policy.map(|own| own.sync_options.clone()).unwrap_or_default();
        options.extend(
            wish.options
                .iter()
                .filter(|own| !policy.is_some_and(|policy| policy.has_option(own)))
                .map(|own| (*own).to_owned()),
        );
        if !options.is_empty() {
            sync.insert("syncOptions".into(), json!(options));
        }
        let mut operation = json!({"sync": sync, "initiatedBy": {"username": self.who}});
        if let Some(retry) = policy.and_then(|own| own.retry.as_ref()) {
            operation["retry"] = json!(retry);
        }
        self.begin(entry, operation).await
    }

    /// Asks the controller to look again.
    pub async fn refresh(&self, entry: &Entry, word: &str) -> Result<(), Problem> {
        let now = self.site.clock.now().to_string();
        let annotations = json!({names::ANNOTATION_REFRESH: word, names::ANNOTATION_REFRESH_TIMESTAMP: now});
        self.patch(entry, json!({"metadata": {"annotations": annotations}})).await
    }

    /// Goes back to a deployment of the past.
    pub async fn rollback(&self, entry: &Entry, id: i64, prune: Pruning) -> Result<(), Problem> {
        let application = &entry.application;
        let operation = sync::rollback(&sync::Rollback {
            application: &application.metadata.name,
            spec: &application.spec,
            history: &application.status.history,
            id,
            prune,
            username: self.who,
        });
        let operation = operation.map_err(|error| Problem::wrong(error.to_string()))?;
        self.begin(entry, json!(operation)).await
    }

    /// Ends the operation that goes on.
    pub async fn terminate(&self, entry: &Entry) -> Result<(), Problem> {
        let state = entry.application.status.operation_state.as_ref();
        if state.is_none_or(|state| state.phase != api::OperationPhase::Running) {
            return Err(Problem::wrong("No operation goes on."));
        }
        self.patch(entry, json!({"status": {"operationState": {"phase": "Terminating"}}})).await
    }

    /// Deletes the application.
    pub async fn delete(&self, entry: &Entry, how: Deletion) -> Result<(), Problem> {
        let cascading =
            [names::FINALIZER_RESOURCES, names::FINALIZER_RESOURCES_FOREGROUND, names::FINALIZER_RESOURCES_BACKGROUND];
        let present = &entry.application.metadata.finalizers;
        let mut finalizers: Vec<&str> =
            present.iter().map(String::as_str).filter(|own| !cascading.contains(own)).collect();
        match how {
            Deletion::Foreground => finalizers.push(names::FINALIZER_RESOURCES),
            Deletion::Background => finalizers.push(names::FINALIZER_RESOURCES_BACKGROUND),
            Deletion::Leaving => {}
        }
        if !entry.row.is_going {
            self.patch(entry, json!({"metadata": {"finalizers": finalizers}})).await?;
        }
        self.remove(&self.site.client, &entry.object, Propagation::Background).await
    }

    /// Approves that what asks for it is deleted.
    pub async fn confirm_deletion(&self, entry: &Entry) -> Result<(), Problem> {
        let annotations = json!({names::ANNOTATION_DELETION_APPROVED: format!("{:.0}", self.site.clock.now())});
        self.patch(entry, json!({"metadata": {"annotations": annotations}})).await
    }

    /// Changes the spec of an application.
    pub async fn change(&self, entry: &Entry, spec: Value) -> Result<(), Problem> {
        self.patch(entry, json!({"spec": spec})).await
    }

    /// Makes an application.
    pub async fn create(&self, value: &Value) -> Result<Object, Problem> {
        let object = Object::from_value(value).map_err(|error| Problem::wrong(error.to_string()))?;
        let written = self.site.client.write(&Write::new(Target::of(&object), Change::Create(object))).await?;
        let made = written
            .object
            .ok_or_else(|| Problem::new(StatusCode::BAD_GATEWAY, "The cluster did not say what it made."))?;
        self.world.seen(&made).await;
        Ok(made)
    }

    /// Runs an action of a live object.
    pub async fn run(
        &self,
        client: &ClusterClient,
        object: &Object,
        action: &str,
        parameters: &BTreeMap<String, String>,
    ) -> Result<(), Problem> {
        let effects = run(object, action, parameters, self.site.clock.now());
        for effect in effects.map_err(|error| Problem::wrong(error.to_string()))? {
            let patch =
                |body, part| Write::new(Target::of(object), Change::Patch { kind: PatchKind::Merge, body, part });
            let write = match effect {
                Effect::Patch(body) => patch(body, Part::Whole),
                Effect::PatchStatus(body) => patch(body, Part::Status),
                Effect::Create(value) => {
                    let made = Object::from_value(&value).map_err(|error| Problem::wrong(error.to_string()))?;
                    Write::new(Target::of(&made), Change::Create(made))
                }
            };
            if let Some(written) = client.write(&write).await?.object {
                self.world.seen(&written).await;
            }
        }
        Ok(())
    }

    /// Deletes a live object.
    pub async fn remove(&self, client: &ClusterClient, object: &Object, how: Propagation) -> Result<(), Problem> {
        let precondition = Precondition { uid: Some(object.meta().uid.clone()), resource_version: None };
        client.write(&Write::new(Target::of(object), Change::Delete(how)).only_if(precondition)).await?;
        self.world.seen_gone(object).await;
        Ok(())
    }

    /// Begins an operation unless another goes on. Of two people who begin one at once, one is told of the other: it is
    /// asked for only on the object that was seen to be idle.
    async fn begin(&self, entry: &Entry, operation: Value) -> Result<(), Problem> {
        for _ in 0..TRIES {
            let (object, client) = (&entry.object, &self.site.client);
            let now =
                client.get(object.gvk(), object.namespace(), object.name()).await?.ok_or_else(Problem::missing)?;
            if now.meta().uid != object.meta().uid {
                return Err(Problem::missing());
            }
            refuse_if_busy(&now)?;
            let version = Some(now.meta().resource_version.clone());
            match self.patched(entry, json!({"operation": operation}), version).await {
                Err(error) if error.class == ErrorClass::Conflict => {}
                done => return Ok(done?),
            }
        }
        Err(Problem::new(StatusCode::CONFLICT, "It changes all the time; try again in a moment."))
    }

    /// A merge patch of the application, provided it is still the one that was looked at.
    async fn patch(&self, entry: &Entry, body: Value) -> Result<(), Problem> {
        Ok(self.patched(entry, body, None).await?)
    }

    async fn patched(&self, entry: &Entry, body: Value, version: Option<Box<str>>) -> Result<(), ClusterError> {
        let precondition = Precondition { uid: Some(entry.object.meta().uid.clone()), resource_version: version };
        let change = Change::Patch { kind: PatchKind::Merge, body, part: Part::Whole };
        let write = Write::new(Target::of(&entry.object), change).only_if(precondition);
        if let Some(written) = self.site.client.write(&write).await?.object {
            self.world.seen(&written).await;
        }
        Ok(())
    }
}

fn refuse_if_busy(application: &Object) -> Result<(), Problem> {
    let phase = application.get("/status/operationState/phase").unwrap_or_default();
    let goes_on = ["Running", "Terminating"].iter().any(|own| phase == *own);
    let message = "Another operation goes on. Wait until it is done, or end it.";
    let is_busy = goes_on || application.get("/operation").is_some_and(|own| !own.is_null());
    if is_busy { Err(Problem::new(StatusCode::CONFLICT, message)) } else { Ok(()) }
}
