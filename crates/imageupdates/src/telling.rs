//! What is written on an Application when a cycle is over: its own versions, notes, conditions; and the events.

use crate::followed::Followed;
use crate::notes::Notes;
use crate::options::Options;
use crate::report::{OfImage, State};
use api::names::{API_VERSION, APPLICATION};
use api::{Application, ApplicationCondition, Time};
use cluster::{Change, ClusterError, ErrorClass, Part, PatchKind, Precondition, Target, Write};
use controller::{Event, Severity};
use images::Hold;
use object::{Gvk, Object};
use serde_json::{Value, json};
use std::time::Duration;

/// The condition that says which versions are held back.
pub const HELD: &str = "ImageHeldWarning";
/// The condition that says why an image could not be updated.
pub const FAILED: &str = "ImageUpdateWarning";

/// How often a write is tried whose object changes each time.
const TRIES: usize = 5;

/// What is known of an application when a cycle is over.
pub(crate) struct Told<'f> {
    pub(crate) followed: &'f Followed,
    /// Versions that were taken back since the last time.
    pub(crate) news: Vec<Hold>,
    /// When it is tried again.
    pub(crate) interval: Duration,
}

/// What is to be written.
pub(crate) struct Changes<'c> {
    pub(crate) spec: Option<Value>,
    pub(crate) images: &'c mut Vec<OfImage>,
    pub(crate) problems: &'c [String],
}

/// Writes it, and gives what is held back now.
pub(crate) async fn tell(options: &Options, told: &Told<'_>, changes: Changes<'_>) -> Vec<Hold> {
    let Changes { spec, images, problems } = changes;
    let mut written = Err("its object changed each time".to_owned());
    for _ in 0..TRIES {
        match write(options, told, spec.as_ref(), images, problems).await {
            Ok(done) => {
                written = Ok(done);
                break;
            }
            Err(error) if error.class == ErrorClass::Conflict => {}
            Err(error) => {
                written = Err(error.to_string());
                break;
            }
        }
    }
    let (notes, events) = match written {
        Ok(done) => done,
        Err(message) => {
            for image in images.iter_mut().filter(|image| image.state == State::Newer) {
                (image.state, image.message) = (State::Failed, format!("the Application cannot be written: {message}"));
            }
            tracing::warn!("{}: {message}", told.followed.key());
            return told.followed.notes.holds.clone();
        }
    };
    if spec.is_some() {
        images.iter_mut().filter(|image| image.state == State::Newer).for_each(|image| image.state = State::Updated);
    }
    for event in events.into_iter().chain(updated(told, images)) {
        options.events.record(&event);
    }
    notes.holds
}

async fn write(
    options: &Options,
    told: &Told<'_>,
    spec: Option<&Value>,
    images: &[OfImage],
    problems: &[String],
) -> Result<(Notes, Vec<Event>), ClusterError> {
    let followed = told.followed;
    let gvk = Gvk::from_api_version(API_VERSION, APPLICATION);
    let Some(object) = options.client.get(&gvk, Some(&followed.namespace), &followed.name).await? else {
        return Ok((Notes::default(), Vec::new()));
    };
    let Ok(application) = Application::read(&object) else { return Ok((Notes::default(), Vec::new())) };
    let before = Notes::read(&application.metadata.annotations);
    let mut notes = before.clone();
    let mut events = note(&mut notes, told, images, options.clock.now());
    let (conditions, more) = conditions(told, &application, &notes, images, problems, Time::new(options.clock.now()));
    events.extend(more);
    let mut body = spec.cloned().unwrap_or_else(|| json!({}));
    if let Some(patch) = notes.patch(&before) {
        body["metadata"] = patch["metadata"].clone();
    }
    if let Some(conditions) = conditions {
        body["status"] = json!({"conditions": conditions});
    }
    if body != json!({}) {
        patch(options, &object, body).await?;
    }
    Ok((notes, events))
}

async fn patch(options: &Options, object: &Object, body: Value) -> Result<(), ClusterError> {
    let meta = object.meta();
    let precondition =
        Precondition { uid: Some(meta.uid.clone()), resource_version: Some(meta.resource_version.clone()) };
    let change = Change::Patch { kind: PatchKind::Merge, body, part: Part::Whole };
    options.client.write(&Write::new(Target::of(object), change).only_if(precondition)).await.map(drop)
}

