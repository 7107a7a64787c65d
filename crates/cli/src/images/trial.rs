//! `test`: one image tried out, with no application.

use super::options::options;
use crate::app::by_server_only;
use crate::connection::Connection;
use crate::failure::Failure;
use crate::terminal;
use ::images::Registries;
use api::names::DEFAULT_NAMESPACE;
use clap::Args;
use clock::Clock;
use imageupdates::Trial;
use imageupdates::settings::Settings;
use std::path::PathBuf;

/// The flags of `test`.
#[derive(Debug, Args)]
pub(crate) struct TrialFlags {
    /// The image; its tag, where it has one, is the constraint
    image: String,
    /// Only versions of this range; with the strategy digest the tag that is followed
    #[arg(long, value_name = "CONSTRAINT")]
    semver_constraint: Option<String>,
    /// How the newest is found: semver, newest-build, alphabetical or digest
    #[arg(long, default_value = "semver")]
    update_strategy: String,
    /// Only these tags: any, or regexp:EXPRESSION
    #[arg(long)]
    allow_tags: Option<String>,
    /// No tags of this pattern; may be given several times
    #[arg(long, value_name = "PATTERN")]
    ignore_tags: Vec<String>,
    /// Only images for all of these, as os/architecture[/variant]
    #[arg(long, value_delimiter = ',', value_name = "PLATFORM")]
    platforms: Vec<String>,
    /// A registries.conf. Default: that of the control plane, where a cluster is at hand
    #[arg(long, value_name = "FILE")]
    registries_conf_path: Option<PathBuf>,
    /// Credentials, as pullsecret:, secret:, env: or ext:. Default: those of the registry's configuration
    #[arg(long)]
    credentials: Option<String>,
    /// Requests a second, in place of the configured number
    #[arg(long, value_name = "REQUESTS")]
    rate_limit: Option<u32>,
    /// Run programs of this folder for credentials that are named as ext:
    #[arg(long, value_name = "DIR")]
    credential_programs: Option<PathBuf>,
    /// Namespace of the control plane
    #[arg(long, default_value = DEFAULT_NAMESPACE)]
    control_plane_namespace: String,
}

impl TrialFlags {
    pub(crate) async fn run(&self, connection: &Connection, clock: &Clock) -> Result<(), Failure> {
        // Most images can be tried without a cluster.
        let client = connection.client(clock).await.unwrap_or_else(|_| by_server_only(clock));
        let settings = match &self.registries_conf_path {
            Some(path) => {
                let text = std::fs::read_to_string(path);
                let text = text.map_err(|error| Failure::new(format!("{}: {error}", path.display())))?;
                let registries = Registries::parse(&text, &mut budget::Budget::default());
                let registries = registries.map_err(|error| Failure::new(error.to_string()))?;
                Settings { registries, ..Settings::default() }
            }
            None => imageupdates::survey::settings(&client, &self.control_plane_namespace).await.unwrap_or_default(),
        };
        for problem in &settings.problems {
            terminal::note(problem);
        }
        let mirrors = tempfile::tempdir()?;
        let place = (client, self.control_plane_namespace.clone());
        let options = options(place, clock, &mirrors, self.credential_programs.clone());
        let tried = self.trial(settings).run(&options).await.map_err(Failure::new)?;
        terminal::note(&format!("{} tags are to be considered", tried.tags));
        match tried.newest {
            Some(image) => terminal::print(&format!("{image}\n")),
            None => {
                terminal::note("the rule admits no tag");
                Ok(())
            }
        }
    }

    fn trial(&self, settings: Settings) -> Trial {
        let rule = ::images::Settings {
            update_strategy: Some(self.update_strategy.clone()),
            allow_tags: self.allow_tags.clone(),
            ignore_tags: Some(self.ignore_tags.clone()),
            platforms: Some(self.platforms.clone()),
            ..::images::Settings::default()
        };
        Trial {
            image: self.image.clone(),
            constraint: self.semver_constraint.clone(),
            rule,
            credentials: self.credentials.clone(),
            settings,
            requests_per_second: self.rate_limit,
        }
    }
}
