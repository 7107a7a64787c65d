//! Rollouts as people look at them: what `kubectl argo rollouts` shows of them, as values and as text, and in plain words
//! what one is waiting for.
//!
//! Pure: objects and the time go in. Knows no cluster, no terminal and no flags. Start reading at [`RolloutView`], then
//! [`rollout_text`].

mod icon;

mod owned;

mod pod;

mod replica_set;

mod analysis_run;

mod experiment;

mod images;

mod rollout;

mod paint;

mod table;

mod tree;

mod text;

mod list;

mod explain;

pub use analysis_run::{JobView, RunView};
pub use experiment::ExperimentView;
pub use explain::{Explained, explain};
pub use icon::of_analysis as phase_icon;
pub use images::Image;
pub use list::{ExperimentRow, ListColumns, RolloutRow, experiments_text, rollouts_text};
pub use paint::Paint;
pub use pod::PodView;
pub use replica_set::{Role, SetView};
pub use rollout::{CanaryView, RolloutView, Seen};
pub use table::Table;
pub use text::{experiment_text, rollout_text, status_line};
