//! Who may do what: the policy language of `argocd-rbac-cm` and of projects' roles, and the one function that decides.
//!
//! Start reading at [`Authority::decide`]. [`Configured::read`] takes the ConfigMap's data, [`ProjectRoles::read`] a
//! project; lines that cannot be read come back as [`BadLine`]s, never as a panic and never as more permission.
//!
//! This crate knows neither tokens nor HTTP nor where its input is kept: who somebody is, others say.

mod vocabulary;

mod csv;
mod pattern;

mod line;

mod policy;
mod roles;

mod config;
mod project;

mod verdict;

mod authority;

mod words;

pub use authority::{Authority, Powers, Request, Subject};
pub use config::{Builtin, Configured};
pub use line::{BadLine, Origin, Place};
pub use pattern::MatchMode;
pub use project::ProjectRoles;
pub use verdict::{Because, Decision, Verdict};
pub use vocabulary::{Resource, actions, application_object, project_role, role_subject, scoped_object};
pub use words::{WordError, check_action, resource_of_word};
