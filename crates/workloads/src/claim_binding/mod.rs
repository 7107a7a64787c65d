//! Claims and volumes: a claim is bound to a volume that fits, or to one made for it when its storage class exists;
//! what is in use stays until it is not. Nothing is stored anywhere. Start at [`plan_claim`] and [`plan_volume`].

mod volume;
mod write;

pub use volume::{ObservedVolume, plan_volume};

use crate::controller::{Change, Context, Controller, Item};
use crate::plan::{Action, CONTROLLER_MANAGER, Note, Part, Plan, Severity, Target};
use crate::pod::Pod;
use crate::reading::about;
use apiserver::quota::Quantity;
use apiserver::{Api, GroupResource, LabelSelector, Object, resources};
use serde_json::{Value, json};
use write::{VOLUMES, patch, without_finalizer};

/// `persistentvolumeclaims`.
pub(crate) const CLAIMS: GroupResource = GroupResource::new("", "persistentvolumeclaims");
/// `storageclasses.storage.k8s.io`.
pub(crate) const CLASSES: GroupResource = GroupResource::new("storage.k8s.io", "storageclasses");
/// Who tells of claims' events.
const SOURCE: &str = "persistentvolume-controller";
/// What keeps a claim until no pod uses it.
const PROTECTION: &str = "kubernetes.io/pvc-protection";

/// Everything one pass over a claim knows.
#[derive(Debug, Clone)]
pub struct ObservedClaim {
    /// The claim.
    pub claim: Object,
    /// All volumes.
    pub volumes: Vec<Object>,
    /// The claim's storage class, if it is there.
    pub class: Option<Object>,
    /// Whether a pod that has not ended names the claim.
    pub in_use: bool,
}

/// What to do for a claim now.
#[must_use]
pub fn plan_claim(observed: &ObservedClaim) -> Plan {
    let claim = &observed.claim;
    if claim.meta().is_terminating() {
        let protected = claim.meta().finalizers.iter().any(|own| &**own == PROTECTION);
        let release = (protected && !observed.in_use).then(|| without_finalizer(&CLAIMS, claim, PROTECTION));
        return Plan { actions: release.into_iter().collect(), wake: None };
    }
    let document = claim.value();
    let wanted = document["spec"]["volumeName"].as_str().unwrap_or_default();
    let mut plan = Plan::nothing();
    if !wanted.is_empty() {
        let volume = observed.volumes.iter().find(|volume| volume.name() == wanted);
        plan.actions.extend(volume.and_then(|volume| bound(claim, &document, volume)));
        return plan;
    }
    let fitting = observed.volumes.iter().filter(|volume| fits(&document, claim, &volume.value()));
    let smallest =
        fitting.min_by_key(|volume| (capacity(&volume.value()["spec"]["capacity"]), volume.name().to_owned()));
    if let Some(volume) = smallest {
        plan.actions.push(reserve(claim, volume));
        plan.actions.push(name_volume(claim, volume.name()));
        return plan;
    }
    plan.actions.push(provision(observed, &document));
    plan
}

fn capacity(list: &Value) -> Quantity {
    let given = list["storage"].as_str().and_then(|text| Quantity::parse(text).ok());
    given.unwrap_or_else(Quantity::zero)
}

fn class_of(spec: &Value) -> &str {
    spec["storageClassName"].as_str().unwrap_or_default()
}

/// Whether a claim may have a volume.
fn fits(document: &Value, claim: &Object, volume: &Value) -> bool {
    let (asked, given) = (&document["spec"], &volume["spec"]);
    let modes = |spec: &Value| spec["accessModes"].as_array().cloned().unwrap_or_default();
    let reference = &given["claimRef"];
    let is_meant = reference["name"] == claim.name() && reference["namespace"].as_str() == claim.namespace();
    let is_ours = is_meant && (reference["uid"].is_null() || reference["uid"] == *claim.meta().uid);
    let labels = volume["metadata"]["labels"].as_object().cloned().unwrap_or_default();
    let labels = labels.into_iter().filter_map(|(key, value)| Some((key.into(), value.as_str()?.into()))).collect();
    let mode = |spec: &Value| spec["volumeMode"].as_str().unwrap_or("Filesystem").to_owned();
    (reference.is_null() || is_ours)
        && volume["metadata"]["deletionTimestamp"].is_null()
        && class_of(asked) == class_of(given)
        && mode(asked) == mode(given)
        && modes(asked).iter().all(|wanted| modes(given).contains(wanted))
        && capacity(&asked["resources"]["requests"]) <= capacity(&given["capacity"])
        && asked.get("selector").is_none_or(|selector| LabelSelector::from_value(Some(selector)).matches(&labels))
}

fn claim_reference(claim: &Object) -> Value {
    json!({
        "kind": "PersistentVolumeClaim", "namespace": claim.namespace(), "name": claim.name(),
        "uid": &*claim.meta().uid, "apiVersion": "v1", "resourceVersion": &*claim.meta().resource_version,
    })
}

fn reserve(claim: &Object, volume: &Object) -> Action {
    patch(&VOLUMES, volume, Part::Main, json!({"spec": {"claimRef": claim_reference(claim)}}))
}

fn name_volume(claim: &Object, volume: &str) -> Action {
    let annotations = json!({
        "pv.kubernetes.io/bind-completed": "yes", "pv.kubernetes.io/bound-by-controller": "yes",
    });
    patch(&CLAIMS, claim, Part::Main, json!({"metadata": {"annotations": annotations}, "spec": {"volumeName": volume}}))
}

