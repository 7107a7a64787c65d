//! A chart in memory: what Chart.yaml says, its templates, its other files, its default values and the charts in it.
//! Files are shared between copies, so that using a chart under several names costs nothing.

mod dependency;
mod metadata;
mod text;
mod validation;

pub use dependency::Dependency;
pub(crate) use metadata::API_VERSION_1;
pub use metadata::{Maintainer, Metadata};
pub use validation::ValidationError;

use bytes::Bytes;
use gotemplate::FrozenMap;
use std::sync::Arc;

/// A file of a chart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// Its path below the chart's folder, with `/`.
    pub name: String,
    /// Its content, without a byte order mark.
    pub data: Bytes,
}

/// A chart and the charts in it.
#[derive(Debug, Clone)]
pub struct Chart {
    /// What Chart.yaml says.
    pub metadata: Metadata,
    /// Everything below templates/.
    pub templates: Arc<[File]>,
    /// Default values; `None` when there is no values.yaml, or one that says nothing.
    pub values: Option<Arc<FrozenMap>>,
    /// values.schema.json.
    pub schema: Option<Bytes>,
    /// What is neither a template nor has a meaning of its own: what `.Files` shows. crds/ among it.
    pub files: Arc<[File]>,
    /// values.yaml as it is written.
    pub values_text: Option<Bytes>,
    /// The charts in charts/, by name of their folder or archive.
    pub dependencies: Vec<Chart>,
}

impl Chart {
    /// The chart's name, or the alias it is used under.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.metadata.name
    }
}

impl File {
    /// Whether the file holds definitions of resources: it lies below crds/ and is YAML or JSON.
    #[must_use]
    pub fn is_crd(&self) -> bool {
        const ENDINGS: [&str; 3] = [".yaml", ".yml", ".json"];
        self.name.starts_with("crds/")
            && extension(&self.name)
                .is_some_and(|found| ENDINGS.iter().any(|ending| found.eq_ignore_ascii_case(ending)))
    }
}

/// The ending of a path's last segment, with its dot.
pub(crate) fn extension(path: &str) -> Option<&str> {
    let name = path.rsplit('/').next()?;
    name.rfind('.').map(|at| &name[at..])
}

/// Whether `value` can be read as Chart.lock; the text is Go's.
pub(crate) fn check_lock(value: &serde_json::Value) -> Result<(), String> {
    use crate::go_json::{Decoder, field};
    let mut decoder = Decoder::default();
    if let Some(map) = decoder.object(value, "chart.Lock") {
        if let Some(digest) = field(map, "digest") {
            decoder.within("Lock", "digest", |decoder| decoder.text(digest));
        }
        if let Some(dependencies) = field(map, "dependencies") {
            decoder.within("Lock", "dependencies", |decoder| Dependency::read_list(dependencies, decoder));
        }
    }
    decoder.finish()
}
