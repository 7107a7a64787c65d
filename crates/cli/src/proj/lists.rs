//! What a project permits: destinations, sources, namespaces and kinds, each a list that is added to and taken from.

use super::edit::{Edited, edit, find};
use crate::control_plane::ControlPlane;
use crate::failure::Failure;
use clap::{Args, Subcommand, ValueEnum};
use serde_json::{Value, json};

/// The commands that add to and take from lists.
#[derive(Debug, Subcommand)]
pub(super) enum Lists {
    /// Add project destination
    AddDestination(Destination),
    /// Remove project destination
    RemoveDestination(Destination),
    /// Add project source repository
    AddSource(One),
    /// Remove project source repository
    RemoveSource(One),
    /// Add source namespace to the project
    AddSourceNamespace(One),
    /// Remove the source namespace from the project
    RemoveSourceNamespace(One),
    /// Add project signature key
    AddSignatureKey(One),
    /// Remove project signature key
    RemoveSignatureKey(One),
    /// Add project destination's default service account
    AddDestinationServiceAccount(Account),
    /// Remove default destination service account from project
    RemoveDestinationServiceAccount(Account),
    /// Add a resource to orphaned ignore list
    AddOrphanedIgnore(Orphans),
    /// Remove a resource from orphaned ignore list
    RemoveOrphanedIgnore(Orphans),
    /// Adds a cluster-scoped API resource to the allow list and removes it from deny list
    AllowClusterResource(ClusterKind),
    /// Removes a cluster-scoped API resource from the allow list and adds it to deny list
    DenyClusterResource(ClusterKind),
    /// Removes a namespaced API resource from the deny list or adds it to the allow list
    AllowNamespaceResource(Kind),
    /// Adds a namespaced API resource to the deny list or removes it from the allow list
    DenyNamespaceResource(Kind),
}

#[derive(Debug, Args)]
pub(super) struct Destination {
    /// The project
    project: String,
    /// The server, or the cluster's name with --name
    #[arg(id = "destination", value_name = "SERVER")]
    server: String,
    /// The namespace
    namespace: String,
    /// Use name as destination instead server
    #[arg(long)]
    name: bool,
}

#[derive(Debug, Args)]
pub(super) struct Account {
    /// The project
    project: String,
    /// The server, a glob
    #[arg(id = "destination", value_name = "SERVER")]
    server: String,
    /// The namespace, a glob
    namespace: String,
    /// The service account, as NAME or NAMESPACE:NAME
    service_account: String,
}

impl Account {
    fn value(&self) -> Value {
        json!({"server": self.server, "namespace": self.namespace, "defaultServiceAccount": self.service_account})
    }
}

#[derive(Debug, Args)]
pub(super) struct Orphans {
    /// The project
    project: String,
    /// The API group, a glob; empty for the core group
    group: String,
    /// The kind, a glob
    kind: String,
    /// Resource name pattern
    #[arg(long, default_value = "")]
    name: String,
}

impl Orphans {
    async fn run(&self, at: &ControlPlane, permit: Permit) -> Result<(), Failure> {
        let mut value = json!({"group": self.group, "kind": self.kind});
        if !self.name.is_empty() {
            value["name"] = json!(self.name);
        }
        let found = find(at, &self.project).await?;
        let known = found.get("/spec/orphanedResources/ignore").and_then(|list| list.as_array().cloned());
        let known = known.unwrap_or_default();
        let (changed, why) = match permit {
            Permit::Yes => (add(known, value), "is already present in"),
            Permit::No => (remove(known, &value), "not in"),
        };
        let Some(Edited::To(list, _)) = changed else {
            let (group, kind) = (&self.group, &self.kind);
            return Err(Failure::new(format!(
                "group '{group}' and kind '{kind}' {why} orphaned resources ignore list"
            )));
        };
        at.patch(&found, json!({"spec": {"orphanedResources": {"ignore": list}}})).await
    }
}

#[derive(Debug, Args)]
pub(super) struct One {
    /// The project
    project: String,
    /// What is added or taken away
    item: String,
}

#[derive(Debug, Args)]
pub(super) struct ClusterKind {
    /// The project
    project: String,
    /// The API group; empty for the core group
    group: String,
    /// The kind
    kind: String,
    /// Only objects of this name, a glob
    #[arg(default_value = "")]
    name: String,
    /// Use deny list or allow list
    #[arg(short, long, default_value = "allow")]
    list: Which,
}

