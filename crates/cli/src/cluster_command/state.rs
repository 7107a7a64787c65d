//! Clusters as they are declared, and whether they answer.

use crate::control_plane::{ControlPlane, Stored};
use crate::failure::Failure;
use crate::session::Api;
use api::names::{IN_CLUSTER_NAME, IN_CLUSTER_SERVER};
use applications::destinations::{ClusterSecret, read_clusters};
use clock::Clock;
use cluster::{Access, ClusterClient, ClusterScoped, Trust};
use futures::future::join_all;
use object::Object;
use serde_json::{Value, json};
use std::time::Duration;

/// The type of Secrets that declare clusters.
pub(super) const CLUSTER: &str = "cluster";

/// How long a cluster may take to say which version it is; all are asked at once.
const ANSWER_LIMIT: Duration = Duration::from_secs(5);

/// One cluster.
pub(super) struct State {
    /// The Secret that declares it; none for the control plane's own.
    pub secret: Option<Object>,
    pub server: String,
    pub name: String,
    pub project: String,
    pub namespaces: Vec<Box<str>>,
    pub cluster_scoped: ClusterScoped,
    pub access: Option<Access>,
    pub version: String,
    pub status: &'static str,
    pub message: String,
}

/// All clusters, by the names of their Secrets, the control plane's own last where no Secret declares it.
pub(super) async fn all(control_plane: &ControlPlane) -> Result<Vec<State>, Failure> {
    let secrets = control_plane.secrets(CLUSTER).await?;
    if let Some(api) = &control_plane.server {
        return by_server(api, secrets).await;
    }
    let declared = read_clusters(secrets.iter().map(|own| &own.object));
    let asked = declared.into_iter().map(|own| {
        let secret = secrets.iter().find(|secret| secret.object.name() == &*own.secret);
        state(own, secret.map(|secret| secret.object.clone()), control_plane)
    });
    let mut all = join_all(asked).await;
    if all.iter().all(|own| own.server != IN_CLUSTER_SERVER) {
        let mut own = State::new(IN_CLUSTER_SERVER, IN_CLUSTER_NAME);
        own.learn(version(&control_plane.client).await);
        all.push(own);
    }
    Ok(all)
}

/// Clusters as a server tells of them, which alone knows how they are opened.
async fn by_server(api: &Api, secrets: Vec<Stored>) -> Result<Vec<State>, Failure> {
    let told = api.get("/api/v1/clusters", &[]).await?;
    let items = told["items"].as_array().cloned().unwrap_or_default();
    Ok(items.iter().map(|item| told_of(item, &secrets)).collect())
}

fn told_of(item: &Value, secrets: &[Stored]) -> State {
    let text = |pointer: &str| item.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned();
    let server = text("/server");
    let names = item["namespaces"].as_array().into_iter().flatten().filter_map(Value::as_str);
    let secret = secrets.iter().find(|own| own.get("server") == server).map(|own| own.object.clone());
    State {
        // The control plane's own is declared by none; the server tells of it all the same.
        secret: secret.filter(|_| server != IN_CLUSTER_SERVER),
        name: text("/name"),
        project: text("/project"),
        namespaces: names.map(Box::from).collect(),
        cluster_scoped: match item["clusterResources"] == false {
            true => ClusterScoped::LeftOut,
            false => ClusterScoped::Followed,
        },
        access: None,
        version: text("/serverVersion").trim_start_matches('v').to_owned(),
        status: match &*text("/connectionState/status") {
            "Successful" => "Successful",
            "Failed" => "Failed",
            _ => "Unknown",
        },
        message: text("/connectionState/message"),
        server,
    }
}

async fn state(declared: ClusterSecret, secret: Option<Object>, control_plane: &ControlPlane) -> State {
    let ClusterSecret { name, server, project, namespaces, cluster_scoped, access, .. } = declared;
    let is_home = server == IN_CLUSTER_SERVER;
    let answer = match &access {
        _ if is_home => version(&control_plane.client).await,
        Ok(access) => asked(access, control_plane.client.clock()).await,
        Err(why) => Err(why.clone()),
    };
    let mut state = State::new(&server, &name);
    state.learn(answer);
    State { secret, project, namespaces, cluster_scoped, access: access.ok(), ..state }
}

