//! What each router's objects make of requests: one table of objects, requests and who answers.

use crate::objects::{documents, front, over, shares, version, version_of};
use ingress::Ask;

/// Requests for one share: enough that a share of 20 % lies within 16 to 24 % but once in a million times, and the
/// numbers drawn are the same in every run.
const REQUESTS: u32 = 4000;

/// A fifth of what the first Service gets goes to the second.
fn assert_a_fifth(text: &str, ask: &Ask) {
    let found = shares(&front(text), ask, REQUESTS);
    let canary = found.get("canary").copied().unwrap_or_default();
    assert_eq!(canary + found.get("stable").copied().unwrap_or_default(), REQUESTS, "{found:?}");
    assert!((640..=960).contains(&canary), "{found:?}");
}

const ALB: &str = r#"
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: web
  annotations:
    alb.ingress.kubernetes.io/actions.root: '{"Type":"forward","ForwardConfig":{"TargetGroups":[{"ServiceName":"canary","ServicePort":"80","Weight":20},{"ServiceName":"stable","ServicePort":"80","Weight":80}]}}'
    alb.ingress.kubernetes.io/actions.testers: '{"Type":"forward","ForwardConfig":{"TargetGroups":[{"ServiceName":"canary","ServicePort":"80","Weight":100}]}}'
    alb.ingress.kubernetes.io/conditions.testers: '[{"field":"http-header","httpHeaderConfig":{"httpHeaderName":"X-Tester","values":["yes","maybe"]}}]'
spec:
  ingressClassName: alb
  rules:
  - http:
      paths:
      - {path: /*, pathType: ImplementationSpecific, backend: {service: {name: testers, port: {name: use-annotation}}}}
      - {path: /*, pathType: ImplementationSpecific, backend: {service: {name: root, port: {name: use-annotation}}}}
"#;

#[test]
fn annotations_of_a_load_balancer() {
    assert_a_fifth(ALB, &Ask::get("any.example.com", "/"));
    let front = front(ALB);
    for value in ["yes", "maybe"] {
        let found = shares(&front, &Ask::get("", "/cart").with("x-tester", value), 50);
        assert_eq!(found.get("canary"), Some(&50), "{found:?}");
    }
    let none = ALB.replace("actions.root", "actions.other");
    let told = version_of(&crate::objects::front(&none), &Ask::get("", "/"));
    assert_eq!(told, "Ingress shop/web: annotation */actions.root is not there");
}

const NGINX: &str = r#"
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: web}
spec:
  rules:
  - host: shop.example.com
    http:
      paths:
      - {path: /, pathType: Prefix, backend: {service: {name: stable, port: {number: 80}}}}
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: web-canary
  annotations:
    nginx.ingress.kubernetes.io/canary: "true"
    nginx.ingress.kubernetes.io/canary-weight: "20"
    nginx.ingress.kubernetes.io/canary-by-header: X-Canary
    nginx.ingress.kubernetes.io/canary-by-cookie: canary
spec:
  rules:
  - host: shop.example.com
    http:
      paths:
      - {path: /, pathType: Prefix, backend: {service: {name: canary, port: {number: 80}}}}
"#;

#[test]
fn a_second_ingress_with_a_header_and_a_cookie() {
    let ask = Ask::get("shop.example.com", "/");
    assert_a_fifth(NGINX, &ask);
    let front = front(NGINX);
    let all = |ask: Ask, wanted: &str| assert_eq!(shares(&front, &ask, 50).get(wanted), Some(&50), "{ask:?}");
    all(ask.clone().with("x-canary", "always"), "canary");
    all(ask.clone().with("x-canary", "never").with("cookie", "canary=always"), "stable");
    all(ask.clone().with("cookie", "canary=always"), "canary");
    all(ask.with("cookie", "canary=never"), "stable");
    assert_eq!(version_of(&front, &Ask::get("other.example.com", "/")), "no route");
}

#[test]
fn a_header_with_a_value_of_its_own_and_a_total_of_its_own() {
    let by_value = NGINX.replace("canary-by-cookie: canary", "canary-by-header-value: beta");
    let front = front(&by_value);
    let ask = Ask::get("shop.example.com", "/");
    assert_eq!(shares(&front, &ask.clone().with("x-canary", "beta"), 50).get("canary"), Some(&50));
    let parts = NGINX.replace("canary-by-cookie: canary", "canary-weight-total: \"1000\"");
    let found = shares(&crate::objects::front(&parts.replace("\"20\"", "\"200\"")), &ask, REQUESTS);
    assert!((640..=960).contains(&found["canary"]), "{found:?}");
}

