//! What became of one comparison, and of many.

use crate::peer::Outcome;
use crate::say::say;
use anyhow::{Result, bail};
use kustomize::Built;
use std::path::Path;

/// How two builds compare.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// The same bytes.
    Same,
    /// Both failed.
    BothFail,
    /// Other bytes.
    Differs,
    /// Only ours failed.
    OursFails,
    /// Only the original failed.
    PeerFails,
}

/// What ours printed, or its problem.
pub fn ours(built: &Built) -> Result<String, String> {
    match &built.problem {
        Some(problem) => Err(problem.to_string()),
        None => Ok(kustomize::to_yaml(&built.resources)),
    }
}

/// Compares.
pub fn judge(ours: &Result<String, String>, peer: &Outcome) -> Verdict {
    match (ours, &peer.output) {
        (Ok(ours), Some(peer)) if ours == peer => Verdict::Same,
        (Ok(_), Some(_)) => Verdict::Differs,
        (Err(_), Some(_)) => Verdict::OursFails,
        (Ok(_), None) => Verdict::PeerFails,
        (Err(_), None) => Verdict::BothFail,
    }
}

/// Counts.
#[derive(Default)]
pub struct Tally {
    same: u64,
    both_fail: u64,
    others: u64,
}

impl Tally {
    /// Notes a comparison, and tells of it when it is no match.
    pub fn note(&mut self, name: &str, ours: &Result<String, String>, peer: &Outcome) -> Result<Verdict> {
        let verdict = judge(ours, peer);
        let last = peer.told.lines().rfind(|line| !line.is_empty()).unwrap_or_default();
        match verdict {
            Verdict::Same => self.same += 1,
            Verdict::BothFail => self.both_fail += 1,
            Verdict::Differs => say(&format!("DIFFERS     {name}"))?,
            Verdict::OursFails => {
                say(&format!("OURS FAILS  {name}: {}", ours.as_ref().err().map_or("", String::as_str)))?;
            }
            Verdict::PeerFails => say(&format!("PEER FAILS  {name}: {last}"))?,
        }
        if !matches!(verdict, Verdict::Same | Verdict::BothFail) {
            self.others += 1;
        }
        Ok(verdict)
    }

    /// Says the sum.
    ///
    /// # Errors
    /// When something differs.
    pub fn finish(&self) -> Result<()> {
        let Tally { same, both_fail, others } = self;
        say(&format!("{same} the same, {both_fail} fail in both, {others} differ"))?;
        if *others > 0 {
            bail!("{others} differ");
        }
        Ok(())
    }
}

/// Keeps both outputs.
pub fn keep(folder: &Path, ours: &Result<String, String>, peer: &Outcome) -> Result<()> {
    std::fs::create_dir_all(folder)?;
    let ours = ours.as_ref().unwrap_or_else(|problem| problem);
    std::fs::write(folder.join("ours.txt"), ours)?;
    std::fs::write(folder.join("peer.txt"), peer.output.as_ref().unwrap_or(&peer.told))?;
    Ok(())
}
