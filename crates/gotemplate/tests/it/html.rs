//! `html/template` besides the recorded cases: safe text, the codes of errors, limits.

use crate::functions;
use crate::generate::{Dice, damage};
use crate::generate_html;
use budget::{Budget, Limits};
use gotemplate::html::{ErrorCode, EscapeError, Safe, SafeIn, Set};
use gotemplate::{Map, MissingKey, Run, Value};
use std::sync::Arc;

const LIMITS: Limits = Limits { fuel: 1_000_000, bytes: 8 << 20, depth: 100_000 };

/// What becomes of one template, parsed and escaped.
fn escaped(text: &str) -> Result<gotemplate::html::Template, EscapeError> {
    let mut budget = Budget::new(LIMITS);
    let mut set = Set::new(Arc::new(functions::table()), MissingKey::Invalid);
    set.parse("x", text.as_bytes(), &mut budget).expect("the template parses");
    set.escaped("x", &mut budget)
}

fn executed(text: &str, data: &Value) -> String {
    let template = escaped(text).expect("the template can be escaped");
    let mut budget = Budget::new(LIMITS);
    template.execute(data, &mut Run::new(&mut budget)).expect("the template is executed").to_string()
}

#[test]
fn safe_text_is_written_as_it_is_where_it_is_safe() {
    let data = Value::Map(Map::from_entries([
        ("html", Safe::value(SafeIn::Html, "<b>")),
        ("url", Safe::value(SafeIn::Url, "tel:1")),
        ("js", Safe::value(SafeIn::Js, "f(1)")),
        ("text", Value::text("<b>")),
    ]));
    assert_eq!(executed("{{.html}} {{.text}} {{.js}}", &data), "<b> &lt;b&gt; f(1)");
    assert_eq!(executed("<a href='{{.url}}' onclick='{{.js}}'>", &data), "<a href='tel:1' onclick='f(1)'>");
    assert_eq!(executed("<a href='{{.html}}'>", &data), "<a href='%3cb%3e'>");
}

#[test]
fn a_template_is_executed_many_times() {
    let template = escaped("<a title='{{.}}'>{{.}}</a>").expect("the template can be escaped");
    let mut budget = Budget::new(LIMITS);
    for shown in ["1", "2"] {
        let text = template.execute(&Value::text(shown), &mut Run::new(&mut budget)).expect("the template is executed");
        assert_eq!(text, format!("<a title='{shown}'>{shown}</a>").as_str());
    }
}

#[test]
fn errors_have_the_codes_that_go_names() {
    let cases = [
        ("<a href='{{if .}}/a{{else}}/b?{{end}}{{.}}'>", ErrorCode::AmbigContext),
        ("<a \"b\">", ErrorCode::BadHtml),
        ("{{if .}}<a>{{else}}<script>{{end}}", ErrorCode::BranchEnd),
        ("<script>", ErrorCode::EndContext),
        ("{{template `nope`}}", ErrorCode::NoSuchTemplate),
        (
            "{{define `r`}}{{if .}}{{template `r` .}}{{end}}{{.}}\",{{end}}<script>{{template `r` .}}</script>",
            ErrorCode::OutputContext,
        ),
        ("<script>/[{{.}}]/</script>", ErrorCode::PartialCharset),
        ("<script>'\\{{.}}'</script>", ErrorCode::PartialEscape),
        ("<script>{{if .}}1{{end}}/{{.}}/</script>", ErrorCode::SlashAmbig),
        ("{{. | html | print}}", ErrorCode::PredefinedEscaper),
    ];
    for (text, expected) in cases {
        match escaped(text) {
            Err(EscapeError::Html { code, .. }) => assert_eq!(code, expected, "{text}"),
            Err(other) => panic!("{text}: {other}"),
            Ok(_) => panic!("{text} can be escaped"),
        }
    }
}

#[test]
fn endless_looking_through_is_stopped() {
    let nested = |open: &str, depth: usize| format!("{}x{}", open.repeat(depth), "{{end}}".repeat(depth));
    let many = (0..100).map(|at| format!("{{{{define `t{at}`}}}}{{{{template `t{}` .}}}}{{{{end}}}}", at + 1));
    let cases = [
        // Each loop's body is looked through twice.
        (nested("{{range .}}", 40), "limit: fuel"),
        (nested("{{with .}}", 101), "limit: depth 100"),
        (nested("{{if .}}", 20_000), "limit: depth 100"),
        (
            format!("{}{{{{define `t100`}}}}x{{{{end}}}}{{{{template `t0` .}}}}", many.collect::<String>()),
            "limit: depth",
        ),
    ];
    assert!(escaped(&nested("{{with .}}", 99)).is_ok());
    for (text, limit) in cases {
        let error = escaped(&text).err().expect("a limit stops it").to_string();
        assert!(error.contains(limit), "{error}");
    }
}

#[test]
fn long_scripts_cost_what_their_length_is() {
    for piece in ["'", "/", "`${", "<", "a\\", "\\2", "url(", "</", "&quot"] {
        for around in [("<script>", "</script>"), ("<style>'", "'</style>"), ("<p onclick=\"", "\">"), ("<b>", "</b>")]
        {
            let text = format!("{}{}{}", around.0, piece.repeat(20_000), around.1);
            // Whether it can be escaped does not matter: that it ends does.
            let told = escaped(&text).err().map(|error| error.to_string());
            assert!(told.is_none_or(|told| told.starts_with("html/template")));
        }
    }
}

#[test]
fn damaged_documents_are_no_danger() {
    let mut dice = Dice::new(5);
    for _ in 0..400 {
        let mut text = generate_html::template(&mut dice);
        for _ in 0..dice.below(4) {
            damage(&mut dice, &mut text);
        }
        let mut budget = Budget::new(LIMITS);
        let mut set = Set::new(Arc::new(functions::table()), MissingKey::Invalid);
        if set.parse("x", text.as_bytes(), &mut budget).is_ok()
            && let Ok(template) = set.escaped("x", &mut budget)
            && let Err(error) = template.execute(&Value::Nil, &mut Run::new(&mut budget))
        {
            assert!(!error.to_string().is_empty());
        }
    }
}
