//! All services by their type.

use crate::context::{Context, Options};
use crate::error::SendError;
use crate::options::Fields;
use crate::services::{self, Sending};
use cluster::ClusterClient;
use notifications::{Destination, Notification, Owner, ServiceConfig};
use serde_json::Value as Json;

/// The types of service that there are.
pub const KINDS: [&str; 22] = [
    "alertmanager",
    "awssqs",
    "console",
    "email",
    "gcppubsub",
    "github",
    "googlechat",
    "grafana",
    "mattermost",
    "nats",
    "newrelic",
    "opsgenie",
    "pagerduty",
    "pagerdutyv2",
    "pushover",
    "rocketchat",
    "slack",
    "teams",
    "teams-workflows",
    "telegram",
    "webex",
    "webhook",
];

/// All services.
pub struct Notifiers {
    context: Context,
    threads: services::slack::Threads,
}

/// One thing to deliver.
#[derive(Debug, Clone, Copy)]
pub struct Delivery<'d> {
    /// The service.
    pub service: &'d ServiceConfig,
    /// What is told.
    pub notification: &'d Notification,
    /// Whom.
    pub destination: &'d Destination,
    /// Whose configuration the service is of: a team's may name no files of this machine.
    pub owner: Owner,
}

impl Notifiers {
    /// Services that are reached with these options; `cluster` tells which names are Services of it.
    #[must_use]
    pub fn new(cluster: ClusterClient, options: Options) -> Self {
        Notifiers { context: Context::new(cluster, options), threads: services::slack::Threads::default() }
    }

    /// Delivers.
    ///
    /// Guarantees: it ends; nothing is told twice unless what failed is sent again.
    ///
    /// # Errors
    /// When it was not delivered; the message may hold what a server answered, so whoever shows it redacts what is secret.
    pub async fn send(&self, delivery: &Delivery<'_>) -> Result<(), SendError> {
        let Delivery { service, notification, destination, owner } = *delivery;
        let nothing = Json::Null;
        let sending = Sending {
            context: &self.context,
            options: Fields(&service.options),
            fields: notification.section(&service.kind).map(Fields),
            none: Fields(&nothing),
            message: &notification.message,
            destination,
            owner,
        };
        match service.kind.as_str() {
            "alertmanager" => services::alertmanager::send(&sending).await,
            "awssqs" => services::awssqs::send(&sending).await,
            "console" => services::console::send(notification),
            "email" => services::email::send(&sending).await,
            "gcppubsub" => services::gcppubsub::send(&sending).await,
            "github" => services::github::send(&sending).await,
            "googlechat" => services::googlechat::send(&sending).await,
            "grafana" => services::grafana::send(&sending).await,
            "mattermost" => services::mattermost::send(&sending).await,
            "nats" => services::nats::send(&sending).await,
            "newrelic" => services::newrelic::send(&sending).await,
            "opsgenie" => services::opsgenie::send(&sending).await,
            "pagerduty" => services::pagerduty::send(&sending).await,
            "pagerdutyv2" => services::pagerdutyv2::send(&sending).await,
            "pushover" => services::pushover::send(&sending).await,
            "rocketchat" => services::rocketchat::send(&sending).await,
            "slack" => services::slack::send(&sending, &self.threads).await,
            "teams" => services::teams::send(&sending).await,
            "teams-workflows" => services::teams_workflows::send(&sending).await,
            "telegram" => services::telegram::send(&sending).await,
            "webex" => services::webex::send(&sending).await,
            "webhook" => services::webhook::send(&sending).await,
            other => Err(format!("service type '{other}' is not supported: there are {}", KINDS.join(", ")).into()),
        }
    }
}
