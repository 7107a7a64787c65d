//! What routers are given: which of the forms, and Ingresses with a rule for the right Service.

use super::reference::{ReferenceKind, References, references};
use super::services::invalid;
use super::spec::internal;
use api::rollouts::{AlbRouting, CanaryStrategy, NginxRouting, Rollout, TrafficRouting};
use kinds::FieldError;
use kinds::field::quoted;
use object::Fetched;

const ROUTING: &str = "spec.strategy.canary.trafficRouting";

fn routing(rollout: &Rollout) -> Option<(&CanaryStrategy, &TrafficRouting)> {
    let canary = rollout.spec.strategy.canary.as_ref().filter(|_| rollout.spec.strategy.blue_green.is_none())?;
    Some((canary, canary.traffic_routing.as_ref()?))
}

/// Where one of two fields must be given, and the Ingresses that are not there.
pub fn unusable(rollout: &Rollout, found: &References<'_>) -> Vec<FieldError> {
    let Some((_, routing)) = routing(rollout) else { return Vec::new() };
    let mut errors = Vec::new();
    errors.extend(routing.nginx.as_ref().and_then(one_form_of_nginx));
    errors.extend(routing.alb.as_ref().and_then(one_form_of_alb));
    errors.extend(missing_ingresses(rollout, routing, found));
    if let Some(istio) = &routing.istio {
        let several = istio.virtual_services.as_ref().is_some_and(|several| !several.is_empty());
        if several == istio.virtual_service.is_some() {
            let message = "either VirtualService or VirtualServices must be configured";
            errors.push(internal(&format!("{ROUTING}.istio"), message));
        }
    }
    if routing.ambassador.as_ref().is_some_and(|ambassador| ambassador.mappings.is_empty()) {
        let field = format!("{ROUTING}.ambassador.mappings");
        errors.push(invalid(&field, "null".to_owned(), "must provide at least one mapping".to_owned()));
    }
    if routing.app_mesh.as_ref().is_some_and(|mesh| mesh.virtual_service.is_none()) {
        // Compat: spelt without the capital letter that the field has.
        let field = format!("{ROUTING}.appmesh.virtualService");
        errors.push(invalid(&field, "null".to_owned(), "must provide virtual-service".to_owned()));
    }
    errors
}

fn one_form_of_nginx(nginx: &NginxRouting) -> Option<FieldError> {
    let detail = match (nginx.stable_ingresses.is_some(), !nginx.stable_ingress.is_empty()) {
        (true, true) => "Either StableIngress or StableIngresses must be configured. Both are configured.",
        (false, false) => "Either StableIngress or StableIngresses must be configured. Neither are configured.",
        _ => return None,
    };
    Some(internal(&format!("{ROUTING}.nginx"), detail))
}

fn one_form_of_alb(alb: &AlbRouting) -> Option<FieldError> {
    let detail = match (alb.ingresses.is_some(), !alb.ingress.is_empty()) {
        (true, true) => "Either Ingress or Ingresses must be configured. Both are configured.",
        (false, false) => "Either Ingress or Ingresses must be configured. Neither are configured.",
        _ => return None,
    };
    Some(internal(&format!("{ROUTING}.alb"), detail))
}

fn missing_ingresses(rollout: &Rollout, routing: &TrafficRouting, found: &References<'_>) -> Vec<FieldError> {
    let several = match (&routing.alb, &routing.nginx) {
        (Some(alb), _) => alb.ingresses.as_ref(),
        (None, Some(nginx)) => nginx.stable_ingresses.as_ref(),
        (None, None) => None,
    };
    references(rollout)
        .into_iter()
        .filter(|it| it.kind == ReferenceKind::Ingress)
        .filter(|it| matches!(found.ingresses.get(it.name), Some(Fetched::Absent)))
        .map(|it| {
            // Compat: of several, the message shows all.
            let shown = several.map_or_else(|| quoted(it.name), super::shown::shown);
            invalid(&it.field, shown, format!("ingress.networking.k8s.io {} not found", quoted(it.name)))
        })
        .collect()
}

/// Ingresses that are there but lead to other Services.
pub fn unfit_ingresses(rollout: &Rollout, found: &References<'_>) -> Vec<FieldError> {
    let Some((canary, routing)) = routing(rollout) else { return Vec::new() };
    let mut errors = Vec::new();
    for reference in references(rollout).into_iter().filter(|it| it.kind == ReferenceKind::Ingress) {
        let Some(Fetched::Known(ingress)) = found.ingresses.get(reference.name) else { continue };
        // Compat: an Ingress that both routers name is looked at as NGINX's.
        let by_nginx = routing.nginx.as_ref().and_then(|nginx| {
            let among = nginx.stable_ingresses.iter().flatten().any(|name| name == reference.name);
            let field = if among { "nginx.stableIngresses" } else { "nginx.stableIngress" };
            (among || nginx.stable_ingress == reference.name).then(|| (format!("{ROUTING}.{field}"), ""))
        });
        let root = routing.alb.as_ref().map_or("", |alb| alb.root_service.as_str());
        let (field, root) = by_nginx.unwrap_or((reference.field, root));
        let service = if root.is_empty() { canary.stable_service.as_str() } else { root };
        if !traffic::has_rule_with(ingress, service) {
            let detail = format!("ingress `{}` has no rules using service {service} backend", reference.name);
            errors.push(invalid(&field, quoted(reference.name), detail));
        }
    }
    errors
}
