//! Templates executed with all of Helm's functions, as the only template of a chart.

use crate::limits::{LIMITS, budget};
use bytes::Bytes;
use helm::{Profile, Template};
use tree::{MemoryTree, TreePath};

const CHART: &str = "apiVersion: v2\nname: input\nversion: 1.2.3\nappVersion: \"4\"\n";
const VALUES: &str = "\
text: some text
number: 12
float: 1.5
flag: true
nothing:
empty: {}
list: [a, 1, {b: c}]
map: {a: 1, b: {c: [x, y]}, \"k.d\": z}
template: '{{ .Values.text }} {{ include \"helper\" . }}'
self: '{{ tpl .Values.self . }}'
";
const HELPERS: &str = "{{- define \"helper\" }}helped {{ .Values.number }}{{ end }}\
                       {{- define \"endless\" }}{{ include \"endless\" . }}{{ end }}";

pub(crate) fn run(input: &[u8]) {
    let mut tree = MemoryTree::new();
    let files = [
        ("Chart.yaml", Bytes::from_static(CHART.as_bytes())),
        ("values.yaml", Bytes::from_static(VALUES.as_bytes())),
        ("templates/_helpers.tpl", Bytes::from_static(HELPERS.as_bytes())),
        ("templates/input.yaml", Bytes::copy_from_slice(input)),
        ("files/data.txt", Bytes::from_static(b"data\n")),
    ];
    for (path, content) in files {
        tree.insert_file(TreePath::parse(path).expect("invariant: a plain relative path"), content);
    }
    // The releases differ in functions and in how documents are split.
    let profile = if input.len().is_multiple_of(2) { Profile::V4_2 } else { Profile::V3_17 };
    let flags = Template { profile, ..Template::default() };
    let output = helm::template(&tree, &TreePath::root(), &flags, &mut budget());
    assert!(output.stdout.len() as u64 <= LIMITS.bytes, "more output than the budget allows");
    assert!(output.code == 0 || !output.stderr.is_empty(), "a failure without a word");
}
