//! What a Rollout's spec names. Pure. A leaf module.

use api::rollouts::{AnalysisTemplateReference, Rollout};
use std::collections::BTreeSet;
use traffic::{Objects, Place, canary_ingress_name};

/// A kind of object that a Rollout names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Referent {
    /// A Service.
    Service,
    /// An Ingress, of a user or made by a router.
    Ingress,
    /// Any other object of a router, under its [`routed_name`].
    Routed,
    /// A Deployment that it takes the place of.
    Deployment,
    /// A PodTemplate that it takes the pods from.
    PodTemplate,
    /// What is measured, in its namespace.
    AnalysisTemplate,
    /// What is measured, anywhere.
    ClusterAnalysisTemplate,
}

impl Referent {
    /// The referent that objects of this kind may be.
    #[must_use]
    pub fn of_kind(kind: &str) -> Option<Self> {
        Some(match kind {
            "Service" => Referent::Service,
            "Ingress" => Referent::Ingress,
            "Deployment" => Referent::Deployment,
            "PodTemplate" => Referent::PodTemplate,
            api::rollouts::ANALYSIS_TEMPLATE => Referent::AnalysisTemplate,
            api::rollouts::CLUSTER_ANALYSIS_TEMPLATE => Referent::ClusterAnalysisTemplate,
            _ => return None,
        })
    }
}

/// Everything a Rollout names, by kind and name.
#[must_use]
pub fn references(rollout: &Rollout) -> BTreeSet<(Referent, Box<str>)> {
    let mut found: BTreeSet<(Referent, Box<str>)> = BTreeSet::new();
    found.extend(services(rollout).into_iter().map(|name| (Referent::Service, name.into())));
    found.extend(ingresses(rollout).into_iter().map(|name| (Referent::Ingress, name.into())));
    let routed = traffic::needed(rollout, &Objects::default());
    found.extend(routed.iter().map(|place| (Referent::Routed, place_name(place))));
    if let Some(workload) = &rollout.spec.workload_ref {
        let referent = Referent::of_kind(&workload.kind);
        let referent = referent.filter(|it| matches!(it, Referent::Deployment | Referent::PodTemplate));
        found.extend(referent.map(|referent| (referent, workload.name.as_str().into())));
    }
    for template in templates(rollout) {
        let referent =
            if template.is_of_cluster() { Referent::ClusterAnalysisTemplate } else { Referent::AnalysisTemplate };
        found.insert((referent, template.template_name.as_str().into()));
    }
    found
}

/// What an object of a router is called among what Rollouts name: it may be of another namespace than they are. Without
/// a name it is any of its kind.
#[must_use]
pub fn routed_name(group: &str, kind: &str, namespace: &str, name: &str) -> Box<str> {
    format!("{group}/{kind}/{namespace}/{name}").into()
}

fn place_name(place: &Place) -> Box<str> {
    routed_name(place.group, place.kind, &place.namespace, &place.name)
}

/// The DestinationRule that such a name is of: its namespace and its name.
#[must_use]
pub fn destination_rule_of(routed: &str) -> Option<(&str, &str)> {
    let (group, kind) = traffic::DESTINATION_RULE;
    routed.strip_prefix(group)?.strip_prefix('/')?.strip_prefix(kind)?.strip_prefix('/')?.split_once('/')
}

/// The Services it names.
#[must_use]
pub fn services(rollout: &Rollout) -> Vec<&str> {
    let mut names = Vec::new();
    if let Some(blue_green) = &rollout.spec.strategy.blue_green {
        names.extend([blue_green.active_service.as_str(), &blue_green.preview_service]);
    }
    if let Some(canary) = &rollout.spec.strategy.canary {
        names.extend([canary.stable_service.as_str(), &canary.canary_service]);
        if let Some(pair) = &canary.ping_pong {
            names.extend([pair.ping_service.as_str(), &pair.pong_service]);
        }
        if let Some(alb) = canary.traffic_routing.as_ref().and_then(|routing| routing.alb.as_ref()) {
            names.push(&alb.root_service);
        }
    }
    names.retain(|name| !name.is_empty());
    names
}

/// The Ingresses it names, and those that a router makes beside them.
#[must_use]
pub fn ingresses(rollout: &Rollout) -> Vec<String> {
    let mut names = alb_ingresses(rollout);
    let routing = rollout.spec.strategy.canary.as_ref().and_then(|canary| canary.traffic_routing.as_ref());
    if let Some(nginx) = routing.and_then(|routing| routing.nginx.as_ref()) {
        let stable = nginx.stable_ingresses.clone().unwrap_or_else(|| vec![nginx.stable_ingress.clone()]);
        names.extend(stable.iter().map(|name| canary_ingress_name(&rollout.metadata.name, name)));
        names.extend(stable);
    }
    names.retain(|name| !name.is_empty());
    names
}

/// The Ingresses of its Application Load Balancer.
#[must_use]
pub fn alb_ingresses(rollout: &Rollout) -> Vec<String> {
    let routing = rollout.spec.strategy.canary.as_ref().and_then(|canary| canary.traffic_routing.as_ref());
    let Some(alb) = routing.and_then(|routing| routing.alb.as_ref()) else { return Vec::new() };
    alb.ingresses.clone().unwrap_or_else(|| vec![alb.ingress.clone()])
}

/// The templates of what its strategy measures.
#[must_use]
pub fn templates(rollout: &Rollout) -> Vec<&AnalysisTemplateReference> {
    let strategy = &rollout.spec.strategy;
    let mut found = Vec::new();
    if let Some(canary) = &strategy.canary {
        let steps = canary.steps.iter().filter_map(|step| step.analysis.as_ref());
        found.extend(steps.flat_map(|analysis| &analysis.templates));
        found.extend(canary.analysis.iter().flat_map(|background| &background.templates));
    }
    if let Some(blue_green) = &strategy.blue_green {
        let analyses = [&blue_green.pre_promotion_analysis, &blue_green.post_promotion_analysis];
        found.extend(analyses.into_iter().flatten().flat_map(|analysis| &analysis.templates));
    }
    found
}
