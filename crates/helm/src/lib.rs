//! Helm charts rendered in process: what `helm template` prints, to the byte, from bytes and values handed in. Nothing is
//! executed, nothing is fetched, no file is opened.
//!
//! A chart is read from a [`tree::Tree`] or an archive ([`load`]), a user's values are merged ([`UserValues`]), a
//! [`Request`] says the rest, and [`render`] gives documents. What differs between releases of Helm is a [`Profile`].
//!
//! Knows nothing of clusters, repositories and the command line. Start reading at [`render`].

mod profile;

mod chart;
mod load;

mod strvals;
mod values;

mod coalesce;
mod dependencies;
mod instance;
mod schema;

mod capabilities;
mod objects;

mod functions;

mod engine;
mod manifest;
mod render;

mod lint;

mod command;

mod encode;
mod go_json;
mod toml;
mod warning;

pub use capabilities::{Capabilities, KubeVersion, KubeVersionError};
pub use chart::{Chart, Dependency, File, Maintainer, Metadata, ValidationError};
pub use command::{
    COLUMN_WIDTH, Documents, LintPath, LintShown, Listed, Output, Shown, Template, chart_yaml, documents, lint,
    list_dependencies, show, show_chart, show_values, template, template_line, template_with, templated_name,
};
pub use dependencies::missing as missing_dependencies;
pub use engine::{Compiled, Piece, Workers};
pub use functions::{Empty, Lookup};
pub use lint::{Lint, Linted, Message, Severity, lint_chart};
pub use load::{
    CHART_BYTES_MAX, CHART_DEPTH_MAX, FILE_BYTES_MAX, FILES_MAX, LoadError, Loaded, load, load_archive, packed_seconds,
    unpack,
};
pub use manifest::{Hook, HookEvent, Manifest, install_order, uninstall_order};
pub use profile::{Profile, UnknownProfile};
pub use render::{
    Chance, Failed, NameError, Options, Printed, Release, RenderError, Rendered, Request, ShowError,
    check_release_name, only, print, render,
};
pub use strvals::{StrvalsError, files_named};
pub use values::{Source, SourceError, UserValues};
pub use warning::Warning;
