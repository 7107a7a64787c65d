//! Projects, their roles and tokens.

use crate::applications::events::{About, events};
use crate::call::Call;
use crate::links;
use crate::plane::Project;
use crate::problem::{Code, Problem};
use crate::reply::Reply;
use api::names::{API_VERSION, APP_PROJECT};
use api::{AppProject, JwtToken};
use cluster::{Change, ErrorClass, Part, PatchKind, Precondition, Propagation, Target, Write};
use object::Object;
use rbac::{Resource, actions, role_subject};
use serde_json::{Value, json};
use std::sync::Arc;
use windows::Windows;

/// The projects that whoever calls may see.
pub async fn list(call: Call) -> Result<Reply, Problem> {
    let said = call.site.plane.now();
    let may = |project: &&Arc<Project>| call.may(Resource::Projects, actions::GET, &project.read.metadata.name);
    let items: Vec<Value> = said.projects.values().filter(may).map(|project| project.object.value()).collect();
    Ok(Reply::Json(json!({"metadata": {}, "items": items})))
}

/// One project.
pub async fn get(call: Call) -> Result<Reply, Problem> {
    Ok(Reply::Text(find(&call)?.object.raw().clone()))
}

fn find(call: &Call) -> Result<Arc<Project>, Problem> {
    let name = call.asked.part("name");
    let found = call.site.plane.now().projects.get(name).cloned();
    found.ok_or_else(|| Problem::not_found("appprojects", name))
}

/// One project with what belongs to it.
pub async fn detailed(call: Call) -> Result<Reply, Problem> {
    let project = find(&call)?;
    let name = &project.read.metadata.name;
    let of_project = |kind: &str| -> Vec<Value> {
        let own =
            crate::stored::Stored::all(&call.site, kind).into_iter().filter(|stored| stored.get("project") == name);
        own.map(|stored| match kind {
            "cluster" => json!({"server": stored.get("server"), "name": stored.get("name")}),
            _ => json!({"repo": crate::repositories::without_userinfo(stored.get("url")), "name": stored.get("name")}),
        })
        .collect()
    };
    Ok(Reply::Json(json!({
        "project": project.object.value(), "globalProjects": [],
        "repositories": of_project("repository"), "clusters": of_project("cluster"),
    })))
}

/// The projects that this one takes lists from: none, for global projects are not dealt with here.
pub async fn global_projects(call: Call) -> Result<Reply, Problem> {
    find(&call)?;
    Ok(Reply::Json(json!({"items": []})))
}

/// What the cluster has told about a project.
pub async fn list_events(call: Call) -> Result<Reply, Problem> {
    let project = find(&call)?;
    let meta = project.object.meta();
    let about = About { namespace: call.site.plane.namespace(), name: &meta.name, uid: &meta.uid };
    events(&call.site.home()?, &about).await
}

/// The links of a project.
pub async fn list_links(call: Call) -> Result<Reply, Problem> {
    Ok(Reply::Json(json!({"items": links::of(&find(&call)?.object)})))
}

/// The windows that are open now.
pub async fn sync_windows(call: Call) -> Result<Reply, Problem> {
    let project = find(&call)?;
    let now = call.site.clock.now();
    let open =
        |window: &&api::SyncWindow| windows::Window::new(window).is_ok_and(|window| window.open_until(now).is_some());
    let items: Vec<&api::SyncWindow> = project.read.spec.sync_windows.iter().filter(open).collect();
    Ok(Reply::Json(json!({"windows": items})))
}

/// Makes a project.
pub async fn create(call: Call) -> Result<Reply, Problem> {
    let wanted = wanted(&call)?;
    let write = Write::new(Target::of(&wanted), Change::Create(wanted.clone()));
    match call.site.home()?.write(&write).await {
        Ok(written) => {
            call.site.audit(&call.who, wanted.name(), "created project");
            done(written.object)
        }
        Err(error) if error.class == ErrorClass::AlreadyExists => existing(&call, &wanted).await,
        Err(error) => Err(error.into()),
    }
}

