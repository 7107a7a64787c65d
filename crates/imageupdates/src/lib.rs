//! New versions of images reach Git by themselves, and from there the cluster.
//!
//! One pass over everything is a cycle: [`survey`] reads what applications follow, [`lookup`] asks the registries, what
//! is to be done is decided per image by the crate `images`, [`batch`] makes one commit of all changes of one repository
//! and branch, and [`report`] is what came of it, for people and for machines. Versions that somebody took back are noted
//! on the Application ([`notes`]) and left alone. Start reading at [`Updater::cycle`].

pub mod followed;
pub mod notes;

pub mod settings;

mod credentials;
mod options;
mod program;

pub mod survey;

pub mod lookup;

pub mod report;

mod trial;

mod edit;
mod in_application;

mod taken_back;

pub mod batch;
pub mod merge_request;

mod cycle;
mod telling;

mod metrics;
mod run;

pub use cycle::Updater;
pub use metrics::Measured;
pub use options::{Options, Writing};
pub use run::{Handle, ImageUpdates, NAME, StartError};
pub use trial::{Trial, Tried};
