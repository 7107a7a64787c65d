//! What a render asks of elsewhere, and what it remembers of the answers.

use budget::Budget;
use bytes::Bytes;
use render::{
    ApplicationFacts, BuildOptions, ChartPlace, Elsewhere, Fetched, Input, Rendered, Repository, Request, Settings,
    Surroundings, render_in,
};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;
use tree::{MemoryTree, Tree};

/// Knows some answers, each by the words for its request.
#[derive(Default)]
struct Known {
    contents: BTreeMap<String, (Bytes, &'static str)>,
    trees: BTreeMap<String, (MemoryTree, &'static str)>,
}

impl Known {
    fn with(mut self, request: &str, content: impl Into<Bytes>, mark: &'static str) -> Self {
        self.contents.insert(request.to_owned(), (content.into(), mark));
        self
    }

    fn content(&self, request: &Request) -> Result<Fetched<Bytes>, String> {
        let found = self.contents.get(&request.to_string()).ok_or("not found")?;
        Ok(Fetched { content: found.0.clone(), mark: found.1.to_owned() })
    }
}

impl Elsewhere for Known {
    fn file(&self, url: &str, _: u64) -> Result<Fetched<Bytes>, String> {
        self.content(&Request::File(url.to_owned()))
    }

    fn repository(&self, repository: &Repository) -> Result<Fetched<Arc<dyn Tree>>, String> {
        let found = self.trees.get(&Request::Repository(repository.clone()).to_string()).ok_or("not found")?;
        Ok(Fetched { content: Arc::new(found.0.clone()), mark: found.1.to_owned() })
    }

    fn chart(&self, chart: &ChartPlace) -> Result<Fetched<Bytes>, String> {
        self.content(&Request::Chart(chart.clone()))
    }

    fn mark(&self, request: &Request) -> Option<String> {
        let words = request.to_string();
        let content = self.contents.get(&words).map(|(_, mark)| *mark);
        content.or(self.trees.get(&words).map(|(_, mark)| *mark)).map(str::to_owned)
    }
}

const TEMPLATE: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: told}\ndata: {color: {{ .Values.color }}}\n";

fn input(source: Value, settings: Settings) -> Input {
    let source = serde_json::from_value(source).expect("a source");
    let application = ApplicationFacts { instance_name: "shop".into(), ..ApplicationFacts::default() };
    Input { application, settings, ..Input::new(source) }
}

fn run(input: &Input, tree: &MemoryTree, known: &Known) -> Rendered {
    let surroundings = Surroundings { elsewhere: Some(known), ..Surroundings::of(tree, "c1") };
    render_in(input, &surroundings, &mut Budget::default())
}

fn problems(rendered: &Rendered) -> String {
    rendered.problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}

fn chart(more: &[(&str, &str)]) -> MemoryTree {
    let own = [("app/Chart.yaml", "apiVersion: v2\nname: app\nversion: 1.0.0\n"), ("app/templates/a.yaml", TEMPLATE)];
    let all = own.into_iter().chain(more.iter().copied());
    MemoryTree::from_files(all.map(|(path, text)| (path, text.to_owned())).collect::<Vec<_>>())
}

#[test]
fn values_behind_an_address_are_part_of_what_was_read() {
    const URL: &str = "https://h.example/v.yaml?token=secret";
    let source = json!({"path": "app", "helm": {"valueFiles": [URL]}});
    let plain = input(source.clone(), Settings::default());
    let tree = chart(&[]);
    let first = Known::default().with("file https://h.example/v.yaml", "color: red\n", "1");
    let rendered = run(&plain, &tree, &first);
    assert_eq!(problems(&rendered), "");
    assert_eq!(rendered.objects[0].object.value()["data"]["color"], "red");
    let asked = BTreeMap::from([(Request::File(URL.to_owned()), Some("1".to_owned()))]);
    assert_eq!(rendered.reads.elsewhere, asked);
    let holds = |known: Option<&Known>| {
        let elsewhere = known.map(|known| known as &dyn Elsewhere);
        rendered.reads.hold_in(&Surroundings { elsewhere, ..Surroundings::of(&tree, "c2") }).expect("a tree")
    };
    let second = Known::default().with("file https://h.example/v.yaml", "color: blue\n", "2");
    assert!(holds(Some(&first)) && !holds(Some(&second)) && !holds(None));

    let missing = run(&plain, &tree, &Known::default());
    assert!(problems(&missing).contains("https://h.example/v.yaml: not found"), "{}", problems(&missing));
    assert!(!problems(&missing).contains("secret"));
    let only = |schemes: &[&str], url: &str| {
        let schemes = schemes.iter().map(|scheme| (*scheme).to_owned()).collect();
        let settings = Settings { value_file_schemes: schemes, ..Settings::default() };
        let source = json!({"path": "app", "helm": {"valueFiles": [url]}});
        problems(&run(&input(source, settings), &tree, &first))
    };
    assert!(only(&["http"], URL).contains("the URL scheme 'https' is not allowed for values files; allowed are: http"));
    assert!(only(&["s3"], "s3://b/v.yaml").contains("fetched over http and https only"));
}

#[test]
fn dependencies_are_asked_for_at_the_versions_of_the_lock() {
    const DECLARED: &str = "apiVersion: v2\nname: app\nversion: 1.0.0\ndependencies:\n\
                            - {name: web, version: ^1.0.0, repository: 'https://c.example'}\n";
    let lock = |version: &str| format!("dependencies:\n- {{name: web, version: {version}, repository: x}}\n");
    let asked = |files: &[(&str, &str)]| {
        let mut all = vec![("app/Chart.yaml", DECLARED)];
        all.extend(files);
        let rendered = run(&input(json!({"path": "app"}), Settings::default()), &chart(&all), &Known::default());
        let requests: Vec<String> = rendered.reads.elsewhere.keys().map(ToString::to_string).collect();
        (requests.join(", "), problems(&rendered))
    };
    assert_eq!(asked(&[]).0, "chart web ^1.0.0 of https://c.example");
    assert_eq!(asked(&[("app/Chart.lock", &*lock("1.2.0"))]).0, "chart web 1.2.0 of https://c.example");
    for broken in [lock("2.0.0"), lock("1.0.0") + &lock("1.0.0").replace("dependencies:\n", ""), "[".to_owned()] {
        let (requests, problems) = asked(&[("app/Chart.lock", &*broken)]);
        assert_eq!(requests, "", "{broken}");
        assert!(problems.contains("Chart.lock") || problems.contains("lock file"), "{problems}");
    }
}

#[test]
fn bases_in_other_repositories_are_part_of_what_was_read() {
    let tree = MemoryTree::from_files([(
        "app/kustomization.yaml",
        "resources: ['https://git.example/o/r//base?ref=v1', 'https://h.example/b.yaml']\n",
    )]);
    let map = |name: &str| format!("apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: {name}}}\n");
    let base = MemoryTree::from_files([
        ("base/kustomization.yaml", "resources: [a.yaml]\nconfigMapGenerator:\n- name: g\n- name: h\n".to_owned()),
        ("base/a.yaml", map("a")),
    ]);
    let mut known = Known::default().with("file https://h.example/b.yaml", map("b"), "f");
    known.trees.insert("repository https://git.example/o/r at v1".into(), (base, "c"));
    let rendered = run(&input(json!({"path": "app"}), Settings::default()), &tree, &known);
    assert_eq!(problems(&rendered), "");
    let mut origins: Vec<String> = rendered.objects.iter().map(|found| found.origin.to_string()).collect();
    origins.sort();
    let base = "git.example/o/r/base";
    let expected =
        [format!("{base}/a.yaml:1"), format!("{base}/kustomization.yaml:3"), format!("{base}/kustomization.yaml:4")];
    assert_eq!(origins[..3], expected);
    assert_eq!(origins[3], "h.example/b.yaml:1");
    let marks: Vec<Option<&str>> = rendered.reads.elsewhere.values().map(Option::as_deref).collect();
    assert_eq!(marks, [Some("f"), Some("c")]);
}

#[test]
fn a_version_of_kustomize_is_the_options_that_are_declared_for_it() {
    let tree = MemoryTree::from_files([
        ("shared/a.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n"),
        ("app/kustomization.yaml", "resources: [../shared/a.yaml]\n"),
    ]);
    let build_options_of = BTreeMap::from([
        ("v1".to_owned(), BuildOptions::parse("--load-restrictor LoadRestrictionsNone")),
        ("v2".to_owned(), Err("kustomize.path.v2 names a program".to_owned())),
    ]);
    let settings = Settings { build_options_of, ..Settings::default() };
    let told = |version: &str| {
        let source = json!({"path": "app", "kustomize": {"version": version}});
        problems(&run(&input(source, settings.clone()), &tree, &Known::default()))
    };
    assert_eq!(told("v1"), "");
    assert!(told("v2").contains("kustomize.path.v2 names a program"));
    assert!(told("v3").contains("kustomize version v3 is not registered"));
    assert!(told("").contains("is not in or below"));
}
