//! What holds for every controller. Each law is a function that puts a subject through situations of its own and says
//! how it was broken; for each, the kit's own tests keep a defect that it catches.

mod broken;
mod converges;
mod drift_proof;
mod heals;
mod one_leader;
mod repeats;
mod scenario;
mod stale_safe;
mod unknown;
mod weather;

pub use broken::Broken;
pub use converges::converges;
pub use drift_proof::drift_proof;
pub use heals::{heals, heals_unheard};
pub use one_leader::one_leader;
pub use repeats::repeats;
pub use stale_safe::stale_safe;
pub use unknown::unknown_is_not_absent;
pub use weather::weathers;
