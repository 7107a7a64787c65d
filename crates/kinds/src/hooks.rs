//! What is special about each kind, one file for a kind or a family of kinds.

pub mod autoscaler;
pub mod batch;
pub mod certificate;
pub mod classes;
pub mod config;
pub mod disruption_budget;
pub mod endpoints;
pub mod event;
pub mod ingress;
pub mod limits;
pub mod namespace;
pub mod network_policy;
pub mod node;
pub mod pod;
pub mod rbac;
pub mod service;
pub mod storage_spec;
pub mod volumes;
pub mod workloads;
