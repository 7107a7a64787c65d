//! Every router, once around on an embedded cluster: weights, an abort, a retry, going back, and a promotion, with a new
//! controller at every turn and users who ask on and on. The definitions are small ones of ours: any field of a router's
//! objects is kept.

use crate::requests::Requests;
use crate::stage::{Stage, documents, number, rollout, service, told};
use ingress::Ask;
use serde_json::{Value, json};

const ISTIO: &str = include_str!("../../../../examples/rollouts/canary-istio.yaml");
const PING_PONG: &str = include_str!("../../../../examples/rollouts/canary-alb-ping-pong.yaml");
pub const OBJECTS: &str = include_str!("../fixtures/routers.yaml");

/// A router, how its users ask, and where its weights stand.
pub struct Case {
    pub routing: Value,
    pub ask: Ask,
    /// Version, kind and name of the object, and the place of the new version's share in it.
    shares: &'static [(&'static str, &'static str, &'static str, &'static str)],
}

pub fn case(name: &str) -> Case {
    let (routing, ask, shares): (Value, Ask, &'static [_]) = match name {
        "alb" => (
            json!({"alb": {"ingress": "alb", "rootService": "web-root", "servicePort": 80}}),
            Ask::get("", "/cart"),
            &[],
        ),
        "nginx" => (json!({"nginx": {"stableIngress": "nginx"}}), Ask::get("shop.example.com", "/cart"), &[]),
        "istio" => (
            json!({"istio": {"virtualService": {"name": "web", "routes": ["primary"]}}}),
            Ask::get("web.example.com", "/"),
            &[("networking.istio.io/v1", "VirtualService", "web", "/spec/http/0/route/1/weight")],
        ),
        "gateway" => (
            json!({"plugins": {"argoproj-labs/gatewayAPI": {
                "httpRoute": "web", "grpcRoute": "web", "tcpRoute": "web", "tlsRoute": "web",
            }}}),
            Ask::get("", "/"),
            &[
                ("gateway.networking.k8s.io/v1", "HTTPRoute", "web", "/spec/rules/0/backendRefs/1/weight"),
                ("gateway.networking.k8s.io/v1", "GRPCRoute", "web", "/spec/rules/0/backendRefs/1/weight"),
                ("gateway.networking.k8s.io/v1alpha2", "TCPRoute", "web", "/spec/rules/0/backendRefs/1/weight"),
                ("gateway.networking.k8s.io/v1alpha2", "TLSRoute", "web", "/spec/rules/0/backendRefs/1/weight"),
            ],
        ),
        "smi" => (
            json!({"smi": {}}),
            Ask::get("web-stable", "/"),
            &[("split.smi-spec.io/v1alpha2", "TrafficSplit", "web", "/spec/backends/0/weight")],
        ),
        "ambassador" => (
            json!({"ambassador": {"mappings": ["web"]}}),
            Ask::get("", "/web/cart"),
            &[("getambassador.io/v2", "Mapping", "web-canary", "/spec/weight")],
        ),
        "traefik" => (
            json!({"traefik": {"weightedTraefikServiceName": "web"}}),
            Ask::get("shop.example.com", "/"),
            &[("traefik.io/v1alpha1", "TraefikService", "web", "/spec/weighted/services/1/weight")],
        ),
        "apisix" => (
            json!({"apisix": {"route": {"name": "web"}}}),
            Ask::get("", "/"),
            &[("apisix.apache.org/v2", "ApisixRoute", "web", "/spec/http/0/backends/1/weight")],
        ),
        "appmesh" => (
            json!({"appMesh": {
                "virtualService": {"name": "web"},
                "virtualNodeGroup": {
                    "canaryVirtualNodeRef": {"name": "canary"}, "stableVirtualNodeRef": {"name": "stable"},
                },
            }}),
            Ask::get("web", "/"),
            &[(
                "appmesh.k8s.aws/v1beta2",
                "VirtualRouter",
                "web",
                "/spec/routes/0/httpRoute/action/weightedTargets/0/weight",
            )],
        ),
        other => panic!("no router {other}"),
    };
    Case { routing, ask, shares }
}

