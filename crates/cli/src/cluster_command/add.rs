//! `cluster add`.

use super::state::CLUSTER;
use super::{account, kubeconfig};
use crate::connection::Connection;
use crate::control_plane::{At, Existing, hash_of, is_confirmed};
use crate::failure::Failure;
use crate::terminal;
use api::names::IN_CLUSTER_SERVER;
use clap::Args;
use clock::Clock;
use cluster::ClusterClient;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The flags of `cluster add`.
#[derive(Debug, Args)]
pub(crate) struct Add {
    #[command(flatten)]
    at: At,
    /// The context, of the same kubeconfig unless --source-kubeconfig names another
    // Not called context: a flag of all commands is.
    #[arg(value_name = "CONTEXT")]
    of: String,
    /// The kubeconfig that the context is in
    #[arg(long, value_name = "FILE")]
    source_kubeconfig: Option<PathBuf>,
    /// Overwrite the cluster name
    #[arg(long)]
    name: Option<String>,
    /// Project of the cluster
    #[arg(long, default_value = "")]
    project: String,
    /// Namespaces the control plane is allowed to manage
    #[arg(long = "namespace", value_name = "NAMESPACE")]
    namespaces: Vec<String>,
    /// Whether cluster level resources are managed where only some namespaces are
    #[arg(long)]
    cluster_resources: bool,
    /// The control plane runs in this cluster, and reaches it from within
    #[arg(long)]
    in_cluster: bool,
    /// Namespace for the account of the control plane
    #[arg(long, default_value = "kube-system")]
    system_namespace: String,
    /// An account that is there already, to be used instead of making one
    #[arg(long)]
    service_account: Option<String>,
    /// Register the credentials of the context itself, and make no account
    #[arg(long, conflicts_with = "service_account")]
    context_credentials: bool,
    /// Override an existing cluster with the same name even if the spec differs
    #[arg(long)]
    upsert: bool,
    /// Use proxy to reach the cluster
    #[arg(long)]
    proxy_url: Option<String>,
    /// Skip explicit confirmation
    #[arg(short, long)]
    yes: bool,
}

impl Add {
    pub(crate) async fn run(&self, connection: &Connection, clock: &Clock) -> Result<(), Failure> {
        let control_plane = self.at.open(connection, clock).await?;
        let flag = self.source_kubeconfig.clone().or_else(|| connection.kubeconfig_path());
        let path = kubeconfig::path(flag)?;
        let context = kubeconfig::context(&path, &self.of)?;
        let token = match self.token(&path, &context, clock).await? {
            Some(token) => token,
            None => return terminal::print("The command to add the cluster was cancelled.\n"),
        };
        let server = if self.in_cluster { IN_CLUSTER_SERVER.to_owned() } else { context.server.clone() };
        let values = BTreeMap::from([
            ("server", server.clone()),
            ("name", self.name.clone().unwrap_or_else(|| self.of.clone())),
            ("namespaces", self.namespaces.join(",")),
            ("clusterResources", if self.cluster_resources { "true".to_owned() } else { String::new() }),
            ("project", self.project.clone()),
            ("config", self.config(&context, &token).to_string()),
        ]);
        let existing = if self.upsert { Existing::Overwritten } else { Existing::Kept };
        control_plane.store(CLUSTER, &secret_name(&server)?, values, existing).await?;
        terminal::print(&format!("Cluster '{server}' added\n"))
    }

    /// The token that is registered; `None` when a person thought better of it.
    async fn token(
        &self,
        path: &Path,
        context: &kubeconfig::Context,
        clock: &Clock,
    ) -> Result<Option<String>, Failure> {
        if self.context_credentials {
            return Ok(Some(context.token.clone()));
        }
        let client = ClusterClient::from_kubeconfig(Some(path), Some(&self.of), clock).await;
        let client = client.map_err(|error| Failure::new(error.to_string()))?;
        if let Some(named) = &self.service_account {
            return account::token_of(&client, &self.system_namespace, named).await.map(Some);
        }
        let level = if self.namespaces.is_empty() { "cluster" } else { "namespace" };
        let question = format!(
            "WARNING: This will create a service account `argocd-manager` on the cluster referenced by context `{}` with \
             full {level} level privileges. Do you want to continue [y/N]? ",
            self.of
        );
        if !is_confirmed(self.yes, &question)? {
            return Ok(None);
        }
        account::install(&client, &self.system_namespace, &self.namespaces).await.map(Some)
    }

    fn config(&self, context: &kubeconfig::Context, token: &str) -> Value {
        let mut config = json!({"tlsClientConfig": context.tls});
        // An account of its own needs no certificate of somebody else's.
        let certificate = context.certificate.as_object().filter(|_| self.context_credentials);
        for (key, own) in certificate.into_iter().flatten() {
            config["tlsClientConfig"][key] = own.clone();
        }
        if !token.is_empty() {
            config["bearerToken"] = json!(token);
        }
        let proxy = self.proxy_url.as_ref().unwrap_or(&context.proxy);
        if !proxy.is_empty() {
            config["proxyUrl"] = json!(proxy);
        }
        config
    }
}

/// What upstream calls the Secret of the cluster at an address.
fn secret_name(server: &str) -> Result<String, Failure> {
    let after = server.split_once("://").map(|(_, after)| after);
    let host = after.and_then(|after| after.split(['/', ':']).next()).filter(|host| !host.is_empty());
    let host = host.ok_or_else(|| Failure::new(format!("the server {server:?} is no address")))?;
    // Compat: an IPv6 address gives no name that Kubernetes takes; its hash tells it apart well enough.
    let host = if host.starts_with('[') { "ipv6" } else { host };
    Ok(format!("cluster-{}-{}", host.to_ascii_lowercase(), hash_of(&[server])))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_called_as_upstream_calls_them() {
        // Of upstream's own test of the function.
        assert_eq!(secret_name("http://foo").expect("a name"), "cluster-foo-752281925");
        assert_eq!(
            secret_name("https://10.0.0.1:6443/x").expect("a name"),
            format!("cluster-10.0.0.1-{}", hash_of(&["https://10.0.0.1:6443/x"]))
        );
        assert!(secret_name("far").is_err());
    }
}
