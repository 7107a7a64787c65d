//! `capstan plugins install`: links under the names by which other programs find this binary.

use crate::failure::Failure;
use crate::rollouts::{BINARY, COMPLETER};
use crate::terminal;
use clap::{Args, Subcommand};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// The commands below `plugins`.
#[derive(Debug, Subcommand)]
pub(crate) enum Plugins {
    /// Link this binary as kubectl's plugin `kubectl-argo-rollouts`, and as what completes its arguments
    Install(Install),
}

/// The flags of `plugins install`.
#[derive(Debug, Args)]
pub(crate) struct Install {
    /// Folder for the links; it must be in $PATH for kubectl to find them. Default: where this binary is
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
    /// Replace files of these names that are no links
    #[arg(long)]
    force: bool,
}

impl Plugins {
    pub(crate) fn run(&self) -> Result<(), Failure> {
        let Plugins::Install(command) = self;
        command.run()
    }
}

fn failed(message: String) -> Failure {
    Failure::with_code(1, message)
}

impl Install {
    fn run(&self) -> Result<(), Failure> {
        let binary = std::env::current_exe().map_err(|error| failed(format!("cannot find this binary: {error}")))?;
        let own = binary.parent().unwrap_or(Path::new("."));
        let folder = self.dir.as_deref().unwrap_or(own);
        std::fs::create_dir_all(folder)
            .map_err(|error| failed(format!("cannot make {}: {error}", folder.display())))?;
        for name in [BINARY, COMPLETER] {
            let link = folder.join(name);
            self.link(&binary, &link)?;
            terminal::print(&format!("{} -> {}\n", link.display(), binary.display()))?;
        }
        if !is_in_path(folder) {
            let folder = folder.display();
            terminal::note(&format!("{folder} is not in $PATH: kubectl finds the links once it is"));
        }
        Ok(())
    }

    fn link(&self, binary: &Path, link: &Path) -> Result<(), Failure> {
        let explain = |error: std::io::Error| {
            failed(format!("cannot link {}: {error}; choose another folder with --dir", link.display()))
        };
        match std::fs::symlink_metadata(link) {
            Ok(found) if found.is_symlink() || (found.is_file() && self.force) => {
                std::fs::remove_file(link).map_err(explain)?;
            }
            Ok(_) => {
                let link = link.display();
                return Err(failed(format!("{link} is there already and is no link; --force replaces a file")));
            }
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => return Err(explain(error)),
        }
        std::os::unix::fs::symlink(binary, link).map_err(explain)
    }
}

fn is_in_path(folder: &Path) -> bool {
    let wanted = folder.canonicalize().ok();
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|entry| wanted.is_some() && entry.canonicalize().ok() == wanted)
}
