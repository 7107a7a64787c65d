//! Every router of a mesh or a gateway, once around on an embedded cluster: weights, an abort, a retry, going back, and
//! a promotion. The definitions are small ones of ours: any field of a router's objects is kept.

use crate::stage::{Stage, documents, number, rollout, service, told};
use serde_json::{Value, json};

const ISTIO: &str = include_str!("../../../../examples/rollouts/canary-istio.yaml");
const PING_PONG: &str = include_str!("../../../../examples/rollouts/canary-alb-ping-pong.yaml");
const OBJECTS: &str = include_str!("../fixtures/routers.yaml");

/// A router and where its weights stand.
struct Case {
    routing: Value,
    /// Version, kind and name of the object, and the place of the new version's share in it.
    shares: &'static [(&'static str, &'static str, &'static str, &'static str)],
}

fn case(name: &str) -> Case {
    let (routing, shares): (Value, &'static [_]) = match name {
        "istio" => (
            json!({"istio": {"virtualService": {"name": "web", "routes": ["primary"]}}}),
            &[("networking.istio.io/v1", "VirtualService", "web", "/spec/http/0/route/1/weight")],
        ),
        "gateway" => (
            json!({"plugins": {"argoproj-labs/gatewayAPI": {
                "httpRoute": "web", "grpcRoute": "web", "tcpRoute": "web", "tlsRoute": "web",
            }}}),
            &[
                ("gateway.networking.k8s.io/v1", "HTTPRoute", "web", "/spec/rules/0/backendRefs/1/weight"),
                ("gateway.networking.k8s.io/v1", "GRPCRoute", "web", "/spec/rules/0/backendRefs/1/weight"),
                ("gateway.networking.k8s.io/v1alpha2", "TCPRoute", "web", "/spec/rules/0/backendRefs/1/weight"),
                ("gateway.networking.k8s.io/v1alpha2", "TLSRoute", "web", "/spec/rules/0/backendRefs/1/weight"),
            ],
        ),
        "smi" => {
            (json!({"smi": {}}), &[("split.smi-spec.io/v1alpha2", "TrafficSplit", "web", "/spec/backends/0/weight")])
        }
        "ambassador" => (
            json!({"ambassador": {"mappings": ["web"]}}),
            &[("getambassador.io/v2", "Mapping", "web-canary", "/spec/weight")],
        ),
        "traefik" => (
            json!({"traefik": {"weightedTraefikServiceName": "web"}}),
            &[("traefik.io/v1alpha1", "TraefikService", "web", "/spec/weighted/services/1/weight")],
        ),
        "apisix" => (
            json!({"apisix": {"route": {"name": "web"}}}),
            &[("apisix.apache.org/v2", "ApisixRoute", "web", "/spec/http/0/backends/1/weight")],
        ),
        "appmesh" => (
            json!({"appMesh": {
                "virtualService": {"name": "web"},
                "virtualNodeGroup": {
                    "canaryVirtualNodeRef": {"name": "canary"}, "stableVirtualNodeRef": {"name": "stable"},
                },
            }}),
            &[(
                "appmesh.k8s.aws/v1beta2",
                "VirtualRouter",
                "web",
                "/spec/routes/0/httpRoute/action/weightedTargets/0/weight",
            )],
        ),
        other => panic!("no router {other}"),
    };
    Case { routing, shares }
}

/// A cluster with the definitions, the Services and the routers' objects.
async fn stage() -> Stage {
    let stage = Stage::start().await;
    let all = documents(OBJECTS);
    let kinds: std::collections::BTreeSet<(&str, &str)> = all
        .iter()
        .filter_map(|object| Some((object["apiVersion"].as_str()?, object["kind"].as_str()?)))
        .chain([("split.smi-spec.io/v1alpha2", "TrafficSplit")])
        .collect();
    for (api_version, kind) in &kinds {
        stage.create(definition(api_version, kind)).await;
    }
    stage.wait(2).await;
    for name in ["web-stable", "web-canary"] {
        stage.create(service(name, "web")).await;
    }
    for object in all {
        stage.create(object).await;
    }
    stage
}

