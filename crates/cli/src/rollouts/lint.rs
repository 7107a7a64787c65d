//! `lint`: the Rollouts of a file, and whatever they refer to that is in the file too.

use super::ending::failed;
use super::strict;
use crate::failure::Failure;
use crate::terminal;
use api::rollouts::{
    ANALYSIS_TEMPLATE, AnalysisTemplate, AnalysisTemplateSpec, CLUSTER_ANALYSIS_TEMPLATE, ClusterAnalysisTemplate,
    ROLLOUT, Rollout,
};
use clap::Args;
use object::{Fetched, Object};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use strategy::Service;
use strategy::validation::{
    FieldError, Origin, Peer, References, TemplateKey, validate_references, validate_spec, validate_virtual_service,
    warnings,
};

/// The flags of `lint`.
#[derive(Debug, Args)]
pub(super) struct Lint {
    /// File to lint
    #[arg(short, long, value_name = "FILE", required = true)]
    filename: PathBuf,
}

/// What is in a file.
#[derive(Default)]
struct Found {
    rollouts: Vec<Rollout>,
    services: BTreeMap<String, Fetched<Service>>,
    ingresses: BTreeMap<String, Fetched<Arc<Value>>>,
    templates: BTreeMap<TemplateKey, Fetched<AnalysisTemplateSpec>>,
    virtual_services: BTreeMap<String, Value>,
    peers: Vec<Peer>,
}

impl Lint {
    pub(super) fn run(&self) -> Result<(), Failure> {
        let mut found = Found::default();
        for value in strict::documents(&self.filename)? {
            found.add(&value)?;
        }
        found.peers = found.rollouts.iter().map(Peer::of).collect();
        let errors: Vec<FieldError> = found.rollouts.iter().flat_map(|rollout| found.errors(rollout)).collect();
        let lines: String = errors.iter().map(|error| error.message() + "\n").collect();
        terminal::print(&lines)?;
        for rollout in &found.rollouts {
            for warning in warnings(rollout, &found.references()) {
                terminal::note(&format!("Warning: {warning}"));
            }
        }
        errors.first().map_or(Ok(()), |first| Err(failed(first.to_string())))
    }
}

impl Found {
    fn references(&self) -> References<'_> {
        References {
            services: &self.services,
            ingresses: &self.ingresses,
            templates: &self.templates,
            peers: &self.peers,
        }
    }

    fn errors(&self, rollout: &Rollout) -> Vec<FieldError> {
        let mut errors = validate_spec(rollout, Origin::Written);
        errors.extend(validate_references(rollout, &self.references()));
        let services = self.virtual_services.iter();
        errors.extend(services.flat_map(|(name, service)| validate_virtual_service(rollout, name, service)));
        errors
    }

    fn add(&mut self, value: &Value) -> Result<(), Failure> {
        // A document that is no object refers to nothing and is referred to by nothing.
        let Ok(object) = Object::from_value(value) else { return Ok(()) };
        let name = object.name().to_owned();
        let gvk = object.gvk();
        let unreadable = |error: api::ReadError| failed(error.to_string());
        match (&*gvk.group, &*gvk.kind) {
            (api::names::GROUP, ROLLOUT) => {
                strict::check(&object, value)?;
                self.rollouts.push(Rollout::read(&object).map_err(unreadable)?);
            }
            (api::names::GROUP, ANALYSIS_TEMPLATE) => {
                strict::check(&object, value)?;
                let spec = AnalysisTemplate::read(&object).map_err(unreadable)?.spec;
                self.templates.insert(TemplateKey::Namespaced(name), Fetched::Known(spec));
            }
            (api::names::GROUP, CLUSTER_ANALYSIS_TEMPLATE) => {
                strict::check(&object, value)?;
                let spec = ClusterAnalysisTemplate::read(&object).map_err(unreadable)?.spec;
                self.templates.insert(TemplateKey::Cluster(name), Fetched::Known(spec));
            }
            ("", "Service") => {
                // Whoever managed it in a cluster says nothing about the file.
                let service = Service { managed_by: None, ..Service::read(&object) };
                self.services.insert(name, Fetched::Known(service));
            }
            ("networking.k8s.io", "Ingress") => {
                self.ingresses.insert(name, Fetched::Known(Arc::new(value.clone())));
            }
            ("networking.istio.io", "VirtualService") => {
                self.virtual_services.insert(name, value.clone());
            }
            _ => {}
        }
        Ok(())
    }
}
