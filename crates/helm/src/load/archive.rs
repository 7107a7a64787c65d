//! The files of a gzipped tar archive. Names decide nothing but where a file stands inside the chart; links, absolute
//! names and names that lead outside are refused; entries and bytes are counted before they are kept.

use super::error::LoadError;
use super::file::{RawFile, without_mark};
use super::limits::{CHART_BYTES_MAX, FILE_BYTES_MAX, FILES_MAX};
use budget::Budget;
use bytes::Bytes;
use flate2::read::MultiGzDecoder;
use std::io::Read;
use tar::{Archive, Entry, EntryType, PaxExtensions};

/// The longest name of an entry, in bytes: what Linux allows for a path.
const NAME_BYTES_MAX: usize = 4096;

/// The largest header that says something of another entry, in bytes: a name and a few attributes.
const HEADER_BYTES_MAX: u64 = 64 << 10;

/// What one entry costs an archive beyond its content, in bytes: its header and the padding behind it.
const ENTRY_OVERHEAD: u64 = 2048;

pub(super) fn files(packed: &[u8], budget: &mut Budget) -> Result<Vec<RawFile>, LoadError> {
    if !packed.starts_with(b"\x1f\x8b") {
        return Err(LoadError::Archive("gzip: invalid header".to_owned()));
    }
    // More than the largest chart, so that the entries' own count speaks first; the end of every stream.
    let stream_max = CHART_BYTES_MAX + FILES_MAX as u64 * ENTRY_OVERHEAD;
    let mut archive = Archive::new(MultiGzDecoder::new(packed).take(stream_max));
    let mut unpacked = Unpacked { files: Vec::new(), bytes_left: CHART_BYTES_MAX };
    let (mut seen, mut headers, mut name) = (0, 0, None);
    // As they are in the archive: the library would read the name of an entry at any length.
    for entry in archive.entries().map_err(unreadable)?.raw(true) {
        let mut entry = entry.map_err(unreadable)?;
        budget.spend(1)?;
        let is_header = is_header(entry.header().entry_type());
        let counted = if is_header { &mut headers } else { &mut seen };
        *counted += 1;
        if *counted > FILES_MAX {
            return Err(LoadError::TooManyFiles);
        }
        if is_header {
            name = long_name(&mut entry)?.or(name);
        } else {
            unpacked.add(&mut entry, name.take(), budget)?;
        }
    }
    if unpacked.files.is_empty() {
        return Err(LoadError::Archive("no files in chart archive".to_owned()));
    }
    Ok(unpacked.files)
}

/// When the first file was packed, in seconds since 1970.
pub(super) fn packed_seconds(packed: &[u8]) -> Option<i64> {
    let mut archive = Archive::new(MultiGzDecoder::new(packed).take(ENTRY_OVERHEAD + FILE_BYTES_MAX));
    let first = archive.entries().ok()?.next()?.ok()?;
    i64::try_from(first.header().mtime().ok()?).ok()
}

/// Whether an entry says something of the one behind it, or of all.
fn is_header(kind: EntryType) -> bool {
    matches!(kind, EntryType::XHeader | EntryType::XGlobalHeader | EntryType::GNULongName | EntryType::GNULongLink)
}

/// The name that a header gives to the entry behind it.
fn long_name(entry: &mut Entry<'_, impl Read>) -> Result<Option<Vec<u8>>, LoadError> {
    let kind = entry.header().entry_type();
    if entry.size() > HEADER_BYTES_MAX {
        let told = format!("chart archive has a header larger than {HEADER_BYTES_MAX} bytes");
        return Err(LoadError::Archive(told));
    }
    let mut data = Vec::new();
    entry.take(HEADER_BYTES_MAX).read_to_end(&mut data).map_err(unreadable)?;
    Ok(match kind {
        EntryType::GNULongName => {
            let len = data.iter().position(|byte| *byte == 0).unwrap_or(data.len());
            data.truncate(len);
            Some(data)
        }
        EntryType::XHeader => {
            let mut records = PaxExtensions::new(&data).flatten();
            records.find(|record| record.key_bytes() == b"path").map(|record| record.value_bytes().to_vec())
        }
        _ => None,
    })
}

