//! Who looks at what is set up, or changes it, and with what.

use crate::door::User;
use crate::plane::Ask;
use crate::problem::Problem;
use crate::site::Site;
use crate::world::World;
use applications::sources::SECRET_TYPE;
use http::{HeaderMap, Method, StatusCode};
use look::inert;
use maud::{Markup, html};
use object::{Key, Object};
use rbac::Resource;
use serde_json::Value;
use std::collections::BTreeMap;

/// Who looks at what is set up, or changes it, and with what.
pub struct Desk<'a> {
    /// The site.
    pub site: &'a Site,
    /// What is in the cluster.
    pub world: &'a World,
    /// Who looks.
    pub user: &'a User,
    /// What they have sent: it says who they are.
    pub headers: &'a HeaderMap,
}

impl Desk<'_> {
    /// Whether who looks may do something.
    pub fn may(&self, resource: Resource, action: &str, object: &str) -> bool {
        self.site.may(self.user, resource, action, object)
    }

    /// What the API answers; `what` is what was tried, for who may not.
    pub async fn ask(&self, what: &str, method: Method, path: String, body: Value) -> Result<Value, Problem> {
        let answer = self.site.plane.ask(self.headers, Ask { method, path, body }).await;
        answer.map_err(|problem| match problem.status {
            StatusCode::FORBIDDEN => Problem::refused(what),
            _ => problem,
        })
    }

    /// The Secrets that declare things of a kind.
    pub fn secrets(&self, kind: &str) -> Vec<Object> {
        secrets(self.world, kind)
    }

    /// The data of a ConfigMap.
    pub fn config(&self, name: &str) -> BTreeMap<String, String> {
        config(self.world, name)
    }
}

/// The Secrets that declare things of a kind.
pub fn secrets(world: &World, kind: &str) -> Vec<Object> {
    let is_it = |own: &Object| {
        own.namespace() == Some(&world.settings().namespace)
            && own.meta().labels.get(SECRET_TYPE).is_some_and(|label| **label == *kind)
    };
    world.objects("", "Secret").into_iter().filter(is_it).collect()
}

/// The data of a ConfigMap of the control plane.
pub fn config(world: &World, name: &str) -> BTreeMap<String, String> {
    let key = Key::new("", "ConfigMap", Some(&world.settings().namespace), name);
    let found = world.cache().get(&key).into_known().and_then(|own| own.object.get("/data"));
    found.and_then(|data| serde_json::from_value(data).ok()).unwrap_or_default()
}

/// One thing that is set up, with what can be done to it.
pub fn line(name: &str, more: &str, facts: &[(&str, String)], doing: &Markup) -> Markup {
    html! { li.row.setting { span.name { b { (inert(name)) } span.quiet { (inert(more)) } }
    div {
        dl { @for (label, value) in facts.iter().filter(|own| !own.1.is_empty()) { div { dt { (label) } dd { (inert(value)) } } } }
        (doing)
    } } }
}

/// A field of one line; `more` stands in it before anything is typed.
pub fn text(label: &str, name: &str, value: &str, more: &str) -> Markup {
    html! { label { span { (label) } input type="text" name=(name) value=(value) placeholder=(more) autocomplete="off" spellcheck="false" autocapitalize="off" maxlength="2000"; } }
}

/// A field that is not shown while it is typed.
pub fn hidden_text(label: &str, name: &str) -> Markup {
    html! { label { span { (label) } input type="password" name=(name) autocomplete="new-password" maxlength="2000"; } }
}

/// A field of several lines.
pub fn lines(label: &str, name: &str, value: &str, rows: u8) -> Markup {
    html! { label { span { (label) } textarea name=(name) rows=(rows) spellcheck="false" autocapitalize="off" { (value) } } }
}

/// A button behind a second, different click.
pub fn asked(word: &str, question: &str, action: &str, fields: &[(&str, &str)], may: bool) -> Markup {
    html! {
        details.asks data-once {
            summary.button.small { (word) }
            div.question {
                p { (question) }
                form method="post" action=(action) {
                    @for (name, value) in fields { input type="hidden" name=(name) value=(value); }
                    button type="submit" disabled[!may] { "Yes, " (word.to_lowercase()) }
                }
            }
        }
    }
}

/// A button that asks for the name of what it deletes.
pub fn typed(word: &str, question: &str, action: &str, fields: &[(&str, &str)], may: bool) -> Markup {
    html! {
        details.asks data-once {
            summary.button.small { (word) }
            div.question {
                p { (question) }
                form method="post" action=(action) {
                    @for (name, value) in fields { input type="hidden" name=(name) value=(value); }
                    label { "Type its name" input type="text" name="confirm" required autocomplete="off" spellcheck="false" autocapitalize="off"; }
                    button type="submit" disabled[!may] { "Yes, " (word.to_lowercase()) }
                }
            }
        }
    }
}

/// The name that was typed must be the name of what is deleted.
pub fn confirmed(typed: &str, name: &str) -> Result<(), Problem> {
    if typed == name { Ok(()) } else { Err(Problem::wrong("What you typed is not its name; nothing was deleted.")) }
}
