//! Recorded cases, read from a folder of `.jsonl` or `.jsonl.gz` files.

use flate2::read::GzDecoder;
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

/// One recorded sequence.
#[derive(Debug, Clone, Deserialize)]
pub struct Case {
    /// Its name, unique in the folder.
    pub name: String,
    /// What it shows.
    #[serde(default)]
    pub why: String,
    /// The requests and their answers.
    pub steps: Vec<Step>,
    /// The file it is from, without extensions.
    #[serde(skip)]
    pub file: String,
}

/// One request and its recorded answer.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Step {
    /// HTTP method.
    pub method: String,
    /// Path.
    pub path: String,
    /// Parameters.
    #[serde(default)]
    pub query: Option<BTreeMap<String, String>>,
    /// Headers besides those of every request.
    #[serde(default)]
    pub headers: Option<BTreeMap<String, String>>,
    /// A text is sent as it is, anything else as JSON.
    #[serde(default, deserialize_with = "given")]
    pub body: Option<Value>,
    /// Status code.
    pub status: u16,
    /// The headers of the answer that were recorded.
    #[serde(default)]
    pub response_headers: Option<BTreeMap<String, Vec<String>>>,
    /// How the step was recorded, when that matters.
    #[serde(default)]
    pub note: Option<String>,
    /// The answer.
    pub response: Value,
}

/// Tells a body of null from none.
fn given<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(deserializer).map(Some)
}

/// Why a folder could not be read.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// A file or the folder could not be read.
    #[error("{path}: {cause}")]
    Unreadable {
        /// Which.
        path: PathBuf,
        /// Why.
        cause: std::io::Error,
    },
    /// A line is no case.
    #[error("{path}, line {line}: not a recorded case: {cause}")]
    Malformed {
        /// Which file.
        path: PathBuf,
        /// Which line, from 1.
        line: usize,
        /// Why.
        cause: serde_json::Error,
    },
}

/// Reads all cases of a folder, in the order of file names and lines.
///
/// # Errors
/// When something cannot be read or is no case.
pub fn load(folder: &Path) -> Result<Vec<Case>, LoadError> {
    let unreadable = |path: &Path| {
        let path = path.to_owned();
        move |cause| LoadError::Unreadable { path, cause }
    };
    let mut paths = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(unreadable(folder))? {
        paths.push(entry.map_err(unreadable(folder))?.path());
    }
    paths.sort();
    let mut cases = Vec::new();
    for path in paths {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let Some(stem) = name.strip_suffix(".jsonl").or_else(|| name.strip_suffix(".jsonl.gz")) else { continue };
        let file = File::open(&path).map_err(unreadable(&path))?;
        let reader: Box<dyn Read> = if name.ends_with(".gz") { Box::new(GzDecoder::new(file)) } else { Box::new(file) };
        for (index, line) in BufReader::new(reader).lines().enumerate() {
            let line = line.map_err(unreadable(&path))?;
            let case: Case = serde_json::from_str(&line).map_err(|cause| LoadError::Malformed {
                path: path.clone(),
                line: index + 1,
                cause,
            })?;
            cases.push(Case { file: stem.to_owned(), ..case });
        }
    }
    Ok(cases)
}
