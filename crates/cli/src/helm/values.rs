//! `--values`, `--set` and their relatives, shared by the commands that render.

use super::fetch::{ReachFlags, wait_for};
use super::globals::Globals;
use super::go_words::go_words;
use clap::Args;
use clock::Clock;
use helm::Source;
use std::io::Read as _;

/// The largest file of values that is read: far beyond any that a person writes.
const FILE_BYTES_MAX: u64 = 64 << 20;

/// The flags that give values.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct ValueFlags {
    /// Values in a YAML file, `-` for standard input (may be given several times or separated by commas)
    #[arg(long, short = 'f', value_name = "FILE", value_delimiter = ',')]
    values: Vec<String>,
    /// Values as key1=value1,key2=value2
    #[arg(long, value_name = "VALUES")]
    set: Vec<String>,
    /// Values that are strings whatever they look like
    #[arg(long, value_name = "VALUES")]
    set_string: Vec<String>,
    /// Values from files: key1=path1,key2=path2
    #[arg(long, value_name = "VALUES")]
    set_file: Vec<String>,
    /// Values in JSON: key1=json1,key2=json2, or a whole object
    #[arg(long, value_name = "VALUES")]
    set_json: Vec<String>,
    /// One value taken as it is written: key=value
    #[arg(long, value_name = "VALUE")]
    set_literal: Vec<String>,
}

impl ValueFlags {
    /// The sources, with the files read.
    ///
    /// # Errors
    /// In Helm's words, when a file cannot be read.
    pub(super) fn sources(&self, globals: &Globals, clock: &Clock) -> Result<Vec<Source>, String> {
        let files = Files { globals, clock };
        let mut sources = Vec::new();
        for path in &self.values {
            sources.push(Source::File { path: path.clone(), content: files.read(path)?.into() });
        }
        sources.extend(self.set_json.iter().cloned().map(Source::Json));
        sources.extend(self.set.iter().cloned().map(Source::Set));
        sources.extend(self.set_string.iter().cloned().map(Source::SetString));
        for text in &self.set_file {
            sources.push(Source::SetFile(text.clone(), files.named(text)?));
        }
        sources.extend(self.set_literal.iter().cloned().map(Source::SetLiteral));
        Ok(sources)
    }
}

/// Reads files by name: of this machine, of the network, or standard input.
struct Files<'a> {
    globals: &'a Globals,
    clock: &'a Clock,
}

impl Files<'_> {
    /// The files that a text of `--set-file` names.
    fn named(&self, text: &str) -> Result<Vec<(String, String)>, String> {
        let mut files = Vec::new();
        // What the text itself does wrong is told when it is parsed.
        for path in helm::files_named(text).unwrap_or_default() {
            let content = self.read(&path).map_err(|cause| format!("failed parsing --set-file data: {cause}"))?;
            files.push((path, String::from_utf8_lossy(&content).into_owned()));
        }
        Ok(files)
    }

    fn read(&self, path: &str) -> Result<Vec<u8>, String> {
        if path.trim() == "-" {
            return bounded(std::io::stdin().lock(), path);
        }
        if path.starts_with("https://") || path.starts_with("http://") {
            return self.fetch(path);
        }
        let file = std::fs::File::open(path).map_err(|error| format!("open {path}: {}", go_words(&error)))?;
        bounded(file, path)
    }

    fn fetch(&self, path: &str) -> Result<Vec<u8>, String> {
        let url = url::Url::parse(path).map_err(|error| format!("parse {path}: {error}"))?;
        let access = ReachFlags::default().access()?;
        wait_for(&self.globals.chart_folder(), self.clock, async |charts| {
            let fetched = charts.fetch_url(&url, &access).await;
            fetched
                .map(|content| content.to_vec())
                .map_err(|error| format!("failed to fetch {path}: {}", error.problem))
        })
    }
}

fn bounded(from: impl std::io::Read, path: &str) -> Result<Vec<u8>, String> {
    let mut content = Vec::new();
    let mut from = from.take(FILE_BYTES_MAX + 1);
    from.read_to_end(&mut content).map_err(|error| format!("read {path}: {}", go_words(&error)))?;
    if content.len() as u64 > FILE_BYTES_MAX {
        return Err(format!("{path} is larger than {FILE_BYTES_MAX} bytes (limit: bytes of a values file)"));
    }
    Ok(content)
}
