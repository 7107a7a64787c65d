//! What else router objects say of requests: queries, paths that are rewritten, clients that stay or are sent elsewhere.

use crate::objects::{front, shares, version_of};
use ingress::{Answer, Ask, Front};
use std::collections::BTreeSet;

/// The path as the pod sees it.
fn path_of(front: &Front, ask: &Ask) -> String {
    let reply = front.reply(ask);
    assert!(matches!(reply.answer, Answer::Pod(_)), "{reply:?}");
    reply.path
}

/// What a client sends back of a cookie it was given.
fn cookie(set: &str) -> &str {
    set.split(';').next().unwrap_or_default()
}

/// Asks again and again as one client does, with the cookies it was given; the pods that answered.
fn pods_of_a_client(front: &Front, ask: &Ask) -> BTreeSet<(String, String)> {
    let first = front.reply(ask).cookie.expect("a cookie");
    let mut ask = ask.clone().with("cookie", cookie(&first));
    let mut pods = BTreeSet::new();
    for _ in 0..100 {
        let reply = front.reply(&ask);
        if let Some(set) = &reply.cookie {
            ask.headers.pop();
            ask = ask.with("cookie", cookie(set));
        }
        match reply.answer {
            Answer::Pod(pod) => pods.insert((pod.hash.clone(), pod.name.clone())),
            other => panic!("{other:?}"),
        };
    }
    pods
}

/// Clients by where they stay, so many of them.
fn versions_of_clients(front: &Front, ask: &Ask) -> BTreeSet<String> {
    let versions = |_| {
        let pods = pods_of_a_client(front, ask);
        let versions: BTreeSet<String> = pods.into_iter().map(|(version, _)| version).collect();
        assert_eq!(versions.len(), 1, "a client stays with its version");
        versions.into_iter().next().expect("one")
    };
    (0..40).map(versions).collect()
}

const ALB: &str = r#"
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: web
  annotations:
    alb.ingress.kubernetes.io/actions.root: '{"Type":"forward","ForwardConfig":{"TargetGroups":[{"ServiceName":"canary","ServicePort":"80","Weight":40},{"ServiceName":"stable","ServicePort":"80","Weight":60}],"TargetGroupStickinessConfig":{"Enabled":true,"DurationSeconds":60}}}'
    alb.ingress.kubernetes.io/actions.testers: '{"Type":"forward","ForwardConfig":{"TargetGroups":[{"ServiceName":"canary","ServicePort":"80","Weight":100}]}}'
    alb.ingress.kubernetes.io/conditions.testers: '[{"field":"query-string","queryStringConfig":{"values":[{"key":"beta","value":"yes"}]}}]'
    alb.ingress.kubernetes.io/actions.old: '{"Type":"redirect","RedirectConfig":{"Protocol":"HTTPS","Host":"new.example.com","Path":"/#{path}","StatusCode":"HTTP_301"}}'