/// The status of a claim whose volume is its own.
fn bound(claim: &Object, document: &Value, volume: &Object) -> Option<Action> {
    let spec = volume.get("/spec").unwrap_or_default();
    if spec["claimRef"]["uid"] != *claim.meta().uid {
        return (spec["claimRef"].is_null()).then(|| reserve(claim, volume));
    }
    if document["status"]["phase"] == "Bound" {
        return None;
    }
    let status = json!({"phase": "Bound", "accessModes": spec["accessModes"], "capacity": spec["capacity"]});
    Some(patch(&CLAIMS, claim, Part::Status, json!({"status": status})))
}

/// A volume made for the claim, or the event that says why there is none.
fn provision(observed: &ObservedClaim, document: &Value) -> Action {
    let claim = &observed.claim;
    let spec = &document["spec"];
    let tell = |severity, reason, message: String| {
        Action::Tell(Note { about: about(claim), source: SOURCE, severity, reason, message, action: None })
    };
    let name = class_of(spec);
    if name.is_empty() {
        let message = "no persistent volumes available for this claim and no storage class is set".to_owned();
        return tell(Severity::Normal, "FailedBinding", message);
    }
    let Some(class) = &observed.class else {
        let message = format!("storageclass.storage.k8s.io \"{name}\" not found");
        return tell(Severity::Warning, "ProvisioningFailed", message);
    };
    let class = class.value();
    if class["volumeBindingMode"] == "WaitForFirstConsumer" && !observed.in_use {
        let message = "waiting for first consumer to be created before binding".to_owned();
        return tell(Severity::Normal, "WaitForFirstConsumer", message);
    }
    let volume = format!("pvc-{}", claim.meta().uid);
    Action::Create {
        target: Target { resource: VOLUMES, namespace: Box::default(), name: volume.as_str().into() },
        object: json!({
            "apiVersion": "v1", "kind": "PersistentVolume",
            "metadata": {
                "name": volume,
                "annotations": {"pv.kubernetes.io/provisioned-by": class["provisioner"]},
            },
            "spec": {
                "capacity": {"storage": spec["resources"]["requests"]["storage"]},
                "accessModes": spec["accessModes"], "volumeMode": spec["volumeMode"], "storageClassName": name,
                "persistentVolumeReclaimPolicy": class["reclaimPolicy"].as_str().unwrap_or("Delete"),
                "claimRef": claim_reference(claim), "hostPath": {"path": format!("/simulated/{volume}")},
            },
        }),
        manager: CONTROLLER_MANAGER,
        birth: None,
    }
}

/// The controller of claims and volumes. Volumes are items without a namespace.
pub(crate) struct ClaimBinding;

impl Controller for ClaimBinding {
    fn name(&self) -> &'static str {
        "persistentvolume-binder"
    }

    fn notice(&mut self, change: &Change<'_>, api: &Api) -> Vec<Item> {
        if *change.resource == CLAIMS {
            let volume = change.object.get("/spec/volumeName").and_then(|name| name.as_str().map(str::to_owned));
            return [Item::of(change.object)].into_iter().chain(volume.map(|name| Item::new("", &name))).collect();
        }
        if *change.resource == VOLUMES || *change.resource == CLASSES {
            let pending = api.list(&CLAIMS, "").items;
            let pending =
                pending.iter().filter(|claim| claim.get("/status/phase").is_none_or(|phase| phase != "Bound"));
            let own = (*change.resource == VOLUMES).then(|| Item::new("", change.object.name()));
            return pending.map(Item::of).chain(own).collect();
        }
        if *change.resource != resources::PODS {
            return Vec::new();
        }
        let is_new = change.previous.is_none();
        let is_over = |pod: &Object| Pod::read(pod).is_finished();
        let has_ended = change.kind == apiserver::EventKind::Deleted || is_over(change.object);
        if !is_new && !has_ended {
            return Vec::new();
        }
        let namespace = change.object.namespace().unwrap_or_default();
        claims_of(change.object).iter().map(|name| Item::new(namespace, name)).collect()
    }

    fn pass(&mut self, item: &Item, context: &Context<'_>) -> Plan {
        let api = context.api;
        if item.namespace.is_empty() {
            let Some(volume) = api.get(&VOLUMES, "", &item.name) else { return Plan::nothing() };
            let claim = volume
                .get("/spec/claimRef")
                .and_then(|reference| api.get(&CLAIMS, reference["namespace"].as_str()?, reference["name"].as_str()?));
            return plan_volume(&ObservedVolume { volume, claim });
        }
        let Some(claim) = api.get(&CLAIMS, &item.namespace, &item.name) else { return Plan::nothing() };
        let class = claim.get("/spec/storageClassName").and_then(|name| api.get(&CLASSES, "", name.as_str()?));
        let pods = api.list(&resources::PODS, &item.namespace).items;
        let uses =
            |pod: &Object| claims_of(pod).iter().any(|name| **name == *item.name) && !Pod::read(pod).is_finished();
        let in_use = pods.iter().any(uses);
        plan_claim(&ObservedClaim { claim, volumes: api.list(&VOLUMES, "").items, class, in_use })
    }
}

/// The claims a pod names.
pub(crate) fn claims_of(pod: &Object) -> Vec<String> {
    let volumes = pod.get("/spec/volumes").unwrap_or_default();
    let volumes = volumes.as_array().into_iter().flatten();
    volumes.filter_map(|volume| volume["persistentVolumeClaim"]["claimName"].as_str().map(str::to_owned)).collect()
}
