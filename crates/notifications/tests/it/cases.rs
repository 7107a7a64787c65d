//! One folder a case: `config.yaml` (ConfigMap and Secret), `object.yaml`, and `expected.txt`: what is evaluated and told.

use jiff::Timestamp;
use notifications::{Config, Facts, Owner, Product, Secrets, Sections, Source, Variables, notified, subscription};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

fn read(path: &Path) -> Vec<Value> {
    let text = std::fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let documents = yaml::parse_all(&text, yaml::Dialect::V2, &mut budget::Budget::default()).expect("YAML");
    documents.into_iter().map(|document| document.value).collect()
}

fn texts(value: &Value) -> BTreeMap<String, String> {
    serde_json::from_value(value.clone()).unwrap_or_default()
}

fn shown(folder: &Path) -> String {
    let documents = read(&folder.join("config.yaml"));
    let of = |kind: &str| documents.iter().find(|it| it["kind"] == kind).cloned().unwrap_or_default();
    let product = if of("ConfigMap")["metadata"]["name"] == Product::Rollouts.config_map() {
        Product::Rollouts
    } else {
        Product::Applications
    };
    let secrets =
        texts(&of("Secret")["stringData"]).into_iter().map(|(key, value)| (key, value.into_bytes())).collect();
    let data = texts(&of("ConfigMap")["data"]);
    let source = Source {
        product,
        namespace: "argocd",
        data: &data,
        secrets: Secrets::new(secrets),
        owner: Owner::ControlPlane,
    };
    let config = Config::read(source);
    let mut out = String::new();
    config.problems.iter().for_each(|problem| writeln!(out, "problem: {problem}").expect("written"));
    for (name, service) in &config.services {
        match service {
            Ok(service) => writeln!(out, "service {name}: {} {}", service.kind, service.options),
            Err(why) => writeln!(out, "service {name} is broken: {why}"),
        }
        .expect("written");
    }
    for (name, template) in &config.templates {
        if let Err(why) = template {
            writeln!(out, "template {name} is broken: {why}").expect("written");
        }
    }
    for (name, trigger) in &config.triggers {
        if let Err(why) = trigger {
            writeln!(out, "trigger {name} is broken: {}", why.lines().next().unwrap_or_default()).expect("written");
        }
    }
    for object in read(&folder.join("object.yaml")) {
        object_shown(&config, &object, &mut out);
    }
    out
}

fn object_shown(config: &Config, object: &Value, out: &mut String) {
    let boxed = |value: &Value| -> subscription::Texts {
        texts(value).into_iter().map(|(key, value)| (key.into(), value.into())).collect()
    };
    let (annotations, labels) = (boxed(&object["metadata"]["annotations"]), boxed(&object["metadata"]["labels"]));
    let (destinations, problems) = config.destinations(&annotations, &labels, None);
    problems.iter().for_each(|problem| writeln!(out, "problem: {problem}").expect("written"));
    let facts = Facts::default();
    let now = Timestamp::UNIX_EPOCH;
    let variables = Variables {
        product: config.product,
        object,
        project: None,
        runs: None,
        context: &config.context,
        secrets: Some(&config.secrets),
        facts: &facts,
        destination: None,
    };
    writeln!(out, "== {}", object["metadata"]["name"].as_str().unwrap_or_default()).expect("written");
    for (name, trigger) in &config.triggers {
        let Ok(trigger) = trigger else { continue };
        for outcome in trigger.run(&variables, now) {
            let problem = outcome
                .problem
                .as_deref()
                .map(|why| format!(" ({})", why.lines().next().unwrap_or_default()))
                .unwrap_or_default();
            let holds = if outcome.is_triggered { "holds" } else { "does not hold" };
            writeln!(out, "{name}{} {holds}{problem}", &outcome.key[..3]).expect("written");
            for destination in destinations.of(name).iter().filter(|_| outcome.is_triggered || outcome.is_unconditional)
            {
                writeln!(out, "  {}", notified::key(config.scope(), name, &outcome, destination)).expect("written");
                let told = Variables { destination: Some((&destination.service, &destination.recipient)), ..variables };
                match config.render(&outcome.templates, &told, Sections::All, now) {
                    Ok(notification) => {
                        for line in yaml::emit(&notification.to_json()).lines() {
                            writeln!(out, "    {line}").expect("written");
                        }
                    }
                    Err(why) => writeln!(out, "    fails: {why}").expect("written"),
                }
            }
        }
    }
}

/// `CAPSTAN_CASES=update` writes what comes out; it is reviewed as code.
#[test]
fn cases_give_what_is_recorded() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let mut names: Vec<_> =
        std::fs::read_dir(&folder).expect("cases").flatten().map(|it| it.path()).filter(|it| it.is_dir()).collect();
    names.sort();
    assert!(names.len() >= 5, "the cases are there");
    let mut wrong = Vec::new();
    for case in names {
        let (found, place) = (shown(&case), case.join("expected.txt"));
        if std::env::var("CAPSTAN_CASES").is_ok_and(|it| it == "update") {
            std::fs::write(&place, &found).expect("written");
        }
        let expected = std::fs::read_to_string(&place).unwrap_or_default();
        if found != expected {
            wrong.push(format!("{}:\n{found}", case.display()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
