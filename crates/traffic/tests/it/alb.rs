//! The annotations of an Application Load Balancer, as text.

use crate::stage::{ingress, objects, rollout, route, settle, weight};
use serde_json::{Value, json};
use traffic::{Managed, Router as _, Routers, Verify};

const ACTION: &str = "alb.ingress.kubernetes.io/actions.root";

fn alb(extra: Value) -> api::rollouts::Rollout {
    let mut block = json!({"ingress": "main", "servicePort": 80, "rootService": "root"});
    for (key, value) in extra.as_object().into_iter().flatten() {
        block[key] = value.clone();
    }
    rollout(json!({"alb": block, "managedRoutes": [{"name": "beta"}]}), json!({}))
}

#[test]
fn the_action_shares_traffic_out() {
    let (ingresses, notes) = settle(&alb(json!({})), vec![ingress("root")], &weight(10));
    let annotations = &ingresses[0]["metadata"]["annotations"];
    assert_eq!(
        annotations[ACTION],
        r#"{"Type":"forward","ForwardConfig":{"TargetGroups":[{"ServiceName":"canary","ServicePort":"80","Weight":10},{"ServiceName":"stable","ServicePort":"80","Weight":90}]}}"#
    );
    assert_eq!(
        annotations["rollouts.argoproj.io/managed-alb-annotations"],
        r#"{"web":["alb.ingress.kubernetes.io/actions.root"]}"#
    );
    assert_eq!(annotations["kubernetes.io/ingress.class"], "alb", "what is not ours stays");
    assert_eq!(notes, ["Updating Ingress `main` to desiredWeight '10'"]);
}

#[test]
fn clients_may_stay_with_a_version() {
    let sticky = alb(json!({"stickinessConfig": {"enabled": true, "durationSeconds": 60}}));
    let (ingresses, _) = settle(&sticky, vec![ingress("root")], &weight(0));
    let action = ingresses[0]["metadata"]["annotations"][ACTION].as_str().expect("text");
    assert!(action.ends_with(r#","TargetGroupStickinessConfig":{"Enabled":true,"DurationSeconds":60}}}"#), "{action}");
    let wrong = alb(json!({"stickinessConfig": {"enabled": true, "durationSeconds": 0}}));
    assert_eq!(route(&wrong, &[ingress("root")], &weight(0)).problems.len(), 1);
}

#[test]
fn header_routes_come_first_and_go() {
    let header = |matches: Value| serde_json::from_value(json!({"name": "beta", "match": matches})).expect("a route");
    let mut wanted = weight(10);
    wanted.header = Some(header(json!([
        {"headerName": "x", "headerValue": {"exact": "1"}}, {"headerName": "x", "headerValue": {"exact": "2"}},
    ])));
    let (ingresses, _) = settle(&alb(json!({})), vec![ingress("root")], &wanted);
    let annotations = &ingresses[0]["metadata"]["annotations"];
    assert_eq!(
        annotations["alb.ingress.kubernetes.io/conditions.beta"],
        r#"[{"field":"http-header","httpHeaderConfig":{"httpHeaderName":"x","values":["1","2"]}}]"#
    );
    assert_eq!(ingresses[0]["spec"]["rules"][0]["http"]["paths"][0]["backend"]["service"]["name"], "beta");
    let mut gone = weight(10);
    gone.managed = Managed::Remove;
    let (ingresses, _) = settle(&alb(json!({})), ingresses, &gone);
    assert_eq!(ingresses[0]["spec"], ingress("root")["spec"]);
    assert!(ingresses[0]["metadata"]["annotations"].get("alb.ingress.kubernetes.io/actions.beta").is_none());
}

#[test]
fn an_unchanged_ingress_does_not_hide_the_next() {
    let both = alb(json!({"ingress": "", "ingresses": ["main", "second"]}));
    let (done, _) = settle(&alb(json!({})), vec![ingress("root")], &weight(5));
    let mut second = ingress("root");
    second["metadata"]["name"] = json!("second");
    let routed = route(&both, &[done[0].clone(), second], &weight(5));
    assert_eq!(routed.writes.iter().map(|write| write.name.as_str()).collect::<Vec<_>>(), ["second"]);
}

#[test]
fn what_is_missing_is_named() {
    let problem = |ingresses: &[Value]| route(&alb(json!({})), ingresses, &weight(5)).problems[0].message.clone();
    assert_eq!(problem(&[ingress("elsewhere")]), "ingress does not have service `root` in rules");
    assert_eq!(problem(&[]), "ingress.networking.k8s.io \"main\" not found");
}

#[test]
fn what_is_not_written_is_not_verified() {
    let rollout = alb(json!({}));
    let mut wanted = weight(5);
    wanted.verify = Verify::Now;
    let mut fresh = objects(&[ingress("root")]);
    fresh.load_balancer_verified = Some(true);
    assert_eq!(Routers::of(&rollout, &fresh).expect("a router").route(&wanted).verified, Some(false));
    let (done, _) = settle(&rollout, vec![ingress("root")], &weight(5));
    let mut written = objects(&done);
    written.load_balancer_verified = Some(true);
    assert_eq!(Routers::of(&rollout, &written).expect("a router").route(&wanted).verified, Some(true));
}
