//! How many requests were answered, by what they were about. Pure, but for the lock.

use crate::Request;
use http::Method;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

/// Of how many things requests are told apart. More objects than one process writes; beyond, none is added.
const ENTRIES_MAX: usize = 50_000;

/// What a request was about, and how it was answered.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Answered {
    /// The resource: `replicasets`.
    pub resource: Box<str>,
    /// Its namespace; empty for none or all.
    pub namespace: Box<str>,
    /// Its name; empty for a whole collection.
    pub name: Box<str>,
    /// What was done: `List`, `Watch`, `Get`, `Create`, `Update`, `Patch`, `Delete`, or `Unknown` for what is about no
    /// resource.
    pub verb: &'static str,
    /// Status code of the answer.
    pub status: u16,
}

/// Counts of requests. Cheap to clone; clones are one set.
#[derive(Debug, Clone, Default)]
pub(crate) struct Counts(Arc<Mutex<BTreeMap<Answered, u64>>>);

impl Counts {
    /// Counts an answer.
    pub(crate) fn count(&self, request: &Request, status: u16) {
        let answered = answered(request, status);
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = counts.get_mut(&answered) {
            *count += 1;
        } else if counts.len() < ENTRIES_MAX {
            counts.insert(answered, 1);
        }
    }

    pub(crate) fn all(&self) -> Vec<(Answered, u64)> {
        let counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        counts.iter().map(|(answered, count)| (answered.clone(), *count)).collect()
    }
}

fn answered(request: &Request, status: u16) -> Answered {
    let (path, query) = request.uri.split_once('?').unwrap_or((&request.uri, ""));
    let mut parts = path.trim_start_matches('/').split('/');
    let is_versioned = match parts.next() {
        Some("api") => parts.next().is_some(),
        Some("apis") => parts.next().is_some() && parts.next().is_some(),
        _ => false,
    };
    let parts: Vec<&str> = parts.collect();
    let (namespace, about) = match parts.as_slice() {
        ["namespaces", namespace, about @ ..] if !about.is_empty() && !matches!(about[0], "status" | "finalize") => {
            (*namespace, about)
        }
        about => ("", about),
    };
    let resource = about.first().copied().unwrap_or_default();
    let name = about.get(1).copied().unwrap_or_default();
    let verb = match request.method {
        _ if !is_versioned || resource.is_empty() => "Unknown",
        Method::GET if query.split('&').any(|it| it == "watch=true") => "Watch",
        Method::GET if name.is_empty() => "List",
        Method::GET => "Get",
        Method::POST => "Create",
        Method::PUT => "Update",
        Method::PATCH => "Patch",
        Method::DELETE => "Delete",
        _ => "Unknown",
    };
    // Names of events and of ReplicaSets are without number; many lists are of all namespaces.
    let has_name = !matches!(verb, "List" | "Watch") && !matches!(resource, "events" | "replicasets" | "pods");
    let [resource, namespace, name] = match verb {
        "Unknown" => ["Unknown"; 3],
        _ => [resource, namespace, if has_name { name } else { "N/A" }],
    };
    Answered { resource: resource.into(), namespace: namespace.into(), name: name.into(), verb, status }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(method: Method, uri: &str) -> String {
        let Answered { resource, namespace, name, verb, .. } =
            answered(&Request { method, ..Request::get_path(uri) }, 200);
        format!("{verb} {resource} {namespace}/{name}")
    }

    #[test]
    fn paths_say_what_is_done_to_what() {
        let rollouts = "/apis/argoproj.io/v1alpha1/namespaces/shop/rollouts";
        assert_eq!(told(Method::GET, rollouts), "List rollouts shop/N/A");
        assert_eq!(told(Method::GET, &format!("{rollouts}?watch=true&x=y")), "Watch rollouts shop/N/A");
        assert_eq!(told(Method::POST, rollouts), "Create rollouts shop/");
        assert_eq!(told(Method::PATCH, &format!("{rollouts}/web/status")), "Patch rollouts shop/web");
        assert_eq!(told(Method::PUT, &format!("{rollouts}/web")), "Update rollouts shop/web");
        assert_eq!(
            told(Method::PATCH, "/apis/apps/v1/namespaces/shop/replicasets/web-1"),
            "Patch replicasets shop/N/A"
        );
        assert_eq!(told(Method::DELETE, "/api/v1/namespaces/shop"), "Delete namespaces /shop");
        assert_eq!(told(Method::PUT, "/api/v1/namespaces/shop/status"), "Update namespaces /shop");
        assert_eq!(told(Method::GET, "/api/v1/nodes/one"), "Get nodes /one");
        assert_eq!(told(Method::GET, "/apis/apps/v1"), "Unknown Unknown Unknown/Unknown");
        assert_eq!(told(Method::GET, "/version"), "Unknown Unknown Unknown/Unknown");
    }
}
