//! Indexes in every layout, and what is none.

use super::*;

const LIMIT: usize = 1 << 20;

fn of(text: &str, chart: &str) -> Result<Vec<Entry>, Problem> {
    entries(text.as_bytes(), chart, LIMIT)
}

fn versions(text: &str, chart: &str) -> Vec<String> {
    of(text, chart).expect("reads").into_iter().map(|entry| entry.version).collect()
}

const USUAL: &str = r#"apiVersion: v1
entries:
  api:
  - apiVersion: v2
    name: api
    version: 9.9.9
    urls: [api-9.9.9.tgz]
  web:
  - annotations:
      artifacthub.io/changes: |
        - version: 7.0.0
          urls: none
    apiVersion: v2
    appVersion: "1"
    created: "2024-01-01T00:00:00Z"
    description: says "version: 8.0.0"
    digest: 0123456789abcdef0123456789abcdef0123456789abcdef0123456789ABCDEF
    home: https://example.com
    name: web
    urls:
    - https://example.com/web-1.2.0.tgz
    - web-1.2.0.tgz
    version: 1.2.0
  - name: web
    version: "1.10.0"
    urls:
      - charts/web-1.10.0.tgz

  # a comment
  web-extra:
  - {name: web-extra, version: 3.0.0, urls: [x.tgz]}
generated: "2024-01-01T00:00:00Z"
"#;

#[test]
fn one_chart_is_picked_out_of_many() {
    let web = of(USUAL, "web").expect("reads");
    assert_eq!(web.len(), 2);
    assert_eq!(web[0], Entry { version: "1.10.0".into(), urls: vec!["charts/web-1.10.0.tgz".into()], digest: None });
    assert_eq!(web[1].urls, ["https://example.com/web-1.2.0.tgz", "web-1.2.0.tgz"]);
    assert_eq!(web[1].digest.as_deref(), Some("0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"));
    assert_eq!(versions(USUAL, "api"), ["9.9.9"]);
    assert_eq!(versions(USUAL, "web-extra"), ["3.0.0"]);
    assert_eq!(of(USUAL, "other"), Err(Problem::NoChart { chart: "other".into() }));
}

#[test]
fn other_layouts_are_read_too() {
    let indented = "entries:\n    \"web\":\n        -   version: 1.0.0\n            name: web\n            urls:\n                - a.tgz\napiVersion: v1\n";
    assert_eq!(versions(indented, "web"), ["1.0.0"]);
    let dash_alone = "apiVersion: v1\nentries:\n  web:\n  -\n    name: web\n    version: 1.0.0\n    urls: [a]\n";
    assert_eq!(versions(dash_alone, "web"), ["1.0.0"]);
    let on_one_line = "apiVersion: v1\nentries:\n  web: [{name: web, version: 1.0.0, urls: [a]}]\n";
    assert_eq!(versions(on_one_line, "web"), ["1.0.0"]);
    let empty = "apiVersion: v1\nentries:\n  web: []\n";
    assert_eq!(versions(empty, "web"), [""; 0]);
    let json = r#"{"apiVersion":"v1","entries":{"a":[{"name":"a"}],"web":[null,{"name":"web","version":"1.0.0","urls":["a"]}]}}"#;
    assert_eq!(versions(json, "web"), ["1.0.0"]);
    assert_eq!(of(json, "b"), Err(Problem::NoChart { chart: "b".into() }));
}

#[test]
fn what_helm_skips_is_skipped() {
    let text = "apiVersion: v1\nentries:\n  web:\n  - name: web\n    version: nonsense\n    urls: [a]\n  - version: 1.0.0\n    urls: [a]\n  - name: web\n    version: 2.0.0\n    urls: [a]\n";
    assert_eq!(versions(text, "web"), ["2.0.0"]);
}

#[test]
fn what_is_no_index_is_told() {
    let why = |text: &str| match of(text, "web") {
        Err(Problem::BadIndex { why }) => why,
        other => panic!("{text:?}: {other:?}"),
    };
    assert_eq!(why(""), "it is empty");
    assert_eq!(why("entries:\n  web:\n  - name: web\n"), "no API version specified");
    assert_eq!(why("<html><body>log in</body></html>"), "no API version specified");
    assert!(why("apiVersion: v1\nentries: {web: []}\n").contains("one key a line"));
    assert!(why("{\"apiVersion\": ").contains("line 1"));
    assert!(why("apiVersion: v1\nentries:\n  web:\n  - name: [web\n    urls: x\n").contains("no YAML"));
}

#[test]
fn an_index_that_says_too_much_of_one_chart_is_refused() {
    let mut text = "apiVersion: v1\nentries:\n  web:\n".to_owned();
    for at in 0..10_000 {
        text.push_str(&format!("  - name: web\n    version: 1.0.{at}\n    urls: [web-1.0.{at}.tgz]\n"));
    }
    assert!(matches!(entries(text.as_bytes(), "web", 1000), Err(Problem::TooLarge { max: 1000, .. })));
    assert_eq!(versions(&text, "web").len(), 10_000);
    let long_line = format!("apiVersion: v1\nentries:\n  other:\n  - description: {}\n", "x".repeat(2000));
    assert!(matches!(entries(long_line.as_bytes(), "web", 1000), Err(Problem::TooLarge { max: 1000, .. })));
}
