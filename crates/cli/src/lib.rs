//! The commands: arguments in, text and an exit code out. Everything they do is done by the crates below; this one
//! knows flags, tables and terminals.
//!
//! Start reading at [`main`].

mod failure;
mod program;
mod tabs;
mod terminal;

mod process;

mod disk;

mod connection;
mod controllers;
mod dashboard_at;
mod embedded_cluster;
mod evaluate_jsonnet;
mod install;
mod load_balancers;
mod metrics_server;
mod signals;

mod server_api;

mod session;

mod control_plane;
mod image_updates;
mod shared;
mod trusted;

mod account;
mod admin;
mod app;
mod cert;
mod cluster_command;
mod demo;
mod gpg;
mod helm;
mod images;
mod kustomize;
mod login;
mod notifications;
mod outside;
mod plugins;
mod proj;
mod render;
mod repo;
mod rollouts;

mod kubectl_plugin;
mod up;
mod version;

use clap::{CommandFactory, Parser, Subcommand};
use clap_complete::Shell;
use clock::Clock;
use connection::Connection;
use failure::Failure;
use process::{ended, within_runtime};
use std::ffi::OsString;
use std::path::Path;
use std::process::ExitCode;

#[derive(Debug, Parser)]
#[command(
    name = "capstan",
    version,
    about = "GitOps and progressive delivery for Kubernetes in one binary",
    propagate_version = true
)]
struct Arguments {
    #[command(flatten)]
    connection: Connection,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Log in to a server, as `argocd login` does
    Login(login::Login),
    /// Refresh an expired login
    Relogin(login::Relogin),
    /// Log out of a server
    Logout(login::Logout),
    /// Switch between logins
    Context(login::Contexts),
    /// Print version information, as `argocd version` does
    Version(version::Version),
    /// Manage accounts of a server, as `argocd account` does
    Account(account::Account),
    /// Look at applications and act on them, as `argocd app` does
    App(Box<app::App>),
    /// Render charts and look into them, as `helm` does
    #[command(subcommand)]
    Helm(helm::Helm),
    /// Build kustomizations, as `kustomize` does
    #[command(subcommand)]
    Kustomize(kustomize::Kustomize),
    /// Render the sources of applications, or a directory, without a cluster
    Render(Box<render::Render>),
    /// Look at rollouts and steer them, as `kubectl argo rollouts` does
    Rollouts(Box<rollouts::Rollouts>),
    /// Look at the images that applications follow, update them, hold versions back
    #[command(subcommand)]
    Images(Box<images::Images>),
    /// Look at the triggers and templates of notifications, and try them
    Notifications(Box<notifications::Notifications>),
    /// Link this binary under the names of plugins
    #[command(subcommand)]
    Plugins(plugins::Plugins),
    /// Show everything on an embedded cluster: an application in Git comes up, heals and is updated
    Demo(demo::Demo),
    /// Start an embedded cluster and the controllers, in one process
    Up(up::Up),
    /// Manage the clusters that applications go to, as `argocd cluster` does; or start the embedded one alone
    #[command(subcommand)]
    Cluster(Box<cluster_command::Cluster>),
    /// Manage projects, as `argocd proj` does
    Proj(Box<proj::Proj>),
    /// Manage repository connection parameters, as `argocd repo` does
    Repo(Box<repo::Repo>),
    /// Manage repository certificates and SSH known hosts entries, as `argocd cert` does
    Cert(Box<cert::Cert>),
    /// Manage GPG keys used for signature verification, as `argocd gpg` does
    Gpg(Box<gpg::Gpg>),
    /// Manage credential templates for repositories, as `argocd repocreds` does
    Repocreds(Box<repo::RepoCreds>),
    /// Write out the data of a control plane, or read it back
    Admin(admin::Admin),
    /// Run the controllers on a cluster: the pod's own, or one named by a kubeconfig
    Run(up::Run),
    /// Print what a cluster needs before `run`, for `kubectl apply -f -`
    Install(install::Install),
    /// Print the CustomResourceDefinitions
    Crds,
    /// Print a completion script for a shell
    Completion {
        /// The shell
        shell: Shell,
    },
    #[command(hide = true)]
    EvaluateJsonnet(evaluate_jsonnet::EvaluateJsonnet),
}

