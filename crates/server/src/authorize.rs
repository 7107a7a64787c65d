//! The one decision about whether a call is answered. Every route goes through [`authorize`]; a route without a rule does
//! not exist, for a rule is part of what a route is.
//!
//! What is refused is refused in the same words whether or not the thing is there.

use crate::call::Asked;
use crate::index::Entry;
use crate::problem::{Code, Problem};
use crate::rule::{Act, Of, Rule};
use crate::site::Site;
use crate::who::Who;
use crate::{clusters, repositories};
use rbac::{Request, Resource, actions};
use serde_json::Value;
use std::borrow::Cow;
use std::sync::Arc;

/// Settles whether a call is answered; gives the application that it is about, where the rule names one.
///
/// # Errors
/// Why it is not answered.
pub fn authorize(site: &Site, rule: Rule, who: &Who, asked: &Asked) -> Result<Option<Arc<Entry>>, Problem> {
    if !matches!(rule, Rule::Open(_)) && !who.is_signed_in() && !site.plane.now().is_on("users.anonymous.enabled") {
        return Err(Problem::new(Code::Unauthenticated, "no session information"));
    }
    let (resource, act, of) = match rule {
        Rule::Open(_) | Rule::SignedIn | Rule::Each(_) => return Ok(None),
        Rule::May(resource, act, of) => (resource, act, of),
    };
    let action = action(act, asked);
    let ask = Ask { site, who, resource, action: &action };
    match of {
        Of::Application => ask.application(asked).map(Some),
        Of::ApplicationInBody => ask.one(&application_in(site, &asked.body)),
        Of::Project => ask.one(asked.part("name")),
        Of::ProjectInBody => {
            let project = asked.body.get("project").unwrap_or(&asked.body);
            ask.one(project.pointer("/metadata/name").and_then(Value::as_str).unwrap_or_default())
        }
        Of::Repository => ask.some(&repositories::policy_objects(site, asked)),
        Of::RepositoryInBody => ask.one(&repositories::policy_object_in(&asked.body)),
        Of::TemplateInBody => ask.one(asked.field("url")),
        Of::Cluster => ask.some(&clusters::policy_objects(site, asked)),
        Of::ClusterInBody => ask.one(&clusters::policy_object_in(&asked.body)),
        Of::Account => ask.account(asked),
        Of::Named(part) => ask.one(asked.part(part)),
        Of::All => ask.one("*"),
    }
}

struct Ask<'a> {
    site: &'a Site,
    who: &'a Who,
    resource: Resource,
    action: &'a str,
}

impl Ask<'_> {
    fn may(&self, resource: Resource, action: &str, object: &str) -> bool {
        let said = self.site.plane.now();
        said.authority.decide(&self.who.subject, Request { resource, action, object }).is_allowed()
    }

    fn one(&self, object: &str) -> Result<Option<Arc<Entry>>, Problem> {
        if self.may(self.resource, self.action, object) { Ok(None) } else { Err(Problem::denied()) }
    }

    /// Several things may be meant: all of them must be permitted.
    fn some(&self, objects: &[String]) -> Result<Option<Arc<Entry>>, Problem> {
        let may = objects.iter().all(|object| self.may(self.resource, self.action, object));
        if may && !objects.is_empty() { Ok(None) } else { Err(Problem::denied()) }
    }

    /// Compat: everybody may read and change their own account.
    fn account(&self, asked: &Asked) -> Result<Option<Arc<Entry>>, Problem> {
        let named = match asked.part("name") {
            "" => asked.field("name"),
            name => name,
        };
        let is_own = self.who.is_signed_in() && (named.is_empty() || named == self.who.username);
        if is_own { Ok(None) } else { self.one(named) }
    }

    /// Compat: without a project in the call, one that is missing and one that may not be seen are both denied; with a
    /// project in which the caller may, both are not found.
    fn application(&self, asked: &Asked) -> Result<Arc<Entry>, Problem> {
        let (name, project) = (asked.part("name"), asked.text("project"));
        let namespace = match asked.text("appNamespace") {
            "" => self.site.plane.namespace(),
            namespace => namespace,
        };
        let entry = self.site.index.get(namespace, name);
        if !project.is_empty() {
            let given = rbac::application_object(project, namespace, name, self.site.plane.namespace());
            if !self.is_permitted(&given) {
                return Err(Problem::denied());
            }
        }
        let hidden = || match project {
            "" => Problem::denied(),
            _ => Problem::not_found("applications", name),
        };
        let entry = entry.ok_or_else(hidden)?;
        if !self.is_permitted(&entry.policy_object) || (!project.is_empty() && entry.project != project) {
            return Err(hidden());
        }
        Ok(entry)
    }

    /// Compat: whoever acts on an application must be allowed to see it too.
    fn is_permitted(&self, object: &str) -> bool {
        self.may(Resource::Applications, actions::GET, object) && self.may(self.resource, self.action, object)
    }
}

fn action(act: Act, asked: &Asked) -> Cow<'static, str> {
    let (group, kind) = (asked.text("group"), asked.text("kind"));
    let (namespace, name) = (asked.text("namespace"), asked.text("resourceName"));
    match act {
        Act::Named(action) => action.into(),
        Act::UpdateResource => actions::on_update(group, kind, namespace, name).into(),
        Act::DeleteResource => actions::on_delete(group, kind, namespace, name).into(),
        Act::RunAction => {
            let named = asked.body.as_str().unwrap_or_else(|| asked.field("action"));
            actions::on_action(group, kind, named).into()
        }
    }
}

fn application_in(site: &Site, body: &Value) -> String {
    let text = |pointer: &str| body.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
    let project = match text("/spec/project") {
        "" => api::names::DEFAULT_PROJECT,
        project => project,
    };
    rbac::application_object(project, text("/metadata/namespace"), text("/metadata/name"), site.plane.namespace())
}
