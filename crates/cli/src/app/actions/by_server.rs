//! The same over the API of a server, which knows the actions and runs them.

use super::{List, Run, Which};
use crate::app::found::Found;
use crate::app::server::at;
use crate::failure::Failure;
use crate::session::Api;
use crate::tabs::{Layout, align};
use crate::terminal;
use api::ResourceStatus;
use reqwest::Method;
use serde_json::{Value, json};

impl Which {
    fn resources<'f>(&self, found: &'f Found) -> impl Iterator<Item = &'f ResourceStatus> {
        found.app.status.resources.iter().filter(|resource| self.matches(resource))
    }
}

/// The query that names a resource of an application.
fn query<'f>(found: &'f Found, resource: &'f ResourceStatus) -> (String, Vec<(&'static str, &'f str)>) {
    let (path, query) = at(found, "/resource/actions");
    let own = [
        ("group", &*resource.group),
        ("version", &*resource.version),
        ("kind", &*resource.kind),
        ("namespace", &*resource.namespace),
        ("resourceName", &*resource.name),
    ];
    (path, query.into_iter().chain(own).collect())
}

/// The actions of one resource; none where it is gone or there are none.
async fn actions(api: &Api, found: &Found, resource: &ResourceStatus) -> Result<Vec<Value>, Failure> {
    let (path, query) = query(found, resource);
    let told = api.get(&path, &query).await?;
    Ok(told["actions"].as_array().cloned().unwrap_or_default())
}

impl List {
    pub(super) async fn run_by_server(&self, api: &Api, found: &Found) -> Result<(), Failure> {
        let mut rows = "GROUP\tKIND\tNAME\tACTION\tDISABLED\n".to_owned();
        for resource in self.which.resources(found) {
            for action in actions(api, found, resource).await? {
                let row =
                    [&resource.group, &resource.kind, &resource.name, action["name"].as_str().unwrap_or_default()];
                rows.push_str(&format!("{}\t{}\n", row.join("\t"), action["disabled"] == true));
            }
        }
        terminal::print(&align(&rows, Layout::TABLE))
    }
}

impl Run {
    pub(super) async fn run_by_server(&self, api: &Api, found: &Found) -> Result<(), Failure> {
        let mut meant = Vec::new();
        for resource in self.which.resources(found) {
            let has = actions(api, found, resource).await?.iter().any(|action| action["name"] == self.action.as_str());
            meant.extend(has.then_some(resource));
        }
        self.check_count(meant.len())?;
        let parameters = self.parameters()?.into_iter();
        let parameters: Vec<Value> = parameters.map(|(name, value)| json!({"name": name, "value": value})).collect();
        for resource in meant {
            let (path, query) = query(found, resource);
            let mut body = json!({"action": self.action, "resourceActionParameters": parameters});
            for (name, value) in query {
                body[name] = json!(value);
            }
            body["name"] = json!(found.app.metadata.name);
            api.send(Method::POST, &format!("{path}/v2"), &[], Some(&body)).await?;
        }
        Ok(())
    }
}
