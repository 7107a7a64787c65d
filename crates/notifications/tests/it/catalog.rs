//! The catalogue: every trigger sends a template that there is, every template renders, and its Slack and Teams parts are
//! JSON.

use jiff::Timestamp;
use notifications::{Config, Facts, Owner, Product, Secrets, Sections, Source, Variables, catalog};
use serde_json::{Value, json};
use std::collections::BTreeMap;

fn config(product: Product) -> Config {
    let map = catalog::config_map(product);
    let data: BTreeMap<String, String> = serde_json::from_value(map["data"].clone()).expect("texts");
    let source =
        Source { product, namespace: "argocd", data: &data, secrets: Secrets::default(), owner: Owner::ControlPlane };
    Config::read(source)
}

fn application() -> Value {
    json!({
        "metadata": {"name": "web", "namespace": "argocd"},
        "spec": {"project": "default", "source": {"repoURL": "https://git.example/a.git"}},
        "status": {
            "sync": {"status": "Synced", "revision": "abc"}, "health": {"status": "Healthy"},
            "conditions": [{"type": "ComparisonError", "message": "a \"quoted\" word\nand a line"}],
            "operationState": {"phase": "Succeeded", "startedAt": "2026-01-01T00:00:00Z", "finishedAt": "2026-01-01T00:01:00Z", "message": "m"},
        },
    })
}

fn rollout() -> Value {
    json!({
        "metadata": {"name": "web"},
        "spec": {
            "replicas": 3, "strategy": {"canary": {"steps": [{"setWeight": 20}, {"pause": {}}]}},
            "template": {"spec": {"containers": [{"name": "a", "image": "a:1"}, {"name": "b", "image": "b:1"}]}},
        },
        "status": {"currentStepIndex": 1, "updatedReplicas": 1},
    })
}

#[test]
fn everything_in_it_renders() {
    for (product, object) in [(Product::Applications, application()), (Product::Rollouts, rollout())] {
        let config = config(product);
        assert_eq!(config.problems, Vec::<String>::new());
        let context = BTreeMap::from([("argocdUrl".to_owned(), "https://cd.example".to_owned())]);
        let facts = Facts::default();
        for (name, trigger) in &config.triggers {
            let trigger = trigger.as_ref().unwrap_or_else(|why| panic!("{name}: {why}"));
            for template in trigger.conditions().iter().flat_map(|condition| &condition.send) {
                let variables = Variables {
                    product,
                    object: &object,
                    project: None,
                    runs: None,
                    context: &context,
                    secrets: None,
                    facts: &facts,
                    destination: Some(("slack", "ops")),
                };
                let rendered =
                    config.render(std::slice::from_ref(template), &variables, Sections::All, Timestamp::UNIX_EPOCH);
                let rendered = rendered.unwrap_or_else(|why| panic!("{template}: {why}"));
                assert!(
                    rendered.message.contains("web") && !rendered.message.contains("no value"),
                    "{}",
                    rendered.message
                );
                for (kind, field) in [("slack", "attachments"), ("teams", "facts"), ("teams", "potentialAction")] {
                    let text = rendered.section(kind).and_then(|it| it[field].as_str()).filter(|text| !text.is_empty());
                    if let Some(text) = text {
                        let read = serde_json::from_str::<Value>(text);
                        assert!(read.is_ok(), "{template} {kind}.{field}: {read:?}\n{text}");
                    }
                }
            }
        }
        assert_eq!(config.triggers.len(), if product == Product::Rollouts { 9 } else { 8 });
    }
}

/// The hashes under which upstream remembers what was told, computed by its own engine (notifications-engine cf274d2e).
#[test]
fn conditions_are_remembered_as_upstream_remembers_them() {
    let (config, object) = (config(Product::Applications), application());
    let context = BTreeMap::new();
    let facts = Facts::default();
    let variables = Variables {
        product: Product::Applications,
        object: &object,
        project: None,
        runs: None,
        context: &context,
        secrets: None,
        facts: &facts,
        destination: None,
    };
    let keys: Vec<String> = config
        .triggers
        .iter()
        .map(|(name, trigger)| {
            let outcomes = trigger.as_ref().expect("compiles").run(&variables, Timestamp::UNIX_EPOCH);
            format!("{name} {} {}", outcomes[0].key, outcomes[0].is_triggered)
        })
        .collect();
    let expected = include_str!("../cases/catalog-keys.txt");
    assert_eq!(keys.join("\n") + "\n", expected);
}
