//! Projects as people see them.

use crate::failure::Failure;
use crate::tabs::{Layout, align};
use api::{AppProject, ClusterResourceRestrictionItem, GroupKind};
use clap::ValueEnum;
use object::Object;
use serde_json::Value;

const NONE: &str = "<none>";

/// What `-o` may say here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Output {
    Json,
    Yaml,
    Wide,
    Name,
}

/// What a project says.
pub(super) fn read(object: &Object) -> Result<AppProject, Failure> {
    AppProject::read(object).map_err(|error| Failure::new(error.to_string()))
}

/// A project as the server has it but for its managed fields.
pub(super) fn shown(object: &Object) -> Value {
    let mut value = object.value();
    if let Some(metadata) = value.get_mut("metadata").and_then(Value::as_object_mut) {
        metadata.remove("managedFields");
    }
    value
}

/// One line a project.
pub(super) fn table(all: &[AppProject]) -> String {
    let mut rows = "NAME\tDESCRIPTION\tDESTINATIONS\tSOURCES\tCLUSTER-RESOURCE-WHITELIST\tNAMESPACE-RESOURCE-BLACKLIST\tSIGNATURE-KEYS\tORPHANED-RESOURCES\tDESTINATION-SERVICE-ACCOUNTS\n".to_owned();
    for own in all {
        let spec = &own.spec;
        let cells = [
            own.metadata.name.clone(),
            spec.description.clone(),
            one_or_count(&destinations(own), "destinations"),
            one_or_count(&spec.source_repos, "repos"),
            one_or_count(&spec.cluster_resource_whitelist.iter().map(cluster_kind).collect::<Vec<_>>(), "resources"),
            count(spec.namespace_resource_blacklist.len(), "resources"),
            count(spec.signature_keys.len(), "key(s)"),
            orphaned(own),
            one_or_count(&accounts(own), "destinationServiceAccounts"),
        ];
        rows.push_str(&format!("{}\n", cells.join("\t")));
    }
    align(&rows, Layout::TABLE)
}

/// One project, all of it.
pub(super) fn details(own: &AppProject) -> String {
    let spec = &own.spec;
    let keys: Vec<String> = spec.signature_keys.iter().map(|key| key.key_id.clone()).collect();
    let mut out = String::new();
    let mut say = |name: &str, items: &[String]| {
        let items = if items.is_empty() { &[NONE.to_owned()] } else { items };
        for (index, item) in items.iter().enumerate() {
            out.push_str(&format!("{:<29}{item}\n", if index == 0 { name } else { "" }));
        }
    };
    say("Name:", std::slice::from_ref(&own.metadata.name));
    say("Description:", std::slice::from_ref(&spec.description));
    say("Destinations:", &destinations(own));
    say("Repositories:", &spec.source_repos);
    say("Source Namespaces:", &spec.source_namespaces);
    say("Allowed Cluster Resources:", &spec.cluster_resource_whitelist.iter().map(cluster_kind).collect::<Vec<_>>());
    say("Denied Namespaced Resources:", &spec.namespace_resource_blacklist.iter().map(kind).collect::<Vec<_>>());
    say("Signature keys:", &if keys.is_empty() { Vec::new() } else { vec![keys.join(", ")] });
    say("Orphaned Resources:", &[orphaned(own)]);
    out
}

fn destinations(own: &AppProject) -> Vec<String> {
    own.spec.destinations.iter().map(|to| format!("{},{}", to.server, to.namespace)).collect()
}

fn accounts(own: &AppProject) -> Vec<String> {
    let all = own.spec.destination_service_accounts.iter();
    all.map(|to| format!("{},{},{}", to.server, to.namespace, to.default_service_account)).collect()
}

fn cluster_kind(own: &ClusterResourceRestrictionItem) -> String {
    format!("{}/{}", own.group, own.kind)
}

fn kind(own: &GroupKind) -> String {
    format!("{}/{}", own.group, own.kind)
}

fn orphaned(own: &AppProject) -> String {
    let Some(settings) = &own.spec.orphaned_resources else { return "disabled".to_owned() };
    let warns = settings.warn != Some(false);
    match settings.ignore.len() {
        0 => format!("enabled (warn={warns})"),
        more => format!("enabled (warn={warns}, ignored {more})"),
    }
}

fn one_or_count(items: &[String], what: &str) -> String {
    match items {
        [] => NONE.to_owned(),
        [one] => one.clone(),
        _ => format!("{} {what}", items.len()),
    }
}

fn count(count: usize, what: &str) -> String {
    if count == 0 { NONE.to_owned() } else { format!("{count} {what}") }
}
