//! The machine the figures come from.

use crate::figures::note;
use anyhow::Result;
use std::fs::read_to_string;

/// Prints what it is and how busy it is with other things.
pub fn report(revision: &str) -> Result<()> {
    let cores = std::thread::available_parallelism().map_or(0, std::num::NonZero::get);
    note(&format!("cpu: {}, {cores} cores", model()))?;
    note(&format!("memory: {}", line_of("/proc/meminfo", "MemTotal")))?;
    note(&format!("kernel: {}", first_line("/proc/sys/kernel/osrelease")))?;
    note(&format!("commit: {revision}"))?;
    load("at the start")
}

/// Prints how busy the machine has been in the last minute, this program included.
pub fn load(when: &str) -> Result<()> {
    let averages = first_line("/proc/loadavg");
    let minute = averages.split(' ').next().unwrap_or_default();
    note(&format!("load {when}: {minute}"))
}

fn model() -> String {
    line_of("/proc/cpuinfo", "model name")
}

/// What stands behind the colon in the first line that begins with `name`.
fn line_of(path: &str, name: &str) -> String {
    let text = read_to_string(path).unwrap_or_default();
    let line = text.lines().find(|line| line.starts_with(name)).unwrap_or_default();
    line.split_once(':').map_or("unknown", |(_, value)| value.trim()).to_owned()
}

fn first_line(path: &str) -> String {
    read_to_string(path).unwrap_or_default().lines().next().unwrap_or("unknown").to_owned()
}
