//! Traffic: how quickly many routes follow a new weight, and how many requests the simulated ingress carries.

mod fixture;
mod requests;
mod routes;
mod weights;

use crate::arguments::Arguments;
use crate::rollouts::Stage;
use anyhow::Result;

/// Measures everything.
pub async fn run(arguments: &Arguments) -> Result<()> {
    requests::run(arguments).await?;
    let mut stage = Stage::set(arguments).await?;
    weights::run(&mut stage, arguments.routed).await?;
    crate::machine::load("at the end")
}
