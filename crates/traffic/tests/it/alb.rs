//! The annotations of an Application Load Balancer, as text.

use crate::stage::{ingress, objects, rollout, route, settle, weight};
use object::Fetched;
use serde_json::{Value, json};
use traffic::{Balanced, LoadBalancer, Managed, Router as _, Routers, TargetGroup, Verify};

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

/// A load balancer that gives the new version this share.
fn balanced(weight: i32) -> Option<std::collections::BTreeMap<String, Vec<Balanced>>> {
    let place = "arn:aws:elasticloadbalancing:eu-west-1:123456789012";
    let group = |service: &str| TargetGroup {
        name: format!("k8s-{service}"),
        arn: format!("{place}:targetgroup/k8s-{service}/73e2d6bc24d8a067"),
        resource: format!("shop/main-{service}:80"),
    };
    let groups = vec![group("canary"), group("stable")];
    let forward = [(groups[0].arn.clone(), weight), (groups[1].arn.clone(), 100 - weight)].into();
    let arn = format!("{place}:loadbalancer/app/k8s-shop/50dc6c495c0c9188");
    let balancer = LoadBalancer { name: "k8s-shop".to_owned(), arn, groups, forwards: vec![forward] };
    let host = Balanced { host: "shop.elb.example.com".to_owned(), balancer: Fetched::Known(balancer) };
    Some([("main".to_owned(), vec![host])].into())
}

#[test]
fn what_is_not_written_is_not_verified() {
    let rollout = alb(json!({}));
    let mut wanted = weight(5);
    wanted.verify = Verify::Now;
    let mut fresh = objects(&[ingress("root")]);
    fresh.balancers = balanced(5);
    assert_eq!(Routers::of(&rollout, &fresh).expect("a router").route(&wanted).verified, Some(false));
    let (done, _) = settle(&rollout, vec![ingress("root")], &weight(5));
    let mut written = objects(&done);
    written.balancers = balanced(5);
    let routed = Routers::of(&rollout, &written).expect("a router").route(&wanted);
    assert_eq!(routed.verified, Some(true));
    assert_eq!(routed.notes[0].reason, "TargetGroupVerified");
    written.balancers = None;
    let believed = Routers::of(&rollout, &written).expect("a router").route(&wanted);
    assert_eq!((believed.verified, believed.balancers), (None, Some(Vec::new())));
}

/// The names that CloudWatch knows them by, as analyses use them.
#[test]
fn load_balancers_are_told_in_the_status() {
    let rollout = alb(json!({}));
    let mut objects = objects(&[ingress("root")]);
    objects.balancers = balanced(5);
    let route = |objects: &traffic::Objects| Routers::of(&rollout, objects).expect("a router").route(&weight(5));
    let told = route(&objects).balancers.expect("asked");
    assert_eq!(told.len(), 1);
    assert_eq!((told[0].ingress.as_str(), told[0].load_balancer.name.as_str()), ("main", "k8s-shop"));
    assert_eq!(told[0].load_balancer.full_name, "k8s-shop/50dc6c495c0c9188");
    assert_eq!(told[0].canary_target_group.full_name, "k8s-canary/73e2d6bc24d8a067");
    assert_eq!(told[0].stable_target_group.full_name, "k8s-stable/73e2d6bc24d8a067");
    objects.balancers = Some(Default::default());
    assert_eq!(route(&objects).balancers, None, "what was known is kept");
}
