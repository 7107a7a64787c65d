//! Charts: templates that never end, values and schemas that explode, functions that reach outside.

use super::{aliases, refused, tree};
use budget::Budget;
use helm::Template;
use tree::TreePath;

const CHART: (&str, &str) = ("Chart.yaml", "apiVersion: v2\nname: app\nversion: 1.0.0\n");

fn render(files: &[(&str, &str)]) -> String {
    let mut all = vec![CHART];
    all.extend_from_slice(files);
    let output = helm::template(&tree(&all), &TreePath::root(), &Template::default(), &mut Budget::default());
    if output.code == 0 { format!("{} bytes of output", output.stdout.len()) } else { output.stderr }
}

/// Writes a megabyte at a time.
const LONG_TEXT: &str = "{{ $x := repeat 1000000 \"x\" }}{{ range 100 }}{{ $x }}{{ end }}";

#[test]
fn many_templates_are_stopped_together() {
    let _turn = super::turn();
    let template = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata:\n  a: {{ repeat 3000000 \"x\" }}\n";
    let files: Vec<(String, &str)> = (0..40).map(|at| (format!("templates/{at}.yaml"), template)).collect();
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.as_str(), *text)).collect();
    refused("forty templates of three megabytes each", "limit: bytes", || render(&files));
}

#[test]
fn templates_are_stopped_by_counted_limits() {
    let _turn = super::turn();
    let cases = [
        ("range", "limit: ", "{{ range 2000000000 }}x{{ end }}"),
        ("until", "limit: ", "{{ until 1000000000 }}"),
        ("untilStep", "limit: ", "{{ untilStep 0 1000000000 1 }}"),
        ("seq", "limit: ", "{{ seq 1 1000000000 }}"),
        ("repeat", "limit: ", "{{ repeat 1000000000 \"x\" }}"),
        ("indent", "limit: ", "{{ indent 1000000000 \"x\" }}"),
        ("nindent of many lines", "limit: ", "{{ nindent 100000 (repeat 100000 \"\\n\") }}"),
        ("doubling", "limit: ", "{{ $x := \"xxxxxxxx\" }}{{ range 60 }}{{ $x = print $x $x }}{{ end }}"),
        ("doubling lists", "limit: ", "{{ $x := list 1 }}{{ range 60 }}{{ $x = concat $x $x }}{{ end }}{{ $x }}"),
        (
            "doubling maps",
            "limit: ",
            "{{ $x := dict }}{{ range 60 }}{{ $x = dict \"a\" $x \"b\" $x }}{{ end }}{{ toYaml $x }}",
        ),
        (
            "deep copies",
            "limit: ",
            "{{ $x := dict }}{{ range 60 }}{{ $x = dict \"a\" $x \"b\" $x }}{{ end }}{{ deepCopy $x }}",
        ),
        ("a list in itself", "limit: ", "{{ $x := dict }}{{ $_ := set $x \"x\" $x }}{{ toYaml $x }}"),
        ("include", "", "{{ define \"a\" }}{{ include \"a\" . }}{{ end }}{{ include \"a\" . }}"),
        ("template", "", "{{ define \"a\" }}{{ template \"a\" . }}{{ end }}{{ template \"a\" . }}"),
        ("tpl", "", "{{ $t := \"{{ tpl .t . }}\" }}{{ tpl $t (dict \"t\" $t \"Template\" .Template) }}"),
        ("printf", "limit: ", "{{ printf \"%1000000000d\" 1 }}{{ range 100 }}{{ printf \"%1000000d\" 1 }}{{ end }}"),
        ("a text in pieces", "limit: bytes", LONG_TEXT),
        (
            "many long texts",
            "limit: bytes",
            "{{ $x := list }}{{ range 100 }}{{ $x = append $x (repeat 5000000 \"x\") }}{{ end }}",
        ),
        ("one long text", "limit: bytes", "{{ repeat 30000000 \"x\" }}"),
        (
            "many long includes",
            "limit: bytes",
            "{{ define \"a\" }}{{ repeat 5000000 \"x\" }}{{ end }}{{ range 100 }}{{ include \"a\" . | len }}{{ end }}",
        ),
        (
            "regexReplaceAll",
            "limit: ",
            "{{ $x := repeat 1000000 \"a\" }}{{ regexReplaceAll \"a\" $x (repeat 1000 \"b\") }}",
        ),
        ("replace", "limit: ", "{{ $x := repeat 1000000 \"a\" }}{{ replace \"a\" (repeat 1000 \"b\") $x }}"),
        ("splitList", "limit: ", "{{ range 100 }}{{ splitList \"\" (repeat 1000000 \"a\") | len }}{{ end }}"),
        ("random text", "limit: ", "{{ randAlphaNum 1000000000 }}"),
        (
            "a regular expression that explodes",
            "",
            "{{ regexMatch \"((((a{1,1000}){1,1000}){1,1000}){1,1000})\" \"a\" }}",
        ),
        ("fromYaml of aliases", "", "{{ fromYaml .Values.bomb | toYaml }}"),
        ("env", "not defined", "{{ env \"HOME\" }}"),
        ("expandenv", "not defined", "{{ expandenv \"$HOME\" }}"),
        ("getHostByName", "bytes of output", "{{ getHostByName \"metadata.internal\" }}"),
    ];
    let bomb = format!("bomb: |\n{}", aliases(12).lines().map(|line| format!("  {line}\n")).collect::<String>());
    for (name, expected, template) in cases {
        refused(name, expected, || render(&[("templates/t.yaml", template), ("values.yaml", &bomb)]));
    }
}

#[test]
fn values_and_schemas_are_bounded() {
    let _turn = super::turn();
    let template = ("templates/t.yaml", "{{ toYaml .Values }}");
    let deep = "{a: ".repeat(100_000);
    let recursive = r##"{"$ref": "#"}"##;
    let circle = r##"{"definitions": {"a": {"$ref": "#/definitions/b"}, "b": {"$ref": "#/definitions/a"}}, "$ref": "#/definitions/a"}"##;
    let elsewhere = r#"{"$ref": "file:///etc/passwd"}"#;
    let network = r#"{"$ref": "http://169.254.169.254/latest"}"#;
    let bomb = aliases(12);
    let nested = format!("{}1{}", "[".repeat(100_000), "]".repeat(100_000));
    let cases = [
        ("values of aliases", "limit: ", "values.yaml", bomb.as_str()),
        ("deep values", "limit: ", "values.yaml", deep.as_str()),
        ("a schema that is itself", "", "values.schema.json", recursive),
        ("schemas in a circle", "", "values.schema.json", circle),
        ("a schema of this machine", "", "values.schema.json", elsewhere),
        ("a schema of the network", "", "values.schema.json", network),
        ("a deep schema", "", "values.schema.json", nested.as_str()),
    ];
    for (name, expected, path, content) in cases {
        refused(name, expected, || render(&[template, (path, content)]));
    }
}
