//! How much lies in a mirror, and when that is too much.
//!
//! Every small fetch leaves single objects, every large one a pack, and what they replace stays: nothing is ever too
//! old for somebody who pins a commit. A repack keeps what is in use. It is due at git's own bounds for tidying up, or
//! when the packs have grown to twice what they were after the last one, so that the work stays in proportion to what
//! was fetched, and a mirror to what is in use.

use super::disk::Disk;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// git's `gc.auto`: single objects.
const LOOSE_MAX: usize = 6_700;
/// git's `gc.autoPackLimit`.
const PACKS_MAX: usize = 50;
/// Growth that is never worth a repack.
const GROWTH_BYTES: u64 = 256 << 20;
/// Single objects lie in so many directories by the first byte of their names, evenly.
const DIRECTORIES: usize = 256;

/// What lies in a mirror.
#[derive(Debug)]
pub(super) struct Clutter {
    objects: PathBuf,
    /// Packs with their sizes.
    packs: Vec<(PathBuf, u64)>,
    /// An estimate.
    loose: usize,
    /// The packs' size after the last repack.
    settled: u64,
}

impl Clutter {
    /// Looks at the mirror in `path`.
    pub(super) fn look(path: &Path) -> io::Result<Self> {
        let objects = path.join("objects");
        let mut packs = Vec::new();
        for entry in fs::read_dir(objects.join("pack"))? {
            let entry = entry?;
            if entry.path().extension().is_some_and(|extension| extension == "pack") {
                packs.push((entry.path(), entry.metadata()?.len()));
            }
        }
        // As git does it: one directory stands for all.
        let loose = fs::read_dir(objects.join("17")).map_or(0, Iterator::count) * DIRECTORIES;
        let settled = fs::read_to_string(path.join("settled")).unwrap_or_default().trim().parse().unwrap_or(0);
        Ok(Clutter { objects, packs, loose, settled })
    }

    pub(super) fn pack_bytes(&self) -> u64 {
        self.packs.iter().map(|(_, bytes)| bytes).sum()
    }

    /// Whether a repack is due.
    pub(super) fn is_due(&self) -> bool {
        let bytes_max = self.settled.saturating_mul(2).saturating_add(GROWTH_BYTES);
        self.loose > LOOSE_MAX || self.packs.len() > PACKS_MAX || self.pack_bytes() > bytes_max
    }
}

/// Removes what was there but for the pack `new`, in which everything that is needed lies.
pub(super) fn remove_old(old: &Clutter, new: &Path, disk: &Disk) -> io::Result<()> {
    // What was repacked lately may give the same pack again, under the same name.
    for (pack, _) in old.packs.iter().filter(|(pack, _)| pack != new) {
        // The index first: a pack without one is unseen, and swept away later.
        disk.step("remove an old pack's index")?;
        ignore_absent(fs::remove_file(pack.with_extension("idx")))?;
        disk.step("remove an old pack")?;
        ignore_absent(fs::remove_file(pack))?;
    }
    remove_loose(&old.objects, disk)
}

fn remove_loose(objects: &Path, disk: &Disk) -> io::Result<()> {
    for entry in fs::read_dir(objects)? {
        let entry = entry?;
        let name = entry.file_name();
        let is_fan_out = name.len() == 2 && name.to_str().is_some_and(|name| u8::from_str_radix(name, 16).is_ok());
        if is_fan_out {
            disk.step("remove single objects")?;
            fs::remove_dir_all(entry.path())?;
        }
    }
    Ok(())
}

fn ignore_absent(done: io::Result<()>) -> io::Result<()> {
    match done {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        done => done,
    }
}
