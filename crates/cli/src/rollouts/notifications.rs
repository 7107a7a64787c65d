//! `notifications`, of Rollouts.

use super::session::Session;
use crate::failure::Failure;
use crate::notifications::{Place, Reach, Tools};
use clap::Args;
use notifications::Product;

/// Set of CLI commands that helps manage notifications settings.
#[derive(Debug, Args)]
pub(super) struct Notifications {
    #[command(flatten)]
    tools: Tools,
}

impl Notifications {
    pub(super) async fn run(&self, session: &Session) -> Result<(), Failure> {
        let (namespace, client) = (session.namespace.clone(), session.client.clone());
        self.tools.run(&Place { product: Product::Rollouts, namespace, reach: Reach::Open(client) }).await
    }
}
