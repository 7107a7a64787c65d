//! What is wrong with a router's objects: the Rollout stands still, its users notice nothing, a condition names the
//! object and the field, and it goes on by itself when that is mended.

use crate::requests::Requests;
use crate::routers::{Case, OBJECTS, case, definition, stage, strategy, until_paused_at};
use crate::stage::{NAMESPACE, Stage, documents, number, rollout, service, text, told};
use cluster::Part;
use embedded::{ApiError, Faults, RequestFault, RequestSummary};
use serde_json::{Value, json};
use std::sync::Arc;

const ISTIO: &str = "networking.istio.io/v1";
const INGRESS: &str = "networking.k8s.io/v1";

/// The message of a condition that says that something is wrong.
fn wrong(rollout: &Value) -> &str {
    let conditions = rollout["status"]["conditions"].as_array().map(Vec::as_slice).unwrap_or_default();
    let says = |it: &&Value| it["type"] == "InvalidSpec" || (it["type"] == "TrafficRouted" && it["status"] == "False");
    conditions.iter().find(says).map_or("", |it| text(it, "/message"))
}

/// Waits until a condition says all of this.
async fn until_wrong(stage: &Stage, name: &str, said: &[&str]) {
    let says = |rollout: &Value| said.iter().all(|part| wrong(rollout).contains(part));
    stage.until(name, &format!("told of {said:?}"), says).await;
}

/// A Rollout with its first version up, and its users.
async fn begun(router: &str) -> (Stage, Case, Requests) {
    let (stage, case) = (stage(router).await, case(router));
    stage.create(rollout("web", 5, strategy(&case.routing))).await;
    stage.until_phase("web", "Healthy").await;
    let requests = Requests::begin(&stage, case.ask.clone()).await;
    (stage, case, requests)
}

/// It has not moved, and all users get the stable version.
async fn assert_still(stage: &Stage, requests: &Requests) {
    let before = stage.rollout("web").await["status"]["currentStepIndex"].clone();
    assert_whole(stage).await;
    requests.assert_shares("web:blue", 100, "nobody").await;
    assert_whole(stage).await;
    assert_eq!(stage.rollout("web").await["status"]["currentStepIndex"], before);
}

/// The stable version has all its pods, and the new one no share.
async fn assert_whole(stage: &Stage) {
    let line = stage.line("web").await;
    assert!(line.contains("| weight 0 |") && line.contains("web:blue*:5/5"), "{line}");
}

/// Mended, it goes on to its first pause, and says no more.
async fn assert_goes_on(stage: &Stage, case: &Case, requests: &Requests) {
    until_paused_at(stage, 1).await;
    case.until_shared(stage, 20).await;
    requests.assert_shares("web:yellow", 20, "web:blue").await;
    assert_eq!(wrong(&stage.rollout("web").await), "");
    requests.assert_none_lost();
}

/// An object of each router that is not there when its turn comes, and comes back.
#[tokio::test(start_paused = true)]
async fn an_object_that_is_missing_is_named_and_waited_for() {
    let missing: [(&str, &str, &str, &str, &[&str]); 8] = [
        ("istio", ISTIO, "VirtualService", "web", &["VirtualService", "istio.virtualService"]),
        ("gateway", "gateway.networking.k8s.io/v1", "HTTPRoute", "web", &["HTTPRoute", "httpRoute"]),
        ("traefik", "traefik.io/v1alpha1", "TraefikService", "web", &["`web`", "traefik.weightedTraefikServiceName"]),
        ("apisix", "apisix.apache.org/v2", "ApisixRoute", "web", &["`shop/web`", "apisix.route.name"]),
        ("ambassador", "getambassador.io/v2", "Mapping", "web", &["`shop/web`", "ambassador.mappings[0]"]),
        (
            "appmesh",
            "appmesh.k8s.aws/v1beta2",
            "VirtualNode",
            "canary",
            &["`shop/canary`", "appMesh.virtualNodeGroup.canaryVirtualNodeRef"],
        ),
        ("nginx", INGRESS, "Ingress", "nginx", &["\"nginx\"", "nginx.stableIngress"]),
        ("alb", INGRESS, "Ingress", "alb", &["\"alb\"", "alb.ingress"]),
    ];
    for (router, api_version, kind, name, said) in missing {
        let (stage, case, requests) = begun(router).await;
        let mut object = stage.get(api_version, kind, name).await.expect("it is there");
        drop(requests);
        stage.delete(api_version, kind, name).await;
        stage.set_image("web", "web:yellow").await;
        until_wrong(&stage, "web", said).await;
        stage.wait(60).await;
        assert_whole(&stage).await;
        object["metadata"] = json!({"name": name, "annotations": object["metadata"]["annotations"]});
        stage.create(object).await;
        let requests = Requests::begin(&stage, case.ask.clone()).await;
        assert_goes_on(&stage, &case, &requests).await;
    }
}

