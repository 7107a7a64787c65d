//! Notifiers on an embedded cluster of their own.

use clock::Clock;
use cluster::ClusterClient;
use notifications::{Destination, Notification, Owner, ServiceConfig};
use notifiers::{Authorities, Delivery, Network, Notifiers, Options, SendError};
use serde_json::{Value, json};
use std::collections::BTreeMap;

pub struct Stage {
    pub notifiers: Notifiers,
    _cluster: embedded::Cluster,
}

/// An RSA key that is used nowhere else.
pub const KEY: &str = include_str!("key.pem");

impl Stage {
    pub async fn start() -> Self {
        Stage::with(Network::Anywhere, &[], &[]).await
    }

    pub async fn with(network: Network, endpoints: &[(&str, String)], variables: &[(&str, &str)]) -> Self {
        Stage::trusting(network, endpoints, variables, Authorities::default()).await
    }

    pub async fn trusting(
        network: Network,
        endpoints: &[(&str, String)],
        variables: &[(&str, &str)],
        authorities: Authorities,
    ) -> Self {
        let clock = Clock::simulated("2026-01-02T03:04:05Z".parse().expect("a time"), 7);
        let cluster = embedded::Cluster::builder().clock(clock.clone()).start().await.expect("a cluster");
        let client = ClusterClient::from_service(cluster.service(), &clock);
        let text = |(name, value): &(&str, String)| ((*name).to_owned(), value.clone());
        // Nobody but this machine is asked who we are.
        let nowhere = [("AWS_EC2_METADATA_DISABLED", "true"), ("GCE_METADATA_HOST", "127.0.0.1:1")];
        let all = nowhere.iter().chain(variables);
        let options = Options {
            variables: all.map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
            endpoints: endpoints.iter().map(text).collect::<BTreeMap<_, _>>(),
            authorities,
            ..Options::new(network)
        };
        Stage { notifiers: Notifiers::new(client, options), _cluster: cluster }
    }

    /// Sends a message with these fields of the service's own.
    pub async fn send(&self, kind: &str, options: Value, recipient: &str, fields: Value) -> Result<(), SendError> {
        self.send_as(kind, kind, options, recipient, fields, Owner::ControlPlane).await
    }

    pub async fn send_as(
        &self,
        kind: &str,
        name: &str,
        options: Value,
        recipient: &str,
        fields: Value,
        owner: Owner,
    ) -> Result<(), SendError> {
        let service = ServiceConfig { kind: kind.to_owned(), options };
        let mut notification = Notification { message: "the message".to_owned(), ..Notification::default() };
        if fields != json!(null) {
            notification.sections.insert(kind.to_owned(), fields);
        }
        let destination = Destination { service: name.to_owned(), recipient: recipient.to_owned() };
        let delivery = Delivery { service: &service, notification: &notification, destination: &destination, owner };
        self.notifiers.send(&delivery).await
    }

    /// The error's text.
    pub async fn refusal(&self, kind: &str, options: Value, recipient: &str, fields: Value) -> String {
        self.send(kind, options, recipient, fields).await.expect_err("refused").to_string()
    }
}