async fn existing(call: &Call, wanted: &Object) -> Result<Reply, Problem> {
    let different = || Problem::invalid("existing project spec is different, use upsert flag to force update");
    let known = call.site.plane.now().projects.get(wanted.name()).cloned().ok_or_else(different)?;
    if call.may(Resource::Projects, actions::GET, wanted.name()) && known.object.get("/spec") == wanted.get("/spec") {
        return Ok(Reply::Text(known.object.raw().clone()));
    }
    if !call.asked.is("upsert") {
        return Err(different());
    }
    call.must(Resource::Projects, actions::UPDATE, wanted.name())?;
    put(call, &known, wanted).await
}

/// Puts a project in place of the one that is there.
pub async fn update(call: Call) -> Result<Reply, Problem> {
    let known = find(&call)?;
    let wanted = wanted(&call)?;
    if wanted.name() != call.asked.part("name") {
        return Err(Problem::invalid("the project of the body is another than that of the path"));
    }
    put(&call, &known, &wanted).await
}

async fn put(call: &Call, known: &Project, wanted: &Object) -> Result<Reply, Problem> {
    let mut value = known.object.value();
    value["spec"] = wanted.get("/spec").unwrap_or_else(|| json!({}));
    // Tokens are issued and taken back by their own routes alone: a project that is put back must not revive any.
    if let Some(roles) = value["spec"]["roles"].as_array_mut() {
        for role in roles {
            let own = known.read.spec.roles.iter().find(|own| role["name"] == own.name.as_str());
            role["jwtTokens"] = json!(own.map(|own| own.jwt_tokens.clone()).unwrap_or_default());
        }
    }
    let object = Object::from_value(&value).map_err(|error| Problem::invalid(error.to_string()))?;
    let version = match wanted.meta().resource_version.is_empty() {
        true => known.object.meta().resource_version.clone(),
        false => wanted.meta().resource_version.clone(),
    };
    let only_if = Precondition { uid: Some(known.object.meta().uid.clone()), resource_version: Some(version) };
    let write = Write::new(Target::of(&object), Change::Update(object)).only_if(only_if);
    let written = call.site.home()?.write(&write).await?;
    call.site.audit(&call.who, wanted.name(), "updated project");
    done(written.object)
}

/// Deletes a project that no application belongs to.
pub async fn delete(call: Call) -> Result<Reply, Problem> {
    let known = find(&call)?;
    let name = &known.read.metadata.name;
    if name == api::names::DEFAULT_PROJECT {
        return Err(Problem::invalid("name 'default' is reserved and cannot be deleted"));
    }
    let users = call.site.index.all().values().filter(|entry| entry.project == *name).count();
    if users > 0 {
        return Err(Problem::invalid(format!("project is referenced by {users} applications")));
    }
    let only_if = Precondition { uid: Some(known.object.meta().uid.clone()), resource_version: None };
    let write = Write::new(Target::of(&known.object), Change::Delete(Propagation::Background)).only_if(only_if);
    call.site.home()?.write(&write).await?;
    call.site.audit(&call.who, name, "deleted project");
    Ok(Reply::done())
}

fn wanted(call: &Call) -> Result<Object, Problem> {
    let body = call.asked.body.get("project").unwrap_or(&call.asked.body);
    let mut value = json!({
        "apiVersion": API_VERSION, "kind": APP_PROJECT,
        "metadata": {"name": body["metadata"]["name"], "namespace": call.site.plane.namespace()},
        "spec": body.get("spec").filter(|spec| spec.is_object()).cloned().unwrap_or_else(|| json!({})),
    });
    for field in ["labels", "annotations", "finalizers", "resourceVersion"] {
        if let Some(own) = body["metadata"].get(field).filter(|own| !own.is_null()) {
            value["metadata"][field] = own.clone();
        }
    }
    let object = Object::from_value(&value).map_err(|_| Problem::invalid("the project has no metadata.name"))?;
    let read = AppProject::read(&object).map_err(|error| Problem::invalid(error.problem))?;
    if let Some(problem) = Windows::new(&read.spec.sync_windows).problems().first() {
        return Err(Problem::invalid(problem.clone()));
    }
    let mode = call.site.plane.now().authority.configured().match_mode();
    let (_, bad) = rbac::ProjectRoles::read(&read, mode);
    match bad.first() {
        Some(line) => Err(Problem::invalid(line.to_string())),
        None => Ok(object),
    }
}

