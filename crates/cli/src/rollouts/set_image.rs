//! `set image`.

use super::ending::{failed, refused_by};
use super::session::{Named, Session};
use crate::failure::Failure;
use crate::terminal;
use api::rollouts::ROLLOUT;
use clap::{Args, Subcommand};
use cluster::ErrorClass;
use object::{Gvk, Object};
use steering::ImageFor;

/// What can be set.
#[derive(Debug, Subcommand)]
pub(super) enum Set {
    /// Update the image of a rollout
    Image(SetImage),
}

/// The flags of `set image`.
#[derive(Debug, Args)]
pub(super) struct SetImage {
    #[arg(value_name = "ROLLOUT_NAME")]
    name: String,
    /// Which container gets which image; the container `*` is all of them
    #[arg(value_name = "CONTAINER=IMAGE", required = true, value_parser = assignment)]
    images: Vec<ImageFor>,
}

/// How often a change is tried that somebody else's came before.
const TRIES: u32 = 5;

fn assignment(text: &str) -> Result<ImageFor, String> {
    match text.split_once('=') {
        Some((container, image)) if !image.contains('=') => {
            Ok(ImageFor { container: container.to_owned(), image: image.to_owned() })
        }
        _ => Err("expected CONTAINER=IMAGE".to_owned()),
    }
}

impl Set {
    pub(super) async fn run(&self, session: &Session) -> Result<(), Failure> {
        let Set::Image(command) = self;
        command.run(session).await
    }
}

impl SetImage {
    async fn run(&self, session: &Session) -> Result<(), Failure> {
        let mut tries = 1;
        loop {
            let object = self.changed(session).await?;
            match session.update(object).await {
                Ok(object) => {
                    let kind = object.gvk().kind.to_ascii_lowercase();
                    return terminal::print(&format!("{kind} \"{}\" image updated\n", object.name()));
                }
                Err(error) if error.class == ErrorClass::Conflict && tries < TRIES => tries += 1,
                Err(error) => return Err(refused_by(&error)),
            }
        }
    }

    /// The Rollout with its new images, or the Deployment that it takes its pods from.
    async fn changed(&self, session: &Session) -> Result<Object, Failure> {
        let rollout = session.get(Named { kind: ROLLOUT, name: &self.name }).await?.value();
        let mut value = match rollout.pointer("/spec/workloadRef").filter(|workload| workload.is_object()) {
            None => rollout,
            Some(workload) => {
                let name = workload["name"].as_str().unwrap_or_default();
                let found = session.find(&Gvk::new("apps", "v1", "Deployment"), name).await?;
                found.ok_or_else(|| failed(format!("deployments.apps {name:?} not found")))?.value()
            }
        };
        steering::set_images(&mut value, &self.images).map_err(|refused| failed(refused.to_string()))?;
        Object::from_value(&value).map_err(|error| failed(error.to_string()))
    }
}
