//! Persistent volumes and claims.

use super::storage_spec::{access_modes, claim_spec, volume_mode};
use crate::checks::quantities;
use crate::checks::text::{dns_subdomain, invalid_each};
use crate::field::{Errors, Path};
use crate::kind::{Hooks, PLAIN};
use crate::read;
use serde_json::{Value, json};

/// What is special about persistent volumes.
pub const VOLUME: Hooks = Hooks {
    create: |volume, context| {
        protect(volume, "kubernetes.io/pv-protection");
        read::set(volume, "status", json!({"phase": "Pending", "lastPhaseTransitionTime": context.now}));
    },
    validate: validate_volume,
    validate_update: |new, _, errors| validate_volume(new, errors),
    ..PLAIN
};

/// What is special about claims.
pub const CLAIM: Hooks = Hooks {
    create: |claim, _| {
        protect(claim, "kubernetes.io/pvc-protection");
        name_source_twice(claim);
    },
    update: |claim, _| name_source_twice(claim),
    validate: |claim, errors| claim_spec(&SPEC, read::at(claim, "spec"), errors),
    validate_update: update_claim,
    ..PLAIN
};

const SPEC: Path<'static> = Path::root("spec");
/// Adds the finalizer that keeps storage in use from being deleted.
fn protect(object: &mut Value, finalizer: &str) {
    let metadata = read::at_mut(object, "metadata");
    let mut finalizers = read::list(metadata, "finalizers").to_vec();
    if !finalizers.iter().any(|known| known == finalizer) {
        finalizers.push(finalizer.into());
    }
    read::set(metadata, "finalizers", finalizers);
}

/// The source of a claim's data stands in two fields, an old and a newer one.
fn name_source_twice(claim: &mut Value) {
    let spec = read::at_mut(claim, "spec");
    let (old, new) = (read::given(spec, "dataSource").cloned(), read::given(spec, "dataSourceRef").cloned());
    match (old, new) {
        (Some(old), None) => read::set(spec, "dataSourceRef", old),
        (None, Some(new)) if read::text(&new, "namespace").is_empty() => read::set(spec, "dataSource", new),
        _ => (),
    }
}

fn validate_volume(volume: &Value, errors: &mut Errors) {
    let spec = read::at(volume, "spec");
    access_modes(spec, "", &SPEC, errors);
    let path = SPEC.child("capacity");
    let capacity = read::map(spec, "capacity");
    if capacity.is_none() {
        errors.required(&path, "");
    }
    if !capacity.is_some_and(|capacity| capacity.len() == 1 && capacity.contains_key("storage")) {
        errors.not_supported_shown(&path, read::at(spec, "capacity").to_string(), &["storage"]);
    }
    for (name, amount) in read::entries(spec, "capacity") {
        quantities::positive(&path.key(name), amount, errors);
    }
    let policy = read::text(spec, "persistentVolumeReclaimPolicy");
    let policies = ["Delete", "Recycle", "Retain"];
    if !policies.contains(&policy) {
        errors.not_supported(&SPEC.child("persistentVolumeReclaimPolicy"), policy, &policies);
    }
    super::pod::volume_source(&SPEC, spec, errors);
    let class = read::text(spec, "storageClassName");
    if !class.is_empty() {
        invalid_each(&SPEC.child("storageClassName"), class, dns_subdomain(class), errors);
    }
    volume_mode(spec, &SPEC, errors);
}

fn update_claim(new: &Value, old: &Value, errors: &mut Errors) {
    let (spec, before) = (read::at(new, "spec"), read::at(old, "spec"));
    claim_spec(&SPEC, spec, errors);
    let bound = read::text(read::at(old, "status"), "phase") == "Bound";
    let fixed = |spec: &Value| {
        let mut spec = spec.clone();
        if bound {
            read::remove(&mut spec, "resources");
            read::remove(&mut spec, "volumeAttributesClassName");
        }
        // Volume and class may be filled in once.
        for field in ["volumeName", "storageClassName"] {
            if read::text(before, field).is_empty() {
                read::remove(&mut spec, field);
            }
        }
        spec
    };
    if fixed(spec) != fixed(before) {
        // Compat: Kubernetes adds a diff of its internal form of the specification here; it is left out.
        let message = "spec is immutable after creation except resources.requests and volumeAttributesClassName for \
                       bound claims\n";
        errors.forbidden(&SPEC, message);
    }
}
