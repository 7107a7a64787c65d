//! Desired against live: pairs, differences, health.

use crate::observed::{Lookup, Observed};
use api::names::ANNOTATION_COMPARE_OPTIONS;
use api::{Application, ProjectRules, SyncStatusCode};
use cluster::{Keep, Served};
use compare::{
    ApplicationComparison, ApplyMethod, CompareError, Comparison, Context, LiveObjects, Pair, Pairs, RuleSettings,
    Rules, Scope, Targets, Webhooks, compare, compare_application, pair, prepare_targets,
};
use health::{ApplicationHealth, aggregate};
use object::{Fetched, Gvk, Key, Object};
use schema::Schema;
use std::collections::BTreeMap;

/// How an application stands.
#[derive(Debug, Clone)]
pub struct Assessment {
    /// Desired and live side by side.
    pub pairs: Pairs,
    /// What differs.
    pub comparison: ApplicationComparison,
    /// How well it is.
    pub health: ApplicationHealth,
}

/// What a comparison of this application goes by.
pub struct Ground<'a> {
    /// The application.
    pub application: &'a Application,
    /// What its project permits.
    pub rules: &'a ProjectRules,
    /// The kinds its cluster serves.
    pub served: &'a Served,
    /// What was read.
    pub observed: &'a Observed,
}

impl Ground<'_> {
    /// What does not count as a difference.
    #[must_use]
    pub fn ignored(&self) -> Rules {
        Rules::new(rule_settings(self.application, self.observed))
    }

    fn with<T>(&self, work: impl FnOnce(&Context<'_>) -> T) -> T {
        let rules = self.ignored();
        let scope = |gvk: &Gvk| scope_of(self.served, gvk);
        let cluster = self.observed.cluster(self.rules.name());
        let is_excluded = |gvk: &Gvk| self.observed.settings.is_excluded(&gvk.group, &gvk.kind, cluster.server);
        work(&Context {
            application: self.application,
            control_plane_namespace: &self.observed.settings.namespace,
            project: self.rules,
            cluster,
            rules: &rules,
            scope: &scope,
            is_excluded: &is_excluded,
            predicted: &self.observed.predicted,
        })
    }

    /// Makes manifests ready to be compared.
    #[must_use]
    pub fn targets(&self, manifests: Vec<Object>) -> Targets {
        self.with(|context| prepare_targets(context, manifests))
    }

    /// The live objects that must be read from the API server, for they are not known well enough.
    #[must_use]
    pub fn missing_lookups(&self, targets: &Targets) -> Vec<Lookup> {
        let server_side = apply_method(self.application) == ApplyMethod::ServerSide
            || asks_server(self.application, self.observed)
            || names_managers(self.application, self.observed);
        let mut lookups = Vec::new();
        for target in targets.resources.iter().chain(&targets.hooks) {
            let version = &target.object.gvk().version;
            for key in target.lookup_keys() {
                let is_known = self.observed.looked_up.contains_key(&key)
                    || self.observed.roots.get(&key).is_some_and(|root| {
                        root.object.gvk().version == *version
                            && (!server_side || root.keep == Keep::Everything)
                            && !self.observed.may_be_old(&key)
                    });
                if !is_known {
                    lookups.push(Lookup { key, version: version.clone() });
                }
            }
        }
        lookups.sort();
        lookups.dedup();
        lookups
    }

    /// The desired objects of which the server must be asked what applying them would give.
    #[must_use]
    pub fn missing_predictions(&self, targets: &Targets) -> Vec<Object> {
        if !asks_server(self.application, self.observed) {
            return Vec::new();
        }
        let settings = rule_settings(self.application, self.observed);
        let notes = self.observed.memory.notes();
        let is_missing = |object: &&Object| {
            let key = object.key();
            let live = self.observed.live(&key);
            let live = live.as_ref().and_then(Fetched::known);
            live.is_some_and(|live| !notes.memo.knows(&settings, &key, object, live))
                && !self.observed.predicted.contains_key(&key)
        };
        targets.resources.iter().map(|target| &target.object).filter(is_missing).cloned().collect()
    }

    /// Compares the targets with what is live; `changed` holds what is newer than what was observed.
    #[must_use]
    pub fn assess(&self, targets: &Targets, changed: &BTreeMap<Key, Fetched<Object>>) -> Assessment {
        let live = self.live_objects(targets, changed);
        let (pairs, comparison) = self.with(|context| {
            let pairs = pair(context, targets, live);
            let mut notes = self.observed.memory.notes();
            let comparison = compare_application(context, &pairs.pairs, &mut notes.memo, Schema::builtin());
            (pairs, comparison)
        });
        let itself = Key::new(
            api::names::GROUP,
            api::names::APPLICATION,
            Some(&self.observed.key.namespace),
            &self.observed.key.name,
        );
        let resources: Vec<health::Resource<'_>> = pairs
            .pairs
            .iter()
            .map(|pair| health::Resource { key: &pair.key, desired: pair.desired.as_ref(), live: pair.live.as_ref() })
            .collect();
        let health = aggregate(&resources, &itself, &self.observed.health_rules());
        Assessment { pairs, comparison, health }
    }

    /// One pair with the values its verdict is made of, for people to see.
    ///
    /// # Errors
    /// As [`compare()`].
    pub fn compare(&self, pair: &Pair) -> Result<Comparison, CompareError> {
        self.with(|context| compare(pair.desired.as_ref(), pair.live.as_ref(), None, context.rules, Schema::builtin()))
    }

    fn live_objects(&self, targets: &Targets, changed: &BTreeMap<Key, Fetched<Object>>) -> LiveObjects {
        let mut live = LiveObjects::new();
        for (key, root) in &self.observed.roots {
            live.insert(key.clone(), Fetched::Known(root.object.clone()));
        }
        for key in targets.lookup_keys() {
            if let Some(answer) = self.observed.live(&key) {
                live.insert(key, answer);
            }
        }
        for (key, answer) in changed {
            live.insert(key.clone(), answer.clone());
        }
        // The destination namespace is looked up for the sync, and is nobody's resource unless it is marked or desired.
        let own = self.observed.settings.tracking.clone();
        let instance = self.application.instance_name(&self.observed.settings.namespace);
        let desired: std::collections::BTreeSet<Key> = targets.lookup_keys().into_iter().collect();
        live.retain(|key, answer| {
            desired.contains(key)
                || answer.known().is_some_and(|object| own.instance(object.meta()).as_deref() == Some(&*instance))
        });
        live
    }
}

