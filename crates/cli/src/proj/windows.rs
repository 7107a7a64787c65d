//! `proj windows …`: when a project's applications may be synced.

use super::edit::{Edited, edit, find};
use super::show::{Output, read};
use crate::app::{Format, text};
use crate::control_plane::ControlPlane;
use crate::failure::Failure;
use crate::tabs::{Layout, align};
use crate::terminal;
use api::SyncWindow;
use clap::{Args, Subcommand};
use clock::Clock;
use serde_json::{Value, json};
use windows::Window;

/// The commands below `proj windows`.
#[derive(Debug, Subcommand)]
pub(super) enum Windows {
    /// Add a sync window to a project
    Add(Box<Add>),
    /// Delete a sync window from a project
    Delete {
        /// The project
        project: String,
        /// The window, as `proj windows list` numbers it
        id: usize,
    },
    /// Enable manual sync for a sync window
    EnableManualSync {
        /// The project
        project: String,
        /// The window, as `proj windows list` numbers it
        id: usize,
    },
    /// Disable manual sync for a sync window
    DisableManualSync {
        /// The project
        project: String,
        /// The window, as `proj windows list` numbers it
        id: usize,
    },
    /// Enable sync overrun for a sync window
    EnableSyncOverrun {
        /// The project
        project: String,
        /// The window, as `proj windows list` numbers it
        id: usize,
    },
    /// Disable sync overrun for a sync window
    DisableSyncOverrun {
        /// The project
        project: String,
        /// The window, as `proj windows list` numbers it
        id: usize,
    },
    /// Update a project sync window
    Update(Box<Update>),
    /// List project sync windows
    List {
        /// The project
        project: String,
        /// Output format
        #[arg(short, long, default_value = "wide")]
        output: Output,
    },
}

#[derive(Debug, Args)]
pub(super) struct Add {
    /// The project
    project: String,
    /// Sync window kind, either allow or deny
    #[arg(short, long)]
    kind: String,
    /// Sync window schedule in cron format. (e.g. --schedule "0 22 * * *")
    #[arg(long)]
    schedule: String,
    /// Sync window duration. (e.g. --duration 1h)
    #[arg(long)]
    duration: String,
    /// Applications that the schedule will be applied to. Comma separated, wildcards supported
    #[arg(long, value_delimiter = ',')]
    applications: Vec<String>,
    /// Namespaces that the schedule will be applied to. Comma separated, wildcards supported
    #[arg(long, value_delimiter = ',')]
    namespaces: Vec<String>,
    /// Clusters that the schedule will be applied to. Comma separated, wildcards supported
    #[arg(long, value_delimiter = ',')]
    clusters: Vec<String>,
    /// Allow manual syncs for both deny and allow windows
    #[arg(long)]
    manual_sync: bool,
    /// Allow syncs that began in time to continue
    #[arg(long)]
    sync_overrun: bool,
    /// Time zone of the sync window
    #[arg(long, default_value = "UTC")]
    time_zone: String,
    /// Use AND operator for matching applications, namespaces and clusters instead of the default OR operator
    #[arg(long)]
    use_and_operator: bool,
    /// Sync window description
    #[arg(long, default_value = "")]
    description: String,
}

/// The flags of `proj windows update`.
#[derive(Debug, Args)]
pub(super) struct Update {
    /// The project
    project: String,
    /// The window, as `proj windows list` numbers it
    id: usize,
    /// Sync window schedule in cron format. (e.g. --schedule "0 22 * * *")
    #[arg(long)]
    schedule: Option<String>,
    /// Sync window duration. (e.g. --duration 1h)
    #[arg(long)]
    duration: Option<String>,
    /// Applications that the schedule will be applied to. Comma separated, wildcards supported
    #[arg(long, value_delimiter = ',')]
    applications: Option<Vec<String>>,
    /// Namespaces that the schedule will be applied to. Comma separated, wildcards supported
    #[arg(long, value_delimiter = ',')]
    namespaces: Option<Vec<String>>,
    /// Clusters that the schedule will be applied to. Comma separated, wildcards supported
    #[arg(long, value_delimiter = ',')]
    clusters: Option<Vec<String>>,
    /// Time zone of the sync window
    #[arg(long)]
    time_zone: Option<String>,
    /// Sync window description
    #[arg(long)]
    description: Option<String>,
}

impl Update {
    async fn run(&self, at: &ControlPlane) -> Result<(), Failure> {
        let said = [
            ("schedule", self.schedule.as_ref().map(|own| json!(own))),
            ("duration", self.duration.as_ref().map(|own| json!(own))),
            ("applications", self.applications.as_ref().map(|own| json!(own))),
            ("namespaces", self.namespaces.as_ref().map(|own| json!(own))),
            ("clusters", self.clusters.as_ref().map(|own| json!(own))),
            ("timeZone", self.time_zone.as_ref().map(|own| json!(own))),
            ("description", self.description.as_ref().map(|own| json!(own))),
        ];
        if said.iter().all(|(_, value)| value.is_none()) {
            return Err(Failure::new("Please set at least one option to update"));
        }
        let change = |mut known: Vec<Value>| {
            let own = known.get_mut(self.id).ok_or_else(|| none(self.id))?;
            for (field, value) in said {
                if let Some(value) = value {
                    own[field] = value;
                }
            }
            let window = serde_json::from_value(own.clone()).map_err(|error| Failure::new(error.to_string()))?;
            Window::new(&window).map_err(|error| Failure::new(error.to_string()))?;
            Ok(Edited::To(Value::Array(known), String::new()))
        };
        edit(at, &self.project, "syncWindows", change).await
    }
}

