//! The controller of image updates, in this process.

use crate::failure::Failure;
use crate::shared::Shared;
use ::images::ImageReference;
use clap::Args;
use cluster::{Cache, Clusters};
use git::Repositories;
use imageupdates::{Handle, ImageUpdates, Measured, Options, Updater};
use registry::Client;
use std::path::PathBuf;
use std::sync::Arc;
use tokio::task::JoinHandle;
use web::Reach;

/// The Lease that replicas contend for over image updates.
const LEASE: &str = "capstan-image-updater";

/// What whoever starts the process says of image updates.
#[derive(Debug, Clone, Default)]
pub(crate) struct ImagesSetup {
    /// The folder whose programs may be run for credentials.
    pub programs: Option<PathBuf>,
    /// Which addresses registries may have that nobody has configured.
    pub reach: Reach,
}

/// The flags of `run` that say it.
#[derive(Debug, Args)]
pub(crate) struct ImagesFlags {
    /// Run programs of this folder for credentials of registries, where registries.conf names them as ext:
    #[arg(long, value_name = "DIR")]
    credential_programs: Option<PathBuf>,
    /// Ask registries in private networks too that registries.conf does not name
    #[arg(long)]
    image_private_addresses: bool,
}

impl ImagesFlags {
    pub(crate) fn setup(&self) -> ImagesSetup {
        let reach = if self.image_private_addresses { Reach::Private } else { Reach::Public };
        ImagesSetup { programs: self.credential_programs.clone(), reach }
    }
}

/// What tells it of an image that a registry says was pushed.
pub(crate) fn pushed(handle: &Handle) -> server::Pushed {
    let handle = handle.clone();
    Arc::new(move |push| {
        // What is no name of an image is followed by nobody.
        if let Ok(image) = ImageReference::parse(&format!("{}/{}", push.registry, push.repository)) {
            handle.pushed(&image);
        }
    })
}

/// Starts it; `cache` keeps Applications.
pub(crate) fn start(
    shared: &Shared,
    setup: ImagesSetup,
    (git, cache): (Repositories, Cache),
    namespace: &str,
    tasks: &mut Vec<JoinHandle<()>>,
) -> Result<(Handle, Measured), Failure> {
    let clusters = Clusters::home(shared.client.clone(), Some(cache));
    let leadership = shared.leadership(namespace, LEASE, tasks);
    let environment = shared.environment(clusters, leadership, imageupdates::NAME);
    let options = Options {
        client: shared.client.clone(),
        namespace: namespace.to_owned(),
        clock: shared.clock.clone(),
        git,
        registry: Client::new(registry::Options::default(), &shared.clock),
        programs: setup.programs,
        reach: setup.reach,
        events: environment.events.clone(),
    };
    let controller = ImageUpdates::new(Updater::new(options), environment, shared.shutdown.clone());
    let controller = controller.map_err(|error| Failure::new(error.to_string()))?;
    let started = (controller.handle(), controller.measured());
    tasks.push(tokio::spawn(controller.run()));
    Ok(started)
}