spec:
  ingressClassName: alb
  rules:
  - http:
      paths:
      - {path: /old/*, pathType: ImplementationSpecific, backend: {service: {name: old, port: {name: use-annotation}}}}
      - {path: /*, pathType: ImplementationSpecific, backend: {service: {name: testers, port: {name: use-annotation}}}}
      - {path: /*, pathType: ImplementationSpecific, backend: {service: {name: root, port: {name: use-annotation}}}}
"#;

#[test]
fn a_load_balancer_keeps_clients_reads_queries_and_sends_elsewhere() {
    let of = front(ALB);
    assert_eq!(versions_of_clients(&of, &Ask::get("", "/")).len(), 2, "some of each");
    let set = of.reply(&Ask::get("", "/")).cookie.expect("a cookie");
    assert!(set.starts_with("AWSALBTG=") && set.ends_with("; Max-Age=60"), "{set}");
    assert_eq!(shares(&of, &Ask::get("", "/?beta=yes"), 50).get("canary"), Some(&50));
    assert_eq!(version_of(&of, &Ask::get("shop", "/old/x?a=b")), "301 https://new.example.com/old/x");
}

/// Whoever stayed with a version that is to get nothing any more goes to the other.
#[test]
fn an_abort_takes_clients_away_whose_cookie_says_otherwise() {
    let running = front(ALB);
    let held = loop {
        let reply = running.reply(&Ask::get("", "/"));
        if matches!(&reply.answer, Answer::Pod(pod) if pod.hash == "canary") {
            break reply.cookie.expect("a cookie");
        }
    };
    let aborted = front(&ALB.replace(r#""Weight":40"#, r#""Weight":0"#));
    let ask = Ask::get("", "/").with("cookie", cookie(&held));
    assert_eq!(shares(&aborted, &ask, 50).get("stable"), Some(&50));
}

const NGINX: &str = r#"
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: web
  annotations:
    nginx.ingress.kubernetes.io/affinity: cookie
    nginx.ingress.kubernetes.io/session-cookie-name: route
    nginx.ingress.kubernetes.io/rewrite-target: /$2
spec:
  rules:
  - http:
      paths:
      - {path: /something(/|$)(.*), pathType: ImplementationSpecific, backend: {service: {name: stable, port: {number: 80}}}}
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: web-canary
  annotations:
    nginx.ingress.kubernetes.io/canary: "true"
    nginx.ingress.kubernetes.io/canary-weight: "50"
spec:
  rules:
  - http:
      paths:
      - {path: /something(/|$)(.*), pathType: ImplementationSpecific, backend: {service: {name: canary, port: {number: 80}}}}
"#;

#[test]
fn nginx_keeps_clients_with_their_pod_and_rewrites() {
    let of = front(NGINX);
    let ask = Ask::get("", "/something/new");
    assert_eq!(path_of(&of, &ask), "/new");
    assert_eq!(pods_of_a_client(&of, &ask).len(), 1, "one pod");
    assert_eq!(versions_of_clients(&of, &ask).len(), 2, "the second Ingress has its part");
    assert_eq!(version_of(&of, &Ask::get("", "/else")), "no route");
}

const GATEWAY: &str = "
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: web}
spec:
  rules:
  - matches: [{path: {type: PathPrefix, value: /}, queryParams: [{name: beta, value: 'y.*', type: RegularExpression}]}]
    backendRefs: [{name: canary, port: 80}]
  - matches: [{path: {type: PathPrefix, value: /old}}]
    filters: [{type: RequestRedirect, requestRedirect: {scheme: https, statusCode: 308, path: {type: ReplacePrefixMatch, replacePrefixMatch: /new}}}]
  - matches: [{path: {type: PathPrefix, value: /api}}]
    filters: [{type: URLRewrite, urlRewrite: {path: {type: ReplacePrefixMatch, replacePrefixMatch: /v2}}}]
    sessionPersistence: {sessionName: who}
    backendRefs: [{name: stable, port: 80, weight: 50}, {name: canary, port: 80, weight: 50}]
  - matches: [{path: {type: PathPrefix, value: /}}]
    backendRefs: [{name: stable, port: 80}]
";

#[test]
fn the_gateway_api_reads_queries_rewrites_redirects_and_keeps_sessions() {
    let of = front(GATEWAY);
    assert_eq!(version_of(&of, &Ask::get("shop", "/?beta=yes")), "canary");
    assert_eq!(version_of(&of, &Ask::get("shop", "/?beta=no")), "stable");
    assert_eq!(version_of(&of, &Ask::get("shop", "/old/cart")), "308 https://shop/new/cart");
    let api = Ask::get("shop", "/api/items");
    assert_eq!(path_of(&of, &api), "/v2/items");
    assert_eq!(pods_of_a_client(&of, &api).len(), 1);
    assert_eq!(versions_of_clients(&of, &api).len(), 2);
}

const ISTIO: &str = r"
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: web}
spec:
  hosts: [shop.example.com]
  http:
  - match: [{queryParams: {beta: {exact: 'yes'}}}, {headers: {cookie: {regex: '(^|.*; )user=tester(;.*|$)'}}}]
    route: [{destination: {host: canary}}]
  - match: [{uri: {prefix: /api}}, {uri: {exact: /health}}]
    rewrite: {uri: /v2}
    route: [{destination: {host: stable}}]
  - match: [{uri: {prefix: /old}}]
    redirect: {uri: /new, authority: new.example.com}
  - match: [{uri: {prefix: /item}}]
    rewrite: {uriRegexRewrite: {match: '^/item/([^/]+)/(.*)$', rewrite: '/\2/of/\1'}}
    route: [{destination: {host: stable}}]
  - route: [{destination: {host: stable}}]
";

#[test]
fn istio_reads_queries_and_cookies_and_rewrites() {
    let of = front(ISTIO);
    let get = |path: &str| Ask::get("shop.example.com", path);
    assert_eq!(version_of(&of, &get("/?beta=yes")), "canary");
    assert_eq!(version_of(&of, &get("/").with("cookie", "a=b; user=tester")), "canary");
    assert_eq!(version_of(&of, &get("/").with("cookie", "user=other")), "stable");
    assert_eq!(path_of(&of, &get("/api/items")), "/v2/items");
    assert_eq!(path_of(&of, &get("/health")), "/v2");
    assert_eq!(path_of(&of, &get("/item/7/cart")), "/cart/of/7");
    assert_eq!(version_of(&of, &get("/old/x")), "301 http://new.example.com/new");
}

const OTHERS: &str = r"
apiVersion: traefik.io/v1alpha1
kind: IngressRoute
metadata: {name: web}
spec:
  routes:
  - {match: 'Host(`shop.example.com`) && Query(`beta`, `yes`)', kind: Rule, services: [{name: canary, port: 80}]}
  - {match: 'Host(`shop.example.com`)', kind: Rule, services: [{name: web, kind: TraefikService}]}
---
apiVersion: traefik.io/v1alpha1
kind: TraefikService
metadata: {name: web}
spec:
  weighted:
    sticky: {cookie: {name: lvl1}}
    services: [{name: stable, port: 80, weight: 50}, {name: canary, port: 80, weight: 50}]
---
apiVersion: getambassador.io/v2
kind: Mapping
metadata: {name: web}
spec: {prefix: /shop/, service: stable, hostname: ambassador.example.com}
---
apiVersion: getambassador.io/v2
kind: Mapping
metadata: {name: kept}
spec: {prefix: /kept/, rewrite: '', service: stable, hostname: ambassador.example.com}
";

#[test]
fn traefik_keeps_clients_and_ambassador_takes_prefixes_away() {
    let of = front(OTHERS);
    let ask = Ask::get("shop.example.com", "/");
    assert_eq!(versions_of_clients(&of, &ask).len(), 2);
    assert_eq!(version_of(&of, &Ask::get("shop.example.com", "/?beta=yes")), "canary");
    assert_eq!(path_of(&of, &Ask::get("ambassador.example.com", "/shop/cart")), "/cart");
    assert_eq!(path_of(&of, &Ask::get("ambassador.example.com", "/kept/cart")), "/kept/cart");
}
