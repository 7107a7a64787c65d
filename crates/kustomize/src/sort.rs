//! The order of the output, and the order of kinds that field specs are kept in.

use crate::id::{Gvk, Id};
use crate::kustomization::SortOptions;
use crate::problem::{Problem, Result};
use crate::resource::Resource;
use std::cmp::Ordering;
use std::collections::BTreeMap;

/// Kinds that others need come first.
const FIRST: [&str; 22] = [
    "Namespace",
    "ResourceQuota",
    "StorageClass",
    "CustomResourceDefinition",
    "ServiceAccount",
    "PodSecurityPolicy",
    "Role",
    "ClusterRole",
    "RoleBinding",
    "ClusterRoleBinding",
    "ConfigMap",
    "Secret",
    "Endpoints",
    "Service",
    "LimitRange",
    "PriorityClass",
    "PersistentVolume",
    "PersistentVolumeClaim",
    "Deployment",
    "StatefulSet",
    "CronJob",
    "PodDisruptionBudget",
];

/// Kinds that could get in the way come last.
const LAST: [&str; 2] = ["MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"];

/// Where a kind stands: its place in the fixed order, then by name.
pub(crate) fn kind_rank(gvk: &Gvk) -> (i32, String) {
    (default_place(&gvk.kind), gvk_text(&gvk.group, &gvk.version, &gvk.kind))
}

fn default_place(kind: &str) -> i32 {
    let place = |at: usize| i32::try_from(at).unwrap_or(i32::MAX);
    if let Some(at) = FIRST.iter().position(|first| *first == kind) {
        return place(at) - place(FIRST.len());
    }
    LAST.iter().position(|last| *last == kind).map_or(0, |at| 1 + place(at))
}

fn gvk_text(group: &str, version: &str, kind: &str) -> String {
    let or =
        |text: &'_ str, otherwise: &'static str| if text.is_empty() { otherwise.to_owned() } else { text.to_owned() };
    format!("{}_{}_{}", or(group, "~G"), or(version, "~V"), or(kind, "~K"))
}

/// How the objects are to be ordered when the kustomization does not say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Reorder {
    /// As `kustomize build` does when it is told nothing: like [`Reorder::Legacy`].
    #[default]
    Unspecified,
    /// Namespaces, definitions and accounts first, webhooks last.
    Legacy,
    /// As they were read.
    None,
}

/// Puts objects in the order that the options, or else `reorder`, ask for.
///
/// # Errors
/// When the options contradict themselves.
pub(crate) fn sort(resources: &mut Vec<Resource>, options: Option<&SortOptions>, reorder: Reorder) -> Result<()> {
    let Some(options) = options else {
        if reorder != Reorder::None {
            by_rank(resources, &default_place);
        }
        return Ok(());
    };
    match (options.order.as_str(), &options.legacy) {
        ("legacy", None) => by_rank(resources, &default_place),
        ("legacy", Some(legacy)) => {
            let mut places: BTreeMap<&str, i32> = BTreeMap::new();
            for (place, kind) in (-i32::try_from(legacy.first.len()).unwrap_or(i32::MAX)..).zip(&legacy.first) {
                places.insert(kind, place);
            }
            for (place, kind) in (1..).zip(&legacy.last) {
                places.insert(kind, place);
            }
            by_rank(resources, &|kind| places.get(kind).copied().unwrap_or(0));
        }
        ("fifo", None) => {}
        ("fifo", Some(_)) => {
            return Err(Problem::invalid(
                "the field 'sortOptions.legacySortOptions' is set but the selected sort order is 'fifo', not 'legacy'",
            ));
        }
        _ => return Err(Problem::invalid("the field 'sortOptions.order' must be one of [fifo, legacy]")),
    }
    Ok(())
}

/// What decides where an object goes.
struct Rank {
    place: i32,
    /// A core Namespace.
    core_namespace: bool,
    namespace: bool,
    ty: String,
    name: String,
}

fn rank(id: &Id<'_>, place: &dyn Fn(&str) -> i32) -> Rank {
    let or = |text: &str, otherwise: &str| if text.is_empty() { otherwise.to_owned() } else { text.to_owned() };
    let namespace = id.kind == "Namespace";
    Rank {
        place: place(id.kind),
        core_namespace: namespace && id.group.is_empty(),
        namespace,
        ty: gvk_text(id.group, id.version, id.kind),
        name: format!("{}|{}", or(id.namespace, "~X"), or(id.name, "~N")),
    }
}

/// Compat: among Namespaces, those of the core come before others of that kind, which turns the order of types around.
fn compare(one: &Rank, other: &Rank) -> Ordering {
    let turned = one.namespace && other.namespace && (one.core_namespace || other.core_namespace);
    let by_type = if turned { other.ty.cmp(&one.ty) } else { one.ty.cmp(&other.ty) };
    one.place.cmp(&other.place).then(by_type).then_with(|| one.name.cmp(&other.name))
}

fn by_rank(resources: &mut Vec<Resource>, place: &dyn Fn(&str) -> i32) {
    let mut ranked: Vec<(Rank, Resource)> =
        resources.drain(..).map(|resource| (rank(&resource.id(), place), resource)).collect();
    ranked.sort_by(|a, b| compare(&a.0, &b.0));
    resources.extend(ranked.into_iter().map(|(_, resource)| resource));
}
