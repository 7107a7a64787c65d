//! Kayenta: a judgement that is begun, and looked at until it has a score.
//!
//! <https://github.com/spinnaker/kayenta/blob/master/docs/canary-config.md>

use crate::asker::{Asker, duration};
use analysis::answers::{KayentaState, kayenta_configuration, kayenta_execution, kayenta_state};
use analysis::{Task, TaskKind};
use api::rollouts::{AnalysisPhase, AnalysisRun, KayentaMetric, KayentaScope, KayentaScopeDetail, Measurement};
use jiff::{SignedDuration, Timestamp};
use outbound::{Call, url};
use serde_json::{Map, Value, json};
use std::time::Duration;

/// How long an answer is waited for.
const TIMEOUT: Duration = Duration::from_secs(15);
/// How long between two looks.
const LOOK_AGAIN: SignedDuration = SignedDuration::from_secs(15);
/// In a measurement's metadata: the judgement.
const EXECUTION: &str = "canaryExecutionId";

/// Begins a judgement, or sees how it stands.
pub(crate) async fn ask(asker: &Asker, run: &AnalysisRun, task: &Task, metric: &KayentaMetric) -> Measurement {
    let now = asker.clock.now();
    let mut measurement = task.unfinished.clone().unwrap_or_default();
    measurement.started_at.get_or_insert(now.into());
    let outcome = match task.kind {
        TaskKind::Start => begin(asker, run, task, metric, now).await.map(|id| {
            measurement.metadata.insert(EXECUTION.to_owned(), id);
            KayentaState::Running
        }),
        TaskKind::Resume => look(asker, metric, &measurement).await,
        // A judgement cannot be called off; it ends for nobody.
        TaskKind::Terminate => {
            measurement.phase_word = AnalysisPhase::Inconclusive.to_string();
            measurement.finished_at = Some(now.into());
            return measurement;
        }
    };
    let phase = match outcome {
        Ok(KayentaState::Running) => {
            measurement.resume_at = now.checked_add(LOOK_AGAIN).ok().map(Into::into);
            measurement.phase_word = AnalysisPhase::Running.to_string();
            return measurement;
        }
        Ok(KayentaState::Score(score)) => {
            measurement.value = score.to_string();
            match score {
                score if score >= metric.threshold.pass => AnalysisPhase::Successful,
                score if score >= metric.threshold.marginal => AnalysisPhase::Inconclusive,
                _ => AnalysisPhase::Failed,
            }
        }
        Err(message) => {
            measurement.message = message;
            AnalysisPhase::Error
        }
    };
    measurement.phase_word = phase.to_string();
    measurement.finished_at = Some(now.into());
    measurement
}

async fn begin(
    asker: &Asker,
    run: &AnalysisRun,
    task: &Task,
    metric: &KayentaMetric,
    now: Timestamp,
) -> Result<String, String> {
    let address = metric.address.trim_end_matches('/');
    let mut lookup = url(&format!("{address}/canaryConfig"))?;
    // Compat: upstream asks with the storage account's name.
    lookup.query_pairs_mut().extend_pairs([
        ("application", &metric.application),
        ("configurationAccountName", &metric.storage_account_name),
    ]);
    let reply = asker.http.send(Call::get(lookup, TIMEOUT)).await?;
    if reply.status.as_u16() != 200 {
        return Err(format!("Invalid Response: HTTP {}", reply.status.as_u16()));
    }
    let id = kayenta_configuration(&reply.body, &metric.canary_config_name)?;
    let mut begin = url(&format!("{address}/canary"))?;
    begin.path_segments_mut().map_err(|()| "the address is no URL of http or https".to_owned())?.push(&id);
    begin.query_pairs_mut().extend_pairs([
        ("application", &metric.application),
        ("metricsAccountName", &metric.metrics_account_name),
        ("configurationAccountName", &metric.configuration_account_name),
        ("storageAccountName", &metric.storage_account_name),
    ]);
    let span =
        Span { started: run.status.started_at.map_or(now, api::Time::timestamp), now, interval: &task.metric.interval };
    let scopes = metric.scopes.iter().map(|scope| Ok((scope.name.clone(), request(scope, metric.lookback, &span)?)));
    let scopes: Map<String, Value> = scopes.collect::<Result<_, String>>()?;
    let thresholds = json!({"pass": metric.threshold.pass, "marginal": metric.threshold.marginal});
    let body = json!({"scopes": scopes, "thresholds": thresholds});
    let reply = asker.http.send(Call::get(begin, TIMEOUT).posting(&body)).await?;
    if reply.status.as_u16() != 200 {
        return Err("Invalid Response".to_owned());
    }
    kayenta_execution(&reply.body)
}

async fn look(asker: &Asker, metric: &KayentaMetric, measurement: &Measurement) -> Result<KayentaState, String> {
    let mut look = url(&format!("{}/canary", metric.address.trim_end_matches('/')))?;
    let id = measurement.metadata.get(EXECUTION).map(String::as_str).unwrap_or_default();
    look.path_segments_mut().map_err(|()| "the address is no URL of http or https".to_owned())?.push(id);
    let reply = asker.http.send(Call::get(look, TIMEOUT)).await?;
    if reply.status.as_u16() != 200 {
        return Err("Invalid Response".to_owned());
    }
    kayenta_state(&reply.body)
}

/// Which time is judged when the metric does not say.
struct Span<'t> {
    started: Timestamp,
    now: Timestamp,
    interval: &'t str,
}

fn request(scope: &KayentaScope, looks_back: bool, span: &Span<'_>) -> Result<Value, String> {
    let (control, experiment) = (&scope.control_scope, &scope.experiment_scope);
    for (name, one, other) in [("start", &control.start, &experiment.start), ("end", &control.end, &experiment.end)] {
        if one.is_empty() != other.is_empty() {
            return Err(format!("controlScope.{name} and experimentScope.{name} must both be set or be empty"));
        }
    }
    let start = match (control.start.is_empty(), looks_back) {
        (false, _) => None,
        (true, true) => Some(span.started),
        (true, false) => {
            let before =
                duration(span.interval).map_err(|error| format!("Invalid duration {:?}: {error}", span.interval))?;
            Some(span.now.checked_sub(before).unwrap_or(Timestamp::MIN))
        }
    };
    let side = |side: &KayentaScopeDetail| {
        let start = start.map_or_else(|| side.start.clone(), |start| format!("{start:.0}"));
        let end = if side.end.is_empty() { format!("{:.0}", span.now) } else { side.end.clone() };
        json!({"scope": side.scope, "location": side.region, "step": side.step, "start": start, "end": end})
    };
    Ok(json!({"controlScope": side(control), "experimentScope": side(experiment)}))
}