impl Assessment {
    /// Whether the desired state is met.
    #[must_use]
    pub fn sync(&self) -> SyncStatusCode {
        self.comparison.sync
    }
}

/// The scope of a kind as the cluster serves it.
#[must_use]
pub fn scope_of(served: &Served, gvk: &Gvk) -> Fetched<Scope> {
    let scope = |resource: &cluster::Resource| match resource.scope {
        cluster::Scope::Namespaced => Scope::Namespaced,
        cluster::Scope::Cluster => Scope::Cluster,
    };
    match served.resource(gvk).map(scope) {
        // Another version of the kind has the same scope.
        Fetched::Absent => served.preferred(&gvk.group, &gvk.kind).map(scope),
        answer => answer,
    }
}

fn apply_method(application: &Application) -> ApplyMethod {
    let policy = application.spec.sync_policy.as_ref();
    let server_side = policy.is_some_and(|policy| policy.has_option("ServerSideApply=true"));
    if server_side { ApplyMethod::ServerSide } else { ApplyMethod::ClientSide }
}

/// Whether the server is asked what applying would give: the application's own word goes before everybody's.
fn asks_server(application: &Application, observed: &Observed) -> bool {
    let options = application.annotation(ANNOTATION_COMPARE_OPTIONS).unwrap_or_default();
    let says = |option: &str| options.split(',').any(|own| own.trim() == option);
    (observed.settings.comparison.server_side || says("ServerSideDiff=true")) && !says("ServerSideDiff=false")
}

/// Whether it matters who set which field.
fn names_managers(application: &Application, observed: &Observed) -> bool {
    let all = application.spec.ignore_differences.iter().chain(&observed.settings.comparison.ignored);
    all.into_iter().any(|rule| !rule.managed_fields_managers.is_empty())
}

fn rule_settings(application: &Application, observed: &Observed) -> RuleSettings {
    let all = &observed.settings.comparison;
    let options = application.annotation(ANNOTATION_COMPARE_OPTIONS).unwrap_or_default();
    let counts_webhooks = options.split(',').any(|own| own.trim() == "IncludeMutationWebhook=true");
    RuleSettings {
        application: application.spec.ignore_differences.clone(),
        system: all.ignored.clone(),
        status: all.status,
        aggregated_roles: all.aggregated_roles,
        known_type_fields: all.known_type_fields.clone(),
        apply: apply_method(application),
        tracking: observed.settings.tracking.clone(),
        webhooks: match (asks_server(application, observed), counts_webhooks) {
            (false, _) => Webhooks::NotAsked,
            (true, true) => Webhooks::Count,
            (true, false) => Webhooks::Ignored,
        },
    }
}