struct Unpacked {
    files: Vec<RawFile>,
    bytes_left: u64,
}

impl Unpacked {
    fn add(
        &mut self,
        entry: &mut Entry<'_, impl Read>,
        long_name: Option<Vec<u8>>,
        budget: &mut Budget,
    ) -> Result<(), LoadError> {
        let raw_name = long_name.unwrap_or_else(|| entry.path_bytes().into_owned());
        match entry.header().entry_type() {
            EntryType::Directory => return Ok(()),
            _ if raw_name.ends_with(b"/") => return Ok(()),
            EntryType::Regular | EntryType::Continuous => {}
            // Helm keeps a link as an empty file; what it stands for is nobody's wish.
            _ => {
                return Err(LoadError::Archive(
                    "chart archive contains a link, a device or a file with holes".to_owned(),
                ));
            }
        }
        if raw_name.len() > NAME_BYTES_MAX {
            return Err(LoadError::Archive(format!("chart archive has a name longer than {NAME_BYTES_MAX} bytes")));
        }
        let full = String::from_utf8_lossy(&raw_name).into_owned();
        let name = inside(&full)?;
        let size = entry.size();
        if size > self.bytes_left {
            return Err(LoadError::ChartTooLarge);
        }
        if size > FILE_BYTES_MAX {
            return Err(LoadError::PackedFileTooLarge { name: full });
        }
        budget.take_bytes(size)?;
        let mut data = Vec::with_capacity(usize::try_from(size).unwrap_or_default());
        entry.take(FILE_BYTES_MAX).read_to_end(&mut data).map_err(unreadable)?;
        self.bytes_left -= size;
        self.files.push(RawFile { name, data: without_mark(Bytes::from(data)) });
        Ok(())
    }
}

/// The path of an entry inside the chart: without the folder that holds everything.
fn inside(full: &str) -> Result<String, LoadError> {
    let refuse = |reason: &str| Err(LoadError::Archive(reason.to_owned()));
    if full.contains('\0') {
        return refuse("chart contains illegally named files");
    }
    // An archive made on Windows.
    let delimiter = if full.contains('\\') { '\\' } else { '/' };
    let (first, rest) = full.split_once(delimiter).unwrap_or((full, ""));
    let rest = rest.replace(delimiter, "/");
    if rest.starts_with('/') {
        return refuse("chart illegally contains absolute paths");
    }
    let name = clean(&rest);
    if name == "." {
        let told = format!("chart illegally contains content outside the base directory: {full:?}");
        return Err(LoadError::Archive(told));
    }
    if name.starts_with("..") {
        return refuse("chart illegally references parent directory");
    }
    let bytes = name.as_bytes();
    if bytes.len() > 2 && bytes[0].is_ascii_alphabetic() && &bytes[1..3] == b":/" {
        return refuse("chart contains illegally named files");
    }
    if first == "Chart.yaml" {
        return refuse("chart yaml not in base directory");
    }
    Ok(name)
}

/// Go's `path.Clean` of a relative path.
fn clean(path: &str) -> String {
    let mut kept: Vec<&str> = Vec::new();
    for segment in path.split('/') {
        match segment {
            "" | "." => {}
            ".." if kept.last().is_some_and(|last| *last != "..") => {
                kept.pop();
            }
            segment => kept.push(segment),
        }
    }
    if kept.is_empty() { ".".to_owned() } else { kept.join("/") }
}

fn unreadable(error: std::io::Error) -> LoadError {
    LoadError::Archive(match error.kind() {
        std::io::ErrorKind::UnexpectedEof => "unexpected EOF".to_owned(),
        _ => format!("the chart archive cannot be read: {error}"),
    })
}
