//! The Services a Rollout names: they exist, select its pods, and nobody else's Rollout has them.

use super::reference::{Peer, Reference, ReferenceKind, References, references};
use crate::world::Service;
use api::rollouts::Rollout;
use kinds::field::quoted;
use kinds::{FieldError, FieldErrorKind};
use object::Fetched;

/// A wrong value in a field.
pub fn invalid(field: &str, shown: String, detail: String) -> FieldError {
    FieldError { kind: FieldErrorKind::Invalid, field: field.to_owned(), value: Some(shown), detail }
}

fn named(rollout: &Rollout) -> impl Iterator<Item = Reference<'_>> {
    references(rollout).into_iter().filter(|reference| reference.kind == ReferenceKind::Service)
}

/// Those that are not there.
pub fn missing(rollout: &Rollout, found: &References<'_>) -> Vec<FieldError> {
    let is_missing = |reference: &Reference<'_>| matches!(found.services.get(reference.name), Some(Fetched::Absent));
    named(rollout)
        .filter(is_missing)
        .map(|it| invalid(&it.field, quoted(it.name), format!("service {} not found", quoted(it.name))))
        .collect()
}

/// Those that are there but will not do.
pub fn unfit(rollout: &Rollout, found: &References<'_>) -> Vec<FieldError> {
    let mut errors = Vec::new();
    for reference in named(rollout) {
        let Some(Fetched::Known(service)) = found.services.get(reference.name) else { continue };
        let problems = selects(rollout, reference.name, service).into_iter();
        let problems = problems.chain(belongs_to_another(rollout, reference.name, service, found.peers));
        errors.extend(problems.map(|detail| invalid(&reference.field, quoted(reference.name), detail)));
    }
    errors
}

/// What it selects is found on the Rollout's pods.
fn selects(rollout: &Rollout, name: &str, service: &Service) -> Vec<String> {
    if service.selector.is_empty() && service.hash.is_none() && service.managed_by.is_none() {
        // Upstream would put its hash there, and so take a Service away from endpoints that somebody keeps by hand.
        return vec![format!(
            "Service {} has no selector; give it one that matches the labels of spec.template",
            quoted(name)
        )];
    }
    let own = |key: &str| rollout.spec.template_labels().find(|(own, _)| *own == key).map(|(_, value)| value);
    let unmatched = service.selector.iter().filter(|(key, value)| own(key) != Some(value.as_str()));
    unmatched.map(|(key, _)| format!("Service {} has unmatch label {} in rollout", quoted(name), quoted(key))).collect()
}

fn belongs_to_another(rollout: &Rollout, name: &str, service: &Service, peers: &[Peer]) -> Option<String> {
    let own = rollout.metadata.name.as_str();
    let by_annotation = service.managed_by.as_deref().filter(|manager| *manager != own);
    if by_annotation.is_some() {
        return Some(format!("Service {} is managed by another Rollout", quoted(name)));
    }
    if service.managed_by.is_some() {
        return None;
    }
    // Nobody has it yet: of two that name it, the elder gets it.
    let age = |created: Option<api::Time>, name: &str| (created.map(api::Time::timestamp), name.to_owned());
    let own_age = age(rollout.metadata.creation_timestamp, own);
    let elder = peers
        .iter()
        .filter(|peer| peer.name != own && peer.services.iter().any(|service| service == name))
        .find(|peer| age(peer.created, &peer.name) < own_age)?;
    Some(format!("Service {} is named by another Rollout too: {}", quoted(name), quoted(&elder.name)))
}
