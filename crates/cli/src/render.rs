//! `capstan render`: what an application's sources give, without a cluster: of a directory as it lies here, or of an
//! Application in a file.

mod arguments;
mod show;
mod sources;

pub(crate) use arguments::Render;
pub(crate) use sources::{Renderer, problems};

use crate::disk::Disk;
use crate::failure::Failure;
use crate::terminal;
use api::Application;
use api::names::DEFAULT_NAMESPACE;
use clock::Clock;
use object::Object;
use render::{Capabilities, Rendered};
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The largest file of Applications that is read, in bytes.
const FILE_BYTES_MAX: u64 = 64 << 20;

impl Render {
    pub(crate) async fn run(&self, clock: &Clock) -> Result<(), Failure> {
        let mut renderer = Renderer::new(clock)?;
        if !self.kube_version.is_empty() || !self.api_versions.is_empty() {
            renderer.capabilities = Some(Capabilities::new(self.kube_version.clone(), self.api_versions.clone()));
        }
        let applications = match &self.file {
            Some(file) => applications(file)?,
            None => vec![self.directory(&mut renderer)?],
        };
        if let Some(local) = &self.local {
            renderer.local = Some(Arc::new(Disk::new(local.canonicalize()?)));
        }
        let declared = self.outside.repositories()?;
        let mut all: Vec<Rendered> = Vec::new();
        for application in &applications {
            let revision = self.revision.as_deref();
            all.extend(renderer.application(application, &declared, DEFAULT_NAMESPACE, revision).await?);
        }
        all.iter().flat_map(|rendered| &rendered.warnings).for_each(|warning| terminal::note(warning));
        if let Some(failure) = problems(&all) {
            return Err(failure);
        }
        if self.explain { show::origins(&all) } else { show::objects(&all, self.output) }
    }

    /// An application of the directory as it lies here: paths in it are read from the top of its working copy.
    fn directory(&self, renderer: &mut Renderer) -> Result<Application, Failure> {
        let at = |error: std::io::Error| Failure::new(format!("{}: {error}", self.directory.display()));
        let directory = self.directory.canonicalize().map_err(at)?;
        let top = top(&directory);
        let path = directory.strip_prefix(&top).unwrap_or(Path::new(""));
        let path = path.to_str().ok_or_else(|| Failure::new(format!("{}: not UTF-8", directory.display())))?;
        let application = self.application(path, &format!("file://{}", top.display()));
        renderer.local = Some(Arc::new(Disk::new(top)));
        Ok(application)
    }
}

/// The top of the working copy that a directory lies in. Where it lies in none, the folder the command was started in
/// if that holds it, else the directory itself.
fn top(directory: &Path) -> PathBuf {
    let found = directory.ancestors().find(|ancestor| ancestor.join(".git").exists()).map(Path::to_owned);
    let here = || std::env::current_dir().and_then(|here| here.canonicalize()).ok();
    found.or_else(|| here().filter(|here| directory.starts_with(here))).unwrap_or_else(|| directory.to_owned())
}

/// The Applications in a file; other objects are passed over.
fn applications(file: &Path) -> Result<Vec<Application>, Failure> {
    let named = |error: &dyn std::fmt::Display| Failure::new(format!("{}: {error}", file.display()));
    let mut content = Vec::new();
    if file == Path::new("-") {
        std::io::stdin().take(FILE_BYTES_MAX).read_to_end(&mut content)?;
    } else {
        let opened = std::fs::File::open(file).map_err(|error| named(&error))?;
        opened.take(FILE_BYTES_MAX).read_to_end(&mut content).map_err(|error| named(&error))?;
    }
    let documents = yaml::parse_all(&content, yaml::Dialect::V2, &mut budget::Budget::default());
    let mut found = Vec::new();
    for document in documents.map_err(|error| named(&error))? {
        if document.value.get("kind").and_then(serde_json::Value::as_str) != Some(api::names::APPLICATION) {
            continue;
        }
        let object = Object::from_value(&document.value).map_err(|error| named(&error))?;
        found.push(Application::read(&object).map_err(|error| named(&error))?);
    }
    if found.is_empty() {
        return Err(named(&"no Application in it"));
    }
    Ok(found)
}
