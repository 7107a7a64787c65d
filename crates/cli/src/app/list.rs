//! `app list`.

use super::output::{self, Format};
use super::show::{qualified_name, server};
use super::store::{Found, Store};
use crate::failure::Failure;
use crate::terminal;
use api::Application;
use clap::Args;
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// The flags of `app list`.
#[derive(Debug, Args)]
pub(crate) struct List {
    /// Output format. One of: wide|name|json|yaml
    #[arg(short, long, default_value = "wide")]
    output: Format,
    /// List apps by label. Supports '=', '==', '!=', in, notin, exists & not exists
    #[arg(short = 'l', long)]
    selector: Option<String>,
    /// Filter by project name
    #[arg(short, long = "project")]
    projects: Vec<String>,
    /// List apps by source repo URL
    #[arg(short, long)]
    repo: Option<String>,
    /// Only list applications in namespace
    #[arg(short = 'N', long)]
    app_namespace: Option<String>,
    /// List apps by cluster name or url
    #[arg(short, long)]
    cluster: Option<String>,
    /// List apps by path
    #[arg(short = 'P', long)]
    path: Option<String>,
}

impl List {
    pub(crate) async fn run(&self, store: &Store) -> Result<(), Failure> {
        let mut found = store.list(self.app_namespace.as_deref(), self.selector.as_deref()).await?;
        found.retain(|found| self.takes(&found.app));
        let text = match self.output {
            Format::Name => found.iter().map(|found| qualified_name(&found.app) + "\n").collect(),
            Format::Wide => table(&found),
            Format::Json | Format::Yaml => output::objects(found.iter().map(|found| &found.object), self.output),
            Format::Id | Format::Tree => return Err(output::unknown(self.output)),
        };
        terminal::print(&text)
    }

    fn takes(&self, app: &Application) -> bool {
        let sources = app.spec.effective_sources();
        let wanted = |wanted: &Option<String>, found: &dyn Fn(&str) -> bool| wanted.as_deref().is_none_or(found);
        (self.projects.is_empty() || self.projects.iter().any(|project| project == app.spec.project_name()))
            && wanted(&self.repo, &|repo| sources.iter().any(|source| api::is_same_repository(&source.repo_url, repo)))
            && wanted(&self.path, &|path| sources.iter().any(|source| source.path == path))
            && wanted(&self.cluster, &|cluster| {
                app.spec.destination.server == cluster || app.spec.destination.name == cluster
            })
    }
}

fn table(found: &[Found]) -> String {
    let mut text =
        "NAME\tCLUSTER\tNAMESPACE\tPROJECT\tSTATUS\tHEALTH\tSYNCPOLICY\tCONDITIONS\tREPO\tPATH\tTARGET\n".to_owned();
    for Found { app, .. } in found {
        let sources = app.spec.effective_sources();
        let source = sources.first();
        let part = |of: fn(&api::ApplicationSource) -> &str| source.map(|source| of(source)).unwrap_or_default();
        // Writing to a String cannot fail.
        let _ = writeln!(
            text,
            "{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}",
            qualified_name(app),
            server(app),
            app.spec.destination.namespace,
            app.spec.project_name(),
            app.status.sync.as_ref().map(|sync| sync.status.as_str()).unwrap_or_default(),
            app.status.health.as_ref().and_then(|health| health.status).map(|code| code.as_str()).unwrap_or_default(),
            sync_policy(app),
            condition_summary(app),
            part(|source| &source.repo_url),
            part(|source| &source.path),
            part(|source| &source.target_revision),
        );
    }
    crate::tabs::align(&text, crate::tabs::Layout::TABLE)
}

fn sync_policy(app: &Application) -> &'static str {
    match app.spec.automated() {
        None => "Manual",
        Some(automated) if automated.prune == Some(true) => "Auto-Prune",
        Some(_) => "Auto",
    }
}

fn condition_summary(app: &Application) -> String {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for condition in &app.status.conditions {
        *counts.entry(&condition.condition_type).or_default() += 1;
    }
    let items = counts.into_iter().map(|(kind, count)| match count {
        1 => kind.to_owned(),
        count => format!("{kind}({count})"),
    });
    let summary = items.collect::<Vec<_>>().join(",");
    if summary.is_empty() { "<none>".to_owned() } else { summary }
}
