//! Directory sources: what is read, what becomes of it, what is refused.

mod charts;
mod elsewhere;
mod examples;
mod jsonnet;
mod kustomizations;
mod options;

use api::{ApplicationSource, ApplicationSourceDirectory as DirectoryOptions};
use budget::{Budget, Limits};
use bytes::Bytes;
use render::{Input, Rendered, SourceType, render};
use std::sync::atomic::{AtomicU64, Ordering};
use tree::{Entry, MemoryTree, Tree, TreeError, TreePath};

const POD: &str = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: NAME\n";

fn pod(name: &str) -> String {
    POD.replace("NAME", name)
}

fn path(text: &str) -> TreePath {
    TreePath::parse(text).expect("a path")
}

fn run(tree: &dyn Tree, source: &str, options: DirectoryOptions) -> Rendered {
    let declared = ApplicationSource { path: source.into(), directory: Some(options), ..ApplicationSource::default() };
    let input = Input::new(declared);
    render(&input, tree, &mut Budget::default())
}

/// Objects as `file:line name`, then problems, one a line.
fn shown(rendered: &Rendered) -> Vec<String> {
    let objects = rendered.objects.iter().map(|found| format!("{} {}", found.origin, found.object.name()));
    objects.chain(rendered.problems.iter().map(|problem| format!("! {problem}"))).collect()
}

#[test]
fn every_document_keeps_its_file_and_line() {
    let two = format!("# first\n{}---\n\n{}", pod("a"), pod("b"));
    let list = "apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: Pod, metadata: {name: x}}\n- {apiVersion: v1, kind: Pod, metadata: {name: z}}\n";
    let json = r#"{"apiVersion":"v1","kind":"Pod","metadata":{"name":"j"}}"#;
    let tree = MemoryTree::from_files([
        ("app/1.yaml", two),
        ("app/2.yml", list.to_owned()),
        ("app/3.json", json.to_owned()),
        ("app/deep/4.yaml", pod("deep")),
        ("app/notes.txt", "not a manifest".to_owned()),
        ("app/empty.yaml", "---\n---\n".to_owned()),
        ("app/skipped.yaml", format!("# +argocd:skip-file-rendering\n{}", pod("s"))),
    ]);
    let flat = ["app/1.yaml:2 a", "app/1.yaml:8 b", "app/2.yml:1 x", "app/2.yml:1 z", "app/3.json:1 j"];
    assert_eq!(shown(&run(&tree, "app", DirectoryOptions::default())), flat);
    let recurse = DirectoryOptions { recurse: true, ..DirectoryOptions::default() };
    assert_eq!(shown(&run(&tree, "app", recurse)), [&flat[..], &["app/deep/4.yaml:1 deep"]].concat());
}

#[test]
fn include_and_exclude_match_the_path_below_the_source() {
    let tree = MemoryTree::from_files([
        ("app/a.yaml", pod("a")),
        ("app/env/b.yaml", pod("b")),
        ("app/env/c.yaml", pod("c")),
        ("app/d.txt", pod("d")),
    ]);
    let check = |include: &str, exclude: &str, any_name, expected: &[&str]| {
        let options = DirectoryOptions {
            recurse: true,
            include: include.into(),
            exclude: exclude.into(),
            disable_extension_filter: any_name,
            ..DirectoryOptions::default()
        };
        assert_eq!(shown(&run(&tree, "app", options)), expected, "{include} {exclude}");
    };
    check("", "{a.yaml,env/c*}", false, &["app/env/b.yaml:1 b"]);
    check("*b.yaml", "", false, &["app/env/b.yaml:1 b"]);
    check("env/*", "env/b.yaml", false, &["app/env/c.yaml:1 c"]);
    check("*.txt", "", true, &["app/d.txt:1 d"]);
    check("{a", "", false, &["! spec.source.directory.include: \"{a\" is not a valid pattern"]);
}

#[test]
fn broken_files_are_named_and_others_are_left_alone() {
    let tree = MemoryTree::from_files([
        ("app/broken.yaml", "apiVersion: v1\nkind: Pod\nmetadata: {name: [\n"),
        ("app/other.yaml", "{{ not yaml at all"),
        ("app/second.yaml", "{\"kind\": \"Pod\"}\n---\n{{ not yaml at all"),
        ("app/nokind.yaml", "apiVersion: v1\nmetadata:\n  name: x\n"),
        ("app/two.json", "{\"kind\":1} {\"kind\":2}"),
        ("app/bad.json", "{"),
        ("app/x.jsonnet", "{}"),
    ]);
    let rendered = run(&tree, "app", DirectoryOptions::default());
    let problems = shown(&rendered).join("\n");
    assert!(problems.contains("! app/broken.yaml: line "), "{problems}");
    assert!(!problems.contains("other.yaml"), "{problems}");
    assert!(problems.contains("! app/second.yaml: line "), "{problems}");
    assert!(problems.contains("! app/nokind.yaml:1: not a Kubernetes object: kind is missing"), "{problems}");
    assert!(problems.contains("! app/two.json: found multiple objects"), "{problems}");
    assert!(problems.contains("! app/bad.json: line 1, column 1: not valid JSON"), "{problems}");
    assert!(problems.contains("! app/x.jsonnet: nothing here evaluates Jsonnet"), "{problems}");
}

