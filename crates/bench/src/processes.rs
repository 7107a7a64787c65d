//! The two processes that are measured: started as a user starts them, their cost read where the kernel keeps it.

use anyhow::{Context, Result, bail, ensure};
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncRead, BufReader};
use tokio::process::{Child, Command};
use tokio::sync::mpsc;
use tokio::time::timeout;

/// How long a process may take until it is ready before the run is given up.
const START_LIMIT: Duration = Duration::from_secs(60);

/// The unit of times in `/proc`: what Linux tells user space on every architecture.
const TICKS_PER_SECOND: f64 = 100.0;

/// A running capstan, killed when dropped: what it leaves behind lies in the run's own folder.
pub struct Process {
    pub name: &'static str,
    child: Child,
    lines: mpsc::UnboundedReceiver<String>,
}

/// Where a process's time went, and its memory: the most so far, and what it is now.
#[derive(Debug, Clone, Copy)]
pub struct Usage {
    pub cpu_seconds: f64,
    pub peak_megabytes: f64,
    pub resident_megabytes: f64,
}

impl Process {
    pub fn start(name: &'static str, capstan: &Path, arguments: &[&str]) -> Result<Self> {
        let mut command = Command::new(capstan);
        command.args(arguments).kill_on_drop(true).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().with_context(|| format!("cannot start {}", capstan.display()))?;
        let (sender, lines) = mpsc::unbounded_channel();
        if let Some(output) = child.stdout.take() {
            tokio::spawn(forward(output, sender.clone(), None));
        }
        if let Some(output) = child.stderr.take() {
            tokio::spawn(forward(output, sender, Some(name)));
        }
        Ok(Process { name, child, lines })
    }

    /// Reads what it prints until a line holds `marker`, and gives the word that begins there.
    pub async fn printed(&mut self, marker: &str) -> Result<String> {
        let word = async {
            while let Some(line) = self.lines.recv().await {
                if let Some(start) = line.find(marker) {
                    return line[start..].split_whitespace().next().map(str::to_owned);
                }
            }
            None
        };
        match timeout(START_LIMIT, word).await {
            Ok(Some(word)) => Ok(word),
            Ok(None) => bail!("the {} ended before it printed {marker:?}", self.name),
            Err(_) => bail!("the {} did not print {marker:?} in {} s", self.name, START_LIMIT.as_secs()),
        }
    }

    /// Asks it to end, as a user does with ctrl-c, and waits until it has.
    pub async fn end(mut self) -> Result<()> {
        let id = self.child.id().with_context(|| format!("the {} has ended", self.name))?;
        let asked = Command::new("kill").args(["-INT", &id.to_string()]).status().await?;
        ensure!(asked.success(), "the {} cannot be asked to end", self.name);
        timeout(START_LIMIT, self.child.wait()).await.with_context(|| format!("the {} does not end", self.name))??;
        Ok(())
    }

    /// Kills it, and waits until it is gone.
    pub async fn kill(mut self) -> Result<()> {
        Ok(self.child.kill().await?)
    }

    /// What it has used up to now.
    pub fn usage(&self) -> Result<Usage> {
        let id = self.child.id().with_context(|| format!("the {} has ended", self.name))?;
        let status = std::fs::read_to_string(format!("/proc/{id}/status"))?;
        let stat = std::fs::read_to_string(format!("/proc/{id}/stat"))?;
        Ok(Usage {
            cpu_seconds: cpu_seconds(&stat)?,
            peak_megabytes: megabytes(&status, "VmHWM:")?,
            resident_megabytes: megabytes(&status, "VmRSS:")?,
        })
    }
}

/// Hands on the lines of one stream; what goes to standard error is shown as well.
async fn forward(output: impl AsyncRead + Unpin, sender: mpsc::UnboundedSender<String>, shown_as: Option<&str>) {
    let mut lines = BufReader::new(output).lines();
    while let Ok(Some(line)) = lines.next_line().await {
        if let Some(name) = shown_as {
            // A reader that went away is noticed where figures are printed.
            let _ = crate::figures::note(&format!("  {name}: {line}"));
        }
        // Once what was waited for has come, nobody reads on.
        let _ = sender.send(line);
    }
}

fn cpu_seconds(stat: &str) -> Result<f64> {
    // The second field is the program's name in parentheses and may hold anything; user and system time are the
    // 14th and the 15th.
    let (_, fields) = stat.rsplit_once(") ").context("/proc/PID/stat has no name")?;
    let ticks = fields.split(' ').skip(11).take(2).map(str::parse::<f64>);
    Ok(ticks.sum::<Result<f64, _>>()? / TICKS_PER_SECOND)
}

fn megabytes(status: &str, field: &str) -> Result<f64> {
    let line = status.lines().find_map(|line| line.strip_prefix(field));
    let line = line.with_context(|| format!("/proc/PID/status has no {field}"))?;
    let kibibytes: f64 = line.trim().trim_end_matches(" kB").parse()?;
    Ok(kibibytes * 1024.0 / 1e6)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_found_behind_a_name_with_blanks_and_parentheses() {
        let stat = "42 (a (b) c) S 1 42 42 0 -1 4194560 100 0 0 0 250 50 0 0 20 0 4 0 100 1 1";
        assert_eq!(cpu_seconds(stat).expect("a stat"), 3.0);
    }

    #[test]
    fn memory_is_in_megabytes() {
        assert_eq!(megabytes("Name:\tx\nVmHWM:\t  125000 kB\n", "VmHWM:").expect("a status"), 128.0);
    }
}
