//! An Experiment in virtual time: what its plans write becomes the world that the next plan sees.

use crate::documents::Timed;
use analysisruns::experiments::plan::decide;
use analysisruns::experiments::{ExperimentKey, Observed, Seen, Version, What};
use api::rollouts::{AnalysisRun, AnalysisTemplateSpec, Experiment, ExperimentTemplateStatus};
use cluster::{Change, Write};
use controller::{Event, Plan};
use jiff::Timestamp;
use merge::merge_patch;
use object::Object;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use strategy::ReplicaSet;

/// When timelines begin.
const START: Timestamp = Timestamp::constant(1_767_225_600, 0);
/// No Experiment goes on for ever without time passing.
const PASSES_MAX: usize = 50;
const ANNOTATION_TEMPLATE: &str = "experiment.argoproj.io/template-name";

/// An Experiment called `try`, its clock, and all that it has made.
pub struct Laboratory {
    now: Timestamp,
    experiment: Value,
    /// By kind and name.
    made: BTreeMap<(String, String), Value>,
    /// Templates of analyses, by name.
    pub templates: BTreeMap<String, AnalysisTemplateSpec>,
    /// Versions whose ReplicaSet's name is somebody else's.
    pub taken: Vec<String>,
    /// What happened, one line each.
    pub told: Vec<String>,
    writes: u32,
}

impl Timed for Laboratory {
    fn now(&mut self) -> &mut Timestamp {
        &mut self.now
    }

    /// Passes until there is nothing to do.
    fn settle(&mut self) -> Option<Timestamp> {
        for _ in 0..PASSES_MAX {
            let plan = self.plan();
            if plan.is_empty() {
                return plan.wake.map(|wake| wake.at);
            }
            self.act(plan);
        }
        unreachable!("the plan does not converge")
    }
}

impl Laboratory {
    pub fn new(spec: Value) -> Self {
        let metadata = json!({"name": "try", "namespace": "shop", "uid": "u-try", "resourceVersion": "1",
            "ownerReferences": [{"apiVersion": "argoproj.io/v1alpha1", "kind": "Rollout", "name": "web", "uid": "u-web",
                "controller": true}]});
        let experiment =
            json!({"apiVersion": "argoproj.io/v1alpha1", "kind": "Experiment", "metadata": metadata, "spec": spec});
        Laboratory {
            now: START,
            experiment,
            made: BTreeMap::new(),
            templates: BTreeMap::new(),
            taken: Vec::new(),
            told: Vec::new(),
            writes: 1,
        }
    }

    /// One pass that ends before its status is written, as when the process dies.
    pub fn crash(&mut self) {
        let plan = self.plan();
        self.act(Plan { status: None, events: Vec::new(), ..plan });
    }

    /// So many pods of a version are there, and available.
    pub fn pods(&mut self, version: &str, count: i64) {
        let key = ("ReplicaSet".to_owned(), format!("try-{version}"));
        let set = self.made.get_mut(&key).expect("a ReplicaSet of the version");
        set["status"] = json!({"replicas": count, "readyReplicas": count, "availableReplicas": count});
        self.settle();
    }

    /// An AnalysisRun is at this phase, for this reason.
    pub fn run(&mut self, name: &str, phase: &str, message: &str) {
        let key = ("AnalysisRun".to_owned(), name.to_owned());
        let run = self.made.get_mut(&key).expect("an AnalysisRun");
        run["status"] = json!({"phase": phase, "message": message});
        self.settle();
    }

    /// Changes the Experiment's spec.
    pub fn change(&mut self, spec: &Value) {
        self.experiment = merge_patch::apply(&self.experiment, &json!({ "spec": spec }));
        self.settle();
    }

    fn plan(&self) -> Plan {
        let object = Object::from_value(&self.experiment).expect("an object");
        let what = match Experiment::read(&object) {
            Ok(experiment) => What::Experiment(Box::new(self.seen(object, experiment))),
            Err(error) => What::Unreadable(object, error.problem),
        };
        let key = ExperimentKey { namespace: "shop".into(), name: "try".into() };
        decide(&Observed { key, what }, self.now)
    }

