//! What a Rollout refers to, and what was found of it. A leaf module.

use crate::world::Service;
use api::Time;
use api::rollouts::{
    AnalysisArgument, AnalysisTemplateReference, AnalysisTemplateSpec, LabelSelector, Rollout, RolloutAnalysis,
};
use object::Fetched;
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::Arc;

/// What kind of object a Rollout refers to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ReferenceKind {
    /// A Service.
    Service,
    /// An Ingress.
    Ingress,
    /// Templates of what is measured, for one namespace or all.
    Template,
}

/// One object that a Rollout refers to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Reference<'a> {
    /// Its kind.
    pub kind: ReferenceKind,
    /// The field that names it.
    pub field: String,
    /// Its name.
    pub name: &'a str,
    /// Whether it is one of the whole cluster.
    pub is_cluster_wide: bool,
}

/// A template of what is measured, by scope and name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum TemplateKey {
    /// An AnalysisTemplate of the Rollout's namespace.
    Namespaced(String),
    /// A ClusterAnalysisTemplate.
    Cluster(String),
}

impl TemplateKey {
    /// The template that a reference names.
    #[must_use]
    pub fn of(reference: &AnalysisTemplateReference) -> Self {
        let name = reference.template_name.clone();
        if reference.cluster_scope == Some(true) { TemplateKey::Cluster(name) } else { TemplateKey::Namespaced(name) }
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            TemplateKey::Namespaced(name) | TemplateKey::Cluster(name) => name,
        }
    }
}

/// Another Rollout of the same namespace.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Peer {
    /// Its name.
    pub name: String,
    /// When it was made.
    pub created: Option<Time>,
    /// The Services it names.
    pub services: Vec<String>,
    /// Which pods are its own.
    pub selector: LabelSelector,
    /// The labels of the pods it makes.
    pub labels: BTreeMap<String, String>,
}

impl Peer {
    /// What matters of a Rollout to the others.
    #[must_use]
    pub fn of(rollout: &Rollout) -> Self {
        let services = references(rollout).into_iter().filter(|it| it.kind == ReferenceKind::Service);
        Peer {
            name: rollout.metadata.name.clone(),
            created: rollout.metadata.creation_timestamp,
            services: services.map(|it| it.name.to_owned()).collect(),
            selector: rollout.spec.selector.clone().unwrap_or_default(),
            labels: rollout.spec.template_labels().map(|(key, value)| (key.to_owned(), value.to_owned())).collect(),
        }
    }
}

/// What was found of the objects a Rollout refers to. What is not in here was not looked for, and what is
/// [`Fetched::Unknown`] is not complained about.
#[derive(Debug, Clone, Copy)]
pub struct References<'a> {
    /// Services by name.
    pub services: &'a BTreeMap<String, Fetched<Service>>,
    /// Ingresses by name.
    pub ingresses: &'a BTreeMap<String, Fetched<Arc<Value>>>,
    /// Templates of what is measured, with those that they include.
    pub templates: &'a BTreeMap<TemplateKey, Fetched<AnalysisTemplateSpec>>,
    /// The other Rollouts of the namespace; empty when nobody looked.
    pub peers: &'a [Peer],
}

/// Every object that a Rollout refers to, in the order in which upstream looks for them. Templates that templates
/// include are not among them.
#[must_use]
pub fn references(rollout: &Rollout) -> Vec<Reference<'_>> {
    let mut found = services(rollout);
    for analysis in analyses(rollout) {
        found.extend(analysis.templates.iter().map(|template| Reference {
            kind: ReferenceKind::Template,
            field: analysis.field.clone(),
            name: &template.template_name,
            is_cluster_wide: template.cluster_scope == Some(true),
        }));
    }
    found.extend(ingresses(rollout));
    found
}

fn reference<'a>(kind: ReferenceKind, field: &str, name: &'a str) -> Option<Reference<'a>> {
    let field = format!("spec.strategy.{field}");
    (!name.is_empty()).then_some(Reference { kind, field, name, is_cluster_wide: false })
}