#[derive(Debug, Args)]
pub(super) struct Kind {
    /// The project
    project: String,
    /// The API group; empty for the core group
    group: String,
    /// The kind
    kind: String,
    /// Use deny list or allow list
    #[arg(short, long, default_value = "deny")]
    list: Which,
}

/// Which of two lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Which {
    Allow,
    Deny,
}

/// Whether something is permitted from now on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Permit {
    Yes,
    No,
}

impl Lists {
    pub(super) async fn run(&self, at: &ControlPlane) -> Result<(), Failure> {
        match self {
            Lists::AddDestination(own) => {
                let refused = || Failure::new("Specified destination is already defined in project");
                edit(at, &own.project, "destinations", |known| add(known, own.value()).ok_or_else(refused)).await
            }
            Lists::RemoveDestination(own) => {
                let refused = || Failure::new("Specified destination does not exist in project");
                edit(at, &own.project, "destinations", |known| remove(known, &own.value()).ok_or_else(refused)).await
            }
            Lists::AddSource(own) => {
                let stays = Edited::Stays(format!("Source repository '{}' already allowed in project", own.item));
                edit(at, &own.project, "sourceRepos", |known| Ok(add(known, json!(own.item)).unwrap_or(stays))).await
            }
            Lists::RemoveSource(own) => {
                let stays = Edited::Stays(format!("Source repository '{}' does not exist in project", own.item));
                edit(at, &own.project, "sourceRepos", |known| Ok(remove(known, &json!(own.item)).unwrap_or(stays)))
                    .await
            }
            Lists::AddSourceNamespace(own) => {
                let stays = Edited::Stays(format!("Source namespace '{}' already allowed in project", own.item));
                edit(at, &own.project, "sourceNamespaces", |known| Ok(add(known, json!(own.item)).unwrap_or(stays)))
                    .await
            }
            Lists::RemoveSourceNamespace(own) => {
                let why = format!("Source namespace '{}' does not exist in project or cannot be removed", own.item);
                let change = |known| Ok(remove(known, &json!(own.item)).unwrap_or(Edited::Stays(why)));
                edit(at, &own.project, "sourceNamespaces", change).await
            }
            Lists::AddSignatureKey(own) => {
                let refused = || Failure::new("Specified signature key is already defined in project");
                let value = json!({"keyID": own.item});
                edit(at, &own.project, "signatureKeys", |known| add(known, value).ok_or_else(refused)).await
            }
            Lists::RemoveSignatureKey(own) => {
                let refused = || Failure::new("Specified signature key is not configured for project");
                let value = json!({"keyID": own.item});
                edit(at, &own.project, "signatureKeys", |known| remove(known, &value).ok_or_else(refused)).await
            }
            Lists::AddDestinationServiceAccount(own) => {
                let refused = || Failure::new("Specified destination service account is already defined in project");
                edit(at, &own.project, "destinationServiceAccounts", |known| {
                    add(known, own.value()).ok_or_else(refused)
                })
                .await
            }
            Lists::RemoveDestinationServiceAccount(own) => {
                let refused = || Failure::new("Specified destination service account does not exist in project");
                let change = |known| remove(known, &own.value()).ok_or_else(refused);
                edit(at, &own.project, "destinationServiceAccounts", change).await
            }
            Lists::AddOrphanedIgnore(own) => own.run(at, Permit::Yes).await,
            Lists::RemoveOrphanedIgnore(own) => own.run(at, Permit::No).await,
            Lists::AllowClusterResource(own) => own.run(at, Permit::Yes).await,
            Lists::DenyClusterResource(own) => own.run(at, Permit::No).await,
            Lists::AllowNamespaceResource(own) => own.run(at, Permit::Yes).await,
            Lists::DenyNamespaceResource(own) => own.run(at, Permit::No).await,
        }
    }
}

impl Destination {
    fn value(&self) -> Value {
        let server = if self.name { "name" } else { "server" };
        json!({server: self.server, "namespace": self.namespace})
    }
}

