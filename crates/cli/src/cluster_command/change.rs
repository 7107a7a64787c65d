//! `cluster set` and `cluster rotate-auth`: what a cluster's Secret says, changed in place.

use super::account;
use super::state::{State, all, find};
use crate::control_plane::{At, ControlPlane};
use crate::failure::Failure;
use crate::terminal;
use applications::sources::secret_values;
use clap::Args;
use cluster::ClusterClient;
use object::Object;
use serde_json::{Map, Value, json};

/// The flags of `cluster set`.
#[derive(Debug, Args)]
pub(crate) struct Set {
    #[command(flatten)]
    pub at: At,
    /// The cluster
    #[arg(value_name = "NAME")]
    cluster: String,
    /// Overwrite the cluster name
    #[arg(long)]
    name: Option<String>,
    /// List of namespaces which are allowed to manage. Specify '*' to manage all namespaces
    #[arg(long = "namespace", value_name = "NAMESPACE")]
    namespaces: Vec<String>,
    /// Set metadata labels (e.g. --label key=value)
    #[arg(long = "label", value_name = "KEY=VALUE", value_parser = pair)]
    labels: Vec<(String, String)>,
    /// Set metadata annotations (e.g. --annotation key=value)
    #[arg(long = "annotation", value_name = "KEY=VALUE", value_parser = pair)]
    annotations: Vec<(String, String)>,
}

/// The flags of `cluster rotate-auth`.
#[derive(Debug, Args)]
pub(crate) struct RotateAuth {
    #[command(flatten)]
    pub at: At,
    /// The cluster, by SERVER or NAME
    cluster: String,
    /// Namespace of the account of the control plane
    #[arg(long, default_value = "kube-system")]
    system_namespace: String,
}

fn pair(text: &str) -> Result<(String, String), String> {
    let (key, value) = text.split_once('=').ok_or("key=value is expected")?;
    Ok((key.to_owned(), value.to_owned()))
}

/// The Secret of a cluster, which is read and written straight in the control plane's own.
fn secret<'s>(control_plane: &ControlPlane, found: &'s State, selector: &str) -> Result<&'s Object, Failure> {
    if control_plane.server.is_some() {
        return Err(Failure::new("the server does not do that; say --core to work straight in its cluster"));
    }
    found
        .secret
        .as_ref()
        .ok_or_else(|| Failure::new(format!("{selector} is the control plane's own cluster: no Secret declares it")))
}

impl Set {
    pub(crate) async fn run(&self, control_plane: &ControlPlane) -> Result<(), Failure> {
        let selector = &self.cluster;
        let Some(body) = self.changes() else {
            return terminal::print("Specify the cluster field to be updated.\n");
        };
        let known = all(control_plane).await?;
        let secret = secret(control_plane, find(&known, selector)?, selector)?;
        control_plane.patch(secret, body).await?;
        terminal::print(&format!("Cluster '{selector}' updated.\n"))
    }

    /// What the Secret is to say; nothing where nothing is asked for.
    fn changes(&self) -> Option<Value> {
        let (mut data, mut metadata) = (Map::new(), Map::new());
        if let Some(name) = self.name.as_ref().filter(|name| !name.is_empty()) {
            data.insert("name".to_owned(), json!(name));
        }
        if !self.namespaces.is_empty() {
            let is_all = matches!(&*self.namespaces, [one] if one == "*");
            let names = if is_all { String::new() } else { self.namespaces.join(",") };
            data.insert("namespaces".to_owned(), json!(names));
        }
        for (field, pairs) in [("labels", &self.labels), ("annotations", &self.annotations)] {
            let own: Map<String, Value> = pairs.iter().map(|(key, value)| (key.clone(), json!(value))).collect();
            if !own.is_empty() {
                metadata.insert(field.to_owned(), Value::Object(own));
            }
        }
        (!data.is_empty() || !metadata.is_empty()).then(|| json!({"stringData": data, "metadata": metadata}))
    }
}

impl RotateAuth {
    pub(crate) async fn run(&self, control_plane: &ControlPlane) -> Result<(), Failure> {
        let selector = &self.cluster;
        let known = all(control_plane).await?;
        let found = find(&known, selector)?;
        let secret = secret(control_plane, found, selector)?;
        let values = secret_values(secret);
        let config = values.get("config").map_or("{}", String::as_str);
        let mut config: Value = serde_json::from_str(config).unwrap_or_default();
        let (Some(access), true) = (&found.access, config["bearerToken"].is_string()) else {
            let why = "only the tokens of accounts can be made anew";
            return Err(Failure::new(format!("cluster '{selector}' is not reached with a token: {why}")));
        };
        let client = ClusterClient::from_access(access, control_plane.client.clock()).await;
        let client = client.map_err(|error| Failure::new(error.to_string()))?;
        // The new one is known to the control plane before the old one goes: nobody is locked out in between.
        let fresh = account::fresh_token(&client, &self.system_namespace).await?;
        config["bearerToken"] = json!(fresh.token);
        control_plane.patch(secret, json!({"stringData": {"config": config.to_string()}})).await?;
        account::forget_token(&client, &self.system_namespace, fresh.former).await?;
        terminal::print(&format!("Cluster '{selector}' rotated auth\n"))
    }
}
