//! About two hundred expressions, each alone in the template `c/templates/a.yaml`, against what Helm 3.21.1 gave when
//! called as a library: results and the exact words of errors. In `tests/expressions/e*.txt` an expression stands on one
//! line (`⏎` for a line break in it) and its result (`=>`, quoted) or error (`!!`) on the next.

use crate::case::{Flags, read_folder, run};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use helm::Profile;
use std::path::{Path, PathBuf};
use tree::{MemoryTree, TreePath};

/// The chart around an expression.
const CHART: &str = "apiVersion: v2\nname: c\nversion: 1.0.0\nappVersion: \"9\"\n";
/// Shows the text that the partial gives, whatever it is, as YAML that can be read back.
const SHOWN: &str = "text: {{ include \"c/templates/_a.yaml\" . | b64enc }}\n";

/// What Helm's answers have in other words than ours, ours, and why.
const OTHERWISE: &[(&str, &str)] = &[
    // A library build has no release of its own; the profile is that of a released binary.
    ("v3.21 {v3.21   go1.27.3} 55", "v3.21.0 {v3.21.0   go1.26.8} 57"),
    ("go_version: go1.27.3\\nversion: v3.21 ", "go_version: go1.26.8\\nversion: v3.21.0 "),
    // 3.21.1 knows other versions than 3.21.0.
    ("scheduling.k8s.io/v1alpha2", "scheduling.k8s.io/v1alpha1"),
    ("autoscaling/v2 batch/v1", "autoscaling/v2 autoscaling/v2beta1 autoscaling/v2beta2 batch/v1"),
    // go-yaml writes U+0085 as a line break, which reads back as a space. Here the text survives.
    ("\\n- ' x'\\n", "\\n- \\\"\\\\Nx\\\"\\n"),
];

#[test]
fn expressions_give_what_helm_gives() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/expressions");
    let chart = read_folder(&folder).expect("readable");
    let mut wrong = Vec::new();
    let mut cases = 0;
    for number in 1..=5 {
        let path: PathBuf = folder.join(format!("e{number}.txt"));
        let text = std::fs::read_to_string(&path).expect("the cases are there");
        for (expression, expected) in read(&text) {
            cases += 1;
            let given = evaluate(&chart, &expression.replace('⏎', "\n"));
            let expected =
                OTHERWISE.iter().fold(expected.to_owned(), |text, (theirs, ours)| text.replace(theirs, ours));
            if given != expected {
                wrong.push(format!("e{number}: {expression}\n  helm {expected}\n  ours {given}"));
            }
        }
    }
    assert!(cases >= 200, "{cases} cases");
    assert!(wrong.is_empty(), "{} of {cases} differ:\n{}", wrong.len(), wrong.join("\n"));
}

fn read(text: &str) -> impl Iterator<Item = (&str, &str)> {
    let mut lines = text.lines().filter(|line| !line.starts_with('#') && !line.is_empty());
    std::iter::from_fn(move || Some((lines.next()?, lines.next()?.trim_start())))
}

/// An expression that succeeds is rendered as a partial, for what it gives need not be YAML; one that fails as a file of
/// its own, for the error names the file.
fn evaluate(files: &MemoryTree, expression: &str) -> String {
    let shown = rendered(files, &[("templates/_a.yaml", expression), ("templates/z.yaml", SHOWN)]);
    if let Ok(stdout) = shown {
        let encoded = stdout.split_once("\ntext:").expect("the line is there").1;
        let encoded = encoded.trim_start_matches([' ', '"']).trim_end_matches(['\n', '"']);
        let text = STANDARD.decode(encoded).expect("it is base64");
        let given = gotemplate::quote(&text).replace("c/templates/z.yaml", "c/templates/a.yaml");
        // Helm takes the words out of a finished file.
        return format!("=> {}", given.replace("<no value>", ""));
    }
    match rendered(files, &[("templates/a.yaml", expression)]) {
        Ok(stdout) => format!("=> {stdout}"),
        Err(message) => format!("!! {message}"),
    }
}

fn rendered(files: &MemoryTree, templates: &[(&str, &str)]) -> Result<String, String> {
    let mut chart = MemoryTree::new();
    let at = |path: &str| TreePath::parse(&format!("chart/{path}")).expect("a path");
    for name in ["values.yaml", "conf/a.txt", "conf/sub/b.txt"] {
        let path = TreePath::parse(name).expect("a path");
        chart.insert_file(at(name), tree::Tree::read(files, &path, u64::MAX).expect("the file is there"));
    }
    chart.insert_file(at("Chart.yaml"), CHART.as_bytes());
    for (path, text) in templates {
        chart.insert_file(at(path), text.as_bytes().to_vec());
    }
    let flags = Flags {
        kube_version: Some("v1.20.0".to_owned()),
        release: Some("rel".to_owned()),
        namespace: Some("ns".to_owned()),
        ..Flags::default()
    };
    let output = run(&chart, &flags, Profile::V3_21);
    if output.code == 0 {
        return Ok(output.stdout);
    }
    let hint = "\n\nUse --debug flag to render out invalid YAML";
    let message = output.stderr.trim_start_matches("Error: ").trim_end();
    Err(message.trim_end_matches(hint).to_owned())
}
