//! Where desired states come from: repositories, the commits their revisions mean, what those commits render to.
//!
//! One listing of refs serves all applications of a repository. A render is kept with what it read: a commit that
//! touched none of it is the same content under a new revision, and costs one look per thing read, no render. Nothing
//! waits for a network: what is not known yet is begun, and the application is told when it is known.
//!
//! Start reading at [`Sources`].

mod answers;
mod around;
mod basis;
mod bringing;
mod build_settings;
mod content;
mod credentials;
mod declared;
mod elsewhere;
mod fetches;
mod fetching;
mod follow;
mod input;
mod lender;
mod need;
mod needs;
mod opening;
mod origin;
mod rendering;
mod renders;
mod seen;
mod service;
mod signed;
mod state;
mod wishes;

pub use answers::Signatures;
pub use basis::Basis;
pub use build_settings::CONFIG;
pub use content::{Content, Pace};
pub use credentials::secret_values;
pub use credentials::{GPG_KEYS, KNOWN_HOSTS, OWN_SECRET, Person, Repositories, SECRET_TYPE, TLS_CERTS};
pub use declared::RepositorySecretError;
pub use elsewhere::{Fetcher, Got, Had, Missed, Stored, Trust};
pub use input::{Ask, wanted};
pub use lender::{Lender, SourceId};
pub use need::Need;
pub use needs::ChartName;
pub use origin::{ChartVersion, Origin, Point, Revision};
pub use seen::{Behind, SourceFailure, SourceSeen, Wanted};
pub use service::{Place, Reading, Sources};
pub use state::{Counters, WakeApps};
pub use wishes::{Freshness, Wish};
