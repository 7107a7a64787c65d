//! One version of an Experiment: its ReplicaSet, its Service, and where it stands. Pure.

use super::assess::ends_at;
use super::draft::Draft;
use super::manifests::{replica_set, service, set_name};
use super::seen::Version;
use api::rollouts::names::ANNOTATION_SCALE_DOWN_DEADLINE;
use api::rollouts::{Experiment, ExperimentTemplate, ExperimentTemplateStatus};
use cluster::{Change, Propagation, Target, Write};
use controller::Guard;
use jiff::{SignedDuration, Timestamp};
use serde_json::json;

/// Seconds without progress after which a version has failed, when the spec does not say.
pub const PROGRESS_DEADLINE_SECONDS: i32 = 600;
/// Seconds that pods stay when all is over, when the spec does not say.
const SCALE_DOWN_DELAY_SECONDS: i32 = 30;

/// Brings one version up to date.
pub fn reconcile(draft: &mut Draft<'_>, template: &ExperimentTemplate) {
    let before = status_of(&draft.seen.experiment, template);
    let mut status = before.clone();
    let wanted = wanted(draft, template, &before);
    let seen = draft.seen;
    match seen.versions.get(&template.name) {
        None if wanted > 0 => create(draft, template, &mut status),
        None => {}
        Some(version) => {
            serve(draft, template, version, wanted, &mut status);
            scale(draft, version, wanted, &mut status);
        }
    }
    count(draft, template, &before, &mut status);
    judge(draft, template, wanted, &mut status);
    tell(draft, &before, &status);
    let all = &mut draft.status.template_statuses;
    match all.iter_mut().find(|known| known.name == template.name) {
        Some(known) => *known = status,
        None => all.push(status),
    }
}

fn status_of(experiment: &Experiment, template: &ExperimentTemplate) -> ExperimentTemplateStatus {
    let known = experiment.status.template_statuses.iter().find(|status| status.name == template.name);
    let new = || ExperimentTemplateStatus { name: template.name.clone(), ..ExperimentTemplateStatus::default() };
    known.cloned().unwrap_or_else(new)
}

fn is_completed(status: &ExperimentTemplateStatus) -> bool {
    matches!(status.status.as_str(), "Successful" | "Failed" | "Error")
}

fn wanted(draft: &Draft<'_>, template: &ExperimentTemplate, status: &ExperimentTemplateStatus) -> i64 {
    if draft.is_ending || is_completed(status) { 0 } else { i64::from(template.replicas.unwrap_or(1)) }
}

fn create(draft: &mut Draft<'_>, template: &ExperimentTemplate, status: &mut ExperimentTemplateStatus) {
    let name = set_name(draft.seen, template);
    if draft.seen.taken.contains(&template.name) {
        // Upstream counts, and tries the same name again, for ever.
        status.collision_count = Some(status.collision_count.unwrap_or_default().saturating_add(1));
        status.status = "Error".to_owned();
        status.message = format!(
            "Failed to create ReplicaSet for template '{}': replicasets.apps {name:?} already exists",
            template.name
        );
        return;
    }
    let value = replica_set(draft.seen, template, status.collision_count);
    draft.create(&value);
    status.last_transition_time = Some(draft.now.into());
}

/// Its Service is there as long as its pods are.
fn serve(
    draft: &mut Draft<'_>,
    template: &ExperimentTemplate,
    version: &Version,
    wanted: i64,
    status: &mut ExperimentTemplateStatus,
) {
    let known = draft.seen.services.get(&template.name);
    let is_over = wanted == 0 && version.set.size.available == 0;
    match (known, &template.service) {
        (None, Some(_)) if wanted > 0 => {
            if let Some(value) = service(draft.seen, template) {
                draft.create(&value);
                status.service_name = value["metadata"]["name"].as_str().unwrap_or_default().to_owned();
                version.set.hash.clone_into(&mut status.pod_template_hash);
            }
        }
        (Some(object), Some(_)) if !is_over => {
            object.name().clone_into(&mut status.service_name);
            version.set.hash.clone_into(&mut status.pod_template_hash);
        }
        (Some(object), _) => {
            let delete = Write::new(Target::of(object), Change::Delete(Propagation::Background));
            draft.push(delete, Guard::same(object.meta()));
            status.service_name.clear();
            status.pod_template_hash.clear();
        }
        (None, _) => {}
    }
}

