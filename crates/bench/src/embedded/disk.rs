//! What a flush costs on this disk, for a durable write cannot be quicker.

use crate::figures::distribution;
use anyhow::Result;
use clock::Clock;
use std::fs::File;
use std::io::Write;
use std::path::Path;

/// How many flushes are measured.
const FLUSHES: usize = 200;
/// What is written before each: a page.
const PAGE: [u8; 4096] = [1; 4096];

/// Appends and flushes, again and again.
pub fn run(folder: &Path) -> Result<()> {
    let path = folder.join("flushed");
    let mut file = File::create(&path)?;
    let clock = Clock::system();
    let mut samples = Vec::with_capacity(FLUSHES);
    for _ in 0..FLUSHES {
        let began = clock.monotonic();
        file.write_all(&PAGE)?;
        file.sync_data()?;
        samples.push(began.elapsed());
    }
    std::fs::remove_file(path)?;
    distribution("disk_flush", &samples)
}