/// A route that leads to one version only.
#[tokio::test(start_paused = true)]
async fn a_route_that_is_half_written_moves_nothing() {
    let (stage, case, requests) = begun("istio").await;
    let both = stage.get(ISTIO, "VirtualService", "web").await.expect("it is there")["spec"].clone();
    let mut half = both.clone();
    half["http"][0]["route"].as_array_mut().expect("destinations").pop();
    stage.patch(ISTIO, "VirtualService", "web", Part::Whole, json!({ "spec": half })).await;
    stage.set_image("web", "web:yellow").await;
    until_wrong(&stage, "web", &["VirtualService `shop/web`", "'web-canary'", "spec.http[0]"]).await;
    assert_still(&stage, &requests).await;
    stage.patch(ISTIO, "VirtualService", "web", Part::Whole, json!({ "spec": both })).await;
    assert_goes_on(&stage, &case, &requests).await;
}

/// An Ingress that has only a backend for all.
#[tokio::test(start_paused = true)]
async fn an_ingress_without_rules_moves_nothing() {
    let (stage, case, requests) = begun("nginx").await;
    let rules = stage.get(INGRESS, "Ingress", "nginx").await.expect("it is there")["spec"]["rules"].clone();
    let backend = json!({"service": {"name": "web-stable", "port": {"number": 80}}});
    let bare = json!({"spec": {"rules": null, "defaultBackend": backend}});
    stage.patch(INGRESS, "Ingress", "nginx", Part::Whole, bare).await;
    stage.set_image("web", "web:yellow").await;
    until_wrong(&stage, "web", &["ingress `nginx`", "nginx.stableIngress", "no rules"]).await;
    assert_still(&stage, &requests).await;
    stage.patch(INGRESS, "Ingress", "nginx", Part::Whole, json!({"spec": {"rules": rules}})).await;
    assert_goes_on(&stage, &case, &requests).await;
}

/// What a router would make is there already, and is somebody else's.
#[tokio::test(start_paused = true)]
async fn an_object_of_somebody_else_is_left_alone() {
    let split = json!({
        "apiVersion": "split.smi-spec.io/v1alpha2", "kind": "TrafficSplit", "metadata": {"name": "web"},
        "spec": {"service": "web-stable", "backends": [{"service": "web-stable", "weight": 100}]},
    });
    let canary = json!({
        "apiVersion": INGRESS, "kind": "Ingress", "metadata": {"name": "web-nginx-canary"},
        "spec": {"defaultBackend": {"service": {"name": "web-root", "port": {"number": 80}}}},
    });
    let foreign: [(&str, Value, &[&str]); 2] = [
        ("smi", split, &["TrafficSplit `web`", "smi"]),
        ("nginx", canary, &["`web-nginx-canary`", "nginx.stableIngress"]),
    ];
    for (router, object, said) in foreign {
        let (stage, case) = (stage(router).await, case(router));
        let (api_version, kind) = (text(&object, "/apiVersion"), text(&object, "/kind"));
        let name = text(&object, "/metadata/name");
        stage.create(object.clone()).await;
        stage.create(rollout("web", 5, strategy(&case.routing))).await;
        until_wrong(&stage, "web", said).await;
        stage.wait(60).await;
        let after = stage.get(api_version, kind, name).await.expect("it is there");
        assert_eq!(after["spec"]["backends"], object["spec"]["backends"]);
        assert_eq!(after["spec"]["defaultBackend"], object["spec"]["defaultBackend"]);
        stage.delete(api_version, kind, name).await;
        stage.until_phase("web", "Healthy").await;
        assert_eq!(wrong(&stage.rollout("web").await), "");
    }
}

