//! The Ingress that is made beside the stable one.

use crate::stage::{ingress, rollout, route, settle, weight};
use serde_json::{Value, json};

fn nginx(extra: Value) -> api::rollouts::Rollout {
    let mut block = json!({"stableIngress": "main"});
    for (key, value) in extra.as_object().into_iter().flatten() {
        block[key] = value.clone();
    }
    rollout(json!({"nginx": block}), json!({}))
}

#[test]
fn it_is_made_then_patched() {
    let annotated = nginx(json!({
        "additionalIngressAnnotations": {"canary-by-header": "x", "nginx.ingress.kubernetes.io/y": "1"},
        "canaryIngressAnnotations": {"own": "2"},
    }));
    let (ingresses, notes) = settle(&annotated, vec![ingress("stable")], &weight(10));
    assert_eq!(notes, ["Creating canary ingress `web-main-canary` with weight `10`"]);
    let made = &ingresses[1];
    assert_eq!(
        made["metadata"]["annotations"],
        json!({
            "kubernetes.io/ingress.class": "alb",
            "nginx.ingress.kubernetes.io/canary": "true",
            "nginx.ingress.kubernetes.io/canary-by-header": "x",
            "nginx.ingress.kubernetes.io/canary-weight": "10",
            "nginx.ingress.kubernetes.io/y": "1",
            "own": "2",
        })
    );
    assert_eq!(made["spec"]["rules"].as_array().map(Vec::len), Some(1), "rules that lead elsewhere are left out");
    assert_eq!(made["spec"]["rules"][0]["http"]["paths"][0]["backend"]["service"]["name"], "canary");
    assert_eq!(made["spec"]["tls"], ingress("stable")["spec"]["tls"]);
    let (ingresses, notes) = settle(&annotated, ingresses, &weight(25));
    assert_eq!(notes, ["Updating Ingress `web-main-canary` to desiredWeight '25'"]);
    assert_eq!(ingresses[1]["metadata"]["annotations"]["nginx.ingress.kubernetes.io/canary-weight"], "25");
}

#[test]
fn somebody_elses_is_left_alone() {
    let mut other = ingress("canary");
    other["metadata"]["name"] = json!("web-main-canary");
    let routed = route(&nginx(json!({})), &[ingress("stable"), other], &weight(10));
    let told = "canary ingress `web-main-canary` controlled by different object: ";
    assert!(routed.problems[0].message.starts_with(told), "{routed:?}");
    assert!(routed.writes.is_empty());
}

#[test]
fn an_ingress_without_the_service_is_refused() {
    let routed = route(&nginx(json!({})), &[ingress("elsewhere")], &weight(10));
    assert_eq!(routed.problems[0].message, "ingress `main` has no rules using service stable backend");
}

#[test]
fn routers_that_are_not_implemented_refuse() {
    let routed = route(&rollout(json!({"plugins": {"own": {}}}), json!({})), &[], &weight(10));
    assert!(routed.problems[0].message.contains("trafficRouting.plugins[own]"), "{:?}", routed.problems);
}