fn services(rollout: &Rollout) -> Vec<Reference<'_>> {
    let service = |field: &str, name| reference(ReferenceKind::Service, field, name);
    let strategy = &rollout.spec.strategy;
    let mut found = Vec::new();
    if let Some(blue_green) = &strategy.blue_green {
        found.extend(service("blueGreen.activeService", blue_green.active_service.as_str()));
        found.extend(service("blueGreen.previewService", blue_green.preview_service.as_str()));
    } else if let Some(canary) = &strategy.canary {
        found.extend(service("canary.stableService", canary.stable_service.as_str()));
        found.extend(service("canary.canaryService", canary.canary_service.as_str()));
        if let Some(pair) = &canary.ping_pong {
            found.extend(service("canary.pingPong.pingService", pair.ping_service.as_str()));
            found.extend(service("canary.pingPong.pongService", pair.pong_service.as_str()));
        }
    }
    found
}

// Compat: those of NGINX only when no load balancer is named too.
fn ingresses(rollout: &Rollout) -> Vec<Reference<'_>> {
    let routing = rollout.spec.strategy.canary.as_ref().and_then(|canary| canary.traffic_routing.as_ref());
    let Some(routing) = routing else { return Vec::new() };
    let (several, one, fields) = match (&routing.alb, &routing.nginx) {
        (Some(alb), _) => (&alb.ingresses, &alb.ingress, ["alb.ingresses", "alb.ingress"]),
        (None, Some(nginx)) => {
            (&nginx.stable_ingresses, &nginx.stable_ingress, ["nginx.stableIngresses", "nginx.stableIngress"])
        }
        (None, None) => return Vec::new(),
    };
    let ingress =
        |field: &str, name| reference(ReferenceKind::Ingress, &format!("canary.trafficRouting.{field}"), name);
    match several {
        Some(names) => names.iter().filter_map(|name| ingress(fields[0], name.as_str())).collect(),
        None => ingress(fields[1], one.as_str()).into_iter().collect(),
    }
}

/// One place where a Rollout says what is measured.
#[derive(Debug, Clone)]
pub struct Analysis<'a> {
    /// The field that lists the templates.
    pub field: String,
    /// The templates.
    pub templates: &'a [AnalysisTemplateReference],
    /// Their arguments.
    pub args: &'a [AnalysisArgument],
    /// It may go on for ever.
    pub is_background: bool,
}

impl<'a> Analysis<'a> {
    fn bounded(field: String, analysis: &'a RolloutAnalysis) -> Self {
        Analysis { field, templates: &analysis.templates, args: &analysis.args, is_background: false }
    }
}

/// Every place where a Rollout says what is measured; experiments check theirs themselves.
pub fn analyses(rollout: &Rollout) -> Vec<Analysis<'_>> {
    let strategy = &rollout.spec.strategy;
    let mut found = Vec::new();
    if let Some(blue_green) = &strategy.blue_green {
        let named = [
            ("prePromotionAnalysis", &blue_green.pre_promotion_analysis),
            ("postPromotionAnalysis", &blue_green.post_promotion_analysis),
        ];
        for (field, analysis) in named {
            let field = format!("spec.strategy.blueGreen.{field}.templates");
            found.extend(analysis.as_ref().map(|analysis| Analysis::bounded(field, analysis)));
        }
    } else if let Some(canary) = &strategy.canary {
        for (index, step) in canary.steps.iter().enumerate() {
            let field = format!("spec.strategy.canary.steps[{index}].analysis.templates");
            found.extend(step.analysis.as_ref().map(|analysis| Analysis::bounded(field, analysis)));
        }
        found.extend(canary.analysis.as_ref().map(|background| Analysis {
            field: "spec.strategy.canary.analysis.templates".to_owned(),
            templates: &background.templates,
            args: &background.args,
            is_background: true,
        }));
    }
    found
}
