//! Applications made, changed and deleted.

use crate::call::Call;
use crate::index::Entry;
use crate::problem::{Code, Problem};
use crate::reply::Reply;
use api::{Application, names};
use cluster::{Change, ErrorClass, Part, PatchKind, Precondition, Propagation, Target, Write, Written};
use object::{Gvk, Object};
use rbac::{Resource, actions};
use serde_json::{Map, Value, json};
use std::sync::Arc;

/// What of an application's metadata callers may set.
const METADATA: [&str; 3] = ["annotations", "finalizers", "labels"];

/// Makes an application; the same again is no error.
pub async fn create(call: Call) -> Result<Reply, Problem> {
    let wanted = Wanted::read(&call, &call.asked.body)?;
    wanted.check(&call)?;
    let object = wanted.object()?;
    let write = Write::new(Target::of(&object), Change::Create(object));
    match call.site.home()?.write(&write).await {
        Ok(written) => {
            if let Some(made) = &written.object {
                call.site.audit_application(&call.who, made, "ResourceCreated", "created application");
            }
            done(&call, written).await
        }
        Err(error) if error.class == ErrorClass::AlreadyExists => existing(&call, &wanted).await,
        Err(error) => Err(error.into()),
    }
}

async fn existing(call: &Call, wanted: &Wanted) -> Result<Reply, Problem> {
    let known = call.site.index.get(&wanted.namespace, &wanted.name);
    // Compat: to whoever may not see the one that is there, its spec is just different.
    let different = || Problem::invalid("existing application spec is different, use upsert flag to force update");
    let known = known.ok_or_else(different)?;
    if !call.may(Resource::Applications, actions::GET, &known.policy_object) {
        return Err(different());
    }
    if wanted.is_same(&known) {
        return Ok(Reply::Text(known.object.raw().clone()));
    }
    if call.asked.query("upsert") != "true" {
        return Err(different());
    }
    wanted.check_move(call, &known)?;
    let written = patch(call, &known, wanted.body()).await?;
    done(call, written).await
}

/// Puts an application in place of the one that is there.
pub async fn update(call: Call) -> Result<Reply, Problem> {
    let entry = Arc::clone(call.entry()?);
    let wanted = Wanted::of(&entry, &call.asked.body)?;
    replace(&call, &entry, &wanted).await
}

/// Puts a spec in place of the one that is there; gives the spec.
pub async fn update_spec(call: Call) -> Result<Reply, Problem> {
    let entry = Arc::clone(call.entry()?);
    let mut body = entry.object.value();
    body["spec"] = call.asked.body.clone();
    let wanted = Wanted::of(&entry, &body)?;
    replace(&call, &entry, &wanted).await?;
    Ok(Reply::Json(wanted.value["spec"].clone()))
}

/// Changes an application by a patch of its text.
pub async fn patch_application(call: Call) -> Result<Reply, Problem> {
    let entry = Arc::clone(call.entry()?);
    let body: Value = serde_json::from_str(call.asked.field("patch"))
        .map_err(|_| Problem::invalid("error decoding patch: it is not JSON"))?;
    let mut value = entry.object.value();
    match call.asked.field("patchType") {
        "" | "json" => {
            value = merge::json_patch::apply(&value, &body)
                .map_err(|error| Problem::invalid(format!("error applying patch: {error}")))?;
        }
        "merge" => value = merge::merge_patch::apply(&value, &body),
        other => return Err(Problem::invalid(format!("Patch type '{other}' is not supported"))),
    }
    let wanted = Wanted::of(&entry, &value)?;
    replace(&call, &entry, &wanted).await
}