/// A cluster with all definitions, and with the Services and objects of one router.
pub async fn stage(router: &str) -> Stage {
    let stage = Stage::start().await;
    let all = documents(OBJECTS);
    let kinds: std::collections::BTreeSet<(&str, &str)> = all
        .iter()
        .filter_map(|object| Some((object["apiVersion"].as_str()?, object["kind"].as_str()?)))
        .filter(|(_, kind)| *kind != "Ingress")
        .chain([("split.smi-spec.io/v1alpha2", "TrafficSplit")])
        .collect();
    for (api_version, kind) in &kinds {
        stage.create(definition(api_version, kind)).await;
    }
    stage.wait(2).await;
    for name in ["web-stable", "web-canary", "web-root"] {
        stage.create(service(name, "web")).await;
    }
    for mut object in all {
        if object["metadata"]["labels"]["of"] == router {
            object["metadata"]["labels"] = Value::Null;
            stage.create(object).await;
        }
    }
    stage
}

pub fn definition(api_version: &str, kind: &str) -> Value {
    let (group, version) = api_version.split_once('/').expect("a group");
    let plural = format!("{}s", kind.to_lowercase());
    json!({
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {
            "name": format!("{plural}.{group}"),
            "annotations": {"api-approved.kubernetes.io": "unapproved, of a test"},
        },
        "spec": {
            "group": group,
            "scope": "Namespaced",
            "names": {"kind": kind, "plural": plural, "singular": kind.to_lowercase()},
            "versions": [{
                "name": version, "served": true, "storage": true,
                "schema": {"openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": true}},
            }],
        },
    })
}

pub fn strategy(routing: &Value) -> Value {
    json!({"canary": {
        "stableService": "web-stable",
        "canaryService": "web-canary",
        "trafficRouting": routing,
        "steps": [{"setWeight": 20}, {"pause": {}}, {"setWeight": 60}, {"pause": {}}],
    }})
}

pub async fn until_paused_at(stage: &Stage, step: i64) {
    let is_there = |rollout: &Value| {
        told(rollout) == "Paused - CanaryPauseStep" && number(rollout, "/status/currentStepIndex") == step
    };
    stage.until("web", &format!("paused at step {step}"), is_there).await;
}

impl Case {
    /// Waits until every object gives the new version this share. An object that is not there gives it none.
    pub async fn until_shared(&self, stage: &Stage, wanted: i64) {
        for (api_version, kind, name, pointer) in self.shares {
            let shared = || async {
                let object = stage.get(api_version, kind, name).await.unwrap_or(Value::Null);
                number(&object, pointer) == wanted
            };
            stage.eventually(&format!("{kind} {name} gives {wanted}"), shared).await;
        }
    }
}

async fn around(name: &str) {
    let case = case(name);
    let stage = stage(name).await;
    stage.create(rollout("web", 5, strategy(&case.routing))).await;
    stage.until_phase("web", "Healthy").await;
    case.until_shared(&stage, 0).await;
    let requests = Requests::begin(&stage, case.ask.clone()).await;
    requests.assert_shares("web:blue", 100, "nobody").await;
    to_and_fro(&stage, &case, &requests).await;

    stage.set_image("web", "web:blue").await;
    stage.restart().await;
    stage.until_phase("web", "Healthy").await;
    case.until_shared(&stage, 0).await;
    requests.assert_shares("web:blue", 100, "nobody").await;

    stage.set_image("web", "web:green").await;
    until_paused_at(&stage, 1).await;
    stage.promote("web").await;
    until_paused_at(&stage, 3).await;
    case.until_shared(&stage, 60).await;
    requests.assert_shares("web:green", 60, "web:blue").await;
    stage.promote("web").await;
    stage.restart().await;
    stage.until_phase("web", "Healthy").await;
    case.until_shared(&stage, 0).await;
    requests.assert_shares("web:green", 100, "nobody").await;
    let line = stage.line("web").await;
    assert!(line.contains("web:green*:5/5"), "{line}");
    // The old version's pods go, and nobody notices.
    stage.wait(40).await;
    requests.assert_none_lost();
}

