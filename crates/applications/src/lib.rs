//! Applications: observe Git and cluster, plan, act.
//!
//! Everything that decides is pure and prints; what reads and writes is thin around it. Reading order: `observed` (all
//! that one pass reads), [`plan`] (what it decides), `observe` (how it reads), [`run`](run()) (how it is driven).

mod asked;
mod cluster_facts;
pub mod configuration;
mod decided;
pub mod dependencies;
pub mod destinations;
pub mod explain;
pub mod global_projects;
pub mod impersonation;
pub mod integrity;
mod key;
pub mod level;
mod memory;
mod metrics;
mod name;
pub mod neighbour;
mod observe;
mod observed;
mod orphans;
mod ownership;
pub mod parameters;
pub mod plan;
mod project;
mod projects;
mod run;
mod settings;
pub mod sources;
mod wakes;

pub use decided::{Decided, OperationStep};
pub use key::AppKey;
pub use memory::{Memories, Memory};
pub use metrics::Measured;
pub use name::NAME;
pub use observed::{Declared, Gathered, Lookup, Observed, Query, Signed, Source, Whose};
pub use orphans::OrphanRules;
pub use ownership::ByTracking;
pub use project::default_project;
pub use run::{Applications, Options, ReadSets, StartError, run, settings_at_start, start_cache};
pub use settings::{ComparisonSettings, KindFilter, Settings};
