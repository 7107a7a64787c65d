//! What is wrong with Rollouts, against what Argo Rollouts (9f8d111d) says of them, and what it does not look for.

use api::rollouts::{AnalysisTemplateSpec, Rollout};
use object::{Fetched, Object};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;
use strategy::Service;
use strategy::validation::{
    Origin, Peer, References, TemplateKey, first_problem, references, validate_references, validate_spec, warnings,
};

/// A case a line: what is changed of [`base`], what it refers to, and upstream's problems in order.
const CASES: &str = include_str!("../cases/validation.jsonl");

fn base() -> Value {
    json!({
        "selector": {"matchLabels": {"app": "web"}},
        "template": {
            "metadata": {"labels": {"app": "web"}},
            "spec": {"containers": [{"name": "web", "image": "web:1"}]},
        },
        "strategy": {"canary": {}},
    })
}

fn merge(into: &mut Value, patch: &Value) {
    let Value::Object(patch) = patch else {
        *into = patch.clone();
        return;
    };
    if !into.is_object() {
        *into = Value::Object(Map::new());
    }
    for (key, value) in patch {
        match value {
            Value::Null => {
                into.as_object_mut().expect("an object").remove(key);
            }
            value => merge(&mut into[key], value),
        }
    }
}

fn rollout(name: &str, patch: &Value) -> Rollout {
    let mut spec = base();
    merge(&mut spec, patch);
    let object = json!({"metadata": {"name": name, "namespace": "shop"}, "spec": spec});
    serde_json::from_value(object).expect("a Rollout")
}

/// What was found, as the tests have it.
#[derive(Default)]
struct Found {
    services: BTreeMap<String, Fetched<Service>>,
    ingresses: BTreeMap<String, Fetched<Arc<Value>>>,
    templates: BTreeMap<TemplateKey, Fetched<AnalysisTemplateSpec>>,
    peers: Vec<Peer>,
}

impl Found {
    fn of(case: &Value) -> Self {
        let mut found = Found::default();
        for service in case["services"].as_object().into_iter().flat_map(Map::values) {
            found.add_service(service);
        }
        for ingress in case["ingresses"].as_array().into_iter().flatten() {
            let name = ingress["metadata"]["name"].as_str().expect("a name").to_owned();
            found.ingresses.insert(name, Fetched::Known(Arc::new(ingress.clone())));
        }
        type Scope = fn(String) -> TemplateKey;
        let scopes = [("templates", TemplateKey::Namespaced as Scope), ("clusterTemplates", TemplateKey::Cluster)];
        for (list, key) in scopes {
            for template in case[list].as_array().into_iter().flatten() {
                let name = template["metadata"]["name"].as_str().expect("a name").to_owned();
                let spec = serde_json::from_value(template["spec"].clone()).expect("a template");
                found.templates.insert(key(name), Fetched::Known(spec));
            }
        }
        found
    }

    fn add_service(&mut self, service: &Value) {
        let mut service = service.clone();
        service["apiVersion"] = json!("v1");
        service["kind"] = json!("Service");
        let object = Object::from_value(&service).expect("a Service");
        let name = service["metadata"]["name"].as_str().expect("a name").to_owned();
        self.services.insert(name, Fetched::Known(Service::read(&object)));
    }

    fn references(&self) -> References<'_> {
        References {
            services: &self.services,
            ingresses: &self.ingresses,
            templates: &self.templates,
            peers: &self.peers,
        }
    }
}

#[test]
fn problems_are_those_of_upstream() {
    for line in CASES.lines() {
        let case: Value = serde_json::from_str(line).expect("a case");
        let rollout = rollout("web", &case["patch"]);
        let found = Found::of(&case);
        let mut problems: Vec<String> =
            validate_spec(&rollout, Origin::Written).iter().map(ToString::to_string).collect();
        problems.extend(validate_references(&rollout, &found.references()).iter().map(ToString::to_string));
        let expected: Vec<String> = serde_json::from_value(case["problems"].clone()).expect("problems");
        assert_eq!(problems, expected, "{}", case["case"]);
        let first = first_problem(&rollout, Origin::Written, &found.references()).map(|problem| problem.to_string());
        assert_eq!(first, expected.first().cloned(), "{}", case["case"]);
    }
}

