//! The Prometheus server of this machine. Where there is none a test that needs it says that it was skipped.

use std::io::{BufRead, BufReader, Write};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use tempfile::TempDir;

/// A server on a port of its own; ends when dropped.
pub struct Prometheus {
    /// Where it listens.
    pub address: String,
    process: Child,
    // Goes after the process.
    _folder: TempDir,
}

impl Prometheus {
    /// The program of this machine, unless there is none.
    pub fn program() -> Option<PathBuf> {
        let paths = std::env::var_os("PATH").unwrap_or_default();
        let found = std::env::split_paths(&paths).map(|path| path.join("prometheus")).find(|path| path.is_file());
        if found.is_none() {
            writeln!(std::io::stdout(), "skipped: prometheus absent").expect("somebody reads");
        }
        found
    }

    /// One with this configuration.
    pub fn start(configuration: &str) -> Option<Self> {
        let program = Prometheus::program()?;
        let folder = tempfile::tempdir().expect("a folder");
        let (file, data) = (folder.path().join("prometheus.yml"), folder.path().join("data"));
        std::fs::write(&file, configuration).expect("written");
        let mut process = Command::new(program)
            .arg(format!("--config.file={}", file.display()))
            .arg(format!("--storage.tsdb.path={}", data.display()))
            .arg("--web.listen-address=127.0.0.1:0")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("it runs");
        let mut lines = BufReader::new(process.stderr.take().expect("its log")).lines().map_while(Result::ok);
        let (mut address, mut is_ready) = (None, false);
        for line in lines.by_ref() {
            if let Some((_, behind)) = line.split_once("\"Listening on\" address=") {
                address = Some(behind.trim().to_owned());
            }
            is_ready |= line.contains("ready to receive web requests");
            // In either order.
            if is_ready && address.is_some() {
                break;
            }
        }
        // Its log goes on: it must not find its pipe full.
        std::thread::spawn(move || lines.for_each(drop));
        let address = address.expect("it says where it listens");
        Some(Prometheus { address, process, _folder: folder })
    }
}

impl Drop for Prometheus {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