fn definition(api_version: &str, kind: &str) -> Value {
    let (group, version) = api_version.split_once('/').expect("a group");
    let plural = format!("{}s", kind.to_lowercase());
    json!({
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": format!("{plural}.{group}")},
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

fn strategy(routing: &Value) -> Value {
    json!({"canary": {
        "stableService": "web-stable",
        "canaryService": "web-canary",
        "trafficRouting": routing,
        "steps": [{"setWeight": 20}, {"pause": {}}, {"setWeight": 60}, {"pause": {}}],
    }})
}

async fn until_paused_at(stage: &Stage, step: i64) {
    let is_there = |rollout: &Value| {
        told(rollout) == "Paused - CanaryPauseStep" && number(rollout, "/status/currentStepIndex") == step
    };
    stage.until("web", &format!("paused at step {step}"), is_there).await;
}

impl Case {
    /// Waits until every object gives the new version this share. An object that is not there gives it none.
    async fn until_shared(&self, stage: &Stage, wanted: i64) {
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
    let stage = stage().await;
    stage.create(rollout("web", 5, strategy(&case.routing))).await;
    stage.until_phase("web", "Healthy").await;
    case.until_shared(&stage, 0).await;

    stage.set_image("web", "web:yellow").await;
    until_paused_at(&stage, 1).await;
    case.until_shared(&stage, 20).await;
    stage.promote("web").await;
    until_paused_at(&stage, 3).await;
    case.until_shared(&stage, 60).await;

    stage.patch_status("web", json!({"abort": true})).await;
    stage.until_told("web", "Degraded - RolloutAborted: Rollout aborted update to revision 2").await;
    case.until_shared(&stage, 0).await;
    stage.patch_status("web", json!({"abort": false})).await;
    until_paused_at(&stage, 1).await;
    case.until_shared(&stage, 20).await;

    stage.set_image("web", "web:blue").await;
    stage.until_phase("web", "Healthy").await;
    case.until_shared(&stage, 0).await;

    stage.set_image("web", "web:green").await;
    until_paused_at(&stage, 1).await;
    stage.promote("web").await;
    until_paused_at(&stage, 3).await;
    case.until_shared(&stage, 60).await;
    stage.promote("web").await;
    stage.until_phase("web", "Healthy").await;
    case.until_shared(&stage, 0).await;
    let line = stage.line("web").await;
    assert!(line.contains("web:green*:5/5"), "{line}");
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
    let stage = stage().await;
    stage.apply(ISTIO).await;
    stage.until_phase("catalog", "Healthy").await;
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
    stage.promote("catalog").await;
    stage.until_phase("catalog", "Healthy").await;
    let is_alone = || async {
        let service = stage.get("networking.istio.io/v1", "VirtualService", "catalog").await.unwrap_or_default();
        service["spec"]["http"].as_array().map(Vec::len) == Some(1)
    };
    stage.eventually("the steps' routes go", is_alone).await;
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
    stage.promote("checkout").await;
    stage.until_phase("checkout", "Healthy").await;
    assert_eq!(shares().await, format!("checkout-{stable}=0 checkout-{canary}=100"), "they have changed places");
    assert_eq!(stage.rollout("checkout").await["status"]["canary"]["stablePingPong"], canary);
}

/// What is missing is named, stable traffic stays whole, and it goes on by itself when that is mended.
#[tokio::test(start_paused = true)]
async fn a_route_that_is_not_there_is_waited_for() {
    let stage = stage().await;
    let case = case("traefik");
    let mut object = stage.get("traefik.io/v1alpha1", "TraefikService", "web").await.unwrap_or_default();
    stage.create(rollout("web", 5, strategy(&case.routing))).await;
    stage.until_phase("web", "Healthy").await;
    stage.delete("traefik.io/v1alpha1", "TraefikService", "web").await;
    stage.set_image("web", "web:yellow").await;
    let is_told = || async {
        let told = stage.events("web").await;
        told.iter().any(|event| {
            event.contains("TraefikService `web` is not there") && event.contains("weightedTraefikServiceName")
        })
    };
    stage.eventually("the missing object and the field are named", is_told).await;
    assert_eq!(number(&stage.rollout("web").await, "/status/currentStepIndex"), 0);
    let line = stage.line("web").await;
    assert!(line.contains("web:blue*:5/5"), "{line}");
    object["metadata"] = json!({"name": "web"});
    stage.create(object).await;
    until_paused_at(&stage, 1).await;
    case.until_shared(&stage, 20).await;
}