const ISTIO: &str = r"
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: web}
spec:
  hosts: [web]
  http:
  - name: testers
    match: [{headers: {x-tester: {regex: 'y.*'}}, method: {exact: GET}}]
    route: [{destination: {host: web, subset: canary}}]
  - name: primary
    route:
    - {destination: {host: web, subset: stable}, weight: 80}
    - {destination: {host: web, subset: canary}, weight: 20}
    mirror: {host: web, subset: canary}
    mirrorPercentage: {value: 10}
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: web}
spec:
  host: web
  subsets:
  - {name: stable, labels: {rollouts-pod-template-hash: stable}}
  - {name: canary, labels: {rollouts-pod-template-hash: canary}}
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {ports: [{port: 80}]}
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: {name: web, labels: {kubernetes.io/service-name: web}}
endpoints:
- {addresses: [10.0.1.1], conditions: {ready: true}}
- {addresses: [10.0.1.2], conditions: {ready: true}}
- {addresses: [10.0.2.1], conditions: {ready: true}}
- {addresses: [10.0.2.2], conditions: {ready: false}}
";

#[test]
fn subsets_of_a_mesh_with_a_header_and_copies() {
    for host in ["web", "web.shop", "web.shop.svc.cluster.local", "127.0.0.1"] {
        assert_a_fifth(ISTIO, &Ask::get(host, "/"));
    }
    let front = front(ISTIO);
    let found = shares(&front, &Ask::get("web", "/").with("X-Tester", "yes"), 50);
    assert_eq!(found.get("canary"), Some(&50));
    shares(&front, &Ask::get("web", "/"), REQUESTS);
    let counts = front.tallies().counts();
    let copied: u64 = counts.iter().map(|count| count.copied).sum();
    assert!((320..=480).contains(&copied), "{counts:#?}");
    let idle = counts.iter().find(|count| count.pod.name == "canary-2").expect("the pod");
    assert_eq!((idle.answered, idle.copied, idle.refused), (0, 0, 0), "who is not ready is not asked");
    let without = ISTIO.replace("name: canary, labels", "name: other, labels");
    let told = version_of(&crate::objects::front(&without), &Ask::get("web", "/"));
    assert_eq!(told, "VirtualService shop/web: no DestinationRule for web has a subset canary");
}

const GATEWAY: &str = r"
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: web}
spec:
  parentRefs: [{name: front}]
  hostnames: [shop.example.com]
  rules:
  - backendRefs: [{name: stable, port: 80, weight: 80}, {name: canary, port: 80, weight: 20}]
  - matches: [{headers: [{name: X-Tester, value: 'yes'}]}]
    backendRefs: [{name: canary, port: 80}]
---
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: front}
spec: {}
";

#[test]
fn routes_of_the_gateway_api() {
    let ask = Ask::get("shop.example.com", "/");
    assert_a_fifth(GATEWAY, &ask);
    let found = shares(&front(GATEWAY), &ask.clone().with("x-tester", "yes"), 50);
    assert_eq!(found.get("canary"), Some(&50), "a header is more particular than none");
    let alone = GATEWAY.replace("kind: Gateway\nmetadata: {name: front}", "kind: Gateway\nmetadata: {name: other}");
    assert_eq!(version_of(&front(&alone), &ask), "no route", "its Gateway is not there");
    for (kind, version) in [("GRPCRoute", "v1"), ("TCPRoute", "v1alpha2"), ("TLSRoute", "v1alpha2")] {
        let route = format!(
            "apiVersion: gateway.networking.k8s.io/{version}\nkind: {kind}\nmetadata: {{name: web}}\nspec:\n  rules:\n  \
             - backendRefs: [{{name: stable, port: 80, weight: 80}}, {{name: canary, port: 80, weight: 20}}]\n"
        );
        assert_a_fifth(&route, &ask);
    }
}

