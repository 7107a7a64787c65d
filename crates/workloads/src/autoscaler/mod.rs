//! HorizontalPodAutoscalers: as many replicas as metrics ask for, within limits and not too fast. Start at [`plan`].

mod limits;
mod measure;
mod metrics;
mod replicas;
mod spec;

pub use limits::History;
pub use metrics::{Measured, Metrics};

use crate::controller::{Change, Context, Controller, Item};
use crate::difference::merge_patch;
use crate::plan::{Action, CONTROLLER_MANAGER, Note, Part, Plan, Severity};
use crate::reading::{about, after_seconds, target, time_text};
use apiserver::{Api, GroupResource, LabelSelector, Object, resources};
use jiff::Timestamp;
use limits::bounded;
use measure::{Around, Failed, Proposal, judged};
use serde_json::{Value, json};
use spec::Spec;
use std::collections::BTreeMap;

/// `horizontalpodautoscalers.autoscaling`.
const AUTOSCALERS: GroupResource = GroupResource::new("autoscaling", "horizontalpodautoscalers");
/// Who tells of its events.
const SOURCE: &str = "horizontal-pod-autoscaler";
/// How often metrics are looked at.
const PERIOD_SECONDS: i64 = 15;

/// Everything one pass knows.
#[derive(Debug, Clone)]
pub struct Observed {
    /// The autoscaler.
    pub autoscaler: Object,
    /// What it scales, and its `Scale`; or why there is none.
    pub scale: Result<Scaled, String>,
    /// Who measures.
    pub metrics: Metrics,
}

/// What an autoscaler scales.
#[derive(Debug, Clone)]
pub struct Scaled {
    /// Its resource.
    pub resource: GroupResource,
    /// Its name.
    pub name: Box<str>,
    /// The replicas it is to have.
    pub wanted: i64,
    /// The replicas it has.
    pub replicas: i64,
    /// Its pods.
    pub pods: Vec<Object>,
}

/// What was decided of the replicas.
struct Decision {
    wanted: i64,
    reason: String,
    /// What the status tells of metrics.
    metrics: Value,
}

/// The autoscaler's status being made.
struct Draft {
    conditions: Vec<Value>,
    now: Timestamp,
}

impl Draft {
    fn set(&mut self, kind: &str, holds: bool, reason: &str, message: &str) {
        let status = if holds { "True" } else { "False" };
        let known = self.conditions.iter_mut().find(|condition| condition["type"] == kind);
        let since = known.as_ref().filter(|known| known["status"] == status);
        let since = since.map_or_else(|| time_text(self.now).into(), |known| known["lastTransitionTime"].clone());
        let made = json!({
            "type": kind, "status": status, "lastTransitionTime": since, "reason": reason, "message": message,
        });
        match known {
            Some(known) => *known = made,
            None => self.conditions.push(made),
        }
    }
}

/// What to do for an autoscaler now.
#[must_use]
pub fn plan(observed: &Observed, history: &mut History, now: Timestamp) -> Plan {
    let document = observed.autoscaler.value();
    let conditions = document["status"]["conditions"].as_array().cloned().unwrap_or_default();
    let mut draft = Draft { conditions, now };
    let scaled = match &observed.scale {
        Ok(scaled) => scaled,
        Err(why) => {
            let message = format!("the HPA controller was unable to get the target's current scale: {why}");
            draft.set("AbleToScale", false, "FailedGetScale", &message);
            let told = warning(&observed.autoscaler, "FailedGetScale", why.clone());
            return finish(observed, &document, &draft, &json!({}), vec![told]);
        }
    };
    draft.set(
        "AbleToScale",
        true,
        "SucceededGetScale",
        "the HPA controller was able to get the target's current scale",
    );
    let spec = Spec::read(&document);
    let current = scaled.wanted;
    let decision = match decide(observed, scaled, &spec, &mut draft, history) {
        Ok(decision) => decision,
        Err(failed) => {
            draft.set("ScalingActive", false, failed.reason, &failed.message);
            let status = json!({"currentReplicas": scaled.replicas, "currentMetrics": empty(&spec)});
            let told = warning(&observed.autoscaler, failed.reason, failed.message);
            return finish(observed, &document, &draft, &status, vec![told]);
        }
    };
    let mut status = json!({"currentReplicas": scaled.replicas, "desiredReplicas": decision.wanted});
    status["currentMetrics"] = decision.metrics;
    let mut actions = Vec::new();
    if decision.wanted != current {
        history.scaled.push((now, decision.wanted - current));
        let message = format!("the HPA controller was able to update the target scale to {}", decision.wanted);
        draft.set("AbleToScale", true, "SucceededRescale", &message);
        status["lastScaleTime"] = time_text(now).into();
        let namespace = observed.autoscaler.namespace().unwrap_or_default().into();
        let (resource, name) = (scaled.resource.clone(), scaled.name.clone());
        let target = crate::plan::Target { resource, namespace, name };
        actions.push(Action::Scale { target, replicas: i32::try_from(decision.wanted).unwrap_or(i32::MAX) });
        let message = format!("New size: {}; reason: {}", decision.wanted, decision.reason);
        actions.push(note(&observed.autoscaler, Severity::Normal, "SuccessfulRescale", message));
    }
    finish(observed, &document, &draft, &status, actions)
}