fn scale(draft: &mut Draft<'_>, version: &Version, wanted: i64, status: &mut ExperimentTemplateStatus) {
    let has = version.set.size.spec;
    if wanted == 0 && has > 0 && stays(draft, version) {
        return;
    }
    if has == wanted {
        return;
    }
    draft.patch(&version.object, json!({"spec": {"replicas": wanted}}));
    let direction = if wanted > has { "up" } else { "down" };
    let name = version.object.name();
    draft.tell("ScalingReplicaSet", format!("Scaled {direction} ReplicaSet {name} from {has} to {wanted}"));
    status.last_transition_time = Some(draft.now.into());
}

/// Whether the pods stay for a while yet, now that all is over.
fn stays(draft: &mut Draft<'_>, version: &Version) -> bool {
    let seconds = draft.seen.experiment.spec.scale_down_delay_seconds.unwrap_or(SCALE_DOWN_DELAY_SECONDS);
    if seconds <= 0 {
        return false;
    }
    let given = version.set.annotations.get(ANNOTATION_SCALE_DOWN_DEADLINE);
    let deadline = given.and_then(|text| text.parse::<Timestamp>().ok()).unwrap_or_else(|| {
        let deadline = later(draft.now, seconds);
        let annotations = json!({ ANNOTATION_SCALE_DOWN_DEADLINE: format!("{deadline:.0}") });
        draft.patch(&version.object, json!({"metadata": {"annotations": annotations}}));
        deadline
    });
    let is_over = draft.now > deadline;
    if !is_over {
        draft.wake_after(deadline);
    }
    !is_over
}

fn count(
    draft: &Draft<'_>,
    template: &ExperimentTemplate,
    before: &ExperimentTemplateStatus,
    status: &mut ExperimentTemplateStatus,
) {
    let size = draft.seen.versions.get(&template.name).map(|version| version.set.size).unwrap_or_default();
    let whole = |number: i64| i32::try_from(number).unwrap_or(i32::MAX);
    status.replicas = whole(size.actual);
    status.updated_replicas = whole(size.actual);
    status.ready_replicas = whole(size.ready);
    status.available_replicas = whole(size.available);
    let counts = |it: &ExperimentTemplateStatus| (it.replicas, it.ready_replicas, it.available_replicas);
    if counts(before) != counts(status) {
        status.last_transition_time = Some(draft.now.into());
    }
}

fn judge(draft: &mut Draft<'_>, template: &ExperimentTemplate, wanted: i64, status: &mut ExperimentTemplateStatus) {
    if is_completed(status) {
        return;
    }
    let experiment = &draft.seen.experiment;
    let has_run = ends_at(experiment).is_some_and(|end| draft.now > end);
    if i64::from(status.available_replicas) == wanted && (wanted > 0 || draft.is_ending) {
        let word = if has_run || draft.is_ending { "Successful" } else { "Running" };
        word.clone_into(&mut status.status);
        return;
    }
    let seconds = experiment.spec.progress_deadline_seconds.unwrap_or(PROGRESS_DEADLINE_SECONDS);
    let from = status.last_transition_time.map_or(draft.now, api::Time::timestamp);
    let deadline = later(from, seconds);
    if draft.now > deadline {
        status.status = "Failed".to_owned();
        status.message = format!("Template '{}' exceeded its progressDeadlineSeconds ({seconds})", template.name);
    } else if draft.is_ending {
        status.status = "Successful".to_owned();
    } else {
        status.status = "Progressing".to_owned();
        draft.wake_after(deadline);
        draft.plan.waiting.push(format!("the pods of template {}", template.name));
    }
}

fn tell(draft: &mut Draft<'_>, before: &ExperimentTemplateStatus, status: &ExperimentTemplateStatus) {
    if before.status == status.status {
        return;
    }
    let (name, from, to) = (&status.name, &before.status, &status.status);
    let why = if status.message.is_empty() { String::new() } else { format!(": {}", status.message) };
    let message = format!("Template '{name}' transitioned from {from} -> {to}{why}");
    let reason = format!("Template{to}");
    if matches!(to.as_str(), "Failed" | "Error") { draft.warn(&reason, message) } else { draft.tell(&reason, message) }
}

fn later(from: Timestamp, seconds: i32) -> Timestamp {
    from.checked_add(SignedDuration::from_secs(i64::from(seconds))).unwrap_or(Timestamp::MAX)
}