/// Runs the command that the process was started with.
#[must_use]
pub fn main() -> ExitCode {
    let words: Vec<OsString> = std::env::args_os().collect();
    let name = words.first().and_then(|word| Path::new(word).file_name()).unwrap_or_default();
    program::started_as(name);
    if name == rollouts::BINARY {
        return kubectl_plugin::main(words);
    }
    if name == rollouts::COMPLETER {
        return kubectl_plugin::complete_main(words);
    }
    let arguments = match Arguments::try_parse_from(&words) {
        Ok(arguments) => arguments,
        Err(error) if words.get(1).is_some_and(|word| word == "rollouts") => return kubectl_plugin::refused(&error),
        Err(error) if words.get(1).is_some_and(|word| word == "helm") => return helm::refused(&error),
        Err(error) => error.exit(),
    };
    if let Command::EvaluateJsonnet(command) = &arguments.command {
        return command.serve();
    }
    if let Some(outcome) = run_alone(&arguments.command) {
        return ended(outcome);
    }
    within_runtime(async move { run(&arguments).await })
}

/// Runs a command that needs neither a cluster nor threads: it starts at once.
fn run_alone(command: &Command) -> Option<Result<(), Failure>> {
    match command {
        Command::Helm(command) => Some(command.run(&Clock::system())),
        Command::Kustomize(command) => Some(command.run(&Clock::system())),
        _ => None,
    }
}

async fn run(arguments: &Arguments) -> Result<(), Failure> {
    let clock = Clock::system();
    match &arguments.command {
        Command::Login(command) => command.run(&clock).await,
        Command::Relogin(command) => command.run(&arguments.connection).await,
        Command::Logout(command) => command.run().await,
        Command::Context(command) => command.run(),
        Command::Version(command) => command.run(&arguments.connection).await,
        Command::Account(command) => command.run(&arguments.connection).await,
        Command::App(command) => command.run(&arguments.connection, &clock).await,
        Command::Render(command) => command.run(&clock).await,
        Command::Rollouts(command) => command.run(&arguments.connection, &clock).await,
        Command::Notifications(command) => command.run(&arguments.connection, &clock).await,
        Command::Images(command) => command.run(&arguments.connection, &clock).await,
        Command::Plugins(command) => command.run(),
        Command::Demo(command) => command.run(&clock).await,
        Command::Up(command) => command.run(&clock).await,
        Command::Cluster(command) => command.run(&arguments.connection, &clock).await,
        Command::Proj(command) => command.run(&arguments.connection, &clock).await,
        Command::Repo(command) => command.run(&arguments.connection, &clock).await,
        Command::Repocreds(command) => command.run(&arguments.connection, &clock).await,
        Command::Cert(command) => command.run(&arguments.connection, &clock).await,
        Command::Gpg(command) => command.run(&arguments.connection, &clock).await,
        Command::Admin(command) => command.run(&arguments.connection, &clock).await,
        Command::Run(command) => command.run(&arguments.connection, &clock).await,
        Command::Install(command) => command.run(),
        Command::Helm(command) => command.run(&clock),
        Command::Kustomize(command) => command.run(&clock),
        Command::Crds => terminal::print(&yaml::emit_all(&api::crds())),
        Command::Completion { shell } => completion(*shell),
        Command::EvaluateJsonnet(_) => Ok(()),
    }
}

fn completion(shell: Shell) -> Result<(), Failure> {
    let mut text = Vec::new();
    clap_complete::generate(shell, &mut Arguments::command(), program::name(), &mut text);
    terminal::print(&String::from_utf8_lossy(&text))
}

#[cfg(test)]
mod tests {
    use super::Arguments;
    use clap::CommandFactory;

    #[test]
    fn no_command_has_two_arguments_of_one_name() {
        Arguments::command().debug_assert();
        assert_eq!(taken(&Arguments::command(), &[]), Vec::<String>::new(), "names of flags that hold for all below");
    }

    /// The arguments that would be read as a flag of a command above them.
    fn taken(command: &clap::Command, above: &[&clap::Id]) -> Vec<String> {
        let own = |argument: &&clap::Arg| !argument.is_global_set() && above.contains(&argument.get_id());
        let name = |argument: &clap::Arg| format!("{} {}", command.get_name(), argument.get_id());
        let mut found: Vec<String> = command.get_arguments().filter(own).map(name).collect();
        let globals = command.get_arguments().filter(|argument| argument.is_global_set());
        let inherited: Vec<&clap::Id> = above.iter().copied().chain(globals.map(clap::Arg::get_id)).collect();
        found.extend(command.get_subcommands().flat_map(|below| taken(below, &inherited)));
        found
    }
}
