//! The templates of what a Rollout measures.

use crate::key::RolloutKey;
use crate::observer::Observer;
use crate::references::templates;
use api::rollouts::{
    ANALYSIS_TEMPLATE, AnalysisTemplate, AnalysisTemplateSpec, CLUSTER_ANALYSIS_TEMPLATE, ClusterAnalysisTemplate,
    Rollout,
};
use object::{Fetched, Key};
use std::collections::BTreeMap;
use strategy::validation::TemplateKey;

/// How many templates one Rollout may come to use, with those that they include: far more than anybody writes.
const TEMPLATES_MAX: usize = 256;

impl Observer {
    /// The templates it names and those that they include, by scope and name.
    pub(super) fn templates(
        &self,
        key: &RolloutKey,
        rollout: &Rollout,
    ) -> BTreeMap<TemplateKey, Fetched<AnalysisTemplateSpec>> {
        let mut found = BTreeMap::new();
        let mut wanted: Vec<TemplateKey> = templates(rollout).into_iter().map(TemplateKey::of).collect();
        while let Some(next) = wanted.pop() {
            if found.contains_key(&next) || found.len() >= TEMPLATES_MAX {
                continue;
            }
            let spec = self.template(key, &next);
            if let Fetched::Known(spec) = &spec {
                wanted.extend(spec.templates.iter().map(TemplateKey::of));
            }
            found.insert(next, spec);
        }
        found
    }

    fn template(&self, key: &RolloutKey, template: &TemplateKey) -> Fetched<AnalysisTemplateSpec> {
        let group = api::names::GROUP;
        let at = match template {
            TemplateKey::Namespaced(name) => Key::new(group, ANALYSIS_TEMPLATE, Some(&key.namespace), name),
            TemplateKey::Cluster(name) => Key::new(group, CLUSTER_ANALYSIS_TEMPLATE, None, name),
        };
        let object = match self.cache.get(&at) {
            Fetched::Known(cached) => cached.object,
            Fetched::Absent => return Fetched::Absent,
            Fetched::Unknown(cause) => return Fetched::Unknown(cause),
        };
        let spec = match template {
            TemplateKey::Namespaced(_) => AnalysisTemplate::read(&object).map(|template| template.spec),
            TemplateKey::Cluster(_) => ClusterAnalysisTemplate::read(&object).map(|template| template.spec),
        };
        spec.map_or_else(|error| Fetched::Unknown(error.to_string()), Fetched::Known)
    }
}
