//! Who is to be told of what now: configuration, subscriptions and an object, evaluated. Pure.

use crate::fired::Fired;
use crate::problem::Problem;
use jiff::Timestamp;
use notifications::{Config, Destination, Facts, Outcome, Product, Secrets, Variables, events, fresh, notified};
use object::Object;
use serde_json::Value as Json;
use std::sync::Arc;

/// Somebody is to be told.
#[derive(Debug, Clone)]
pub struct Due {
    /// By what it is remembered.
    pub item: String,
    /// The trigger.
    pub trigger: String,
    /// The templates.
    pub templates: Vec<String>,
    /// Whom.
    pub destination: Destination,
    /// Whether it stays told when the condition no longer holds.
    pub stays: bool,
    /// By whose configuration.
    pub config: Arc<Config>,
    /// The object as it is to be told of.
    pub object: Arc<Json>,
    /// The event that fired it, by its number.
    pub fired: Option<u64>,
}

/// What came of evaluating.
#[derive(Debug, Clone, Default)]
pub struct Evaluation {
    /// Who is to be told.
    pub due: Vec<Due>,
    /// What is no longer so that it was told.
    pub cleared: Vec<String>,
    /// What stands in the way.
    pub problems: Vec<Problem>,
    /// Triggers that were evaluated.
    pub outcomes: Vec<(String, Outcome)>,
    /// Whether it may come to something else as time passes.
    pub depends_on_time: bool,
}

/// What is evaluated.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Input<'i> {
    pub product: Product,
    pub object: &'i Object,
    pub value: &'i Arc<Json>,
    pub project: Option<&'i Object>,
    pub project_value: Option<&'i Json>,
    pub runs: Option<&'i Json>,
    pub configs: &'i [Arc<Config>],
    pub fired: &'i [Fired],
    pub facts: &'i Facts,
    /// Whether templates and conditions may read the Secret.
    pub secrets: Access,
}

/// Whether templates and conditions may read the Secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Access {
    Allowed,
    /// Compat: where namespaces configure themselves, nobody's templates may.
    Denied,
}

impl Access {
    pub(crate) fn of(self, config: &Config) -> Option<&Secrets> {
        (self == Access::Allowed).then_some(&config.secrets)
    }
}

pub(crate) fn evaluate(input: &Input<'_>, now: Timestamp) -> Evaluation {
    let mut evaluation = Evaluation::default();
    if input.product == Product::Applications && !fresh::is_refreshed(input.value) {
        return evaluation;
    }
    for config in input.configs {
        evaluate_one(input, config, now, &mut evaluation);
    }
    evaluation.problems.sort();
    evaluation.problems.dedup();
    evaluation
}

fn evaluate_one(input: &Input<'_>, config: &Arc<Config>, now: Timestamp, into: &mut Evaluation) {
    let meta = input.object.meta();
    let project = input.project.map(|project| &project.meta().annotations);
    let (destinations, wrong) = config.destinations(&meta.annotations, &meta.labels, project);
    let broken = |message: String| Problem::lasting("NotificationConfigurationBroken", message);
    into.problems.extend(wrong.into_iter().map(broken));
    if destinations.is_empty() {
        return;
    }
    let map = format!("{}/{}", config.namespace, input.product.config_map());
    into.problems.extend(config.problems.iter().map(|problem| broken(format!("ConfigMap {map}: {problem}"))));
    for (name, wanted) in destinations.iter() {
        into.problems.extend(wanted.iter().filter_map(|destination| unknown_service(config, &map, name, destination)));
        match config.triggers.get(name) {
            None => into.problems.push(unknown_trigger(input, config, &map, name)),
            Some(Err(why)) => {
                let why = why.lines().next().unwrap_or_default();
                into.problems.push(broken(format!("trigger.{name} of ConfigMap {map} cannot be used: {why}")));
            }
            Some(Ok(trigger)) => {
                into.depends_on_time |= input.product == Product::Applications && trigger.depends_on_time();
                let of = Of { input, config, name, trigger, wanted };
                match input.product {
                    Product::Applications => application(&of, now, into),
                    Product::Rollouts => rollout(&of, now, into),
                }
            }
        }
    }
}