#[tokio::test(start_paused = true)]
async fn a_router_that_contradicts_itself_is_refused() {
    let (stage, case, requests) = begun("istio").await;
    let mut both = case.routing.clone();
    both["istio"]["virtualServices"] = json!([{"name": "web", "routes": ["primary"]}]);
    stage.patch_spec("web", json!({"strategy": strategy(&both)})).await;
    stage.set_image("web", "web:yellow").await;
    until_wrong(&stage, "web", &["trafficRouting.istio", "either VirtualService or VirtualServices"]).await;
    assert_still(&stage, &requests).await;
    both["istio"]["virtualServices"] = Value::Null;
    stage.patch_spec("web", json!({"strategy": strategy(&both)})).await;
    assert_goes_on(&stage, &case, &requests).await;
}

/// A second Rollout names the Services and the route of the first: it is refused, and the first goes on.
#[tokio::test(start_paused = true)]
async fn of_two_rollouts_on_one_route_the_second_is_refused() {
    let (stage, case, requests) = begun("istio").await;
    let mut second = rollout("second", 2, strategy(&case.routing));
    second["spec"]["selector"] = json!({"matchLabels": {"app": "web", "of": "second"}});
    second["spec"]["template"]["metadata"]["labels"] = json!({"app": "web", "of": "second"});
    stage.create(second).await;
    until_wrong(&stage, "second", &["Service", "managed by another Rollout", "spec.strategy.canary"]).await;
    stage.set_image("web", "web:yellow").await;
    assert_goes_on(&stage, &case, &requests).await;
    stage.delete("argoproj.io/v1alpha1", "Rollout", "web").await;
    stage.until_phase("second", "Healthy").await;
}

/// Two that have no Services of their own, but the same subsets.
#[tokio::test(start_paused = true)]
async fn of_two_rollouts_on_one_destination_rule_the_second_is_refused() {
    let stage = stage("istio").await;
    let subsets = json!({"canary": {
        "trafficRouting": {"istio": {
            "virtualService": {"name": "web"},
            "destinationRule": {"name": "web", "canarySubsetName": "canary", "stableSubsetName": "stable"},
        }},
        "steps": [{"setWeight": 20}, {"pause": {}}],
    }});
    let by_subset = json!([{"route": [
        {"destination": {"host": "web", "subset": "stable"}, "weight": 100},
        {"destination": {"host": "web", "subset": "canary"}, "weight": 0},
    ]}]);
    stage.patch(ISTIO, "VirtualService", "web", Part::Whole, json!({"spec": {"http": by_subset}})).await;
    stage.create(rollout("web", 2, subsets.clone())).await;
    stage.until_phase("web", "Healthy").await;
    let before = stage.get(ISTIO, "DestinationRule", "web").await.expect("it is there");
    stage.create(rollout("second", 2, subsets)).await;
    until_wrong(&stage, "second", &["DestinationRule `shop/web`", "Rollout `web`", "istio.destinationRule.name"]).await;
    stage.wait(60).await;
    let after = stage.get(ISTIO, "DestinationRule", "web").await.expect("it is there");
    assert_eq!(after["spec"], before["spec"]);
    assert_eq!(told(&stage.rollout("web").await), "Healthy");
    stage.delete("argoproj.io/v1alpha1", "Rollout", "web").await;
    stage.until_phase("second", "Healthy").await;
    assert_eq!(wrong(&stage.rollout("second").await), "");
}

