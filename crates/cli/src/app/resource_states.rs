//! One row a resource, as `get`, `sync` and `wait` show them: what the last operation did, then what else there is.

use super::resource_filter::ResourceFilter;
use api::{Application, ResourceResult, ResourceStatus};
use object::Key;
use std::collections::BTreeMap;

/// One row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ResourceState {
    pub group: String,
    pub kind: String,
    pub namespace: String,
    pub name: String,
    pub status: String,
    pub health: String,
    pub hook: String,
    pub message: String,
}

impl ResourceState {
    /// The cells, separated by tabs.
    pub(crate) fn cells(&self) -> String {
        [&self.group, &self.kind, &self.namespace, &self.name, &self.status, &self.health, &self.hook, &self.message]
            .map(|cell| cell.replace(['\t', '\n'], " "))
            .join("\t")
    }

    /// Identity over time.
    pub(crate) fn key(&self) -> Key {
        Key::new(&self.group, &self.kind, Some(&self.namespace), &self.name)
    }

    /// Takes over what `newer` says and this row does not; whether anything changed. Blanks never overwrite.
    pub(crate) fn merge(&mut self, newer: &ResourceState) -> bool {
        let mut changed = false;
        let fields = [
            (&mut self.status, &newer.status),
            (&mut self.health, &newer.health),
            (&mut self.hook, &newer.hook),
            (&mut self.message, &newer.message),
        ];
        for (old, new) in fields {
            if !new.is_empty() && old != new {
                old.clone_from(new);
                changed = true;
            }
        }
        changed
    }
}

/// The rows of an application; all of them when `filter` selects nothing in particular.
pub(crate) fn resource_states(app: &Application, filter: &ResourceFilter) -> Vec<ResourceState> {
    let mut rest: BTreeMap<Key, &ResourceStatus> =
        app.status.resources.iter().map(|status| (key_of(status), status)).collect();
    let operation = app.status.operation_state.as_ref().and_then(|state| state.sync_result.as_ref());
    let mut states = Vec::new();
    for result in operation.into_iter().flat_map(|result| &result.resources) {
        let key = Key::new(&result.group, &result.kind, Some(&result.namespace), &result.name);
        states.push(operated(result, rest.remove(&key)));
    }
    let mut others: Vec<(Key, &ResourceStatus)> = rest.into_iter().collect();
    others.sort_by_key(|(key, _)| key.to_string());
    states.extend(others.into_iter().map(|(_, status)| at_rest(status)));
    states.retain(|state| filter.selects(&state.key()));
    states
}

fn key_of(status: &ResourceStatus) -> Key {
    Key::new(&status.group, &status.kind, Some(&status.namespace), &status.name)
}

fn health_of(status: &ResourceStatus) -> String {
    let health = status.health.as_ref().and_then(|health| health.status);
    health.map(|code| code.as_str().to_owned()).unwrap_or_default()
}

fn sync_of(status: &ResourceStatus) -> String {
    status.status.map(|code| code.as_str().to_owned()).unwrap_or_default()
}

/// A resource of the last operation. Compat: for hooks and for what is gone, the phase stands under STATUS and the
/// result under HEALTH.
fn operated(result: &ResourceResult, status: Option<&ResourceStatus>) -> ResourceState {
    let (sync, health) = match status {
        Some(status) if result.hook_type.is_empty() => (sync_of(status), health_of(status)),
        _ => (
            result.hook_phase.map(|phase| phase.as_str().to_owned()).unwrap_or_default(),
            result.status.map(|code| code.as_str().to_owned()).unwrap_or_default(),
        ),
    };
    ResourceState {
        group: result.group.clone(),
        kind: result.kind.clone(),
        namespace: result.namespace.clone(),
        name: result.name.clone(),
        status: sync,
        health,
        hook: result.hook_type.clone(),
        message: result.message.clone(),
    }
}

fn at_rest(status: &ResourceStatus) -> ResourceState {
    ResourceState {
        group: status.group.clone(),
        kind: status.kind.clone(),
        namespace: status.namespace.clone(),
        name: status.name.clone(),
        status: sync_of(status),
        health: health_of(status),
        hook: String::new(),
        message: String::new(),
    }
}

/// The whole table.
pub(crate) fn table(states: &[ResourceState]) -> String {
    let mut text = "GROUP\tKIND\tNAMESPACE\tNAME\tSTATUS\tHEALTH\tHOOK\tMESSAGE\n".to_owned();
    for state in states {
        text.push_str(&state.cells());
        text.push('\n');
    }
    crate::tabs::align(&text, crate::tabs::Layout::TABLE)
}
