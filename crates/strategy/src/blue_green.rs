//! The blue-green strategy: the new version is previewed beside the active one, then takes its place at once.

use crate::finish::{base, count, finish, reset};
use crate::pass::{Flow, Pass, after};
use crate::promotion::{self, is_fast_rollback, is_within_window};
use crate::run_roles::{Role, current as current_run};
use crate::scale::{is_saturated, new_replicas, remove_deadlines, scale, scale_new};
use crate::services::switch;
use crate::{older, pods, revision, runs};
use api::rollouts::names::PAUSE_BLUE_GREEN;
use api::rollouts::{BlueGreenStrategy, LabelSelector, RolloutStatus};

/// One pass.
pub fn reconcile(pass: &mut Pass<'_>, blue_green: &BlueGreenStrategy) -> Flow {
    pass.service(&blue_green.active_service)?;
    let hash = pass.new_hash();
    if !blue_green.preview_service.is_empty() && pass.halted_because().is_none() {
        switch(pass, &blue_green.preview_service, hash)?;
    }
    if revision::has_template_changed(pass) {
        write_status(pass, blue_green);
        pass.plan.barrier = Some("the update is begun");
        return Ok(());
    }
    pods::restart(pass);
    scale_all(pass);
    pause(pass, blue_green)?;
    activate(pass, blue_green)?;
    runs::reconcile(pass)?;
    pods::label(pass);
    write_status(pass, blue_green);
    Ok(())
}

/// Only the numbers of pods: the number wanted in all has changed.
pub fn scale_only(pass: &mut Pass<'_>) {
    scale_all(pass);
    let mut status = pass.before().clone();
    status.conditions.clone_from(&pass.conditions);
    let active = pass.set_of(&status.blue_green.active_selector).map(|set| set.size);
    status.hpa_replicas = count(active.map_or_else(|| pass.sum(|size| size.actual), |size| size.actual));
    status.available_replicas = count(active.map_or_else(|| pass.sum(|size| size.available), |size| size.available));
    finish(pass, status);
    pass.plan.barrier = Some("the scaled pods are seen");
}

fn scale_all(pass: &mut Pass<'_>) {
    remove_deadlines(pass);
    if let Some(stable) = pass.stable {
        let replicas = pass.replicas();
        scale(pass, stable, replicas);
    }
    if pass.versions.other_stable().is_some() || pass.stable.is_none() || pass.is_aborted() {
        scale_new(pass);
    }
    older::reconcile(pass);
    older::forget(pass);
}

/// Whether the new version has the pods of its preview.
fn is_ready(pass: &Pass<'_>) -> bool {
    let wanted = new_replicas(pass, None);
    pass.new.is_some_and(|new| new.size.spec == wanted && new.size.available == wanted)
}

/// Whether nothing is waited for: gone back, promoted in full, nothing active before, or active already.
fn is_fast_tracked(pass: &mut Pass<'_>, blue_green: &BlueGreenStrategy) -> Result<bool, crate::pass::Halt> {
    let active = pass.service(&blue_green.active_service)?.hash.as_deref();
    Ok(is_fast_rollback(pass) || pass.before().promote_full || active.is_none_or(|active| active == pass.new_hash()))
}

fn is_analysed(pass: &Pass<'_>, blue_green: &BlueGreenStrategy) -> bool {
    blue_green.pre_promotion_analysis.is_none()
        || current_run(pass, Role::PrePromotion).is_some_and(|run| run.phase == "Successful")
}

fn pause(pass: &mut Pass<'_>, blue_green: &BlueGreenStrategy) -> Flow {
    if pass.before().abort || !is_ready(pass) || pass.halted_because().is_some() {
        return Ok(());
    }
    let pauses = !blue_green.is_promoted_automatically() || blue_green.auto_promotion_seconds > 0;
    if is_fast_tracked(pass, blue_green)? || pass.before().blue_green.scale_up_preview_check_point || !pauses {
        pass.pause.remove(PAUSE_BLUE_GREEN);
        return Ok(());
    }
    if !is_analysed(pass, blue_green) {
        return Ok(());
    }
    match pass.before().pause(PAUSE_BLUE_GREEN) {
        Some(_) if is_pause_over(pass, blue_green) => pass.pause.remove(PAUSE_BLUE_GREEN),
        Some(paused) if blue_green.is_promoted_automatically() => {
            let seconds = i64::from(blue_green.auto_promotion_seconds).saturating_add(1);
            pass.plan.wake_at(after(paused.start_time.timestamp(), seconds));
        }
        Some(_) => {}
        None if !pass.before().controller_pause => pass.pause.add(PAUSE_BLUE_GREEN),
        None => {}
    }
    Ok(())
}