/// Notes what was written and what is held back; what is held back anew is told.
fn note(notes: &mut Notes, told: &Told<'_>, images: &[OfImage], now: jiff::Timestamp) -> Vec<Event> {
    let mut events = Vec::new();
    let mut hold = |notes: &mut Notes, hold: Hold| {
        let message = format!(
            "{} {} is held back: {}; a newer version goes on, `capstan images release {}` releases it",
            hold.image, hold.version, hold.reason, told.followed.name
        );
        let dedupe = format!("{} {}", hold.image, hold.version);
        if notes.hold(hold) {
            events.push(event(told, Severity::Warning, "ImageHeld", message, &dedupe));
        }
    };
    // Somebody may have released it since it was read.
    let fresh = told.news.iter().filter(|hold| !notes.is_released(&hold.image, &hold.version)).cloned();
    for one in fresh.collect::<Vec<_>>() {
        hold(notes, one);
    }
    for image in images {
        let Some(version) = image.newest.as_deref().map(bare) else { continue };
        match image.state {
            State::Held => {
                let reason = "it was taken back where it was written".to_owned();
                let is_noted = notes.holds.iter().any(|known| known.image == image.image && known.version == version);
                if !is_noted && !notes.is_released(&image.image, version) {
                    let version = version.to_owned();
                    hold(notes, Hold { image: image.image.clone(), version, reason, since: now });
                }
            }
            State::Updated | State::Newer | State::Written if !is_elsewhere(told.followed) => {
                notes.memory.written.insert(image.image.clone(), version.to_owned());
            }
            _ => {}
        }
    }
    // What is older than what runs now is nobody's concern any more.
    let is_current = |hold: &Hold| {
        images.iter().any(|image| {
            image.image == hold.image
                && image.state == State::Current
                && image.newest.as_deref().map(bare) != Some(&hold.version)
                && image.newest.is_some()
        })
    };
    notes.holds.retain(|hold| !is_current(hold));
    events
}

/// Whether versions are written to another branch than the one that is followed: there nobody takes them back.
fn is_elsewhere(followed: &Followed) -> bool {
    let method = followed.write_back.as_ref().map(|write_back| &write_back.method);
    matches!(method, Ok(images::Method::Git { push: Some(_), .. }))
}

/// The digest of `tag@digest`, else the tag.
fn bare(version: &str) -> &str {
    version.rsplit_once('@').map_or(version, |(_, digest)| digest)
}

/// The conditions, where they change, and what is told when they begin.
fn conditions(
    told: &Told<'_>,
    application: &Application,
    notes: &Notes,
    images: &[OfImage],
    problems: &[String],
    now: Time,
) -> (Option<Vec<ApplicationCondition>>, Vec<Event>) {
    let held: Vec<String> = notes
        .holds
        .iter()
        .map(|hold| format!("{} {} is held back: {}", hold.image, hold.version, hold.reason))
        .collect();
    let failed = images.iter().filter(|image| image.state == State::Failed);
    let mut failed: Vec<String> = failed.map(|image| format!("{}: {}", image.image, image.message)).collect();
    failed.extend_from_slice(problems);
    failed.dedup();
    let said = |lines: &[String], next: &str| (!lines.is_empty()).then(|| format!("{}{next}", lines.join("; ")));
    let next = format!("; tried again every {} s", told.interval.as_secs());
    let mut status = application.status.clone();
    let mut events = Vec::new();
    let mut is_changed = false;
    for (kind, message) in [(HELD, said(&held, "")), (FAILED, said(&failed, &next))] {
        let known = status.conditions.iter().find(|known| known.condition_type == kind);
        if known.map(|known| known.message.as_str()) == message.as_deref() {
            continue;
        }
        is_changed = true;
        if let (FAILED, Some(message)) = (kind, &message) {
            events.push(event(told, Severity::Warning, "ImageUpdateFailed", message.clone(), message));
        }
        let new = message.map(|message| ApplicationCondition::new(kind, message));
        status.set_conditions(new.into_iter().collect(), &[kind], now);
    }
    (is_changed.then_some(status.conditions), events)
}

/// That versions were written.
fn updated(told: &Told<'_>, images: &[OfImage]) -> Option<Event> {
    let written: Vec<String> = images
        .iter()
        .filter(|image| image.state == State::Updated)
        .map(|image| format!("{}:{}", image.image, image.newest.as_deref().unwrap_or_default()))
        .collect();
    let message = format!("Successfully updated application '{}': {}", told.followed.name, written.join(", "));
    (!written.is_empty()).then(|| event(told, Severity::Normal, "ImagesUpdated", message, &written.join(" ")))
}

fn event(told: &Told<'_>, severity: Severity, reason: &str, message: String, dedupe: &str) -> Event {
    let followed = told.followed;
    let gvk = Gvk::from_api_version(API_VERSION, APPLICATION);
    Event {
        cluster: cluster::ClusterId::home(),
        regarding: Target::new(gvk, Some(&followed.namespace), &followed.name),
        uid: followed.application.metadata.uid.as_str().into(),
        severity,
        reason: reason.into(),
        message,
        dedupe: dedupe.into(),
    }
}
