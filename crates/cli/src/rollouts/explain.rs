//! `explain`: what a Rollout waits for, found by planning what its controller would do now.

mod routed;

use super::read::{self, Looked};
use super::session::Session;
use crate::failure::Failure;
use crate::terminal;
use api::rollouts::AnalysisTemplateSpec;
use clap::Args;
use object::{Fetched, Gvk, Object};
use rolloutview::explain;
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::Arc;
use strategy::validation::{Origin, ReferenceKind, References, TemplateKey, first_problem, references};
use strategy::{ExperimentRun, Identity, Plan, Pod, ReplicaSet, Run, SPEC_WARNING, Service, Targets, World, plan};
use traffic::{Objects, Router, Routers, canary_ingress_name};

/// The flags of `explain`.
#[derive(Debug, Args)]
pub(super) struct Explain {
    #[arg(value_name = "ROLLOUT_NAME")]
    name: String,
}

impl Explain {
    pub(super) async fn run(&self, session: &Session) -> Result<(), Failure> {
        let mut looked = read::look(session, &self.name).await?;
        let origin = fill_in(session, &mut looked).await?;
        let around = Around::read(session, &looked).await?;
        let plan = around.plan(&looked, origin, session);
        let explained = explain(&looked.seen(), &plan);
        terminal::print(&explained.to_text(session.clock.now()))
    }
}

/// Takes selector and template from the workload that a Rollout refers to.
async fn fill_in(session: &Session, looked: &mut Looked) -> Result<Origin, Failure> {
    let Some(workload) = looked.rollout.spec.workload_ref.clone() else { return Ok(Origin::Written) };
    let gvk = Gvk::from_api_version(&workload.api_version, &workload.kind);
    if let Some(object) = session.find(&gvk, &workload.name).await? {
        let value = object.value();
        let spec = &mut looked.rollout.spec;
        let template = value.pointer("/spec/template").or_else(|| value.get("template"));
        spec.template = template.cloned().unwrap_or_default();
        if let Some(selector) = value.pointer("/spec/selector") {
            spec.selector = serde_json::from_value(selector.clone()).ok();
        }
    }
    Ok(Origin::Resolved)
}

/// What a Rollout refers to.
#[derive(Default)]
struct Around {
    services: BTreeMap<String, Fetched<Service>>,
    objects: Objects,
    templates: BTreeMap<TemplateKey, Fetched<AnalysisTemplateSpec>>,
}

impl Around {
    async fn read(session: &Session, looked: &Looked) -> Result<Self, Failure> {
        let mut around = Around::default();
        let rollout = &looked.rollout;
        for reference in references(rollout) {
            match reference.kind {
                ReferenceKind::Service => {
                    let found = session.find(&Gvk::new("", "v1", "Service"), reference.name).await?;
                    let found = found.map_or(Fetched::Absent, |object| Fetched::Known(Service::read(&object)));
                    around.services.insert(reference.name.to_owned(), found);
                }
                ReferenceKind::Ingress => {
                    around.ingress(session, reference.name).await?;
                    around.ingress(session, &canary_ingress_name(&rollout.metadata.name, reference.name)).await?;
                }
                ReferenceKind::Template => {
                    let name = reference.name.to_owned();
                    let (kind, key) = if reference.is_cluster_wide {
                        (api::rollouts::CLUSTER_ANALYSIS_TEMPLATE, TemplateKey::Cluster(name))
                    } else {
                        (api::rollouts::ANALYSIS_TEMPLATE, TemplateKey::Namespaced(name))
                    };
                    let found = session.find(&Session::gvk(kind), reference.name).await?;
                    let spec = found.and_then(|object| object.get("/spec"));
                    let spec = spec.and_then(|spec| serde_json::from_value(spec).ok());
                    around.templates.insert(key, spec.map_or(Fetched::Absent, Fetched::Known));
                }
            }
        }
        routed::read(session, rollout, &mut around.objects).await;
        Ok(around)
    }

    async fn ingress(&mut self, session: &Session, name: &str) -> Result<(), Failure> {
        let found = session.find(&Gvk::new("networking.k8s.io", "v1", "Ingress"), name).await?;
        let found = found.map_or(Fetched::Absent, |object| Fetched::Known(Arc::new(object.value())));
        self.objects.ingresses.insert(name.to_owned(), found);
        Ok(())
    }

    fn plan(&self, looked: &Looked, origin: Origin, session: &Session) -> Plan {
        let rollout = &looked.rollout;
        let uid = rollout.metadata.uid.as_str();
        let is_owned = |object: &Object| object.meta().owner_references.iter().any(|owner| &*owner.uid == uid);
        let sets: Vec<ReplicaSet> =
            looked.below.sets.iter().filter(|set| is_owned(set)).filter_map(|set| ReplicaSet::read(set).ok()).collect();
        let owned = |owners: &[Value]| owners.iter().any(|owner| owner["uid"] == uid);
        let runs = looked.below.runs.iter().filter(|run| owned(&run.metadata.owner_references));
        let runs: Vec<Run> = runs.map(Run::of).collect();
        let experiments = looked.below.experiments.iter().filter(|it| owned(&it.metadata.owner_references));
        let experiments: Vec<ExperimentRun> = experiments.map(ExperimentRun::of).collect();
        let found = References {
            services: &self.services,
            ingresses: &self.objects.ingresses,
            templates: &self.templates,
            peers: &[],
        };
        let invalid = first_problem(rollout, origin, &found).map(|problem| problem.to_string());
        let routers = Routers::of(rollout, &self.objects);
        let identity = Identity::of(rollout);
        let pods: [Pod; 0] = [];
        // Which Rollouts match each other's pods is for the controller to find.
        let told: Vec<String> =
            rollout.status.condition(SPEC_WARNING).map(|it| it.message.clone()).into_iter().collect();
        let world = World {
            rollout,
            identity: &identity,
            sets: &sets,
            is_name_taken: false,
            services: &self.services,
            runs: &runs,
            experiments: &experiments,
            pods: &pods,
            router: routers.as_ref().map(|routers| routers as &dyn Router),
            targets: Targets::Unasked,
            invalid: invalid.as_deref(),
            warnings: &told,
        };
        plan(&world, session.clock.now())
    }
}