/// A service that is not there, or cannot be read.
fn unknown_service(config: &Config, map: &str, trigger: &str, destination: &Destination) -> Option<Problem> {
    let Destination { service, .. } = destination;
    match config.services.get(service) {
        Some(Ok(_)) => None,
        Some(Err(why)) => {
            let message =
                format!("{trigger} to {destination}: service.{service} of ConfigMap {map} cannot be used: {why}");
            Some(Problem::lasting("NotificationConfigurationBroken", message))
        }
        None => {
            let message = format!(
                "{trigger} to {destination}: notification service '{service}' is not supported: ConfigMap {map} has no \
                 service.{service}"
            );
            Some(Problem::lasting("NotificationServiceUnknown", message))
        }
    }
}

fn unknown_trigger(input: &Input<'_>, config: &Config, map: &str, name: &str) -> Problem {
    let known: Vec<&str> = config.triggers.keys().map(String::as_str).collect();
    let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
    let mut message = format!("subscribed to trigger '{name}', which is not configured: ConfigMap {map} has {known}");
    if input.product == Product::Rollouts && !events::TRIGGERS.contains(&name) {
        message.push_str(&format!(" (Rollouts fire {})", events::TRIGGERS.join(", ")));
    }
    Problem::lasting("NotificationTriggerUnknown", message)
}

struct Of<'o> {
    input: &'o Input<'o>,
    config: &'o Arc<Config>,
    name: &'o str,
    trigger: &'o notifications::Trigger,
    wanted: &'o [Destination],
}

impl Of<'_> {
    fn outcomes(&self, object: &Json, now: Timestamp, into: &mut Evaluation) -> Vec<Outcome> {
        let Input { product, project_value, runs, facts, secrets, .. } = *self.input;
        let variables = Variables {
            product,
            object,
            project: project_value,
            runs,
            context: &self.config.context,
            secrets: secrets.of(self.config),
            facts,
            destination: None,
        };
        let outcomes = self.trigger.run(&variables, now);
        into.outcomes.extend(outcomes.iter().map(|outcome| (self.name.to_owned(), outcome.clone())));
        outcomes
    }

    /// Those of the destinations whose service is there.
    fn reachable(&self) -> impl Iterator<Item = &Destination> {
        self.wanted.iter().filter(|destination| matches!(self.config.services.get(&destination.service), Some(Ok(_))))
    }
}

fn application(of: &Of<'_>, now: Timestamp, into: &mut Evaluation) {
    for outcome in of.outcomes(of.input.value, now, into) {
        for destination in of.reachable() {
            let item = notified::key(of.config.scope(), of.name, &outcome, destination);
            if !outcome.is_triggered {
                into.cleared.push(item);
                continue;
            }
            into.due.push(Due {
                item,
                trigger: of.name.to_owned(),
                templates: outcome.templates.clone(),
                destination: destination.clone(),
                stays: !outcome.once_per.is_empty(),
                config: Arc::clone(of.config),
                object: Arc::clone(of.input.value),
                fired: None,
            });
        }
    }
}

/// Every event is told by itself. Compat: `oncePer` means nothing to events.
fn rollout(of: &Of<'_>, now: Timestamp, into: &mut Evaluation) {
    for fired in of.input.fired.iter().filter(|fired| events::trigger_of(&fired.reason) == of.name) {
        let object = fired.object.as_ref().unwrap_or(of.input.value);
        let object = Arc::new(events::as_of_event(Json::clone(object), &fired.message));
        for outcome in of.outcomes(&object, now, into) {
            if !outcome.is_triggered && !outcome.is_unconditional {
                continue;
            }
            into.due.extend(of.reachable().map(|destination| Due {
                item: format!("{}:{}", fired.number, notified::key(of.config.scope(), of.name, &outcome, destination)),
                trigger: of.name.to_owned(),
                templates: outcome.templates.clone(),
                destination: destination.clone(),
                stays: true,
                config: Arc::clone(of.config),
                object: Arc::clone(&object),
                fired: Some(fired.number),
            }));
        }
    }
}
