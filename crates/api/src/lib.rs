//! The objects of `argoproj.io/v1alpha1`: Application, AppProject and those of [`rollouts`] as wire types, the CustomResourceDefinitions drawn
//! from the same tables, and the rules that follow from the objects alone - tracking, permissions, validation.
//!
//! Knows nothing of clusters, repositories or controllers. Start reading at [`Application`] and, for how a type is
//! declared, at the `wire!` table in [`ApplicationSpec`]'s module.

pub mod names;

mod wire;

mod duration;
mod int_or_string;
mod time;
mod words;

mod application;
mod hydrator;
mod meta;
mod operation;
mod project;
mod source;
mod spec;
mod status;
mod sync_policy;

pub mod image_updater;
pub mod rollouts;

mod crds;
mod equality;
mod git_url;
mod glob;
pub mod hook;
mod permission;
mod tracking;
pub mod unsupported;
mod validation;

pub use application::{Application, ReadError};
pub use crds::{crd_files, crds};
pub use duration::{DurationError, GoDuration};
pub use equality::semantically_equal;
pub use git_url::{is_same_repository, normalize_git_url};
pub use glob::Glob;
pub use hydrator::*;
pub use int_or_string::IntOrString;
pub use meta::Metadata;
pub use operation::*;
pub use permission::{ClusterIdentity, ClusterOwnership, ProjectRules};
pub use project::*;
pub use source::*;
pub use spec::*;
pub use status::*;
pub use sync_policy::*;
pub use time::Time;
pub use tracking::{Tracking, TrackingError, TrackingId, TrackingMethod, instance_name, split_instance_name};
pub use validation::{check_destination, missing_namespace, missing_project, namespace_not_permitted, validate_spec};
pub use wire::{Field, Object as WireObject, Shape, Shaped};
pub use words::{HealthStatusCode, HydratePhase, OperationPhase, ResultCode, SyncStatusCode};
