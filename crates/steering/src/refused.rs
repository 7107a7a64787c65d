//! Why a Rollout cannot be told something. A leaf module.

/// Why a Rollout cannot be told something, in upstream's words.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// The steps of a blue-green Rollout were to be skipped.
    #[error("Cannot skip steps of a bluegreen rollout. Run without a flags")]
    BlueGreenHasNoSteps,
    /// Steps were to be skipped where there are none.
    #[error("Cannot skip steps of a rollout without steps")]
    NoSteps,
    /// There is no earlier revision.
    #[error("no revision found for rollout {0:?}")]
    NoRevision(String),
    /// That revision is not kept any longer, or never was.
    #[error("unable to find specified revision {0} in history")]
    UnknownRevision(i64),
    /// The pods come from something that cannot be changed so.
    #[error("workload of type {0} is not supported")]
    UnknownWorkload(String),
    /// No container has that name.
    #[error("unable to find container named \"{0}\"")]
    UnknownContainer(String),
}
