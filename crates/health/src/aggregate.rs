//! How well an application is, from how well its resources are.

use crate::assess::assess;
use crate::outcome::{Health, HealthError};
use crate::overrides::Overrides;
use api::HealthStatusCode;
use api::hook::{is_hook, is_ignored, is_skipped};
use api::names::{ANNOTATION_IGNORE_HEALTHCHECK, APPLICATION, GROUP};
use object::{Fetched, Key, Object};

/// Causes named in the message; the rest is counted.
const CAUSES_SHOWN_MAX: usize = 3;

/// One resource of an application, desired, live or both.
#[derive(Debug, Clone)]
pub struct Resource<'a> {
    /// What it is called.
    pub key: &'a Key,
    /// What it should be.
    pub desired: Option<&'a Object>,
    /// What it is.
    pub live: Fetched<&'a Object>,
}

/// How well an application and each of its resources are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApplicationHealth {
    /// How well the application is.
    pub health: Health,
    /// How well each resource is, in the order given; `None` where nothing says what being well would mean.
    pub resources: Vec<Option<Health>>,
    /// The first rule that could not be applied, in words for a condition.
    pub error: Option<String>,
}

/// Takes the worst of the resources' health, by upstream's exceptions. `application` is the application itself, which
/// does not count when it manages itself.
#[must_use]
pub fn aggregate(resources: &[Resource<'_>], application: &Key, overrides: &dyn Overrides) -> ApplicationHealth {
    let mut total = Total::default();
    let mut healths = Vec::with_capacity(resources.len());
    let mut error = None;
    for resource in resources {
        let (health, problem) = total.add(resource, application, overrides);
        if error.is_none() {
            error = problem.map(|problem| error_text(resource.key, &problem));
        }
        healths.push(health);
    }
    ApplicationHealth { health: total.health(), resources: healths, error }
}

fn error_text(key: &Key, problem: &HealthError) -> String {
    format!(
        "error setting app health: failed to get resource health for {:?} with name {:?} in namespace {:?}: {problem}",
        key.kind,
        key.name,
        key.namespace.as_deref().unwrap_or_default()
    )
}

/// The worst so far and what makes it so.
struct Total<'a> {
    worst: HealthStatusCode,
    causes: Vec<&'a Key>,
    has_resources: bool,
    has_live: bool,
}

impl Default for Total<'_> {
    fn default() -> Self {
        Total { worst: HealthStatusCode::Healthy, causes: Vec::new(), has_resources: false, has_live: false }
    }
}

impl<'a> Total<'a> {
    fn add(
        &mut self,
        resource: &Resource<'a>,
        application: &Key,
        overrides: &dyn Overrides,
    ) -> (Option<Health>, Option<HealthError>) {
        if resource.desired.is_some_and(|desired| is_skipped(desired.meta())) {
            return (None, None);
        }
        let live = match &resource.live {
            Fetched::Known(live) => *live,
            Fetched::Absent => {
                self.has_resources = true;
                return (Some(Health::new(HealthStatusCode::Missing, "")), None);
            }
            Fetched::Unknown(_) => {
                // What could not be read may well be there: it must not make the application Missing.
                (self.has_resources, self.has_live) = (true, true);
                return (None, None);
            }
        };
        if is_hook(live.meta()) || is_ignored(live.meta()) {
            return (None, None);
        }
        (self.has_resources, self.has_live) = (true, true);
        if live.meta().annotation(ANNOTATION_IGNORE_HEALTHCHECK) == Some("true") || resource.key == application {
            return (None, None);
        }
        let (health, problem) = match assess(live, overrides) {
            Ok(health) => (health, None),
            Err(problem) => (Some(problem.health()), Some(problem)),
        };
        if let Some(health) = &health {
            self.count(resource.key, health.status);
        }
        (health, problem)
    }

    fn count(&mut self, key: &'a Key, status: HealthStatusCode) {
        let is_application = *key.group == *GROUP && *key.kind == *APPLICATION;
        if is_application && matches!(status, HealthStatusCode::Missing | HealthStatusCode::Unknown) {
            return;
        }
        if status > self.worst {
            self.worst = status;
            self.causes.clear();
        }
        if status == self.worst && status != HealthStatusCode::Healthy {
            self.causes.push(key);
        }
    }

    fn health(self) -> Health {
        if self.has_resources && !self.has_live && self.worst < HealthStatusCode::Missing {
            return Health::new(HealthStatusCode::Missing, "");
        }
        Health::new(self.worst, causes_text(&self.causes))
    }
}

fn causes_text(causes: &[&Key]) -> String {
    if causes.is_empty() {
        return String::new();
    }
    let shown: Vec<String> = causes.iter().take(CAUSES_SHOWN_MAX).map(|key| cause(key)).collect();
    let more = match causes.len().saturating_sub(CAUSES_SHOWN_MAX) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    format!("Caused by {}{more}", shown.join(", "))
}

fn cause(key: &Key) -> String {
    let group = if key.group.is_empty() { String::new() } else { format!("{}/", key.group) };
    let namespace = key.namespace.as_deref().map(|namespace| format!("{namespace}/")).unwrap_or_default();
    format!("{group}{}:{namespace}{}", key.kind, key.name)
}