/// A fifth, more than half, an abort, and a fifth again.
async fn to_and_fro(stage: &Stage, case: &Case, requests: &Requests) {
    stage.set_image("web", "web:yellow").await;
    until_paused_at(stage, 1).await;
    stage.restart().await;
    case.until_shared(stage, 20).await;
    requests.assert_shares("web:yellow", 20, "web:blue").await;
    stage.promote("web").await;
    stage.restart().await;
    until_paused_at(stage, 3).await;
    case.until_shared(stage, 60).await;
    requests.assert_shares("web:yellow", 60, "web:blue").await;

    stage.patch_status("web", json!({"abort": true})).await;
    stage.restart().await;
    stage.until_told("web", "Degraded - RolloutAborted: Rollout aborted update to revision 2").await;
    case.until_shared(stage, 0).await;
    requests.assert_shares("web:blue", 100, "nobody").await;
    stage.patch_status("web", json!({"abort": false})).await;
    until_paused_at(stage, 1).await;
    case.until_shared(stage, 20).await;
    requests.assert_shares("web:yellow", 20, "web:blue").await;
}

#[tokio::test(start_paused = true)]
async fn around_with_a_load_balancer() {
    around("alb").await;
}

#[tokio::test(start_paused = true)]
async fn around_with_a_second_ingress() {
    around("nginx").await;
}

#[tokio::test(start_paused = true)]
async fn around_with_istio() {
    around("istio").await;
}

#[tokio::test(start_paused = true)]
async fn around_with_the_gateway_api() {
    around("gateway").await;
}

#[tokio::test(start_paused = true)]
async fn around_with_the_service_mesh_interface() {
    around("smi").await;
}

#[tokio::test(start_paused = true)]
async fn around_with_ambassador() {
    around("ambassador").await;
}

#[tokio::test(start_paused = true)]
async fn around_with_traefik() {
    around("traefik").await;
}

#[tokio::test(start_paused = true)]
async fn around_with_apisix() {
    around("apisix").await;
}

#[tokio::test(start_paused = true)]
async fn around_with_app_mesh() {
    around("appmesh").await;
}

