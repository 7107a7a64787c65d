//! `app actions list` and `app actions run`: what can be done with an application's live objects.

mod by_server;

use super::destination::{client_of, settings};
use super::store::{AppName, Found, Store, explain};
use crate::failure::Failure;
use crate::tabs::{Layout, align};
use crate::terminal;
use api::ResourceStatus;
use clap::{Args, Subcommand};
use clock::Clock;
use cluster::{Change, ClusterClient, ErrorClass, Part, PatchKind, Target, Write};
use health::actions::Effect;
use object::{Gvk, Object};
use std::collections::BTreeMap;

/// The commands below `app actions`.
#[derive(Debug, Subcommand)]
pub(crate) enum Actions {
    /// List available actions on a resource
    List(List),
    /// Run an available action on resource(s) matching filters
    Run(Run),
}

/// Which objects are meant.
#[derive(Debug, Args)]
struct Which {
    /// Group
    #[arg(long)]
    group: Option<String>,
    /// Kind
    #[arg(long)]
    kind: Option<String>,
    /// Name of resource
    #[arg(long)]
    resource_name: Option<String>,
    /// Namespace
    #[arg(long)]
    namespace: Option<String>,
    /// Namespace of the application
    #[arg(short = 'N', long)]
    app_namespace: Option<String>,
}

/// The flags of `app actions list`.
#[derive(Debug, Args)]
pub(crate) struct List {
    /// Application, as NAME or NAMESPACE/NAME
    name: String,
    #[command(flatten)]
    which: Which,
}

/// The flags of `app actions run`.
#[derive(Debug, Args)]
pub(crate) struct Run {
    /// Application, as NAME or NAMESPACE/NAME
    name: String,
    /// The action
    action: String,
    #[command(flatten)]
    which: Which,
    /// Run the action on several resources where several match
    #[arg(long)]
    all: bool,
    /// Parameters, each NAME=VALUE
    #[arg(long = "param")]
    parameters: Vec<String>,
}

impl Actions {
    pub(crate) async fn run(&self, store: &Store, clock: &Clock) -> Result<(), Failure> {
        match self {
            Actions::List(command) => command.run(store, clock).await,
            Actions::Run(command) => command.run(store, clock).await,
        }
    }
}

impl Which {
    fn matches(&self, resource: &ResourceStatus) -> bool {
        let is = |wanted: &Option<String>, own: &str| wanted.as_deref().is_none_or(|wanted| wanted == own);
        is(&self.group, &resource.group)
            && is(&self.kind, &resource.kind)
            && is(&self.resource_name, &resource.name)
            && is(&self.namespace, &resource.namespace)
    }

    /// The live objects that are meant.
    async fn objects(&self, client: &ClusterClient, found: &Found) -> Result<Vec<Object>, Failure> {
        let mut objects = Vec::new();
        for resource in found.app.status.resources.iter().filter(|resource| self.matches(resource)) {
            let gvk = Gvk::new(&resource.group, &resource.version, &resource.kind);
            let namespace = Some(resource.namespace.as_str()).filter(|namespace| !namespace.is_empty());
            let read = client.get(&gvk, namespace, &resource.name).await;
            objects.extend(read.map_err(|error| explain(error, "read resources"))?);
        }
        Ok(objects)
    }
}

impl List {
    async fn run(&self, store: &Store, clock: &Clock) -> Result<(), Failure> {
        let name = AppName::parse(&self.name, self.which.app_namespace.as_deref());
        let found = store.get(&name).await?;
        if let Some(api) = &store.server {
            return self.run_by_server(api, &found).await;
        }
        let client = client_of(store, &found).await?;
        let customizations = settings(store).await?.customizations;
        let mut rows = "GROUP\tKIND\tNAME\tACTION\tDISABLED\n".to_owned();
        for object in self.which.objects(&client, &found).await? {
            let gvk = object.gvk();
            for action in customizations.discover(&object, clock.now()).map_err(failed)? {
                let row = [&*gvk.group, &*gvk.kind, object.name(), &action.name];
                rows.push_str(&format!("{}\t{}\n", row.join("\t"), action.is_disabled));
            }
        }
        terminal::print(&align(&rows, Layout::TABLE))
    }
}

impl Run {
    async fn run(&self, store: &Store, clock: &Clock) -> Result<(), Failure> {
        let name = AppName::parse(&self.name, self.which.app_namespace.as_deref());
        let found = store.get(&name).await?;
        if let Some(api) = &store.server {
            return self.run_by_server(api, &found).await;
        }
        let client = client_of(store, &found).await?;
        let customizations = settings(store).await?.customizations;
        let mut objects = self.which.objects(&client, &found).await?;
        let mut has = Vec::with_capacity(objects.len());
        for object in &objects {
            let found = customizations.discover(object, clock.now()).map_err(failed)?;
            has.push(found.iter().any(|action| action.name == self.action));
        }
        let mut has = has.into_iter();
        objects.retain(|_| has.next().unwrap_or_default());
        self.check_count(objects.len())?;
        let parameters = self.parameters()?;
        for object in &objects {
            let effects = customizations.act(object, &self.action, &parameters, clock.now());
            for effect in effects.map_err(failed)? {
                carry_out(&client, object, effect).await?;
            }
        }
        Ok(())
    }

    /// One is meant, unless all are.
    fn check_count(&self, count: usize) -> Result<(), Failure> {
        match count {
            0 => Err(Failure::new(format!(
                "No matching resource found with action {:?}; `capstan app actions list` shows them",
                self.action
            ))),
            1 => Ok(()),
            _ if self.all => Ok(()),
            more => Err(Failure::new(format!("{more} resources match; narrow it down or use --all"))),
        }
    }

    fn parameters(&self) -> Result<BTreeMap<String, String>, Failure> {
        let pair = |text: &String| {
            let pair = text.split_once('=').map(|(name, value)| (name.to_owned(), value.to_owned()));
            pair.ok_or_else(|| Failure::new(format!("--param {text}: NAME=VALUE expected")))
        };
        self.parameters.iter().map(pair).collect()
    }
}

async fn carry_out(client: &ClusterClient, object: &Object, effect: Effect) -> Result<(), Failure> {
    let whole = match &effect {
        Effect::PatchStatus(body) => Some(Effect::Patch(body.clone())),
        _ => None,
    };
    let mut written = client.write(&write(object, effect)?).await;
    if let (Err(error), Some(whole)) = (&written, whole)
        && error.class == ErrorClass::NotFound
    {
        // The kind has no status apart.
        written = client.write(&write(object, whole)?).await;
    }
    written.map(drop).map_err(|error| explain(error, "run the action"))
}

fn failed(error: impl std::fmt::Display) -> Failure {
    Failure::new(error.to_string())
}

fn write(object: &Object, effect: Effect) -> Result<Write, Failure> {
    let patch = |body, part| Write::new(Target::of(object), Change::Patch { kind: PatchKind::Merge, body, part });
    Ok(match effect {
        Effect::Patch(body) => patch(body, Part::Whole),
        Effect::PatchStatus(body) => patch(body, Part::Status),
        Effect::Create(value) => {
            let made = Object::from_value(&value).map_err(|error| Failure::new(error.to_string()))?;
            Write::new(Target::of(&made), Change::Create(made))
        }
    })
}
