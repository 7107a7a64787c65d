//! `notifications trigger|template|catalog`: as `argocd admin notifications` and `kubectl argo rollouts notifications`.

use super::place::{Output, Place, Reach};
use super::{configuration, get, trying};
use crate::connection::Connection;
use crate::failure::Failure;
use crate::terminal;
use clap::{Args, Subcommand};
use clock::Clock;
use notifications::{Product, catalog};

/// Look at notifications' triggers and templates, and try them.
#[derive(Debug, Args)]
pub(crate) struct Notifications {
    /// Namespace of the configuration
    #[arg(short, long, default_value = api::names::DEFAULT_NAMESPACE, global = true)]
    namespace: String,
    /// Notifications of Rollouts instead of those of Applications
    #[arg(long, global = true)]
    rollouts: bool,
    #[command(flatten)]
    tools: Tools,
}

impl Notifications {
    pub(crate) async fn run(&self, connection: &Connection, clock: &Clock) -> Result<(), Failure> {
        let product = if self.rollouts { Product::Rollouts } else { Product::Applications };
        let place = Place { product, namespace: self.namespace.clone(), reach: Reach::Named(connection, clock) };
        self.tools.run(&place).await
    }
}

/// What stands below `notifications`.
#[derive(Debug, Args)]
pub(crate) struct Tools {
    /// File with the ConfigMap of notifications, instead of the cluster's; `-` is the standard input
    #[arg(long, value_name = "FILE", global = true)]
    config_map: Option<String>,
    /// File with the Secret of notifications, instead of the cluster's; `:empty` for none
    #[arg(long, value_name = "FILE", global = true)]
    secret: Option<String>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Notification triggers related commands
    #[command(subcommand)]
    Trigger(Trigger),
    /// Notification templates related commands
    #[command(subcommand)]
    Template(Template),
    /// Print the triggers and templates that everybody uses, as a ConfigMap
    Catalog,
}

#[derive(Debug, Subcommand)]
enum Trigger {
    /// Prints information about configured triggers
    Get(Get),
    /// Evaluates specified trigger condition and prints the result
    Run {
        /// The trigger
        name: String,
        /// A file with the object, or its name in the cluster
        resource: String,
    },
}

#[derive(Debug, Subcommand)]
enum Template {
    /// Prints information about configured templates
    Get(Get),
    /// Generates notification using the specified template and send it to specified recipients
    Notify {
        /// The template
        name: String,
        /// A file with the object, or its name in the cluster
        resource: String,
        /// List of recipients
        #[arg(long, default_value = "console:stdout")]
        recipient: Vec<String>,
    },
}

/// What is shown.
#[derive(Debug, Args)]
struct Get {
    /// Only this one
    name: Option<String>,
    /// Output format. One of:json|yaml|wide|name
    #[arg(short, long, value_enum, default_value_t = Output::Wide)]
    output: Output,
}

impl Tools {
    pub(crate) async fn run(&self, place: &Place<'_>) -> Result<(), Failure> {
        if let Command::Catalog = self.command {
            return terminal::print(&yaml::emit(&catalog::config_map(place.product)));
        }
        let config = configuration::read(place, self.config_map.as_deref(), self.secret.as_deref()).await?;
        for problem in &config.problems {
            terminal::note(&format!("{problem}; everything else holds"));
        }
        match &self.command {
            Command::Trigger(Trigger::Get(asked)) => get::triggers(&config, asked.name.as_deref(), asked.output),
            Command::Trigger(Trigger::Run { name, resource }) => trying::trigger(place, &config, name, resource).await,
            Command::Template(Template::Get(asked)) => get::templates(&config, asked.name.as_deref(), asked.output),
            Command::Template(Template::Notify { name, resource, recipient }) => {
                trying::notify(place, &config, (name, resource), recipient).await
            }
            Command::Catalog => Ok(()),
        }
    }
}
