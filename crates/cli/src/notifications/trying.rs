//! `trigger run`, `template notify`.

use super::configuration::documents;
use super::place::Place;
use crate::failure::Failure;
use crate::tabs::{Layout, align};
use crate::terminal;
use notifications::{Config, Destination, Facts, Product, Sections, Variables};
use notifiers::{Delivery, Network, Notifiers, Options};
use object::Gvk;
use serde_json::Value as Json;
use std::path::Path;

/// The service that is this command's own output.
const CONSOLE: &str = "console";

fn failed(message: String) -> Failure {
    Failure::with_code(1, message)
}

/// Evaluates a trigger.
pub(super) async fn trigger(place: &Place<'_>, config: &Config, name: &str, resource: &str) -> Result<(), Failure> {
    let trigger = match config.triggers.get(name) {
        Some(Ok(trigger)) => trigger,
        Some(Err(why)) => return Err(failed(format!("trigger.{name} cannot be used: {why}"))),
        None => {
            let known = config.triggers.keys().map(String::as_str).collect::<Vec<_>>().join(", ");
            return Err(failed(format!("trigger with name '{name}' does not exist (found {known})")));
        }
    };
    let object = object(place, resource).await?;
    let facts = Facts::default();
    let outcomes = trigger.run(&variables(config, &object, &facts), now());
    let mut table = "CONDITION\tRESULT\n".to_owned();
    for (condition, outcome) in trigger.conditions().iter().zip(&outcomes) {
        table.push_str(&format!("{}\t{}\n", condition.when, outcome.is_triggered));
        if let Some(problem) = &outcome.problem {
            terminal::note(&format!("failed to execute condition: {}", config.secrets.redacted(problem)));
        }
    }
    terminal::print(&align(&table, Layout::PROGRESS))
}

/// Makes a notification and sends it.
pub(super) async fn notify(
    place: &Place<'_>,
    config: &Config,
    (name, resource): (&str, &str),
    recipients: &[String],
) -> Result<(), Failure> {
    let object = object(place, resource).await?;
    let facts = Facts::default();
    for recipient in recipients {
        let destination = Destination::parse(recipient);
        let told = |why: &dyn std::fmt::Display| {
            failed(format!("failed to notify '{recipient}': {}", config.secrets.redacted(&why.to_string())))
        };
        let variables = variables(config, &object, &facts);
        let variables = Variables { destination: Some((&destination.service, &destination.recipient)), ..variables };
        let templates = [name.to_owned()];
        if destination.service == CONSOLE {
            let rendered = config.render(&templates, &variables, Sections::All, now()).map_err(|why| told(&why))?;
            terminal::print(&yaml::emit(&rendered.to_json()))?;
            continue;
        }
        let service = match config.services.get(&destination.service) {
            Some(Ok(service)) => service,
            Some(Err(why)) => return Err(told(&why)),
            None => return Err(told(&format!("notification service '{}' is not supported", destination.service))),
        };
        let sections = Sections::Of(&service.kind);
        let notification = config.render(&templates, &variables, sections, now()).map_err(|why| told(&why))?;
        // Whoever runs the command may ask what their own machine may.
        let notifiers = Notifiers::new(place.client().await?, Options::of_process(Network::Anywhere));
        let delivery =
            Delivery { service, notification: &notification, destination: &destination, owner: config.owner };
        notifiers.send(&delivery).await.map_err(|why| told(&why))?;
    }
    Ok(())
}

fn now() -> jiff::Timestamp {
    clock::Clock::system().now()
}

fn variables<'v>(config: &'v Config, object: &'v Json, facts: &'v Facts) -> Variables<'v> {
    Variables {
        product: config.product,
        object,
        project: None,
        runs: None,
        context: &config.context,
        secrets: Some(&config.secrets),
        facts,
        destination: None,
    }
}

/// The object of a file, or of the cluster.
async fn object(place: &Place<'_>, resource: &str) -> Result<Json, Failure> {
    let missing = |why: String| failed(format!("failed to load resource: {why}"));
    if Path::new(resource).is_file() {
        let first = documents(resource)?.into_iter().find(|document| !document.is_null());
        return first.ok_or_else(|| missing(format!("{resource} is empty")));
    }
    let kind = match place.product {
        Product::Applications => api::names::APPLICATION,
        Product::Rollouts => api::rollouts::ROLLOUT,
    };
    let gvk = Gvk::from_api_version(api::names::API_VERSION, kind);
    let found = place.client().await?.get(&gvk, Some(&place.namespace), resource).await?;
    found
        .map(|object| object.value())
        .ok_or_else(|| missing(format!("{kind} {}/{resource} is not there", place.namespace)))
}