fn done(object: Option<Object>) -> Result<Reply, Problem> {
    let object = object.ok_or_else(|| Problem::new(Code::Internal, "the cluster gave no object"))?;
    let mut value = object.value();
    if let Some(metadata) = value.get_mut("metadata").and_then(Value::as_object_mut) {
        metadata.remove("managedFields");
    }
    Ok(Reply::Json(value))
}

/// A new token for a role.
pub async fn create_token(call: Call) -> Result<Reply, Problem> {
    let known = find(&call)?;
    let role = call.asked.part("role");
    let own = known.read.spec.roles.iter().find(|own| own.name == role);
    let own = own.ok_or_else(|| Problem::new(Code::NotFound, format!("role '{role}' does not exist in project")))?;
    let id = call.asked.field("id");
    if !id.is_empty() && own.jwt_tokens.iter().any(|token| token.id == id) {
        return Err(Problem::invalid(format!("rpc error: Token id '{id}' has been used.")));
    }
    let seconds = call.asked.body["expiresIn"].as_i64();
    let seconds = seconds.or_else(|| call.asked.field("expiresIn").parse().ok()).unwrap_or(0);
    let subject = role_subject(&known.read.metadata.name, role);
    let (token, made) = call.site.options.door.project_token(&call.site.plane, &subject, id, seconds)?;
    let mut tokens = own.jwt_tokens.clone();
    let (issued_at, expires_at, id) = (made.issued_at, made.expires_at, made.id);
    tokens.push(JwtToken { issued_at, expires_at, id: id.clone(), ..JwtToken::default() });
    write_tokens(&call, &known, role, tokens).await?;
    call.site
        .plane
        .until(|said| {
            let own = said.projects.get(call.asked.part("name"));
            own.is_some_and(|own| {
                own.read.spec.roles.iter().any(|own| own.jwt_tokens.iter().any(|token| token.id == id))
            })
        })
        .await;
    call.site.audit(&call.who, &known.read.metadata.name, "created token");
    Ok(Reply::Json(json!({"token": token})))
}

/// A token of a role is void.
pub async fn delete_token(call: Call) -> Result<Reply, Problem> {
    let known = find(&call)?;
    let (role, id) = (call.asked.part("role"), call.asked.query("id"));
    let issued: i64 = call.asked.part("iat").parse().map_err(|_| Problem::invalid("iat must be a whole number"))?;
    let own = known.read.spec.roles.iter().find(|own| own.name == role);
    let own = own.ok_or_else(|| Problem::new(Code::NotFound, format!("role '{role}' does not exist in project")))?;
    let mut tokens = own.jwt_tokens.clone();
    tokens.retain(|token| if id.is_empty() { token.issued_at != issued } else { token.id != id });
    write_tokens(&call, &known, role, tokens).await?;
    call.site.audit(&call.who, &known.read.metadata.name, "deleted token");
    Ok(Reply::done())
}

/// Compat: tokens stand in the role and, for those who look there, in the status.
async fn write_tokens(call: &Call, known: &Project, role: &str, tokens: Vec<JwtToken>) -> Result<(), Problem> {
    let mut roles = known.read.spec.roles.clone();
    for own in roles.iter_mut().filter(|own| own.name == role) {
        own.jwt_tokens.clone_from(&tokens);
    }
    let body = json!({
        "spec": {"roles": roles},
        "status": {"jwtTokensByRole": {role: {"items": tokens}}},
    });
    let meta = known.object.meta();
    let only_if = Precondition { uid: Some(meta.uid.clone()), resource_version: Some(meta.resource_version.clone()) };
    let change = Change::Patch { kind: PatchKind::Merge, body, part: Part::Whole };
    call.site.home()?.write(&Write::new(Target::of(&known.object), change).only_if(only_if)).await?;
    Ok(())
}