#[test]
fn the_other_routers() {
    let smi = "
apiVersion: split.smi-spec.io/v1alpha2
kind: TrafficSplit
metadata: {name: web}
spec: {service: web, backends: [{service: canary, weight: 20}, {service: stable, weight: 80}]}
";
    assert_a_fifth(smi, &Ask::get("web.shop", "/"));
    let ambassador = "
apiVersion: getambassador.io/v2
kind: Mapping
metadata: {name: web}
spec: {prefix: /web/, service: 'http://stable:80'}
---
apiVersion: getambassador.io/v2
kind: Mapping
metadata: {name: web-canary}
spec: {prefix: /web/, service: 'http://canary:80', weight: 20}
";
    assert_a_fifth(ambassador, &Ask::get("", "/web/cart"));
    let traefik = "
apiVersion: traefik.io/v1alpha1
kind: IngressRoute
metadata: {name: web}
spec:
  routes:
  - match: Host(`shop.example.com`) && PathPrefix(`/web`)
    services: [{kind: TraefikService, name: web}]
---
apiVersion: traefik.io/v1alpha1
kind: TraefikService
metadata: {name: web}
spec: {weighted: {services: [{name: stable, port: 80, weight: 80}, {name: canary, port: 80, weight: 20}]}}
";
    assert_a_fifth(traefik, &Ask::get("shop.example.com", "/web/cart"));
    let apisix = "
apiVersion: apisix.apache.org/v2
kind: ApisixRoute
metadata: {name: web}
spec:
  http:
  - name: web
    match: {hosts: [shop.example.com], paths: ['/*']}
    backends: [{serviceName: stable, servicePort: 80, weight: 80}, {serviceName: canary, servicePort: 80, weight: 20}]
";
    assert_a_fifth(apisix, &Ask::get("shop.example.com", "/cart"));
    let app_mesh = "
apiVersion: appmesh.k8s.aws/v1beta2
kind: VirtualService
metadata: {name: web}
spec: {awsName: web.mesh, provider: {virtualRouter: {virtualRouterRef: {name: web}}}}
---
apiVersion: appmesh.k8s.aws/v1beta2
kind: VirtualRouter
metadata: {name: web}
spec:
  routes:
  - httpRoute:
      match: {prefix: /}
      action:
        weightedTargets:
        - {virtualNodeRef: {name: stable}, weight: 80}
        - {virtualNodeRef: {name: canary}, weight: 20}
---
apiVersion: appmesh.k8s.aws/v1beta2
kind: VirtualNode
metadata: {name: stable}
spec: {podSelector: {matchLabels: {rollouts-pod-template-hash: stable}}}
---
apiVersion: appmesh.k8s.aws/v1beta2
kind: VirtualNode
metadata: {name: canary}
spec: {podSelector: {matchLabels: {rollouts-pod-template-hash: canary}}}
";
    assert_a_fifth(app_mesh, &Ask::get("web.mesh", "/"));
}

/// What is missing is an answer that says so, never a request that goes elsewhere.
#[test]
fn nobody_answers_for_what_is_not_there() {
    let mut all = documents(NGINX);
    let ask = Ask::get("shop.example.com", "/");
    assert_eq!(version_of(&over(&all), &ask), "Ingress shop/web: Service shop/stable is not there");
    let mut stable = version("stable");
    stable[0]["spec"]["ports"][0]["port"] = 8080.into();
    all.remove(1);
    all.extend(stable.clone());
    let told = version_of(&over(&all), &ask);
    assert_eq!(told, "Ingress shop/web: Service shop/stable has no such port: Number(80)");
    all[1]["spec"]["ports"][0]["port"] = 80.into();
    all[2]["endpoints"] = serde_json::json!([]);
    let told = version_of(&over(&all), &ask);
    assert_eq!(told, "Ingress shop/web: Service shop/stable has no ready endpoints");
}

/// A pod that is listed as ready and is not refuses, is told apart, and another one is asked.
#[test]
fn a_pod_that_is_not_ready_refuses_and_counts_it() {
    let mut all = documents(NGINX);
    all.truncate(1);
    let mut stable = version("stable");
    stable[2]["status"]["conditions"][0]["status"] = "False".into();
    all.extend(stable);
    let front = over(&all);
    let found = shares(&front, &Ask::get("shop.example.com", "/"), 100);
    assert_eq!(found.get("stable"), Some(&100));
    let counts = front.tallies().counts();
    assert_eq!((counts[0].answered, counts[1].answered), (0, 100));
    assert!(counts[0].refused > 0, "{counts:#?}");
}