impl ClusterKind {
    async fn run(&self, at: &ControlPlane, permit: Permit) -> Result<(), Failure> {
        let (field, listed) = match self.list {
            Which::Allow => ("clusterResourceWhitelist", "allowed"),
            Which::Deny => ("clusterResourceBlacklist", "denied"),
        };
        let mut value = json!({"group": self.group, "kind": self.kind});
        if !self.name.is_empty() {
            value["name"] = json!(self.name);
        }
        let what = format!("Group '{}', kind '{}', and name '{}'", self.group, self.kind, self.name);
        let adds = (permit == Permit::Yes) == (self.list == Which::Allow);
        edit(at, &self.project, field, |known| Ok(listing(known, value, adds, &format!("{listed} cluster"), &what)))
            .await
    }
}

impl Kind {
    async fn run(&self, at: &ControlPlane, permit: Permit) -> Result<(), Failure> {
        let (field, listed) = match self.list {
            Which::Allow => ("namespaceResourceWhitelist", "allowed"),
            Which::Deny => ("namespaceResourceBlacklist", "denied"),
        };
        let value = json!({"group": self.group, "kind": self.kind});
        let what = format!("Group '{}' and kind '{}'", self.group, self.kind);
        let adds = (permit == Permit::Yes) == (self.list == Which::Allow);
        edit(at, &self.project, field, |known| Ok(listing(known, value, adds, &format!("{listed} namespaced"), &what)))
            .await
    }
}

fn listing(known: Vec<Value>, value: Value, adds: bool, list: &str, what: &str) -> Edited {
    let (changed, done, refused) = if adds {
        (add(known, value), "is added to", "is already present in")
    } else {
        (remove(known, &value), "is removed from", "not in")
    };
    match changed {
        Some(Edited::To(value, _)) => Edited::To(value, format!("{what} {done} {list} resources")),
        _ => Edited::Stays(format!("{what} {refused} {list} resources")),
    }
}

fn add(mut known: Vec<Value>, value: Value) -> Option<Edited> {
    if known.contains(&value) {
        return None;
    }
    known.push(value);
    Some(Edited::To(Value::Array(known), String::new()))
}

fn remove(mut known: Vec<Value>, value: &Value) -> Option<Edited> {
    let count = known.len();
    known.retain(|own| own != value);
    (known.len() != count).then(|| Edited::To(Value::Array(known), String::new()))
}

/// A kind as a flag names it: `[GROUP/]KIND[/NAME]`.
pub(super) fn kind(text: &str) -> Value {
    match text.split('/').collect::<Vec<_>>().as_slice() {
        [group, kind, name] => json!({"group": group, "kind": kind, "name": name}),
        [group, kind] => json!({"group": group, "kind": kind}),
        _ => json!({"group": "", "kind": text}),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(edited: Edited) -> String {
        match edited {
            Edited::To(value, said) => format!("{value} {said}"),
            Edited::Stays(said) => format!("stays: {said}"),
        }
    }

    #[test]
    fn lists_are_added_to_and_taken_from_once() {
        let known = vec![json!({"group": "", "kind": "Namespace"})];
        let more = json!({"group": "apps", "kind": "Deployment"});
        assert_eq!(
            said(listing(known.clone(), more.clone(), true, "denied namespaced", "It")),
            r#"[{"group":"","kind":"Namespace"},{"group":"apps","kind":"Deployment"}] It is added to denied namespaced resources"#
        );
        assert_eq!(
            said(listing(known.clone(), known[0].clone(), true, "denied namespaced", "It")),
            "stays: It is already present in denied namespaced resources"
        );
        assert_eq!(
            said(listing(known.clone(), known[0].clone(), false, "allowed cluster", "It")),
            "[] It is removed from allowed cluster resources"
        );
        assert_eq!(
            said(listing(known, more, false, "allowed cluster", "It")),
            "stays: It not in allowed cluster resources"
        );
    }

    #[test]
    fn kinds_are_named_with_and_without_group_and_name() {
        assert_eq!(kind("ClusterRole"), json!({"group": "", "kind": "ClusterRole"}));
        assert_eq!(kind("/Namespace/team-*"), json!({"group": "", "kind": "Namespace", "name": "team-*"}));
        assert_eq!(kind("apps/Deployment"), json!({"group": "apps", "kind": "Deployment"}));
    }
}
