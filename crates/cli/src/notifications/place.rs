//! Of what configuration a command is, where that is, and how it is shown. A leaf module.

use crate::connection::Connection;
use crate::failure::Failure;
use clap::ValueEnum;
use clock::Clock;
use cluster::ClusterClient;
use notifications::Product;

/// Of what configuration a command is, and where.
pub(crate) struct Place<'p> {
    pub product: Product,
    pub namespace: String,
    pub reach: Reach<'p>,
}

/// How the cluster is reached, where it is needed.
pub(crate) enum Reach<'p> {
    /// As the flags say.
    Named(&'p Connection, &'p Clock),
    /// It is at hand.
    Open(ClusterClient),
}

impl Place<'_> {
    /// The cluster.
    pub(super) async fn client(&self) -> Result<ClusterClient, Failure> {
        match &self.reach {
            Reach::Named(connection, clock) => connection.client(clock).await,
            Reach::Open(client) => Ok(client.clone()),
        }
    }
}

/// How it is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Output {
    Json,
    Yaml,
    Wide,
    Name,
}
