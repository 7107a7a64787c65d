//! Projects: made, changed field by field or as a whole, and deleted.

use super::desk::{Desk, confirmed, line, lines, text, typed};
use crate::pages::forms::Done;
use crate::problem::Problem;
use crate::respond::Fields;
use api::AppProject;
use api::names::{API_VERSION, APP_PROJECT, DEFAULT_PROJECT, GROUP};
use http::Method;
use look::segment;
use maud::{Markup, html};
use object::Object;
use rbac::{Resource, actions};
use serde_json::{Value, json};

const PAGE: &str = "/settings/projects";

/// Those that are declared.
pub fn declared(desk: &Desk<'_>) -> Vec<Markup> {
    let namespace = desk.site.namespace.as_str();
    let own = desk.world.objects(GROUP, APP_PROJECT).into_iter().filter(|own| own.namespace() == Some(namespace));
    let seen = own.filter(|own| desk.may(Resource::Projects, actions::GET, own.name()));
    seen.filter_map(|object| Some(one(desk, &object, &AppProject::read(&object).ok()?))).collect()
}

fn one(desk: &Desk<'_>, object: &Object, own: &AppProject) -> Markup {
    let spec = &own.spec;
    let roles: Vec<String> = spec.roles.iter().map(|it| it.name.clone()).collect();
    let windows: Vec<String> =
        spec.sync_windows.iter().map(|it| format!("{} {} {}", it.kind, it.schedule, it.duration)).collect();
    let facts = [
        ("Sources", spec.source_repos.join(", ")),
        ("Destinations", destinations(own).join(", ")),
        ("Roles", roles.join(", ")),
        ("Windows", windows.join("; ")),
    ];
    line(&own.metadata.name, &spec.description, &facts, &doing(desk, object, own))
}

fn destinations(own: &AppProject) -> Vec<String> {
    let to = |it: &api::ApplicationDestination| {
        format!("{} {}", if it.name.is_empty() { &it.server } else { &it.name }, it.namespace)
    };
    own.spec.destinations.iter().map(to).collect()
}

fn doing(desk: &Desk<'_>, object: &Object, own: &AppProject) -> Markup {
    let name = own.metadata.name.as_str();
    let may = |action: &str| desk.may(Resource::Projects, action, name);
    let meta = object.meta();
    let version = &*meta.resource_version;
    html! {
        div.doing {
            details.edits { summary.button.small { "Change" }
                form.panel method="post" action="/settings/projects/change" {
                    (identity(name, version))
                    (fields_of(&own.spec.description, &own.spec.source_repos.join("\n"), &destinations(own).join("\n")))
                    div.buttons { button.first type="submit" disabled[!may(actions::UPDATE)] { "Save" } }
                }
            }
            details.edits { summary.button.small { "As YAML" }
                form.panel method="post" action="/settings/projects/spec" {
                    (identity(name, version))
                    (lines("All that it permits", "spec", &yaml::emit(&without_tokens(object)), 14))
                    div.buttons { button.first type="submit" disabled[!may(actions::UPDATE)] { "Save" } }
                }
            }
            @if name != DEFAULT_PROJECT { (typed("Delete", "No application may belong to it any longer.", "/settings/projects/delete", &[("name", name)], may(actions::DELETE))) }
        }
    }
}

fn identity(name: &str, version: &str) -> Markup {
    html! { input type="hidden" name="name" value=(name); input type="hidden" name="version" value=(version); }
}

fn fields_of(description: &str, sources: &str, destinations: &str) -> Markup {
    html! {
        (text("Description", "description", description, ""))
        (lines("Repositories, one a line", "sources", sources, 3))
        (lines("Destinations, one a line: cluster and namespace", "destinations", destinations, 3))
    }
}

/// Tokens are issued and taken back elsewhere; they are nobody's to read.
fn without_tokens(object: &Object) -> Value {
    let mut spec = object.get("/spec").unwrap_or_default();
    for role in spec["roles"].as_array_mut().into_iter().flatten() {
        if let Some(role) = role.as_object_mut() {
            role.remove("jwtTokens");
        }
    }
    spec
}

/// The form to make one.
pub fn form() -> Markup {
    html! {
        details.makes id="make" {
            summary.button.first { "New project" }
            form.panel method="post" action="/settings/projects/create" data-reset {
                (text("Name", "name", "", "shop"))
                (fields_of("", "*", "* *"))
                label.check { input type="checkbox" name="clusterwide"; span { b { "Cluster-wide resources" } span.quiet { "May contain Namespaces, ClusterRoles and the like" } } }
                div.buttons { button.first type="submit" { "Create" } }
            }
        }
    }
}