#[test]
fn charts_and_kustomizations_are_detected_in_the_directory_itself() {
    let tree = MemoryTree::from_files([
        ("chart/Chart.yaml", "name: c\n"),
        ("overlay/Kustomization", "resources: []\n"),
        ("plain/sub/Chart.yaml", "name: c\n"),
        ("file.yaml", "a: 1\n"),
    ]);
    let detect = |at: &str| render(&Input::at(at), &tree, &mut Budget::default());
    assert_eq!(detect("chart").source_type, Some(SourceType::Helm));
    assert_eq!(detect("overlay").source_type, Some(SourceType::Kustomize));
    assert_eq!(detect("plain").source_type, Some(SourceType::Directory));
    assert_eq!(shown(&detect("nowhere")), ["! nowhere: app path does not exist"]);
    assert_eq!(shown(&detect("file.yaml")), ["! file.yaml: app path is not a directory"]);
    // An absence that was read is part of what the result depends on.
    let mut with_chart = tree.clone();
    with_chart.insert_file(path("plain/Chart.yaml"), "name: c\n");
    assert_eq!(detect("plain").reads.unchanged_in(&with_chart), Ok(false));
}

#[test]
fn links_stay_inside() {
    let mut tree = MemoryTree::from_files([("shared/a.yaml", pod("a")), ("app/b.yaml", pod("b"))]);
    tree.insert_link(path("app/link.yaml"), "../shared/a.yaml");
    assert_eq!(shown(&run(&tree, "app", DirectoryOptions::default())), ["app/b.yaml:1 b", "app/link.yaml:1 a"]);
    tree.insert_link(path("app/out.yaml"), "../../etc/passwd");
    let expected = ["! app/out.yaml: symbolic link leads out of the repository"];
    assert_eq!(shown(&run(&tree, "app", DirectoryOptions::default())), expected);
}

/// A tree with one file of a gigabyte that exists only as a promise, and a count of the bytes handed out.
struct Huge {
    inner: MemoryTree,
    handed_out: AtomicU64,
}

const HUGE_BYTES: u64 = 1 << 30;

impl Tree for Huge {
    fn entry(&self, path: &TreePath) -> Result<Option<Entry>, TreeError> {
        self.inner.entry(path)
    }

    fn read(&self, path: &TreePath, bytes_max: u64) -> Result<Bytes, TreeError> {
        if path.name() == "huge.yaml" && bytes_max < HUGE_BYTES {
            return Err(TreeError::TooLarge { path: path.clone(), bytes_max });
        }
        let content = self.inner.read(path, bytes_max)?;
        self.handed_out.fetch_add(content.len() as u64, Ordering::Relaxed);
        Ok(content)
    }

    fn list(&self, path: &TreePath) -> Result<Vec<(String, Entry)>, TreeError> {
        self.inner.list(path)
    }
}

#[test]
fn a_gigabyte_is_refused_before_it_is_read() {
    let inner = MemoryTree::from_files([("app/a.yaml", pod("a")), ("app/huge.yaml", String::new())]);
    let tree = Huge { inner, handed_out: AtomicU64::new(0) };
    let rendered = run(&tree, "app", DirectoryOptions::default());
    let expected = "! app/huge.yaml: the manifests in this directory have more than 10000000 bytes together \
                    (limit: combined manifest size)";
    assert_eq!(shown(&rendered), ["app/a.yaml:1 a", expected]);
    assert!(tree.handed_out.load(Ordering::Relaxed) < 1000);
}

#[test]
fn limits_are_named_with_their_file() {
    let deep = format!("apiVersion: v1\nkind: ConfigMap\nmetadata: {}1{}\n", "[".repeat(100_000), "]".repeat(100_000));
    let tree = MemoryTree::from_files([("app/deep.yaml", deep)]);
    let problems = shown(&run(&tree, "app", DirectoryOptions::default()));
    assert_eq!(problems, ["! app/deep.yaml: line 3: nested deeper than 128 levels (limit: depth 128)"]);
    let tree = MemoryTree::from_files([("app/a.yaml", pod("a"))]);
    let input = Input::at("app");
    let rendered = render(&input, &tree, &mut Budget::new(Limits { fuel: 3, ..Limits::default() }));
    assert!(shown(&rendered)[0].contains("limit: fuel 3"), "{:?}", shown(&rendered));
}
