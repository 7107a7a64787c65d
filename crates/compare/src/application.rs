//! A whole application: the status of each resource and of all together. Start at [`compare_application`].

use crate::compare::{Verdict, verdict};
use crate::context::{Context, Scope};
use crate::memo::{Memo, State};
use crate::pairing::Pair;
use api::hook::{
    delete_hook_types, has_annotation_option, is_hook, is_ignored, is_skipped, sync_option_value, sync_wave,
};
use api::names::{ANNOTATION_COMPARE_OPTIONS, CONDITION_COMPARISON_ERROR};
use api::{ApplicationCondition, ResourceStatus, SyncPolicy, SyncStatusCode, missing_namespace, semantically_equal};
use object::{Fetched, Meta, Object};
use schema::Schema;

/// How an application compares.
#[derive(Debug, Clone)]
pub struct ApplicationComparison {
    /// Whether the live state is the desired one.
    pub sync: SyncStatusCode,
    /// The status of each pair, in the order of the pairs.
    pub resources: Vec<ComparedResource>,
    /// What is wrong or worth knowing.
    pub conditions: Vec<ApplicationCondition>,
}

/// How one resource compares.
#[derive(Debug, Clone)]
pub struct ComparedResource {
    /// As it is written into the application's status; its health is not judged here.
    pub status: ResourceStatus,
    /// What the comparison said; `None` for what is not compared, such as hooks.
    pub verdict: Option<Verdict>,
}

/// Compares every pair and draws the conclusions. `memo` carries over what need not be compared again.
///
/// Guarantees: a pair whose live side is unknown is neither out of sync nor to be pruned, and makes the application's
/// status unknown rather than wrong.
#[must_use]
pub fn compare_application(
    context: &Context<'_>,
    pairs: &[Pair],
    memo: &mut Memo,
    schema: &Schema,
) -> ApplicationComparison {
    let mut work =
        Work { context, schema, memo, remembered: Vec::new(), conditions: Vec::new(), total: Total::default() };
    work.memo.begin(context.rules.settings());
    let resources = pairs.iter().map(|pair| work.resource(pair)).collect();
    let Work { memo, remembered, mut conditions, total, .. } = work;
    memo.remember(remembered);
    let sync = total.code(has_changed_namespace_metadata(context));
    conditions.sort_by(|a, b| (&a.condition_type, &a.message).cmp(&(&b.condition_type, &b.message)));
    ApplicationComparison { sync, resources, conditions }
}

#[derive(Default)]
struct Total {
    is_out_of_sync: bool,
    is_unknown: bool,
}

impl Total {
    fn code(&self, namespace_changed: bool) -> SyncStatusCode {
        if self.is_unknown {
            SyncStatusCode::Unknown
        } else if self.is_out_of_sync || namespace_changed {
            SyncStatusCode::OutOfSync
        } else {
            SyncStatusCode::Synced
        }
    }
}

struct Work<'w, 'c> {
    context: &'w Context<'c>,
    schema: &'w Schema,
    memo: &'w mut Memo,
    remembered: Vec<(object::Key, State, Verdict)>,
    conditions: Vec<ApplicationCondition>,
    total: Total,
}

impl Work<'_, '_> {
    fn resource(&mut self, pair: &Pair) -> ComparedResource {
        let live = pair.live.known();
        let Some(object) = live.or(pair.desired.as_ref()) else {
            return ComparedResource { status: ResourceStatus::default(), verdict: None };
        };
        let meta = object.meta();
        let is_own =
            self.context.tracking().is_self_referenced(live.map(Object::meta), pair.desired.as_ref().map(Object::meta));
        let mut status = self.describe(pair, meta, is_own);
        let is_apart = status.hook
            || is_ignored(meta)
            || pair.desired.as_ref().is_some_and(|desired| is_skipped(desired.meta()))
            || !is_own;
        let verdict = (!is_apart).then(|| self.verdict(pair));
        status.status = verdict.as_ref().map(|verdict| self.judge(verdict, pair, meta));
        if !self.is_permitted(meta) {
            status.status = Some(SyncStatusCode::Unknown);
        }
        ComparedResource { status, verdict }
    }

    fn describe(&mut self, pair: &Pair, meta: &Meta, is_own: bool) -> ResourceStatus {
        let live = pair.live.known().map(Object::meta);
        let desired = pair.desired.as_ref().map(Object::meta);
        let namespace = meta.namespace.as_deref().unwrap_or_default();
        let is_namespaced = (self.context.scope)(&meta.gvk) == Fetched::Known(Scope::Namespaced);
        if is_namespaced && namespace.is_empty() {
            self.conditions.push(missing_namespace(&meta.name, &meta.gvk));
        }
        let policy = self.context.application.spec.sync_policy.as_ref();
        let confirms = |side: Option<&Meta>| side.is_some_and(|meta| requires_confirmation(meta, policy));
        let is_part_hook = is_hook(meta) || !delete_hook_types(meta).is_empty();
        ResourceStatus {
            group: meta.gvk.group.to_string(),
            version: meta.gvk.version.to_string(),
            kind: meta.gvk.kind.to_string(),
            namespace: namespace.to_owned(),
            name: meta.name.to_string(),
            hook: is_part_hook,
            requires_pruning: desired.is_none() && live.is_some() && is_own,
            requires_deletion_confirmation: confirms(desired) || confirms(live),
            sync_wave: desired.or(live.filter(|_| is_part_hook)).map_or(0, sync_wave),
            ..ResourceStatus::default()
        }
    }