/// Subsets instead of Services, with a route for a header and one for copies; the DestinationRule is given back.
#[tokio::test(start_paused = true)]
async fn istio_by_subsets_with_managed_routes() {
    let stage = stage("none").await;
    stage.apply(ISTIO).await;
    stage.until_phase("catalog", "Healthy").await;
    let requests = Requests::begin(&stage, Ask::get("catalog", "/")).await;
    let (old, new) = ("registry.example.com/catalog:1.0.0", "registry.example.com/catalog:2.0.0");
    stage.set_image("catalog", "registry.example.com/catalog:2.0.0").await;
    stage.until_told("catalog", "Paused - CanaryPauseStep").await;
    let service = stage.get("networking.istio.io/v1", "VirtualService", "catalog").await.unwrap_or_default();
    let names: Vec<_> = service["spec"]["http"].as_array().into_iter().flatten().map(|it| it["name"].clone()).collect();
    assert_eq!(names, ["testers", "copies", "primary"]);
    assert_eq!(service["spec"]["http"][2]["route"][1]["weight"], 20);
    assert_eq!(service["spec"]["http"][1]["route"][1]["weight"], 20, "what is copied is answered by the same shares");
    let rule = stage.get("networking.istio.io/v1", "DestinationRule", "catalog").await.unwrap_or_default();
    let hash = |at: usize| rule["spec"]["subsets"][at]["labels"]["rollouts-pod-template-hash"].clone();
    let rollout = stage.rollout("catalog").await;
    assert_eq!(
        (hash(0), hash(1)),
        (rollout["status"]["currentPodHash"].clone(), rollout["status"]["stableRS"].clone())
    );
    assert_ne!(hash(0), hash(1));
    requests.assert_shares(new, 20, old).await;
    let tester = Ask::get("catalog", "/").with("x-tester", "yes");
    for _ in 0..50 {
        assert_eq!(requests.ask(&tester), new);
    }
    let copied = |image: &str| {
        let counts = requests.ingress.counts();
        counts.iter().filter(|count| count.pod.image == image).map(|count| count.copied).sum::<u64>()
    };
    assert!(copied(new) > 0 && copied(old) == 0);
    stage.promote("catalog").await;
    stage.until_phase("catalog", "Healthy").await;
    requests.assert_shares(new, 100, "nobody").await;
    let is_alone = || async {
        let service = stage.get("networking.istio.io/v1", "VirtualService", "catalog").await.unwrap_or_default();
        service["spec"]["http"].as_array().map(Vec::len) == Some(1)
    };
    stage.eventually("the steps' routes go", is_alone).await;
    stage.wait(40).await;
    requests.assert_none_lost();
    stage.delete("argoproj.io/v1alpha1", "Rollout", "catalog").await;
    let is_released = || async {
        let rule = stage.get("networking.istio.io/v1", "DestinationRule", "catalog").await.unwrap_or_default();
        let marked = rule["metadata"]["annotations"].get("argo-rollouts.argoproj.io/managed-by-rollouts").is_some();
        rule["spec"]["subsets"][0]["labels"] == json!({"app": "catalog"}) && !marked
    };
    stage.eventually("the DestinationRule is given back", is_released).await;
}

/// The Services take turns: what was the new version's is the stable one afterwards.
#[tokio::test(start_paused = true)]
async fn two_services_of_a_load_balancer_take_turns() {
    let stage = Stage::start().await;
    stage.apply(PING_PONG).await;
    stage.until_phase("checkout", "Healthy").await;
    let requests = Requests::begin(&stage, Ask::get("", "/")).await;
    let (old, new) = ("registry.example.com/checkout:1.0.0", "registry.example.com/checkout:2.0.0");
    let shares = || async {
        let ingress = stage.get("networking.k8s.io/v1", "Ingress", "checkout").await.unwrap_or_default();
        let action = &ingress["metadata"]["annotations"]["alb.ingress.kubernetes.io/actions.checkout-root"];
        let action: Value = serde_json::from_str(action.as_str().unwrap_or("null")).unwrap_or_default();
        let groups = action["ForwardConfig"]["TargetGroups"].as_array().cloned().unwrap_or_default();
        let groups =
            groups.iter().map(|it| format!("{}={}", it["ServiceName"].as_str().unwrap_or_default(), it["Weight"]));
        groups.collect::<Vec<_>>().join(" ")
    };
    let first = shares().await;
    let stable = if first.starts_with("checkout-pong=0") { "ping" } else { "pong" };
    let canary = if stable == "ping" { "pong" } else { "ping" };
    assert_eq!(first, format!("checkout-{canary}=0 checkout-{stable}=100"));
    stage.set_image("checkout", "registry.example.com/checkout:2.0.0").await;
    stage.until_told("checkout", "Paused - CanaryPauseStep").await;
    assert_eq!(shares().await, format!("checkout-{canary}=25 checkout-{stable}=75"));
    requests.assert_shares(new, 25, old).await;
    stage.promote("checkout").await;
    stage.restart().await;
    stage.until_phase("checkout", "Healthy").await;
    assert_eq!(shares().await, format!("checkout-{stable}=0 checkout-{canary}=100"), "they have changed places");
    assert_eq!(stage.rollout("checkout").await["status"]["canary"]["stablePingPong"], canary);
    requests.assert_shares(new, 100, "nobody").await;
    stage.wait(40).await;
    requests.assert_none_lost();
}
