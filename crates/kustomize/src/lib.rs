//! What `kustomize build` gives, as a pure function of a tree of files: the same objects in the same order, each with the
//! file and line it came from.
//!
//! Files come through a [`tree::Tree`]; bases in other repositories and charts through [`Remotes`] and [`Charts`], when
//! somebody hands them in. Nothing is executed: plugins that are programs or containers are refused by name. Everything
//! read is charged to a [`budget::Budget`]. The original that is followed is [`PROFILE`].
//!
//! Start reading at [`build`]; the order of events in one kustomization is in `accumulate`, each transformer in a file
//! of its own below `transform`.

mod accumulate;
mod build;
mod config;
mod edits;
mod files;
mod generate;
mod helm_charts;
mod id;
mod kustomization;
mod load;
mod merge_types;
mod node;
mod notes;
mod options;
mod plugin;
mod port;
mod problem;
mod provenance;
mod read_resources;
mod resmap;
mod resource;
mod selector;
mod sort;
mod transform;

pub use build::{Built, BuiltResource, build, to_yaml};
pub use edits::{AnnotationEdit, Edits, ImageEdit, LabelEdit, PatchEdit, ReplicaEdit, Target};
pub use files::{OutputFile, to_files};
pub use helm_charts::{ChartArchives, HelmCharts};
pub use kustomization::{ChartValues, HelmChart};
pub use load::{LoadRestrictions, Repository};
pub use options::Options;
pub use port::{ChartPlace, ChartRequest, Charts, Remotes, ValuesFile};
pub use problem::{Problem, ProblemKind};
pub use resource::Origin;
pub use sort::Reorder;

/// The version of the original whose output this crate gives.
pub const PROFILE: &str = "v5.8.1";