fn put_fields(spec: &mut Value, fields: &Fields) -> Result<(), Problem> {
    let lines = |name| fields.get(name).lines().map(str::trim).filter(|own| !own.is_empty());
    let wrong = || Problem::wrong("A destination is a cluster and a namespace with a space between: `* shop`.");
    let mut to = Vec::new();
    for line in lines("destinations") {
        let (cluster, namespace) = line.split_once(char::is_whitespace).ok_or_else(wrong)?;
        let field = if cluster.contains("://") || cluster == "*" { "server" } else { "name" };
        to.push(json!({field: cluster, "namespace": namespace.trim()}));
    }
    spec["description"] = json!(fields.get("description"));
    spec["sourceRepos"] = lines("sources").collect();
    spec["destinations"] = json!(to);
    Ok(())
}

fn find(desk: &Desk<'_>, name: &str) -> Result<Object, Problem> {
    let found = desk.world.project(name).filter(|_| desk.may(Resource::Projects, actions::GET, name));
    found.ok_or_else(Problem::missing)
}

/// Makes one.
pub async fn create(desk: &Desk<'_>, fields: &Fields) -> Result<Done, Problem> {
    let name = fields.get("name");
    if name.is_empty() {
        return Err(Problem::wrong("The name is missing."));
    }
    let mut spec = json!({});
    put_fields(&mut spec, fields)?;
    if fields.is("clusterwide") {
        spec["clusterResourceWhitelist"] = json!([{"group": "*", "kind": "*"}]);
    }
    let body = json!({"project": {"metadata": {"name": name}, "spec": spec}});
    written(desk, "make this project", Method::POST, "/api/v1/projects".to_owned(), body).await?;
    done(format!("{name} has been made"))
}

/// Changes the fields of the form; all others stay.
pub async fn change(desk: &Desk<'_>, fields: &Fields) -> Result<Done, Problem> {
    let known = find(desk, fields.get("name"))?;
    let mut spec = known.get("/spec").unwrap_or_else(|| json!({}));
    put_fields(&mut spec, fields)?;
    put(desk, fields, spec).await
}

/// Puts a whole spec in place of the one there.
pub async fn spec(desk: &Desk<'_>, fields: &Fields) -> Result<Done, Problem> {
    find(desk, fields.get("name"))?;
    let mut budget = budget::Budget::new(budget::Limits::default());
    let spec = yaml::parse_one(fields.get("spec").as_bytes(), yaml::Dialect::V2, &mut budget);
    let spec = spec.map_err(|error| Problem::wrong(format!("This is no YAML: {error}")))?;
    if !spec.is_object() {
        return Err(Problem::wrong("A spec has fields, such as `sourceRepos:`."));
    }
    put(desk, fields, spec).await
}

/// Provided nobody has changed it since the form was made.
async fn put(desk: &Desk<'_>, fields: &Fields, spec: Value) -> Result<Done, Problem> {
    let name = fields.get("name");
    let metadata = json!({"name": name, "resourceVersion": fields.get("version")});
    let body = json!({"project": {"metadata": metadata, "spec": spec}});
    let path = format!("/api/v1/projects/{}", segment(name));
    let put = written(desk, "change this project", Method::PUT, path, body).await;
    put.map_err(|problem| match problem.status {
        http::StatusCode::CONFLICT => Problem::new(
            problem.status,
            "Somebody has changed it meanwhile; nothing was changed. Load the page anew to see what they did.",
        ),
        _ => problem,
    })?;
    done(format!("{name} has been changed"))
}

async fn written(desk: &Desk<'_>, what: &str, method: Method, path: String, body: Value) -> Result<(), Problem> {
    let mut made = desk.ask(what, method, path, body).await?;
    made["apiVersion"] = json!(API_VERSION);
    made["kind"] = json!(APP_PROJECT);
    if let Ok(object) = Object::from_value(&made) {
        desk.world.seen(&object).await;
    }
    Ok(())
}

/// Deletes one that no application belongs to.
pub async fn delete(desk: &Desk<'_>, fields: &Fields) -> Result<Done, Problem> {
    let name = fields.get("name");
    find(desk, name)?;
    confirmed(fields.get("confirm"), name)?;
    let path = format!("/api/v1/projects/{}", segment(name));
    desk.ask("delete this project", Method::DELETE, path, Value::Null).await?;
    desk.world.until(|world| world.project(name).is_none()).await;
    done(format!("{name} has been deleted"))
}

fn done(message: String) -> Result<Done, Problem> {
    Ok(Done { message, location: Some(PAGE.to_owned()) })
}