/// One entry without a type for each metric: so it stands where none could be read.
fn empty(spec: &Spec) -> Value {
    spec.metrics.iter().map(|_| json!({"type": ""})).collect()
}

fn decide(
    observed: &Observed,
    scaled: &Scaled,
    spec: &Spec,
    draft: &mut Draft,
    history: &mut History,
) -> Result<Decision, Failed> {
    let current = scaled.wanted;
    let plain = |wanted: i64, reason: &str| {
        let metrics = observed.autoscaler.value()["status"]["currentMetrics"].clone();
        Ok(Decision { wanted, reason: reason.to_owned(), metrics })
    };
    if current == 0 && spec.min != 0 {
        let message = "scaling is disabled since the replica count of the target is zero";
        draft.set("ScalingActive", false, "ScalingDisabled", message);
        return plain(0, "");
    }
    if current > spec.max {
        return plain(spec.max, "Current number of replicas above Spec.MaxReplicas");
    }
    if current < spec.min {
        return plain(spec.min, "Current number of replicas below Spec.MinReplicas");
    }
    let around = Around {
        namespace: observed.autoscaler.namespace().unwrap_or_default(),
        pods: &scaled.pods,
        current,
        metrics: &observed.metrics,
    };
    let judged: Vec<Result<Proposal, Failed>> = spec.metrics.iter().map(|metric| judged(metric, &around)).collect();
    let highest = judged.iter().flatten().max_by_key(|proposal| proposal.replicas);
    let failed = judged.iter().find_map(|one| one.as_ref().err());
    // Where some metrics are missing, the others may ask for more but not for fewer.
    let Some(highest) = highest.filter(|highest| failed.is_none() || highest.replicas > current) else {
        return Err(failed.cloned().unwrap_or_else(|| Failed {
            reason: "InvalidMetricSourceType",
            message: "the HPA was unable to compute the replica count: it has no metrics".to_owned(),
        }));
    };
    let message = format!("the HPA was able to successfully calculate a replica count from {}", highest.name);
    draft.set("ScalingActive", true, "ValidMetricFound", &message);
    let limited = bounded(spec, history, current, highest.replicas, draft.now);
    draft.set("AbleToScale", true, limited.able.0, limited.able.1);
    let (is_limited, reason, message) = limited.limited;
    draft.set("ScalingLimited", is_limited, reason, message);
    let reason = match limited.replicas {
        replicas if replicas > current => format!("{} above target", highest.name),
        replicas if replicas < current => "All metrics below target".to_owned(),
        _ => String::new(),
    };
    let told = judged.iter().map(|one| one.as_ref().map_or_else(|_| json!({"type": ""}), |it| it.status.clone()));
    Ok(Decision { wanted: limited.replicas, reason, metrics: told.collect() })
}

fn warning(autoscaler: &Object, reason: &'static str, message: String) -> Action {
    note(autoscaler, Severity::Warning, reason, message)
}