    fn verdict(&mut self, pair: &Pair) -> Verdict {
        let state = pair.desired.as_ref().zip(pair.live.known()).and_then(|(desired, live)| State::of(desired, live));
        let answer = self.context.predicted.get(&pair.key);
        if let Some(Err(cause)) = answer {
            return self
                .failed(&format!("Failed to compare desired state to live state: failed to calculate diff: {cause}"));
        }
        let recalled = state.as_ref().and_then(|state| self.memo.recall(&pair.key, state).cloned());
        let verdict = match recalled {
            Some(verdict) => verdict,
            None => {
                let live = pair.live.as_ref();
                let answer = answer.and_then(|answer| answer.as_ref().ok());
                match verdict(pair.desired.as_ref(), live, answer, self.context.rules, self.schema) {
                    Ok(verdict) => verdict,
                    Err(error) => {
                        return self.failed(&format!("Failed to compare desired state to live state: {error}"));
                    }
                }
            }
        };
        if let Verdict::Unknown(cause) = &verdict {
            return self.failed(&format!("Failed to load live state: {cause}"));
        }
        if let Some(state) = state {
            self.remembered.push((pair.key.clone(), state, verdict.clone()));
        }
        verdict
    }

    /// Notes a failure once, however many resources share it.
    fn failed(&mut self, message: &str) -> Verdict {
        let is_known = self.conditions.iter().any(|it| it.message == message);
        if !is_known {
            self.conditions.push(ApplicationCondition::new(CONDITION_COMPARISON_ERROR, message));
        }
        Verdict::Unknown(message.to_owned())
    }

    fn judge(&mut self, verdict: &Verdict, pair: &Pair, meta: &Meta) -> SyncStatusCode {
        match verdict {
            Verdict::Same => SyncStatusCode::Synced,
            Verdict::Unknown(_) => {
                self.total.is_unknown = true;
                SyncStatusCode::Unknown
            }
            Verdict::Missing if self.is_managed_namespace(pair) => SyncStatusCode::Synced,
            // Compat: the extra object says OutOfSync of itself, but not of the application.
            Verdict::Extra if has_annotation_option(meta, ANNOTATION_COMPARE_OPTIONS, "IgnoreExtraneous") => {
                SyncStatusCode::OutOfSync
            }
            Verdict::Different | Verdict::Missing | Verdict::Extra => {
                self.total.is_out_of_sync = true;
                SyncStatusCode::OutOfSync
            }
        }
    }

    fn is_permitted(&self, meta: &Meta) -> bool {
        match (self.context.scope)(&meta.gvk) {
            Fetched::Known(Scope::Cluster) => {
                self.context.project.permits_cluster_kind(&meta.gvk.group, &meta.gvk.kind, &meta.name)
            }
            Fetched::Known(Scope::Namespaced) => {
                self.context.project.permits_namespaced_kind(&meta.gvk.group, &meta.gvk.kind)
            }
            // Compat: a kind of unknown scope is held to the stricter lists.
            _ => self.context.project.permits_cluster_kind(&meta.gvk.group, &meta.gvk.kind, &meta.name),
        }
    }

    fn is_managed_namespace(&self, pair: &Pair) -> bool {
        let spec = &self.context.application.spec;
        let manages = spec.sync_policy.as_ref().is_some_and(|policy| policy.managed_namespace_metadata.is_some());
        manages && &*pair.key.kind == "Namespace" && *pair.key.name == *spec.destination.namespace
    }
}

/// Whether deleting or pruning the object must be approved: its own options, else the application's.
fn requires_confirmation(meta: &Meta, policy: Option<&SyncPolicy>) -> bool {
    ["Delete", "Prune"].into_iter().any(|key| {
        let own = sync_option_value(meta, key);
        own.or_else(|| policy.and_then(|policy| policy.option_value(key))) == Some("confirm")
    })
}

/// Whether the namespace's metadata changed since the last sync wrote it.
fn has_changed_namespace_metadata(context: &Context<'_>) -> bool {
    let application = context.application;
    let wanted = application.spec.sync_policy.as_ref().and_then(|policy| policy.managed_namespace_metadata.as_ref());
    let result = application.status.operation_state.as_ref().and_then(|state| state.sync_result.as_ref());
    match (wanted, result) {
        (Some(_), Some(result)) => !semantically_equal(&wanted, &result.managed_namespace_metadata.as_ref()),
        _ => false,
    }
}
