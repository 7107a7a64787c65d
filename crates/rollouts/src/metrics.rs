//! What is measured of Rollouts, under upstream's names, in Prometheus' text form. Dashboards made for upstream read it.

mod lines;
mod measured;

use crate::run::NAME;
use api::rollouts::names::{CONDITION_INVALID_SPEC, CONDITION_PROGRESSING};
use api::rollouts::{ROLLOUT, Rollout, TrafficRouting};
use cluster::{Answered, Cache, GroupKind};
use controller::{Metrics, PASS_BUCKETS, Told};
use lines::head;
use std::fmt::Write as _;

/// The words for where a Rollout stands. They are not those of its status.
const PHASES: [&str; 7] = ["Completed", "Progressing", "Paused", "Timeout", "Error", "Abort", "InvalidSpec"];

/// How many of the bounds are upstream's for Rollouts.
const BOUNDS: usize = 5;

/// How the words of the condition `Progressing` are told.
const REASONS: [(&str, &str); 5] = [
    ("NewReplicaSetAvailable", "Completed"),
    ("RolloutPaused", "Paused"),
    ("ReplicaSetCreateError", "Error"),
    ("ProgressDeadlineExceeded", "Timeout"),
    ("RolloutAborted", "Abort"),
];

/// The Rollouts of a cache, and the passes over them.
#[must_use]
pub fn exposition(cache: &Cache, metrics: &Metrics) -> String {
    let objects = cache.objects(&GroupKind::new(api::names::GROUP, ROLLOUT));
    let rollouts: Vec<Rollout> = objects.iter().filter_map(|cached| Rollout::read(&cached.object).ok()).collect();
    let mut text = String::new();
    infos(&rollouts, &mut text);
    replicas(&rollouts, &mut text);
    passes(&rollouts, metrics, &mut text);
    measured::write(cache, &mut text);
    events(metrics, &mut text);
    requests(cache, &mut text);
    let version = env!("CARGO_PKG_VERSION");
    head("argo_rollouts_controller_info", "gauge", "Running Argo-rollouts version", &mut text);
    let _ = writeln!(text, "argo_rollouts_controller_info{{version=\"capstan-{version}\"}} 1");
    text
}

/// What was told of Rollouts since the process began.
fn events(metrics: &Metrics, text: &mut String) {
    head("rollout_events_total", "counter", "Count of rollout events", text);
    for told in metrics.events(NAME).iter().filter(|told| *told.kind == *ROLLOUT) {
        let Told { namespace, name, severity, reason, count, .. } = told;
        let labels = format!("namespace=\"{namespace}\",name=\"{name}\"");
        let _ = writeln!(text, "rollout_events_total{{{labels},type=\"{severity}\",reason=\"{reason}\"}} {count}");
    }
}

/// What the API server was asked and answered, for this controller and those that share its connection.
fn requests(cache: &Cache, text: &mut String) {
    let name = "controller_clientset_k8s_request_total";
    head(name, "counter", "Number of kubernetes requests executed during application reconciliation.", text);
    for (Answered { resource, namespace, name: object, verb, status }, count) in cache.client().answered() {
        let labels = format!("kind=\"{resource}\",namespace=\"{namespace}\",name=\"{object}\"");
        let _ = writeln!(text, "{name}{{{labels},verb=\"{verb}\",status_code=\"{status}\"}} {count}");
    }
}

/// Namespace and name, as labels. Both are names of DNS, and need no escape.
fn labels(rollout: &Rollout) -> String {
    format!("namespace=\"{}\",name=\"{}\"", rollout.metadata.namespace, rollout.metadata.name)
}

fn infos(rollouts: &[Rollout], text: &mut String) {
    head("rollout_info", "gauge", "Information about rollout.", text);
    for rollout in rollouts {
        let (labels, strategy, phase) = (labels(rollout), strategy(rollout), phase(rollout));
        let router = router(rollout);
        let _ = writeln!(
            text,
            "rollout_info{{{labels},strategy=\"{strategy}\",traffic_router=\"{router}\",phase=\"{phase}\"}} 1"
        );
    }
    let help = "Information on the state of the rollout (DEPRECATED - use rollout_info)";
    head("rollout_phase", "gauge", help, text);
    for rollout in rollouts {
        let (labels, strategy, current) = (labels(rollout), strategy(rollout), phase(rollout));
        for phase in PHASES {
            let holds = u8::from(phase == current);
            let _ = writeln!(text, "rollout_phase{{{labels},strategy=\"{strategy}\",phase=\"{phase}\"}} {holds}");
        }
    }
}