/// Weights that somebody changes are put right; a destination that somebody takes away is named.
#[tokio::test(start_paused = true)]
async fn a_route_that_is_edited_by_hand_in_the_middle_is_put_right() {
    let (stage, case, requests) = begun("istio").await;
    stage.set_image("web", "web:yellow").await;
    until_paused_at(&stage, 1).await;
    case.until_shared(&stage, 20).await;
    let good = stage.get(ISTIO, "VirtualService", "web").await.expect("it is there")["spec"].clone();
    let mut changed = good.clone();
    changed["http"][0]["route"][0]["weight"] = json!(50);
    changed["http"][0]["route"][1]["weight"] = json!(50);
    stage.patch(ISTIO, "VirtualService", "web", Part::Whole, json!({ "spec": changed })).await;
    case.until_shared(&stage, 20).await;
    requests.assert_shares("web:yellow", 20, "web:blue").await;

    let mut half = good.clone();
    half["http"][0]["route"].as_array_mut().expect("destinations").pop();
    stage.patch(ISTIO, "VirtualService", "web", Part::Whole, json!({ "spec": half })).await;
    until_wrong(&stage, "web", &["VirtualService `shop/web`", "'web-canary'", "spec.http[0]"]).await;
    stage.promote("web").await;
    requests.assert_shares("web:blue", 100, "nobody").await;
    assert!(number(&stage.rollout("web").await, "/status/currentStepIndex") < 3);
    stage.patch(ISTIO, "VirtualService", "web", Part::Whole, json!({ "spec": good })).await;
    until_paused_at(&stage, 3).await;
    case.until_shared(&stage, 60).await;
    requests.assert_shares("web:yellow", 60, "web:blue").await;
    requests.assert_none_lost();
}

/// Pods that never become ready, and a Service that selects none: no share goes there.
#[tokio::test(start_paused = true)]
async fn a_service_without_endpoints_gets_no_share() {
    let (stage, case, requests) = begun("nginx").await;
    stage.set_image("web", "does-not-exist").await;
    stage.wait(60).await;
    assert_still(&stage, &requests).await;
    stage.set_image("web", "web:blue").await;
    stage.until_phase("web", "Healthy").await;
    let selector = |app: &str| json!({"spec": {"selector": {"app": app}}});
    stage.patch("v1", "Service", "web-canary", Part::Whole, selector("nobody")).await;
    stage.set_image("web", "web:yellow").await;
    until_wrong(&stage, "web", &["canaryService", "\"web-canary\"", "\"app\""]).await;
    assert_still(&stage, &requests).await;
    stage.patch("v1", "Service", "web-canary", Part::Whole, selector("web")).await;
    assert_goes_on(&stage, &case, &requests).await;
}

/// A router that is installed only later: found within seconds, by a controller that was there before it.
#[tokio::test(start_paused = true)]
async fn a_router_that_is_not_installed_is_waited_for() {
    let stage = Stage::start().await;
    let case = case("traefik");
    for name in ["web-stable", "web-canary"] {
        stage.create(service(name, "web")).await;
    }
    stage.create(rollout("web", 5, strategy(&case.routing))).await;
    until_wrong(&stage, "web", &["TraefikService `web`", "traefik.weightedTraefikServiceName"]).await;
    stage.wait(60).await;
    for kind in ["TraefikService", "IngressRoute"] {
        stage.create(definition("traefik.io/v1alpha1", kind)).await;
    }
    stage.wait(2).await;
    for mut object in documents(OBJECTS).into_iter().filter(|it| it["metadata"]["labels"]["of"] == "traefik") {
        object["metadata"]["labels"] = Value::Null;
        stage.create(object).await;
    }
    stage.until_phase("web", "Healthy").await;
    let requests = Requests::begin(&stage, case.ask.clone()).await;
    stage.set_image("web", "web:yellow").await;
    assert_goes_on(&stage, &case, &requests).await;
}

/// Refuses every change of a VirtualService.
struct Refusing;

impl Faults for Refusing {
    fn before(&self, request: &RequestSummary) -> RequestFault {
        if request.verb == "patch" && request.resource == "virtualservices" && request.namespace == NAMESPACE {
            return RequestFault::Refuse(ApiError::new(403, "Forbidden", "the test says so"));
        }
        RequestFault::Serve
    }
}

#[tokio::test(start_paused = true)]
async fn an_api_that_refuses_the_write_is_told_and_tried_again() {
    let (stage, case, requests) = begun("istio").await;
    stage.fail(Some(Arc::new(Refusing)));
    stage.set_image("web", "web:yellow").await;
    until_wrong(&stage, "web", &["VirtualService shop/web", "the test says so"]).await;
    assert_still(&stage, &requests).await;
    let events = stage.events("web").await;
    assert!(events.iter().any(|it| it.starts_with("TrafficRoutingError: ") && it.contains("the test says so")));
    stage.fail(None);
    assert_goes_on(&stage, &case, &requests).await;
}