#[test]
fn what_is_not_there_is_named_before_what_does_not_fit() {
    let patch = json!({"strategy": {"canary": {
        "stableService": "s", "canaryService": "c",
        "trafficRouting": {"alb": {"ingresses": ["i", "j"], "servicePort": 80}},
        "steps": [{"analysis": {"templates": [{"templateName": "t"}, {"templateName": "u", "clusterScope": true}]}}],
    }}});
    let rollout = rollout("web", &patch);
    let mut found = Found::default();
    for reference in references(&rollout) {
        let name = reference.name.to_owned();
        match reference.field.rsplit_once('.').expect("a path").1 {
            "templates" if reference.is_cluster_wide => {
                found.templates.insert(TemplateKey::Cluster(name), Fetched::Absent);
            }
            "templates" => {
                found.templates.insert(TemplateKey::Namespaced(name), Fetched::Absent);
            }
            "ingresses" => {
                found.ingresses.insert(name, Fetched::Absent);
            }
            _ => {
                found.services.insert(name, Fetched::Absent);
            }
        }
    }
    found.add_service(&json!({"metadata": {"name": "s"}, "spec": {"selector": {"app": "other"}}}));
    let problems: Vec<String> =
        validate_references(&rollout, &found.references()).iter().map(ToString::to_string).collect();
    let at = "spec.strategy.canary";
    assert_eq!(
        problems,
        [
            format!("{at}.canaryService: Invalid value: \"c\": service \"c\" not found"),
            format!("{at}.steps[0].analysis.templates: Invalid value: \"t\": AnalysisTemplate 't' not found"),
            format!("{at}.steps[0].analysis.templates: Invalid value: \"u\": ClusterAnalysisTemplate 'u' not found"),
            format!(
                "{at}.trafficRouting.alb.ingresses: Invalid value: [\"i\",\"j\"]: ingress.networking.k8s.io \"i\" not found"
            ),
            format!(
                "{at}.trafficRouting.alb.ingresses: Invalid value: [\"i\",\"j\"]: ingress.networking.k8s.io \"j\" not found"
            ),
            format!("{at}.stableService: Invalid value: \"s\": Service \"s\" has unmatch label \"app\" in rollout"),
        ]
    );
}

#[test]
fn templates_that_include_each_other_in_a_circle_come_to_an_end() {
    let patch = json!({"strategy": {"canary": {"steps": [{"analysis": {"templates": [{"templateName": "t"}]}}]}}});
    let metric = json!({"name": "m", "provider": {"web": {"url": "http://x"}}});
    let case = json!({"templates": [
        {"metadata": {"name": "t"}, "spec": {"templates": [{"templateName": "u"}]}},
        {"metadata": {"name": "u"}, "spec": {"metrics": [metric], "templates": [{"templateName": "t"}]}},
    ]});
    let mut found = Found::of(&case);
    assert_eq!(validate_references(&rollout("web", &patch), &found.references()), []);
    found.templates.insert(TemplateKey::Namespaced("u".to_owned()), Fetched::Absent);
    let problems = validate_references(&rollout("web", &patch), &found.references());
    assert_eq!(problems[0].to_string(), "spec.templates: Invalid value: \"u\": AnalysisTemplate 'u' not found");
}

#[test]
fn what_could_not_be_read_is_no_problem_of_the_spec() {
    let rollout = rollout("web", &json!({"strategy": {"canary": {"stableService": "s"}}}));
    let mut found = Found::default();
    found.services.insert("s".to_owned(), Fetched::Unknown("timed out".to_owned()));
    assert_eq!(validate_references(&rollout, &found.references()), []);
}

#[test]
fn a_service_without_a_selector_is_left_to_who_keeps_its_endpoints() {
    let rollout = rollout("web", &json!({"strategy": {"canary": {"stableService": "s"}}}));
    let mut found = Found::default();
    found.add_service(&json!({"metadata": {"name": "s"}, "spec": {"ports": []}}));
    let problem = first_problem(&rollout, Origin::Written, &found.references()).expect("a problem");
    assert_eq!(
        problem.to_string(),
        "spec.strategy.canary.stableService: Invalid value: \"s\": Service \"s\" has no selector; \
         give it one that matches the labels of spec.template"
    );
}

