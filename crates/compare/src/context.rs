//! What a comparison of a whole application needs to know besides its objects.

use crate::rules::Rules;
use api::{Application, ClusterIdentity, ProjectRules, Tracking};
use object::{Fetched, Gvk, Key, Object};
use std::collections::BTreeMap;

/// Whether objects of a kind live in namespaces.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scope {
    /// They do.
    Namespaced,
    /// They do not.
    Cluster,
}

/// The application, its project, its cluster and the settings.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    /// The application.
    pub application: &'a Application,
    /// The namespace of the control plane.
    pub control_plane_namespace: &'a str,
    /// What its project permits.
    pub project: &'a ProjectRules,
    /// The cluster it goes to.
    pub cluster: ClusterIdentity<'a>,
    /// What does not count as a difference, and how objects are marked.
    pub rules: &'a Rules,
    /// The scope of a kind: [`Fetched::Absent`] when the cluster does not serve it.
    pub scope: &'a dyn Fn(&Gvk) -> Fetched<Scope>,
    /// Whether the settings exclude a kind altogether.
    pub is_excluded: &'a dyn Fn(&Gvk) -> bool,
    /// What the server answered to dry runs, by object; empty where it was not asked.
    pub predicted: &'a BTreeMap<Key, Result<Object, String>>,
}

impl Context<'_> {
    /// The name the application's resources carry.
    #[must_use]
    pub fn instance(&self) -> String {
        self.application.instance_name(self.control_plane_namespace)
    }

    /// How objects are marked.
    #[must_use]
    pub fn tracking(&self) -> &Tracking {
        &self.rules.settings().tracking
    }
}