/// Whether somebody went on, or the time of the preview has passed.
fn is_pause_over(pass: &Pass<'_>, blue_green: &BlueGreenStrategy) -> bool {
    let paused = pass.before().pause(PAUSE_BLUE_GREEN);
    if pass.pause.has_added() {
        return false;
    }
    if pass.before().blue_green.scale_up_preview_check_point {
        return true;
    }
    if !blue_green.is_promoted_automatically() {
        return pass.before().controller_pause && paused.is_none();
    }
    let seconds = i64::from(blue_green.auto_promotion_seconds);
    match paused {
        _ if seconds == 0 => true,
        Some(paused) => pass.now > after(paused.start_time.timestamp(), seconds),
        // A user went on before the time had passed.
        None => pass.before().controller_pause,
    }
}

/// Switches the active Service once the new version has all its pods and nothing is waited for.
fn activate(pass: &mut Pass<'_>, blue_green: &BlueGreenStrategy) -> Flow {
    if let Some(reason) = pass.halted_because() {
        pass.wait(format!("somebody to go on: {reason}; no Service is switched meanwhile"), None, "resume the Rollout");
        return Ok(());
    }
    if pass.before().abort && !pass.before().stable_rs.is_empty() {
        // Going back needs nothing of the new version, but pods of the stable one.
        let stable = pass.before().stable_rs.clone();
        if pass.stable.is_some_and(|set| set.size.available > 0) {
            return switch(pass, &blue_green.active_service, &stable);
        }
        return Ok(());
    }
    let Some(new) = pass.new else { return Ok(()) };
    let is_empty = new.size.available == 0 && pass.replicas() > 0;
    if !is_ready(pass) || !is_saturated(pass, new) || is_empty {
        let what =
            format!("all pods of ReplicaSet {} before service {} selects it", new.name, blue_green.active_service);
        if pass.selected(&blue_green.active_service) != Some(new.hash.as_str()) {
            pass.wait(what, None, "its pods becoming available");
        }
        return Ok(());
    }
    if is_fast_tracked(pass, blue_green)? || (is_pause_over(pass, blue_green) && is_analysed(pass, blue_green)) {
        return switch(pass, &blue_green.active_service, &new.hash);
    }
    Ok(())
}

fn write_status(pass: &mut Pass<'_>, blue_green: &BlueGreenStrategy) {
    let before = pass.before();
    let mut status = base(pass);
    status.promote_full = before.promote_full && status.current_pod_hash != before.stable_rs;
    status.canary.weights = None;
    if revision::has_template_changed(pass) {
        reset(pass, &mut status);
    }
    if before.promote_full {
        pass.pause.remove_abort();
    }
    // Unlike upstream, going back within the window can be aborted.
    if !pass.is_aborted() && (before.promote_full || is_within_window(pass)) {
        pass.pause.clear();
    }
    let selected = |pass: &Pass<'_>, name: &str| pass.selected(name).unwrap_or_default().to_owned();
    status.blue_green.preview_selector = selected(pass, &blue_green.preview_service);
    status.blue_green.active_selector = selected(pass, &blue_green.active_service);
    match promotion::reason(pass, &status) {
        Some(reason) => promotion::promote(pass, &mut status, &reason),
        None => status.blue_green.scale_up_preview_check_point = is_preview_passed(pass, blue_green),
    }
    count_active(pass, &mut status);
    finish(pass, status);
}

/// Whether the preview was found good; once it was, it stays so until the template changes or it is stable.
fn is_preview_passed(pass: &Pass<'_>, blue_green: &BlueGreenStrategy) -> bool {
    let Some(preview) = blue_green.preview_replica_count.map(i64::from) else { return false };
    if revision::has_template_changed(pass) {
        return false;
    }
    pass.before().blue_green.scale_up_preview_check_point
        || (is_analysed(pass, blue_green)
            && is_pause_over(pass, blue_green)
            && pass.new.is_some_and(|new| new.size.available == preview))
}

/// Autoscalers and availability count the active version only.
fn count_active(pass: &Pass<'_>, status: &mut RolloutStatus) {
    if let Some(active) = pass.set_of(&status.blue_green.active_selector) {
        status.hpa_replicas = count(active.size.actual);
        status.available_replicas = count(active.size.available);
        status.ready_replicas = count(active.size.ready);
        let mut selector = pass.rollout().spec.selector.clone().unwrap_or_default();
        selector.match_labels.insert(api::rollouts::names::LABEL_POD_TEMPLATE_HASH.to_owned(), active.hash.clone());
        status.selector = selector.to_text();
    } else {
        status.hpa_replicas = count(pass.sum(|size| size.actual));
        status.available_replicas = count(pass.sum(|size| size.available));
        status.selector = pass.rollout().spec.selector.as_ref().map(LabelSelector::to_text).unwrap_or_default();
    }
}
