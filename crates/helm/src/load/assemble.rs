//! Gives every file of a chart its meaning, and does so again for the charts in charts/.

use super::archive;
use super::error::LoadError;
use super::file::RawFile;
use super::limits::CHART_DEPTH_MAX;
use crate::chart::{API_VERSION_1, Chart, File, Metadata, extension};
use crate::profile::Profile;
use crate::values;
use crate::warning::Warning;
use budget::Budget;
use std::collections::BTreeMap;

/// What was loaded, and what Helm would warn of.
#[derive(Debug)]
pub struct Loaded {
    /// The chart.
    pub chart: Chart,
    /// What to tell.
    pub warnings: Vec<Warning>,
}

pub(super) fn chart(files: Vec<RawFile>, profile: Profile, budget: &mut Budget) -> Result<Loaded, LoadError> {
    let mut loader = Loader { profile, budget, warnings: Vec::new() };
    let chart = loader.chart(files, 0)?;
    Ok(Loaded { chart, warnings: loader.warnings })
}

struct Loader<'b> {
    profile: Profile,
    budget: &'b mut Budget,
    warnings: Vec<Warning>,
}

/// A chart whose files are being looked through.
#[derive(Default)]
struct Parts {
    metadata: Option<Metadata>,
    templates: Vec<File>,
    files: Vec<File>,
    values: Option<RawFile>,
    schema: Option<RawFile>,
    subcharts: BTreeMap<String, Vec<RawFile>>,
}

impl Loader<'_> {
    fn chart(&mut self, files: Vec<RawFile>, depth: u32) -> Result<Chart, LoadError> {
        if depth > CHART_DEPTH_MAX {
            return Err(LoadError::TooDeep);
        }
        let mut parts = Parts { metadata: self.metadata(&files)?, ..Parts::default() };
        let mut values = None;
        for file in files {
            if file.name == "values.yaml" {
                values = self.values(&file)?;
            }
            self.place(file, &mut parts)?;
        }
        let mut metadata = parts.metadata.ok_or(LoadError::NoChartFile)?;
        metadata.validate(self.profile)?;
        let mut chart = Chart {
            metadata,
            templates: parts.templates.into(),
            values,
            schema: parts.schema.map(|file| file.data),
            files: parts.files.into(),
            values_text: parts.values.map(|file| file.data),
            dependencies: Vec::new(),
        };
        for (name, files) in parts.subcharts {
            if name.starts_with(['_', '.']) {
                continue;
            }
            let subchart = self.subchart(&name, files, &chart, depth)?;
            chart.dependencies.push(subchart);
        }
        Ok(chart)
    }

    fn subchart(&mut self, name: &str, files: Vec<RawFile>, parent: &Chart, depth: u32) -> Result<Chart, LoadError> {
        let loaded = if extension(name) == Some(".tgz") {
            match files.first() {
                Some(file) if file.name == name => {
                    archive::files(&file.data, self.budget).and_then(|files| self.chart(files, depth + 1))
                }
                found => {
                    let found = found.map(|file| file.name.clone()).unwrap_or_default();
                    let parent = parent.name().to_owned();
                    return Err(LoadError::MisplacedArchive { parent, expected: name.to_owned(), found });
                }
            }
        } else {
            let inside = |file: RawFile| {
                let name = file.name.split_once('/')?.1.to_owned();
                Some(RawFile { name, data: file.data })
            };
            self.chart(files.into_iter().filter_map(inside).collect(), depth + 1)
        };
        loaded.map_err(|cause| LoadError::Subchart {
            name: name.to_owned(),
            parent: parent.name().to_owned(),
            cause: Box::new(cause),
        })
    }

    /// Chart.yaml comes first, wherever it stands among the files.
    fn metadata(&mut self, files: &[RawFile]) -> Result<Option<Metadata>, LoadError> {
        let mut found: Option<Metadata> = None;
        for file in files.iter().filter(|file| file.name == "Chart.yaml") {
            let mut metadata = found.take().unwrap_or_default();
            self.read_into(&mut metadata, file, "Chart.yaml")?;
            if metadata.api_version.is_empty() {
                API_VERSION_1.clone_into(&mut metadata.api_version);
            }
            found = Some(metadata);
        }
        Ok(found)
    }

    fn read_into(&mut self, metadata: &mut Metadata, file: &RawFile, name: &'static str) -> Result<(), LoadError> {
        let failed = |cause| LoadError::File { file: name, cause };
        let value = values::read_document(&file.data, self.budget).map_err(failed)?;
        metadata.read(&value).map_err(|cause| failed(values::decoding(&self.profile.of_chart_package(&cause))))
    }

    fn values(&mut self, file: &RawFile) -> Result<Option<std::sync::Arc<gotemplate::FrozenMap>>, LoadError> {
        values::read_defaults(&file.data, self.profile, self.budget)
            .map_err(|cause| LoadError::File { file: "values.yaml", cause })
    }

    fn place(&mut self, file: RawFile, parts: &mut Parts) -> Result<(), LoadError> {
        match file.name.as_str() {
            "Chart.yaml" => {}
            "Chart.lock" => self.check_lock(&file, "Chart.lock")?,
            "values.yaml" => parts.values = Some(file),
            "values.schema.json" => parts.schema = Some(file),
            "requirements.yaml" => {
                let metadata = parts.metadata.get_or_insert_default();
                let is_first_format = metadata.api_version == API_VERSION_1;
                if !is_first_format {
                    self.warnings.push(Warning::RequirementsFile);
                }
                self.read_into(metadata, &file, "requirements.yaml")?;
                if is_first_format {
                    parts.files.push(file.into());
                }
            }
            "requirements.lock" => {
                self.check_lock(&file, "requirements.lock")?;
                if parts.metadata.get_or_insert_default().api_version == API_VERSION_1 {
                    parts.files.push(file.into());
                } else {
                    self.warnings.push(Warning::RequirementsLock);
                }
            }
            name if name.starts_with("templates/") => parts.templates.push(file.into()),
            name if name.starts_with("charts/") => place_below_charts(file, parts),
            _ => parts.files.push(file.into()),
        }
        Ok(())
    }

    /// A lock says nothing to a render; that it can be read is all that Helm asks.
    fn check_lock(&mut self, file: &RawFile, name: &'static str) -> Result<(), LoadError> {
        let failed = |cause| LoadError::File { file: name, cause };
        let value = values::read_document(&file.data, self.budget).map_err(failed)?;
        crate::chart::check_lock(&value)
            .map_err(|cause| failed(values::decoding(&self.profile.of_chart_package(&cause))))
    }
}

fn place_below_charts(file: RawFile, parts: &mut Parts) {
    if extension(&file.name) == Some(".prov") {
        return parts.files.push(file.into());
    }
    let name = file.name.strip_prefix("charts/").unwrap_or(&file.name).to_owned();
    let chart = name.split('/').next().unwrap_or_default().to_owned();
    parts.subcharts.entry(chart).or_default().push(RawFile { name, data: file.data });
}

impl From<RawFile> for File {
    fn from(file: RawFile) -> Self {
        File { name: file.name, data: file.data }
    }
}