fn note(autoscaler: &Object, severity: Severity, reason: &'static str, message: String) -> Action {
    Action::Tell(Note { about: about(autoscaler), source: SOURCE, severity, reason, message, action: None })
}

/// Writes the status where it changed, after everything else.
fn finish(observed: &Observed, document: &Value, draft: &Draft, told: &Value, mut actions: Vec<Action>) -> Plan {
    let before = &document["status"];
    let mut after = before.clone();
    for (field, value) in told.as_object().into_iter().flatten() {
        after[field] = value.clone();
    }
    after["conditions"] = draft.conditions.clone().into();
    let change = merge_patch(before, &after);
    let says_more = change.is_some();
    // What was said already is not said at every look.
    actions.retain(|action| says_more || !matches!(action, Action::Tell(_)));
    actions.extend(change.map(|change| Action::Patch {
        target: target(&AUTOSCALERS, &observed.autoscaler),
        part: Part::Status,
        change: json!({"status": change}),
        manager: CONTROLLER_MANAGER,
        resource_version: Some(observed.autoscaler.meta().resource_version.clone()),
    }));
    Plan { actions, wake: Some(after_seconds(draft.now, PERIOD_SECONDS)) }
}

/// The HorizontalPodAutoscaler controller.
pub(crate) struct Autoscalers {
    metrics: Metrics,
    histories: BTreeMap<Item, History>,
}

impl Autoscalers {
    pub(crate) fn new(metrics: Metrics) -> Self {
        Autoscalers { metrics, histories: BTreeMap::new() }
    }
}

impl Controller for Autoscalers {
    fn name(&self) -> &'static str {
        "horizontalpodautoscaler"
    }

    fn notice(&mut self, change: &Change<'_>, _: &Api) -> Vec<Item> {
        if *change.resource != AUTOSCALERS {
            return Vec::new();
        }
        // Its own status is no reason to look again.
        let is_own = change.previous.is_some_and(|previous| {
            previous.get("/spec") == change.object.get("/spec") && change.kind == apiserver::EventKind::Modified
        });
        if is_own { Vec::new() } else { vec![Item::of(change.object)] }
    }

    fn pass(&mut self, item: &Item, context: &Context<'_>) -> Plan {
        let Some(autoscaler) = context.api.get(&AUTOSCALERS, &item.namespace, &item.name) else {
            self.histories.remove(item);
            return Plan::nothing();
        };
        let scale = scaled(context.api, &autoscaler);
        let observed = Observed { autoscaler, scale, metrics: self.metrics.clone() };
        plan(&observed, self.histories.entry(item.clone()).or_default(), context.now)
    }
}

/// What an autoscaler scales now.
fn scaled(api: &Api, autoscaler: &Object) -> Result<Scaled, String> {
    let reference = autoscaler.get("/spec/scaleTargetRef").unwrap_or_default();
    let text = |field: &str| reference[field].as_str().unwrap_or_default();
    let (kind, name) = (text("kind"), text("name"));
    let resource = api.resource_of(text("apiVersion"), kind);
    let resource =
        resource.ok_or_else(|| format!("no matches for kind \"{kind}\" in group \"{}\"", text("apiVersion")))?;
    let namespace = autoscaler.namespace().unwrap_or_default();
    let scale = api.scale_of(&resource, namespace, name);
    let scale = scale.ok_or_else(|| format!("{}.{} \"{name}\" not found", resource.resource, resource.group))?;
    let selector = scale["status"]["selector"].as_str().unwrap_or_default();
    let selector = LabelSelector::parse(selector).map_err(|error| error.to_string())?;
    let is_known = scale["status"]["selector"].is_string();
    let pods = if is_known { api.list_matching(&resources::PODS, namespace, &selector).items } else { Vec::new() };
    Ok(Scaled {
        resource,
        name: name.into(),
        wanted: scale["spec"]["replicas"].as_i64().unwrap_or_default(),
        replicas: scale["status"]["replicas"].as_i64().unwrap_or_default(),
        pods,
    })
}