async fn replace(call: &Call, entry: &Arc<Entry>, wanted: &Wanted) -> Result<Reply, Problem> {
    wanted.check_move(call, entry)?;
    wanted.check(call)?;
    let mut object = entry.object.value();
    object["spec"] = wanted.value["spec"].clone();
    for field in METADATA {
        object["metadata"][field] = wanted.value["metadata"][field].clone();
    }
    let object = Object::from_value(&object).map_err(|error| Problem::invalid(error.to_string()))?;
    let only_if = Precondition {
        uid: Some(entry.object.meta().uid.clone()),
        resource_version: Some(entry.object.meta().resource_version.clone()),
    };
    let write = Write::new(Target::of(&object), Change::Update(object)).only_if(only_if);
    let written = call.site.home()?.write(&write).await?;
    call.site.audit_application(&call.who, &entry.object, "ResourceUpdated", "updated application");
    done(call, written).await
}

/// Deletes an application; what becomes of its resources is the finalizers' affair.
pub async fn delete(call: Call) -> Result<Reply, Problem> {
    let entry = call.entry()?;
    let (cascade, policy) = (call.asked.query("cascade"), call.asked.query("propagationPolicy"));
    if cascade == "false" && !policy.is_empty() {
        return Err(Problem::invalid("cannot set propagation policy when cascading is disabled"));
    }
    let own = match (cascade, policy) {
        ("false", _) => None,
        (_, "" | "foreground") => Some(names::FINALIZER_RESOURCES),
        (_, "background") => Some(names::FINALIZER_RESOURCES_BACKGROUND),
        (_, other) => return Err(Problem::invalid(format!("invalid propagation policy: {other}"))),
    };
    let meta = entry.object.meta();
    let kept = meta.finalizers.iter().filter(|one| !one.starts_with(names::FINALIZER_RESOURCES));
    let finalizers: Vec<&str> = kept.map(|one| &**one).chain(own).collect();
    let is_same = meta.finalizers.iter().map(|one| &**one).eq(finalizers.iter().copied());
    if !is_same && !meta.is_terminating() {
        patch(&call, entry, json!({"metadata": {"finalizers": finalizers}})).await?;
    }
    let only_if = Precondition { uid: Some(meta.uid.clone()), resource_version: None };
    let write = Write::new(Target::of(&entry.object), Change::Delete(Propagation::Background)).only_if(only_if);
    call.site.home()?.write(&write).await?;
    call.site.audit_application(&call.who, &entry.object, "ResourceDeleted", "deleted application");
    Ok(Reply::done())
}

/// Changes an application that is still the one that was found.
///
/// # Errors
/// The cluster's.
pub async fn patch(call: &Call, entry: &Entry, body: Value) -> Result<Written, Problem> {
    let only_if = Precondition { uid: Some(entry.object.meta().uid.clone()), resource_version: None };
    let change = Change::Patch { kind: PatchKind::Merge, body, part: Part::Whole };
    Ok(call.site.home()?.write(&Write::new(Target::of(&entry.object), change).only_if(only_if)).await?)
}

/// The application after a write, once lists have it too.
///
/// # Errors
/// The cluster did not say what it has become.
pub async fn done(call: &Call, written: Written) -> Result<Reply, Problem> {
    let object = written.object.ok_or_else(|| Problem::new(Code::Internal, "the cluster gave no object"))?;
    let (namespace, version) = (object.namespace().unwrap_or_default(), &object.meta().resource_version);
    call.site.index.seen(namespace, object.name(), version).await;
    Ok(Reply::Text(without_managed_fields(&object)))
}

fn without_managed_fields(object: &Object) -> bytes::Bytes {
    let mut value = object.value();
    if let Some(metadata) = value.get_mut("metadata").and_then(Value::as_object_mut) {
        metadata.remove("managedFields");
    }
    value.to_string().into()
}

/// An application as somebody wants it.
struct Wanted {
    name: String,
    namespace: String,
    value: Value,
    application: Application,
}

impl Wanted {
    /// Reads a body that names its application.
    fn read(call: &Call, body: &Value) -> Result<Self, Problem> {
        let text = |pointer: &str| body.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
        let namespace = match text("/metadata/namespace") {
            "" => call.site.plane.namespace(),
            namespace => namespace,
        };
        Wanted::at(namespace, text("/metadata/name"), body)
    }

    /// Reads a body that is about an application that is there.
    fn of(entry: &Entry, body: &Value) -> Result<Self, Problem> {
        Wanted::at(entry.namespace(), entry.object.name(), body)
    }

