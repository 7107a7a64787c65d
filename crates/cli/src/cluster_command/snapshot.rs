//! `cluster snapshot|restore|kubeconfig`: the embedded cluster's state as one file, and how it is found.

use super::running::{Found, find};
use crate::connection::DEFAULT_DATA;
use crate::failure::Failure;
use crate::terminal;
use clap::Args;
use clock::Clock;
use cluster::Request;
use embedded::{SNAPSHOT_PATH, Snapshot};
use std::fs::{File, OpenOptions};
use std::io::{BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};

/// The flag that names the embedded cluster.
#[derive(Debug, Clone, Args)]
pub(crate) struct Data {
    /// Folder of the cluster's state, credentials and kubeconfig
    #[arg(long = "data", value_name = "DIR", default_value = DEFAULT_DATA)]
    pub folder: PathBuf,
}

/// The flags of `cluster kubeconfig`.
#[derive(Debug, Args)]
pub(crate) struct PrintKubeconfig {
    #[command(flatten)]
    data: Data,
}

impl PrintKubeconfig {
    pub(crate) fn run(&self) -> Result<(), Failure> {
        let path = self.data.folder.join("kubeconfig");
        let text = std::fs::read_to_string(&path).map_err(|error| {
            let next = "`capstan cluster up` writes it; --data names another folder";
            Failure::with_code(1, format!("{}: {error}; {next}", path.display()))
        })?;
        terminal::print(&text)
    }
}

/// The flags of `cluster snapshot`.
#[derive(Debug, Args)]
pub(crate) struct TakeSnapshot {
    /// The file to write
    file: PathBuf,
    #[command(flatten)]
    data: Data,
}

impl TakeSnapshot {
    pub(crate) async fn run(&self, clock: &Clock) -> Result<(), Failure> {
        let snapshot = match find(&self.data.folder, clock).await? {
            Found::Stopped(stopped) => stopped.snapshot().map_err(failed)?,
            Found::Running(client) => {
                let bytes = client.send(&Request::get_path(SNAPSHOT_PATH)).await?;
                Snapshot::read(&mut &*bytes).map_err(|error| failed(format!("what the cluster sent: {error}")))?
            }
        };
        let told = told(&snapshot);
        write(snapshot, &self.file).map_err(|error| failed(format!("{}: {error}", self.file.display())))?;
        terminal::print(&format!("{told} written to {}\n", self.file.display()))
    }
}

/// The flags of `cluster restore`.
#[derive(Debug, Args)]
pub(crate) struct Restore {
    /// The file that `cluster snapshot` wrote
    file: PathBuf,
    #[command(flatten)]
    data: Data,
}

impl Restore {
    pub(crate) fn run(&self) -> Result<(), Failure> {
        let wrong = |error: &dyn std::fmt::Display| failed(format!("{}: {error}", self.file.display()));
        let file = File::open(&self.file).map_err(|error| wrong(&error))?;
        let snapshot = Snapshot::read(&mut BufReader::new(file)).map_err(|error| wrong(&error))?;
        embedded::restore(&snapshot, &self.data.folder).map_err(failed)?;
        let folder = self.data.folder.display();
        let next = format!("`capstan cluster up --data {folder}` starts it");
        terminal::print(&format!("{} restored into {folder}; {next}\n", told(&snapshot)))
    }
}

fn told(snapshot: &Snapshot) -> String {
    format!("{} objects as of revision {}", snapshot.object_count(), snapshot.revision())
}

fn failed(error: impl std::fmt::Display) -> Failure {
    Failure::with_code(1, error.to_string())
}

/// Writes the file, which holds secrets, for its owner only: whole, or not at all.
fn write(snapshot: Snapshot, path: &Path) -> std::io::Result<()> {
    let mut unfinished = path.as_os_str().to_owned();
    unfinished.push(".new");
    let unfinished = PathBuf::from(unfinished);
    let _ = std::fs::remove_file(&unfinished);
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = BufWriter::new(options.open(&unfinished)?);
    let written = snapshot.write(&mut file).and_then(|()| file.flush()).and_then(|()| file.get_ref().sync_all());
    if written.is_err() {
        let _ = std::fs::remove_file(&unfinished);
    }
    written.and_then(|()| std::fs::rename(&unfinished, path))
}