async fn asked(access: &Access, clock: &Clock) -> Result<String, String> {
    match ClusterClient::from_access(access, clock).await {
        Ok(client) => version(&client).await,
        Err(error) => Err(error.to_string()),
    }
}

async fn version(client: &ClusterClient) -> Result<String, String> {
    match tokio::time::timeout(ANSWER_LIMIT, client.served()).await {
        Ok(Ok(served)) => Ok(served.cluster_version.trim_start_matches('v').to_owned()),
        Ok(Err(error)) => Err(error.to_string()),
        Err(_) => Err(format!("it did not answer within {} s", ANSWER_LIMIT.as_secs())),
    }
}

impl State {
    fn new(server: &str, name: &str) -> Self {
        State {
            secret: None,
            server: server.to_owned(),
            name: name.to_owned(),
            project: String::new(),
            namespaces: Vec::new(),
            cluster_scoped: ClusterScoped::Followed,
            access: None,
            version: String::new(),
            status: "Unknown",
            message: String::new(),
        }
    }

    fn learn(&mut self, answer: Result<String, String>) {
        match answer {
            Ok(version) => (self.version, self.status) = (version, "Successful"),
            Err(why) => (self.message, self.status) = (why, "Failed"),
        }
    }
}

/// The cluster that an argument means: an address, or a name.
pub(super) fn find<'s>(all: &'s [State], selector: &str) -> Result<&'s State, Failure> {
    let is_address = selector.starts_with("http://") || selector.starts_with("https://");
    let wanted = selector.trim_end_matches('/');
    let found = all.iter().find(|own| if is_address { own.server == wanted } else { own.name == wanted });
    found.ok_or_else(|| {
        Failure::new(format!("cluster '{selector}' not found; `capstan cluster list` shows those there are"))
    })
}

/// A cluster without its secrets, as upstream's API gives it.
pub(super) fn shown(own: &State) -> Value {
    let access = own.access.clone().unwrap_or_default();
    let mut value = json!({
        "server": own.server,
        "name": own.name,
        "config": {"tlsClientConfig": {"insecure": access.trust == Trust::Anything}},
        "connectionState": {"status": own.status, "message": own.message},
        "info": {
            "serverVersion": own.version,
            "connectionState": {"status": own.status, "message": own.message},
        },
        "serverVersion": own.version,
    });
    if let Some(name) = access.server_name {
        value["config"]["tlsClientConfig"]["serverName"] = json!(name);
    }
    if let Some(user) = access.user {
        value["config"]["username"] = json!(user);
    }
    if !own.namespaces.is_empty() {
        value["namespaces"] = json!(own.namespaces);
        value["clusterResources"] = json!(own.cluster_scoped == ClusterScoped::Followed);
    }
    if !own.project.is_empty() {
        value["project"] = json!(own.project);
    }
    value
}

/// A cluster for people.
pub(super) fn details(own: &State) -> String {
    let access = own.access.clone().unwrap_or_default();
    let namespaces = match own.namespaces.is_empty() {
        true => "all namespaces".to_owned(),
        false => own.namespaces.join(", "),
    };
    let or_dash = |text: &str| if text.is_empty() { "-".to_owned() } else { text.to_owned() };
    // Compat: the tab in front of the namespaces is upstream's, and so is the missing blank in their column.
    format!(
        "Cluster information\n\n  Server URL:            {}\n  Server Name:           {}\n  Server Version:        {}\n  \
         Namespaces:        \t {namespaces}\n\nTLS configuration\n\n  Client cert:           {}\n  Cert validation:       {}\n\n\
         Authentication\n\n  Basic authentication:  {}\n  oAuth authentication:  {}\n  AWS authentication:    false\n\n\
         Disable compression: false\n\nUse proxy: {}\n\n",
        own.server,
        or_dash(&own.name),
        own.version,
        access.certificate.is_some(),
        access.trust == Trust::Verified,
        access.user.is_some(),
        access.token.is_some(),
        access.proxy.is_some(),
    )
}
