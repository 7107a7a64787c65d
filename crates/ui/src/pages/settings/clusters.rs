//! Clusters: their names and labels can be changed, and they can be forgotten.

use super::desk::{Desk, confirmed, line, lines, secrets, text, typed};
use crate::explain::clusters;
use crate::pages::forms::Done;
use crate::problem::Problem;
use crate::respond::Fields;
use api::names::{IN_CLUSTER_NAME, IN_CLUSTER_SERVER};
use applications::sources::{SECRET_TYPE, secret_values};
use http::Method;
use look::segment;
use maud::{Markup, html};
use object::Object;
use rbac::{Resource, actions, scoped_object};
use serde_json::{Map, Value, json};

const PAGE: &str = "/settings/clusters";
/// So many labels are taken of a form.
const LABELS_MAX: usize = 100;

/// What a Secret declares.
struct Declared {
    secret: Object,
    server: String,
    name: String,
    project: String,
}

fn all(desk: &Desk<'_>) -> Vec<Declared> {
    let read = |secret: Object| {
        let values = secret_values(&secret);
        let text = |key: &str| values.get(key).map(|own| own.trim().to_owned()).unwrap_or_default();
        let server = text("server").trim_end_matches('/').to_owned();
        Declared { server, name: text("name"), project: text("project"), secret }
    };
    desk.secrets("cluster").into_iter().map(read).collect()
}

/// Those that are declared, and this one.
pub fn declared(desk: &Desk<'_>) -> Vec<Markup> {
    let declared = all(desk);
    let mut shown = Vec::new();
    let is_declared = declared.iter().any(|own| own.server == IN_CLUSTER_SERVER);
    if !is_declared && desk.may(Resource::Clusters, actions::GET, IN_CLUSTER_SERVER) {
        let (objects, _) = desk.world.cache().size();
        let facts = [("Address", IN_CLUSTER_SERVER.to_owned()), ("Objects followed", objects.to_string())];
        shown.push(line(IN_CLUSTER_NAME, "this cluster", &facts, &html! {}));
    }
    let read = clusters(desk.world);
    for own in &declared {
        if !desk.may(Resource::Clusters, actions::GET, &own.policy()) {
            continue;
        }
        let access = read.iter().find(|it| *it.server == *own.server).map(|it| it.access.as_ref());
        let trouble = access.and_then(Result::err).cloned().unwrap_or_default();
        let facts = [
            ("Address", own.server.clone()),
            ("Project", own.project.clone()),
            ("Labels", own.labels().join(", ")),
            ("Trouble", trouble),
        ];
        shown.push(line(&own.name, "declared by a Secret", &facts, &doing(desk, own)));
    }
    shown
}

impl Declared {
    fn policy(&self) -> String {
        scoped_object(&self.project, &self.server)
    }

    fn labels(&self) -> Vec<String> {
        let own = self.secret.meta().labels.iter().filter(|(key, _)| ***key != *SECRET_TYPE);
        own.map(|(key, value)| format!("{key}={value}")).collect()
    }
}

fn doing(desk: &Desk<'_>, own: &Declared) -> Markup {
    let may = |action: &str| desk.may(Resource::Clusters, action, &own.policy());
    html! {
        div.doing {
            details.edits { summary.button.small { "Change" }
                form.panel method="post" action="/settings/clusters/change" {
                    input type="hidden" name="server" value=(own.server);
                    (text("Name", "name", &own.name, ""))
                    (lines("Labels, one a line", "labels", &own.labels().join("\n"), 3))
                    div.buttons { button.first type="submit" disabled[!may(actions::UPDATE)] { "Save" } }
                }
            }
            (typed("Remove", "Applications that go there can no longer be synced. Nothing in that cluster is deleted.", "/settings/clusters/remove", &[("server", &own.server)], may(actions::DELETE)))
        }
    }
}

fn find(desk: &Desk<'_>, fields: &Fields) -> Result<Declared, Problem> {
    let found = all(desk).into_iter().find(|own| own.server == fields.get("server"));
    let seen = found.filter(|own| desk.may(Resource::Clusters, actions::GET, &own.policy()));
    seen.ok_or_else(Problem::missing)
}

/// Changes name and labels.
pub async fn change(desk: &Desk<'_>, fields: &Fields) -> Result<Done, Problem> {
    let own = find(desk, fields)?;
    let name = fields.get("name");
    if name.is_empty() {
        return Err(Problem::wrong("The name is missing."));
    }
    let mut labels = Map::new();
    for text in fields.get("labels").lines().map(str::trim).filter(|own| !own.is_empty()).take(LABELS_MAX) {
        let (key, value) = text.split_once('=').ok_or_else(|| Problem::wrong("A label is written as key=value."))?;
        labels.insert(key.trim().to_owned(), json!(value.trim()));
    }
    let wanted = labels.clone();
    let body = json!({"name": name, "server": own.server, "project": own.project, "labels": labels});
    let path = format!("/api/v1/clusters/{}?updatedFields=name&updatedFields=labels", segment(&own.server));
    desk.ask("change this cluster", Method::PUT, path, body).await?;
    let is_so = |it: &Object| {
        let now = it.meta().labels.iter().filter(|(key, _)| ***key != *SECRET_TYPE).count();
        it.name() == own.secret.name()
            && secret_values(it).get("name").is_some_and(|own| own == name)
            && now == wanted.len()
            && wanted.iter().all(|(key, value)| it.meta().labels.get(key.as_str()).is_some_and(|own| *value == **own))
    };
    desk.world.until(|world| secrets(world, "cluster").iter().any(is_so)).await;
    Ok(Done { message: format!("{name} has been changed"), location: Some(PAGE.to_owned()) })
}

/// Forgets one.
pub async fn remove(desk: &Desk<'_>, fields: &Fields) -> Result<Done, Problem> {
    let own = find(desk, fields)?;
    confirmed(fields.get("confirm"), &own.name)?;
    let path = format!("/api/v1/clusters/{}", segment(&own.server));
    desk.ask("remove this cluster", Method::DELETE, path, Value::Null).await?;
    desk.world.until(|world| secrets(world, "cluster").iter().all(|it| it.name() != own.secret.name())).await;
    Ok(Done { message: format!("{} has been removed", own.name), location: Some(PAGE.to_owned()) })
}
