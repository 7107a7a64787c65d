//! What can be done with an object besides applying and deleting it: restart, scale, pause, promote, reconcile …
//!
//! A table: for each kind its actions, and for each action what it writes. Names and effects are upstream's.

pub use crate::effect::{ActionError, Effect};

use crate::fields::{count, text};
use crate::switching::{
    Parameters, force_promote, has_replica, is_recyclable, is_upgrading, mark_for_deletion, switch_over,
};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use object::Object;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// An action that an object has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Available {
    /// What it is called.
    pub name: &'static str,
    /// Whether it would change nothing now.
    pub is_disabled: bool,
    /// The parameters it takes.
    pub parameters: &'static [&'static str],
}

/// What an action does.
#[derive(Clone, Copy)]
enum Do {
    /// Sets a field; the action is disabled while it holds that.
    Set(&'static str, Field),
    /// Sets a field of the status.
    SetStatus(&'static str, Field),
    /// Stamps an annotation of the object with the time.
    Stamp(&'static str),
    /// Stamps an annotation of the pod template with the time.
    StampTemplate(&'static str),
    /// Sets an annotation; the action is disabled while it holds that.
    Annotate(&'static str, &'static str),
    /// Takes an annotation away; the action is disabled while there is none.
    Forget(&'static str),
    /// Sets the number in a field to a parameter.
    Number(&'static str, &'static str),
    /// Sets an annotation to a parameter.
    AnnotateWith(&'static str, &'static str),
    /// Whatever the second function says, where the first lets it; with these parameters.
    Where(fn(&Value) -> bool, Hand, &'static [&'static str]),
    /// Whatever a function says.
    Special(fn(&Object, Timestamp) -> Vec<Effect>),
}

/// What an action does with the parameters it is given.
type Hand = fn(&Object, &Parameters, Timestamp) -> Result<Vec<Effect>, ActionError>;

#[derive(Clone, Copy)]
enum Field {
    True,
    False,
    Null,
    Word(&'static str),
    Number(i64),
    /// The time.
    Now,
}

type Kind = (&'static str, &'static [&'static str], &'static [(&'static str, Do)]);

const SUSPEND: (&str, Do) = ("suspend", Do::Set("/spec/suspend", Field::True));
const RESUME: (&str, Do) = ("resume", Do::Set("/spec/suspend", Field::False));
const RECONCILE: (&str, Do) = ("reconcile", Do::Stamp("reconcile.fluxcd.io/requestedAt"));
const RESTART: (&str, Do) = ("restart", Do::StampTemplate("kubectl.kubernetes.io/restartedAt"));
const SCALE: (&str, Do) = ("scale", Do::Number("/spec/replicas", "replicas"));
const FORCE_PROMOTE: (&str, Do) = ("force-promote", Do::Where(is_upgrading, force_promote, &[]));
const LOOP: &str = "cnpg.io/reconciliationLoop";
const PAUSED: &str = "autoscaling.keda.sh/paused";
const RESUME_STRATEGY: &str = "numaflow.numaproj.io/resume-strategy";

const KINDS: &[Kind] = &[
    (
        "apps",
        &["Deployment"],
        &[
            ("pause", Do::Set("/spec/paused", Field::True)),
            RESTART,
            ("resume", Do::Set("/spec/paused", Field::Null)),
            SCALE,
        ],
    ),
    ("apps", &["StatefulSet"], &[RESTART, SCALE]),
    ("apps", &["DaemonSet"], &[RESTART]),
    ("batch", &["CronJob"], &[("create-job", Do::Special(create_job)), RESUME, SUSPEND]),
    ("batch", &["Job"], &[RESUME, SUSPEND, ("terminate", Do::Set("/spec/activeDeadlineSeconds", Field::Number(1)))]),
    ("argoproj.io", &["AnalysisRun"], &[("terminate", Do::Set("/spec/terminate", Field::True))]),
    ("argoproj.io", &["CronWorkflow", "WorkflowTemplate"], &[("create-workflow", Do::Special(create_workflow))]),
    (
        "argoproj.io",
        &["Rollout"],
        &[
            ("abort", Do::SetStatus("/status/abort", Field::True)),
            ("pause", Do::Set("/spec/paused", Field::True)),
            ("promote-full", Do::SetStatus("/status/promoteFull", Field::True)),
            ("restart", Do::Set("/spec/restartAt", Field::Now)),
            ("resume", Do::Special(resume_rollout)),
            ("retry", Do::SetStatus("/status/abort", Field::False)),
            ("skip-current-step", Do::Special(skip_step)),
        ],
    ),
    (
        "core.strimzi.io",
        &["StrimziPodSet"],
        &[("rolling-update", Do::Annotate("strimzi.io/manual-rolling-update", "true"))],
    ),
    ("external-secrets.io", &["ExternalSecret"], &[("refresh", Do::Stamp("force-sync"))]),
    ("external-secrets.io", &["PushSecret"], &[("push", Do::Stamp("force-sync"))]),
    ("helm.toolkit.fluxcd.io", &["HelmRelease"], &[RECONCILE, RESUME, SUSPEND]),
    ("image.toolkit.fluxcd.io", &["ImageRepository", "ImageUpdateAutomation"], &[RECONCILE, RESUME, SUSPEND]),
    ("kustomize.toolkit.fluxcd.io", &["Kustomization"], &[RECONCILE, RESUME, SUSPEND]),
    ("notification.toolkit.fluxcd.io", &["Alert", "Provider"], &[RESUME, SUSPEND]),
    ("notification.toolkit.fluxcd.io", &["Receiver"], &[RECONCILE, RESUME, SUSPEND]),
    (
        "source.toolkit.fluxcd.io",
        &["Bucket", "GitRepository", "HelmChart", "HelmRepository", "OCIRepository"],
        &[RECONCILE, RESUME, SUSPEND],
    ),
    ("k8s.mariadb.com", &["MariaDB"], &[RESUME, SUSPEND]),
    ("keda.sh", &["ScaledJob"], &[("pause", Do::Annotate(PAUSED, "true")), ("resume", Do::Forget(PAUSED))]),
    (
        "keda.sh",
        &["ScaledObject"],
        &[
            ("pause", Do::Annotate(PAUSED, "true")),
            ("paused-replicas", Do::AnnotateWith("autoscaling.keda.sh/paused-replicas", "replicas")),
            ("resume", Do::Special(resume_scaled)),
        ],
    ),
    ("numaflow.numaproj.io", &["InterStepBufferService"], &[FORCE_PROMOTE]),
    (
        "numaflow.numaproj.io",
        &["Pipeline"],
        &[
            ("delete", Do::Where(is_recyclable, mark_for_deletion, &[])),
            FORCE_PROMOTE,
            ("pause", Do::Set("/spec/lifecycle/desiredPhase", Field::Word("Paused"))),
            ("unpause-fast", Do::Special(|_, _| unpause("/spec/lifecycle/desiredPhase", "fast"))),
            ("unpause-gradual", Do::Special(|_, _| unpause("/spec/lifecycle/desiredPhase", "slow"))),
        ],
    ),
    (
        "numaflow.numaproj.io",
        &["MonoVertex"],
        &[
            FORCE_PROMOTE,
            ("pause", Do::Set("/spec/lifecycle/desiredPhase", Field::Word("Paused"))),
            ("unpause-fast", Do::Special(|_, _| unpause("/spec/lifecycle/desiredPhase", "fast"))),
            ("unpause-gradual", Do::Special(|_, _| unpause("/spec/lifecycle/desiredPhase", "slow"))),
        ],
    ),
    (
        "numaplane.numaproj.io",
        &["MonoVertexRollout"],
        &[
            ("pause", Do::Set("/spec/monoVertex/spec/lifecycle/desiredPhase", Field::Word("Paused"))),
            ("unpause-fast", Do::Special(|_, _| unpause("/spec/monoVertex/spec/lifecycle/desiredPhase", "fast"))),
            ("unpause-gradual", Do::Special(|_, _| unpause("/spec/monoVertex/spec/lifecycle/desiredPhase", "slow"))),
        ],
    ),
    (
        "numaplane.numaproj.io",
        &["PipelineRollout"],
        &[
            ("allow-data-loss", Do::Annotate("numaplane.numaproj.io/allow-data-loss", "true")),
            ("disallow-data-loss", Do::Forget("numaplane.numaproj.io/allow-data-loss")),
            ("pause", Do::Set("/spec/pipeline/spec/lifecycle/desiredPhase", Field::Word("Paused"))),
            ("unpause-fast", Do::Special(|_, _| unpause("/spec/pipeline/spec/lifecycle/desiredPhase", "fast"))),
            ("unpause-gradual", Do::Special(|_, _| unpause("/spec/pipeline/spec/lifecycle/desiredPhase", "slow"))),
        ],
    ),
    (
        "postgresql.cnpg.io",
        &["Cluster"],
        &[
            ("promote", Do::Where(has_replica, switch_over, &["instance"])),
            ("reload", Do::Stamp("cnpg.io/reloadedAt")),
            ("restart", Do::Stamp("kubectl.kubernetes.io/restartedAt")),
            ("resume", Do::Forget(LOOP)),
            ("suspend", Do::Annotate(LOOP, "disabled")),
        ],
    ),
    ("promoter.argoproj.io", &["PullRequest"], &[("merge", Do::Set("/spec/state", Field::Word("merged")))]),
    (
        "psmdb.percona.com",
        &["PerconaServerMongoDB"],
        &[("pause", Do::Set("/spec/pause", Field::True)), ("unpause", Do::Set("/spec/pause", Field::False))],
    ),
];

fn actions_of(live: &Object) -> &'static [(&'static str, Do)] {
    let gvk = live.gvk();
    let of_kind = KINDS.iter().find(|(group, kinds, _)| **group == *gvk.group && kinds.contains(&&*gvk.kind));
    of_kind.map_or(&[], |(_, _, actions)| actions)
}

/// The actions that an object has, in upstream's order.
#[must_use]
pub fn discover(live: &Object) -> Vec<Available> {
    let value = live.value();
    let available = |(name, what): &(&'static str, Do)| Available {
        name,
        is_disabled: what.is_disabled(&value),
        parameters: what.parameters(),
    };
    actions_of(live).iter().map(available).collect()
}

/// What an action writes. `parameters` are by name; `now` is what is stamped.
///
/// # Errors
/// When the kind has no such action, or it is disabled, or a parameter is missing.
pub fn run(
    live: &Object,
    action: &str,
    parameters: &BTreeMap<String, String>,
    now: Timestamp,
) -> Result<Vec<Effect>, ActionError> {
    let actions = actions_of(live);
    let Some((name, what)) = actions.iter().find(|(name, _)| *name == action) else {
        let known: Vec<&str> = actions.iter().map(|(name, _)| *name).collect();
        let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
        return Err(ActionError::Unknown { action: action.to_owned(), kind: live.gvk().kind.to_string(), known });
    };
    if what.is_disabled(&live.value()) {
        return Err(ActionError::Disabled(name));
    }
    what.effects(live, parameters, now)
}

impl Field {
    fn value(self, now: Timestamp) -> Value {
        match self {
            Field::True => Value::Bool(true),
            Field::False => Value::Bool(false),
            Field::Null => Value::Null,
            Field::Word(word) => Value::from(word),
            Field::Number(number) => Value::from(number),
            Field::Now => Value::from(stamp(now)),
        }
    }

    /// Whether a field holds it already; what is absent is false.
    fn is_held(self, found: Option<&Value>) -> bool {
        match self {
            Field::True => found == Some(&Value::Bool(true)),
            Field::False | Field::Null => matches!(found, None | Some(Value::Null | Value::Bool(false))),
            Field::Word(word) => found.and_then(Value::as_str) == Some(word),
            Field::Number(number) => found.and_then(Value::as_i64) == Some(number),
            Field::Now => false,
        }
    }
}

impl Do {
    fn parameters(self) -> &'static [&'static str] {
        match self {
            Do::Number(..) | Do::AnnotateWith(..) => &["replicas"],
            Do::Where(_, _, parameters) => parameters,
            _ => &[],
        }
    }

    fn is_disabled(self, value: &Value) -> bool {
        let annotation = |key: &str| value.get("metadata")?.get("annotations")?.get(key)?.as_str();
        match self {
            Do::Set(pointer, field) | Do::SetStatus(pointer, field) => field.is_held(value.pointer(pointer)),
            Do::Annotate(key, word) => annotation(key) == Some(word),
            Do::Forget(key) => annotation(key).is_none(),
            Do::Where(lets, ..) => !lets(value),
            _ => false,
        }
    }

    fn effects(
        self,
        live: &Object,
        parameters: &BTreeMap<String, String>,
        now: Timestamp,
    ) -> Result<Vec<Effect>, ActionError> {
        let number = |name: &'static str| -> Result<u32, ActionError> {
            parameters.get(name).and_then(|text| text.parse().ok()).ok_or(ActionError::Parameter(name))
        };
        Ok(match self {
            Do::Set(pointer, field) => vec![Effect::Patch(at(pointer, field.value(now)))],
            Do::SetStatus(pointer, field) => vec![Effect::PatchStatus(at(pointer, field.value(now)))],
            Do::Stamp(key) => vec![annotate(key, Value::from(stamp(now)))],
            Do::StampTemplate(key) => {
                let annotations = json!({"annotations": {key: stamp(now)}});
                vec![Effect::Patch(at("/spec/template/metadata", annotations))]
            }
            Do::Annotate(key, word) => vec![annotate(key, Value::from(word))],
            Do::Forget(key) => vec![annotate(key, Value::Null)],
            Do::Number(pointer, name) => vec![Effect::Patch(at(pointer, Value::from(number(name)?)))],
            Do::AnnotateWith(key, name) => vec![annotate(key, Value::from(number(name)?.to_string()))],
            Do::Where(_, make, _) => make(live, parameters, now)?,
            Do::Special(make) => make(live, now),
        })
    }
}

fn stamp(now: Timestamp) -> String {
    format!("{now:.0}")
}

/// An object with this value at that place.
fn at(pointer: &str, value: Value) -> Value {
    pointer.rsplit('/').filter(|part| !part.is_empty()).fold(value, |value, part| json!({part: value}))
}

fn annotate(key: &str, value: Value) -> Effect {
    Effect::Patch(json!({"metadata": {"annotations": {key: value}}}))
}

fn unpause(pointer: &str, how: &str) -> Vec<Effect> {
    vec![Effect::Patch(at(pointer, Value::from("Running"))), annotate(RESUME_STRATEGY, Value::from(how))]
}

fn resume_scaled(_: &Object, _: Timestamp) -> Vec<Effect> {
    let gone = json!({PAUSED: null, "autoscaling.keda.sh/paused-replicas": null});
    vec![Effect::Patch(json!({"metadata": {"annotations": gone}}))]
}

fn resume_rollout(live: &Object, _: Timestamp) -> Vec<Effect> {
    let value = live.value();
    let mut effects = Vec::new();
    if value.pointer("/spec/paused") == Some(&Value::Bool(true)) {
        effects.push(Effect::Patch(json!({"spec": {"paused": false}})));
    }
    if value.pointer("/status/pauseConditions").is_some_and(|own| !own.is_null()) {
        effects.push(Effect::PatchStatus(json!({"status": {"pauseConditions": null}})));
    }
    effects
}

fn skip_step(live: &Object, _: Timestamp) -> Vec<Effect> {
    let value = live.value();
    let steps = value.pointer("/spec/strategy/canary/steps").and_then(Value::as_array).map_or(0, Vec::len);
    let next = count(&value, "/status/currentStepIndex").saturating_add(1);
    if usize::try_from(next).map_or(true, |next| next > steps) {
        return Vec::new();
    }
    vec![Effect::PatchStatus(json!({"status": {"currentStepIndex": next, "pauseConditions": null}}))]
}

fn create_job(live: &Object, now: Timestamp) -> Vec<Effect> {
    let value = live.value();
    let template = value.pointer("/spec/jobTemplate").cloned().unwrap_or_default();
    let mut annotations =
        template.pointer("/metadata/annotations").and_then(Value::as_object).cloned().unwrap_or_default();
    annotations.insert("cronjob.kubernetes.io/instantiate".to_owned(), Value::from("manual"));
    let labels = template.pointer("/metadata/labels").cloned().unwrap_or_else(|| Value::Object(Map::new()));
    let job = json!({
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {
            "name": dated(live.name(), now),
            "namespace": text(&value, "/metadata/namespace"),
            "labels": labels,
            "annotations": annotations,
            "ownerReferences": [owner(live, true)],
        },
        "spec": template.pointer("/spec").cloned().unwrap_or_default(),
    });
    vec![Effect::Create(job)]
}

fn create_workflow(live: &Object, now: Timestamp) -> Vec<Effect> {
    let value = live.value();
    let is_cron = &*live.gvk().kind == "CronWorkflow";
    let spec = if is_cron {
        value.pointer("/spec/workflowSpec").cloned().unwrap_or_default()
    } else {
        json!({"workflowTemplateRef": {"name": live.name()}})
    };
    let mut workflow = json!({
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "Workflow",
        "metadata": {"name": dated(live.name(), now), "namespace": text(&value, "/metadata/namespace")},
        "spec": spec,
    });
    if is_cron {
        workflow["metadata"]["ownerReferences"] = json!([owner(live, false)]);
    }
    vec![Effect::Create(workflow)]
}

/// A name that tells when the object was made.
fn dated(name: &str, now: Timestamp) -> String {
    format!("{name}-{}", now.to_zoned(TimeZone::UTC).strftime("%Y%m%d%H%M"))
}

fn owner(live: &Object, blocks: bool) -> Value {
    json!({
        "apiVersion": live.gvk().api_version(),
        "kind": &*live.gvk().kind,
        "name": live.name(),
        "uid": &*live.meta().uid,
        "controller": true,
        "blockOwnerDeletion": blocks,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn object(value: Value) -> Object {
        Object::from_value(&value).expect("an object")
    }

    fn written(value: Value, action: &str, replicas: Option<&str>) -> String {
        let parameters = replicas.map(|text| ("replicas".to_owned(), text.to_owned())).into_iter().collect();
        let now = "2026-01-02T03:04:05Z".parse().expect("a time");
        match run(&object(value), action, &parameters, now) {
            Ok(effects) => effects
                .iter()
                .map(|effect| match effect {
                    Effect::Create(value) => format!("create {value}"),
                    Effect::Patch(value) => format!("patch {value}"),
                    Effect::PatchStatus(value) => format!("patch status {value}"),
                })
                .collect::<Vec<_>>()
                .join("; "),
            Err(error) => error.to_string(),
        }
    }

    fn deployment(spec: Value) -> Value {
        json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web", "namespace": "shop"}, "spec": spec})
    }

    #[test]
    fn each_action_writes_what_it_says() {
        let rollout = |more: Value| {
            let mut value = json!({"apiVersion": "argoproj.io/v1alpha1", "kind": "Rollout", "metadata": {"name": "r"}});
            value.as_object_mut().expect("a map").extend(more.as_object().cloned().expect("a map"));
            value
        };
        let bucket = json!({"apiVersion": "source.toolkit.fluxcd.io/v1", "kind": "Bucket", "metadata": {"name": "b"}});
        for (object, action, replicas, expected) in [
            (
                deployment(json!({})),
                "restart",
                None,
                r#"patch {"spec":{"template":{"metadata":{"annotations":{"kubectl.kubernetes.io/restartedAt":"2026-01-02T03:04:05Z"}}}}}"#,
            ),
            (deployment(json!({})), "pause", None, r#"patch {"spec":{"paused":true}}"#),
            (deployment(json!({})), "resume", None, r#"action "resume" is disabled: the object is so already"#),
            (deployment(json!({"paused": true})), "resume", None, r#"patch {"spec":{"paused":null}}"#),
            (deployment(json!({})), "scale", Some("3"), r#"patch {"spec":{"replicas":3}}"#),
            (
                deployment(json!({})),
                "scale",
                Some("-1"),
                r#"parameter "replicas" is missing or no whole number of 0 or more"#,
            ),
            (
                deployment(json!({})),
                "fly",
                None,
                r#"action "fly" is not known for Deployment; it has: pause, restart, resume, scale"#,
            ),
            (
                rollout(json!({"status": {"pauseConditions": [{}]}})),
                "resume",
                None,
                r#"patch status {"status":{"pauseConditions":null}}"#,
            ),
            (rollout(json!({})), "abort", None, r#"patch status {"status":{"abort":true}}"#),
            (
                rollout(json!({"spec": {"strategy": {"canary": {"steps": [1, 2]}}}})),
                "skip-current-step",
                None,
                r#"patch status {"status":{"currentStepIndex":1,"pauseConditions":null}}"#,
            ),
            (
                rollout(json!({"spec": {"strategy": {"canary": {"steps": [1]}}}, "status": {"currentStepIndex": 1}})),
                "skip-current-step",
                None,
                "",
            ),
            (
                bucket,
                "reconcile",
                None,
                r#"patch {"metadata":{"annotations":{"reconcile.fluxcd.io/requestedAt":"2026-01-02T03:04:05Z"}}}"#,
            ),
        ] {
            assert_eq!(written(object, action, replicas), expected, "{action}");
        }
    }

    #[test]
    fn a_cron_job_makes_a_job_of_its_own() {
        let cron = json!({
            "apiVersion": "batch/v1", "kind": "CronJob", "metadata": {"name": "nightly", "namespace": "shop", "uid": "u"},
            "spec": {"jobTemplate": {"metadata": {"labels": {"a": "b"}}, "spec": {"backoffLimit": 1}}},
        });
        let made = written(cron, "create-job", None);
        assert!(made.contains(r#""name":"nightly-202601020304""#) && made.contains(r#""uid":"u""#), "{made}");
        assert!(made.contains(r#""backoffLimit":1"#) && made.contains(r#"/instantiate":"manual""#), "{made}");
    }

    #[test]
    fn kinds_without_actions_have_none() {
        assert_eq!(discover(&object(json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}}))), []);
        let paused = discover(&object(deployment(json!({"paused": true}))));
        let names: Vec<(&str, bool)> = paused.iter().map(|action| (action.name, action.is_disabled)).collect();
        assert_eq!(names, [("pause", true), ("restart", false), ("resume", false), ("scale", false)]);
    }
}