    fn seen(&self, object: Object, experiment: Experiment) -> Seen {
        let objects = |kind: &'static str| {
            let of_kind = self.made.iter().filter(move |((of, _), _)| of == kind);
            of_kind.map(|(_, value)| Object::from_value(value).expect("an object"))
        };
        let template = |object: &Object| object.meta().annotations[ANNOTATION_TEMPLATE].to_string();
        let version =
            |object: Object| Version { set: ReplicaSet::read(&object).expect("a ReplicaSet"), object: object.clone() };
        let run = |object: &Object| AnalysisRun::read(object).expect("a run");
        let spec = |name: &str| match self.templates.get(name) {
            Some(spec) => Ok(vec![(name.to_owned(), false, spec.clone())]),
            None => Err(format!("analysistemplate.argoproj.io {name:?} not found")),
        };
        let analyses = experiment.spec.analyses.iter();
        Seen {
            versions: objects("ReplicaSet").map(|object| (template(&object), version(object))).collect(),
            services: objects("Service").map(|object| (template(&object), object)).collect(),
            runs: objects("AnalysisRun")
                .map(|object| (object.name().to_owned(), (object.clone(), run(&object))))
                .collect(),
            specs: analyses.map(|analysis| (analysis.name.clone(), spec(&analysis.template_name))).collect(),
            taken: self.taken.clone(),
            object,
            experiment,
        }
    }

    fn act(&mut self, plan: Plan) {
        let mut events = plan.events;
        for planned in plan.writes {
            events.extend(planned.events);
            self.write(planned.write);
        }
        if let Some(status) = plan.status {
            events.extend(status.events);
            let Change::Patch { body, .. } = status.write.change else { unreachable!("a status is patched") };
            self.experiment = merge_patch::apply(&self.experiment, &body);
        }
        self.told.extend(events.iter().map(event));
    }

    fn write(&mut self, write: Write) {
        self.writes += 1;
        let (kind, name) = (write.target.gvk.kind.to_string(), write.target.name.to_string());
        let told = match write.change {
            Change::Create(object) => {
                let mut value = object.value();
                value["metadata"]["uid"] = json!(format!("u-{}", self.writes));
                value["metadata"]["resourceVersion"] = json!(self.writes.to_string());
                value["metadata"]["creationTimestamp"] = json!(format!("{:.0}", self.now));
                let before = self.made.insert((kind.clone(), name.clone()), value);
                assert!(before.is_none(), "{kind} {name} is made twice");
                format!("+ {kind} {name}{}", shown(&object))
            }
            Change::Patch { body, .. } => {
                let known = self.made.get_mut(&(kind.clone(), name.clone())).expect("what is changed is there");
                *known = merge_patch::apply(known, &body);
                format!("~ {kind} {name} {body}")
            }
            Change::Delete(_) => {
                assert!(self.made.remove(&(kind.clone(), name.clone())).is_some(), "{kind} {name} is not there");
                format!("- {kind} {name}")
            }
            _ => unreachable!("an Experiment makes, changes and deletes"),
        };
        self.told.push(told);
    }

    /// Where the Experiment stands.
    pub fn line(&self) -> String {
        let object = Object::from_value(&self.experiment).expect("an object");
        let status = match Experiment::read(&object) {
            Ok(experiment) => experiment.status,
            Err(_) => serde_json::from_value(self.experiment["status"].clone()).unwrap_or_default(),
        };
        let because = |message: &str| if message.is_empty() { String::new() } else { format!(" - {message}") };
        let mut line = format!("{}{}", status.phase_word, because(&status.message));
        if let Some(at) = status.available_at {
            line.push_str(&format!(" (available since {})", at.timestamp().duration_since(START).as_secs()));
        }
        for version in &status.template_statuses {
            line.push_str(&format!("\n=   {}: {}{}", version.name, version_line(version), because(&version.message)));
        }
        for run in &status.analysis_runs {
            line.push_str(&format!("\n=   {}: {} {}{}", run.name, run.phase, run.analysis_run, because(&run.message)));
        }
        for condition in &status.conditions {
            let (kind, status, reason) = (&condition.kind, &condition.status, &condition.reason);
            line.push_str(&format!("\n=   {kind} {status}: {reason} - {}", condition.message));
        }
        line
    }
}

fn version_line(version: &ExperimentTemplateStatus) -> String {
    let service = if version.service_name.is_empty() { "" } else { ", served" };
    let collisions = version.collision_count.map(|count| format!(", {count} collision")).unwrap_or_default();
    format!(
        "{} [{} of {} available{service}{collisions}]",
        version.status, version.available_replicas, version.replicas
    )
}

/// What matters of an object that is made.
fn shown(object: &Object) -> String {
    let value = object.value();
    match &*object.gvk().kind {
        "ReplicaSet" => format!(" of {} pods", value["spec"]["replicas"]),
        "Service" => format!(" for {}", value["spec"]["ports"]),
        _ => format!(" with {}", value["spec"]["args"]),
    }
}

fn event(event: &Event) -> String {
    let of = if &*event.regarding.gvk.kind == "Experiment" { "" } else { " of the Rollout" };
    format!("! {:?}{of} {}: {}", event.severity, event.reason, event.message)
}