/// How many pods of a kind a rollout has.
type Count<'f> = &'f dyn Fn(&Rollout) -> i32;

fn replicas(rollouts: &[Rollout], text: &mut String) {
    let unavailable = |it: &Rollout| it.status.replicas - it.status.available_replicas;
    let families: [(&str, Count<'_>); 4] = [
        ("available", &|it| it.status.available_replicas),
        ("unavailable", &unavailable),
        ("desired", &|it| it.spec.replicas()),
        ("updated", &|it| it.status.updated_replicas),
    ];
    for (what, number) in families {
        let name = format!("rollout_info_replicas_{what}");
        head(&name, "gauge", &format!("The number of {what} replicas per rollout."), text);
        for rollout in rollouts {
            let _ = writeln!(text, "{name}{{{}}} {}", labels(rollout), number(rollout));
        }
    }
}

fn passes(rollouts: &[Rollout], metrics: &Metrics, text: &mut String) {
    head("rollout_reconcile", "histogram", "Rollout reconciliation performance.", text);
    let all: Vec<_> = rollouts
        .iter()
        .map(|it| (labels(it), metrics.passes(NAME, &format!("{}/{}", it.metadata.namespace, it.metadata.name))))
        .collect();
    for (labels, passes) in &all {
        for (bound, count) in PASS_BUCKETS.iter().zip(passes.within).take(BOUNDS) {
            let _ = writeln!(text, "rollout_reconcile_bucket{{{labels},le=\"{bound}\"}} {count}");
        }
        let _ = writeln!(text, "rollout_reconcile_bucket{{{labels},le=\"+Inf\"}} {}", passes.count);
        let _ = writeln!(text, "rollout_reconcile_sum{{{labels}}} {}", passes.seconds);
        let _ = writeln!(text, "rollout_reconcile_count{{{labels}}} {}", passes.count);
    }
    head("rollout_reconcile_error", "counter", "Error occurring during the rollout", text);
    for (labels, passes) in all.iter().filter(|(_, passes)| passes.failed > 0) {
        let _ = writeln!(text, "rollout_reconcile_error{{{labels}}} {}", passes.failed);
    }
}

fn strategy(rollout: &Rollout) -> &'static str {
    match (&rollout.spec.strategy.blue_green, &rollout.spec.strategy.canary) {
        (Some(_), _) => "blueGreen",
        (None, Some(_)) => "canary",
        (None, None) => "none",
    }
}

/// The router; of several the last, as upstream has it. Unlike upstream, no kind is left out.
fn router(rollout: &Rollout) -> &'static str {
    let canary = rollout.spec.strategy.canary.as_ref();
    let Some(routing) = canary.and_then(|canary| canary.traffic_routing.as_ref()) else { return "" };
    let TrafficRouting { alb, ambassador, istio, nginx, smi, app_mesh, traefik, apisix, plugins, .. } = routing;
    let kinds = [
        (alb.is_some(), "ALB"),
        (ambassador.is_some(), "Ambassador"),
        (istio.is_some(), "Istio"),
        (nginx.is_some(), "Nginx"),
        (smi.is_some(), "SMI"),
        (app_mesh.is_some(), "AppMesh"),
        (traefik.is_some(), "Traefik"),
        (apisix.is_some(), "Apisix"),
        (!plugins.is_empty(), "Plugins"),
    ];
    kinds.iter().rev().find(|(is_given, _)| *is_given).map_or("", |(_, name)| name)
}

fn phase(rollout: &Rollout) -> &'static str {
    if rollout.status.condition(CONDITION_INVALID_SPEC).is_some() {
        return "InvalidSpec";
    }
    let reason = rollout.status.condition(CONDITION_PROGRESSING).map_or("", |it| it.reason.as_str());
    REASONS.iter().find(|(known, _)| *known == reason).map_or("Progressing", |(_, word)| word)
}