impl Windows {
    pub(super) async fn run(&self, at: &ControlPlane, clock: &Clock) -> Result<(), Failure> {
        match self {
            Windows::Add(own) => own.run(at).await,
            Windows::Delete { project, id } => {
                let change = |mut known: Vec<Value>| {
                    if *id >= known.len() {
                        return Err(none(*id));
                    }
                    known.remove(*id);
                    Ok(Edited::To(Value::Array(known), String::new()))
                };
                edit(at, project, "syncWindows", change).await
            }
            Windows::EnableManualSync { project, id } => set(at, project, *id, ("manualSync", json!(true))).await,
            Windows::DisableManualSync { project, id } => set(at, project, *id, ("manualSync", json!(false))).await,
            Windows::EnableSyncOverrun { project, id } => set(at, project, *id, ("syncOverrun", json!(true))).await,
            Windows::DisableSyncOverrun { project, id } => set(at, project, *id, ("syncOverrun", json!(false))).await,
            Windows::Update(own) => own.run(at).await,
            Windows::List { project, output } => {
                let found = find(at, project).await?;
                let own = found.get("/spec/syncWindows").unwrap_or_else(|| json!([]));
                terminal::print(&match output {
                    Output::Json => text(&own, Format::Json),
                    Output::Yaml => text(&own, Format::Yaml),
                    Output::Wide | Output::Name => table(&read(&found)?.spec.sync_windows, clock),
                })
            }
        }
    }
}

async fn set(at: &ControlPlane, project: &str, id: usize, (field, value): (&str, Value)) -> Result<(), Failure> {
    let change = |mut known: Vec<Value>| {
        known.get_mut(id).ok_or_else(|| none(id))?[field] = value;
        Ok(Edited::To(Value::Array(known), String::new()))
    };
    edit(at, project, "syncWindows", change).await
}

fn none(id: usize) -> Failure {
    Failure::new(format!("window with id '{id}' not found; `capstan proj windows list` shows those there are"))
}

impl Add {
    async fn run(&self, at: &ControlPlane) -> Result<(), Failure> {
        let window = SyncWindow {
            kind: self.kind.clone(),
            schedule: self.schedule.clone(),
            duration: self.duration.clone(),
            applications: self.applications.clone(),
            namespaces: self.namespaces.clone(),
            clusters: self.clusters.clone(),
            manual_sync: self.manual_sync,
            time_zone: self.time_zone.clone(),
            and_operator: self.use_and_operator,
            description: self.description.clone(),
            sync_overrun: self.sync_overrun,
            ..SyncWindow::default()
        };
        if self.applications.is_empty() && self.namespaces.is_empty() && self.clusters.is_empty() {
            return Err(Failure::new(format!(
                "window '{}':'{}':'{}' requires one of application, cluster or namespace",
                self.kind, self.schedule, self.duration
            )));
        }
        Window::new(&window).map_err(|error| Failure::new(error.to_string()))?;
        let value = serde_json::to_value(&window).map_err(|error| Failure::new(error.to_string()))?;
        let change = |mut known: Vec<Value>| {
            if known.contains(&value) {
                return Err(Failure::new("sync window already exists: no two may be the same"));
            }
            known.push(value);
            Ok(Edited::To(Value::Array(known), String::new()))
        };
        edit(at, &self.project, "syncWindows", change).await
    }
}

fn table(windows: &[SyncWindow], clock: &Clock) -> String {
    let list = |items: &[String]| if items.is_empty() { "-".to_owned() } else { items.join(",") };
    let enabled = |is: bool| if is { "Enabled" } else { "Disabled" };
    let mut rows = "ID\tSTATUS\tKIND\tSCHEDULE\tDURATION\tAPPLICATIONS\tNAMESPACES\tCLUSTERS\tMANUALSYNC\tSYNCOVERRUN\tTIMEZONE\tUSEANDOPERATOR\t\n".to_owned();
    for (id, own) in windows.iter().enumerate() {
        let is_open = Window::new(own).is_ok_and(|window| window.open_until(clock.now()).is_some());
        let status = if is_open { "Active" } else { "Inactive" };
        let cells = [
            &*id.to_string(),
            status,
            &own.kind,
            &own.schedule,
            &own.duration,
            &list(&own.applications),
            &list(&own.namespaces),
            &list(&own.clusters),
            enabled(own.manual_sync),
            enabled(own.sync_overrun),
            &own.time_zone,
            enabled(own.and_operator),
        ];
        rows.push_str(&format!("{}\t\n", cells.join("\t")));
    }
    align(&rows, Layout::TABLE)
}
