//! Asks Amazon Web Services: who this process is to them, signatures, and what Application Load Balancers do.
//!
//! Start reading at [`Identity`] and [`Elb`]. Knows nothing of Kubernetes, of Rollouts or of metrics. Where requests go
//! is AWS' and the environment's to say: nothing that an object of a cluster names is ever asked from here.

mod error;
mod keys;
mod settings;

mod sigv4;

mod http;
mod xml;

mod endpoint;
mod query;

mod profiles;
mod sources;

mod credentials;
mod identity;

mod elb;

pub use elb::{Elb, Forward, LoadBalancer, Target, TargetGroup};
pub use error::Error;
pub use identity::Identity;
pub use keys::Keys;
pub use settings::Settings;
pub use sigv4::{Scope, Unsigned, escaped, sign};