#[test]
fn of_two_rollouts_that_name_a_service_the_elder_gets_it() {
    let patch = json!({"strategy": {"canary": {"stableService": "s"}}});
    let made = |name: &str, at: &str| {
        let mut rollout = rollout(name, &patch);
        rollout.metadata.creation_timestamp = Some(at.parse::<jiff::Timestamp>().expect("a time").into());
        rollout
    };
    let (elder, younger) = (made("zebra", "2026-01-01T00:00:00Z"), made("ant", "2026-01-01T00:00:01Z"));
    let mut found = Found::default();
    found.add_service(&json!({"metadata": {"name": "s"}, "spec": {"selector": {"app": "web"}}}));
    found.peers = vec![Peer::of(&elder), Peer::of(&younger)];
    assert_eq!(first_problem(&elder, Origin::Written, &found.references()), None);
    let problem = first_problem(&younger, Origin::Written, &found.references()).expect("a problem");
    assert!(problem.to_string().ends_with("Service \"s\" is named by another Rollout too: \"zebra\""), "{problem}");
}

#[test]
fn what_is_accepted_but_does_nothing_is_said() {
    let patch = json!({
        "strategy": {"canary": {
            "antiAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": []}},
            "steps": [{"setWeight": 5}, {"setWeight": 10, "setCanaryScale": {"replicas": 1}}],
        }},
        "template": {"spec": {"anything": "the template is the cluster's business"}},
    });
    let rollout = rollout("web", &patch);
    let peers = vec![Peer::of(&rollout), Peer { name: "other".to_owned(), ..Peer::of(&rollout) }];
    let found = Found { peers, ..Found::default() };
    let said: Vec<String> = warnings(&rollout, &found.references()).iter().map(ToString::to_string).collect();
    assert_eq!(
        said,
        [
            "spec.strategy.canary.antiAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms: \
             unknown field, ignored",
            "spec.strategy.canary.steps[1]: a step is one thing: setCanaryScale, setWeight are given, \
             setCanaryScale is done",
            "spec.selector: it matches the pods of Rollout \"other\" too; autoscalers and Services by these labels see \
             both: give each a label of its own",
        ]
    );
}

#[test]
fn a_virtual_service_must_lead_to_both_versions() {
    let spec = json!({
        "selector": {"matchLabels": {"app": "web"}},
        "strategy": {"canary": {
            "canaryService": "canary", "stableService": "stable",
            "trafficRouting": {"istio": {"virtualService": {"name": "web.mesh", "routes": ["primary"]}}},
        }},
    });
    let mut rollout: Rollout =
        serde_json::from_value(json!({"metadata": {"name": "web"}, "spec": spec})).expect("a Rollout");
    let route = |name: &str, hosts: [&str; 2]| json!({"name": name, "route": hosts.map(|host| json!({"destination": {"host": host}}))});
    let told = |rollout: &Rollout, routes: Value| {
        let errors = strategy::validation::validate_virtual_service(rollout, "web", &json!({"spec": {"http": routes}}));
        errors.iter().map(|error| error.to_string()).collect::<Vec<_>>()
    };
    let both = route("primary", ["stable.shop.svc.cluster.local", "canary"]);
    assert!(told(&rollout, json!([both.clone(), route("other", ["a", "b"])])).is_empty());
    let field = "spec.strategy.canary.trafficRouting.istio.virtualService.name: Invalid value: \"web\": ";
    let wrong = "Istio VirtualService has invalid HTTP routes. Error: ";
    assert_eq!(
        told(&rollout, json!([route("primary", ["stable", "other"])])),
        [format!("{field}{wrong}Canary Service 'canary' not found in route")]
    );
    assert_eq!(
        told(&rollout, json!([route("secondary", ["stable", "canary"])])),
        [format!("{field}{wrong}HTTP Route 'primary' is not found in the defined Virtual Service.")]
    );
    let routes = json!({"name": "web"});
    rollout.spec.strategy.canary.as_mut().expect("a canary").traffic_routing =
        serde_json::from_value(json!({"istio": {"virtualService": routes}})).expect("a router");
    assert_eq!(told(&rollout, json!([both.clone(), route("other", ["a", "b"])])).len(), 1);
    let none = strategy::validation::validate_virtual_service(&rollout, "web", &json!({"spec": {}}));
    assert!(none[0].to_string().contains("Unable to get any of the HTTP, TCP or TLS routes"));
    assert!(strategy::validation::validate_virtual_service(&rollout, "another", &json!({})).is_empty());
}
