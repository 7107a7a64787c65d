//! Image updates as pure decisions: what an application says it follows ([`Settings`], [`annotations`]), which of a
//! repository's tags is the one to run ([`Rule::newest`]), whether that is news ([`decide`]), and what the application's
//! files then say ([`write`]). The semantics are those of Argo CD Image Updater; where its answer would lose or corrupt
//! something, the difference stands beside the code.
//!
//! Knows no registry, no Git and no clock: tags, files and live images are handed in. Start reading at [`decide`].

pub mod annotations;
mod commit;
mod decide;
mod hold;
mod platform;
mod pull_secret;
mod reference;
mod registries;
mod settings;
mod strategy;
mod target;
pub mod write;

pub use commit::{BranchOf, Change, MessageError, branch_name, commit_message};
pub use decide::{Decision, decide};
pub use hold::Hold;
pub use platform::Platform;
pub use pull_secret::{PullSecret, PullSecretError};
pub use reference::{ImageReference, ReferenceError};
pub use registries::{Registries, RegistriesError, Registry};
pub use settings::{ImageConfig, ManifestTarget, Problem, Settings, TrackedImage};
pub use strategy::{Rule, Strategy, Tag};
pub use target::{FileTarget, Method, WriteBack, WriteBackConfig, WriteBackError};