    fn at(namespace: &str, name: &str, body: &Value) -> Result<Self, Problem> {
        if name.is_empty() {
            return Err(Problem::invalid("the application has no metadata.name"));
        }
        let mut metadata = Map::new();
        metadata.insert("name".into(), name.into());
        metadata.insert("namespace".into(), namespace.into());
        for field in METADATA {
            if let Some(value) = body["metadata"].get(field).filter(|value| !value.is_null()) {
                metadata.insert(field.into(), value.clone());
            }
        }
        // Compat: what is to be done is asked for by a sync, never by making or changing an application.
        let value = json!({
            "apiVersion": names::API_VERSION, "kind": names::APPLICATION, "metadata": metadata,
            "spec": body.get("spec").filter(|spec| spec.is_object()).cloned().unwrap_or_else(|| json!({})),
        });
        let object = Object::from_value(&value).map_err(|error| Problem::invalid(error.to_string()))?;
        let application = Application::read(&object).map_err(|error| Problem::invalid(error.problem))?;
        let mut value = value;
        value["spec"]["project"] = application.spec.project_name().into();
        Ok(Wanted { name: name.to_owned(), namespace: namespace.to_owned(), value, application })
    }

    fn object(&self) -> Result<Object, Problem> {
        Object::from_value(&self.value).map_err(|error| Problem::invalid(error.to_string()))
    }

    /// Its project must let it be: its namespace, its sources, its destination.
    fn check(&self, call: &Call) -> Result<(), Problem> {
        let said = call.site.plane.now();
        let name = self.application.spec.project_name();
        // One text for one that is not there and one that does not permit it, so that nobody can try out names.
        let vague =
            || Problem::invalid(format!("app is not allowed in project \"{name}\", or the project does not exist"));
        let project = said.projects.get(name).ok_or_else(vague)?;
        let rules = api::ProjectRules::new(&project.read);
        if !rules.permits_application_namespace(&self.namespace, call.site.plane.namespace()) {
            return Err(vague());
        }
        let destination = said.destination(&self.application.spec.destination);
        let cluster = destination.as_ref().map(|it| it.identity(name)).map_err(String::as_str);
        let problems = api::validate_spec(&self.application.spec, &rules, cluster);
        match problems.is_empty() {
            true => Ok(()),
            false => {
                let texts: Vec<&str> = problems.iter().map(|problem| problem.message.as_str()).collect();
                let texts = texts.join(";");
                Err(Problem::invalid(format!("application spec for {} is invalid: {texts}", self.name)))
            }
        }
    }

    /// Compat: whoever moves an application to another project must be allowed to make and change it there.
    fn check_move(&self, call: &Call, entry: &Entry) -> Result<(), Problem> {
        let object = rbac::application_object(
            self.application.spec.project_name(),
            &self.namespace,
            &self.name,
            call.site.plane.namespace(),
        );
        call.must(Resource::Applications, actions::UPDATE, &entry.policy_object)?;
        if object != entry.policy_object {
            call.must(Resource::Applications, actions::CREATE, &object)?;
            call.must(Resource::Applications, actions::UPDATE, &object)?;
        }
        Ok(())
    }

    fn is_same(&self, known: &Entry) -> bool {
        let Ok(app) = known.application() else { return false };
        let own = &self.application;
        app.spec == own.spec
            && app.metadata.labels == own.metadata.labels
            && app.metadata.annotations == own.metadata.annotations
            && app.metadata.finalizers == own.metadata.finalizers
    }

    /// What is put over one that is there; labels and annotations are added to it.
    fn body(&self) -> Value {
        let mut metadata = self.value["metadata"].clone();
        if let Some(metadata) = metadata.as_object_mut() {
            metadata.retain(|key, _| METADATA.contains(&key.as_str()));
        }
        json!({"metadata": metadata, "spec": self.value["spec"]})
    }
}

/// The kind of applications.
#[must_use]
pub fn gvk() -> Gvk {
    Gvk::from_api_version(names::API_VERSION, names::APPLICATION)
}
