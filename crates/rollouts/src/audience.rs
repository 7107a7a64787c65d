//! Who wants to hear of a Rollout's events. A leaf module.

use api::rollouts::Listening;
use object::Object;
use std::sync::Arc;

/// Says who wants to hear of a Rollout's events; `None` for nobody.
///
/// What somebody wants to hear of is written down on the Rollout before it is done, so that no process can take it along
/// when it dies. Whoever listens takes it off once it was told.
pub type Audience = Arc<dyn Fn(&Object) -> Option<Listening> + Send + Sync>;
