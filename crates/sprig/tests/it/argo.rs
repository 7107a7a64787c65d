//! Argo CD's function sets: recorded answers, what notifications find, and that nothing reads the environment.

use crate::recorded::read;
use crate::world::sources;
use budget::Budget;
use gotemplate::{FuncMap, Map, MissingKey, Run, Set, Value};
use sprig::argo::{self, CommitMetadata, Facts};
use sprig::time::Time;
use std::collections::BTreeMap;
use std::sync::Arc;

fn evaluate(functions: FuncMap, template: &str) -> String {
    let mut budget = Budget::default();
    let mut set = Set::new(Arc::new(functions), MissingKey::Invalid);
    if let Err(error) = set.parse("c", template.as_bytes(), &mut budget) {
        return format!("!! {}", gotemplate::quote(error.to_string().as_bytes()));
    }
    let mut run = Run::new(&mut budget);
    run.state.put(sources());
    match set.execute("c", &dot(), &mut run) {
        Ok(text) => format!("=> {}", gotemplate::quote(text.as_bytes())),
        Err(error) => format!("!! {}", gotemplate::quote(error.to_string().as_bytes())),
    }
}

/// What a notification about an application sees.
fn dot() -> Value {
    let app: serde_json::Value = serde_json::from_str(
        r#"{"status": {"operationState": {"operation": {"info": [{"name": "reason", "value": "a push"}]}}}}"#,
    )
    .expect("it is JSON");
    let commit = CommitMetadata {
        message: "Mend the pump".to_owned(),
        author: "Ada".to_owned(),
        date: Time::from_unix(1_709_211_845, 0),
        tags: vec!["v1".to_owned(), "v1.2".to_owned()],
    };
    let facts = Facts { commits: BTreeMap::from([("abc".to_owned(), commit)]), details: None };
    let values = argo::notification_values(facts);
    Value::Map(Map::from_entries(values.into_iter().chain([("app", Value::from(&app))])))
}

#[test]
fn answers_are_argo_cds() {
    let wrong: Vec<String> = read(include_str!("../cases/argo.txt"))
        .filter_map(|(template, expected)| {
            let given = evaluate(argo::application_set(), template);
            (given != expected).then(|| format!("{template}\n  theirs {expected}\n  ours   {given}"))
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn notifications_find_time_strings_repositories_and_operations() {
    let cases = [
        ("{{ (call .time.Parse \"2024-02-29T13:04:05Z\").Format .time.RFC850 }}", "Thursday, 29-Feb-24 13:04:05 UTC"),
        ("{{ ((call .time.Parse \"2024-02-29T13:04:05+02:00\").Add .time.Hour).UTC.Format .time.Kitchen }}", "12:04PM"),
        ("{{ .time.Minute }} {{ (call .time.Now).Year }}", "1m0s 2024"),
        ("{{ ((call .time.Now).Sub (call .time.Parse \"2024-06-01T10:30:00Z\")).Hours }}", "1.5"),
        ("{{ call .strings.ReplaceAll \"a-b-c\" \"-\" \"+\" }} {{ call .strings.ToUpper \"é\" }}", "a+b+c É"),
        ("{{ call .repo.QueryEscape \"a b&c\" }}", "a+b%26c"),
        (
            "{{ with call .repo.GetCommitMetadata \"abc\" }}{{ .Author }}: {{ .Message }} {{ .Tags }}{{ end }}",
            "Ada: Mend the pump [v1 v1.2]",
        ),
        ("{{ (call .repo.GetCommitMetadata \"abc\").Date.Unix }}", "1709211845"),
        ("{{ call .sync.GetInfoItem .app \"reason\" }}|{{ call .sync.GetInfoItem .app \"x\" }}", "a push|"),
    ];
    for (template, expected) in cases {
        assert_eq!(evaluate(argo::notification(), template), format!("=> {}", gotemplate::quote(expected.as_bytes())));
    }
    let unknown = evaluate(argo::notification(), "{{ call .repo.GetCommitMetadata \"def\" }}");
    assert!(unknown.contains("error calling call: commit def is not known"), "{unknown}");
}

#[test]
fn no_set_reads_the_environment() {
    for (functions, without) in [
        (argo::notification(), ["env", "expandenv"].as_slice()),
        (argo::hydration(), &["env", "expandenv", "getHostByName"]),
        (argo::application_set(), &["env", "expandenv", "getHostByName"]),
    ] {
        for name in without {
            let given = evaluate(functions.clone(), &format!("{{{{ {name} \"HOME\" }}}}"));
            assert_eq!(given, format!("!! \"template: c:1: function \\\"{name}\\\" not defined\""));
        }
    }
}
