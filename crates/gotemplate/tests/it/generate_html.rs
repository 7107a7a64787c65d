//! Documents out of nothing: pieces of HTML, scripts and style sheets in an order that is right now and then, with
//! actions between and within them.

use crate::generate::{Dice, damage};

/// What every generated document may call.
pub const BESIDE_HTML: &str = "{{define \"f\"}}<i>{{.}}</i>{{end}}{{define \"v\"}}{{.}}{{end}}{{define \"q\"}}\"{{.}}\"{{end}}\
{{define \"open\"}}<a href=\"{{end}}{{define \"at\"}} title='{{.}}' {{end}}{{define \"s\"}}/{{.}}/{{end}}\
{{define \"empty\"}}{{end}}{{define \"k\"}}{{if eq (len .) 0}}{{else}}{{template \"k\" slice . 1}}{{end}}x{{end}}\
{{define \"r\"}}{{if .}}{{template \"r\" false}}{{end}}\"{{end}}";

const VALUES: &[&str] = &[
    ".H",
    ".s",
    ".u",
    ".url",
    ".bad",
    ".https",
    ".mail",
    ".num",
    ".f",
    ".neg",
    ".big",
    ".small",
    ".t",
    ".nul",
    ".e",
    ".ls",
    ".el",
    ".m",
    ".em",
    ".js",
    ".css",
    ".color",
    ".expr",
    ".cssbad",
    ".attr",
    ".on",
    ".name",
    ".srcset",
    ".re",
    ".tmpl",
    ".ctl",
    ".uni",
    ".esc",
    ".tags",
    ".data",
    ".missing",
    ".",
    "\"x\"",
    "1",
    "true",
    "`a'b`",
    "nothing",
    "shown .s",
    "thing .s",
    "bytes .s",
    "ints 1 2",
    "strs .s .e",
    "table .attr .num",
    "safecss .css",
    "safecss .s",
    "safehtml .H",
    "safehtml .tags",
    "safehtml .esc",
    "safeattr .s",
    "safeattr `dir=\"x\"`",
    "safejs .js",
    "safejs `f()`",
    "safejsstr `\\x41'`",
    "safeurl .bad",
    "safeurl .https",
    "safesrcset .srcset",
    "html .s",
    "urlquery .url",
    ".s | html",
    ".url | urlquery",
    "html .s .num",
    "urlquery .s .url",
    "html",
    "urlquery",
    ".s | html | up",
    "html .s | print",
    "len .ls",
    "print .num .f",
    "printf `%d%%` 10",
    "not .t",
    "index .ls 0",
    "u8 200",
    "addi 1 2",
    "(.s)",
    "(html .s)",
    "(1) 2",
    ".s.x",
    "boom .s",
    "1i",
    "dict \"a\" .num \"b\" .s",
    "list .num .nul .s",
    "$",
    "$.s",
    "js .js",
    "print .nul",
];

const TEXTS: &[&str] = &[
    "a",
    " ",
    "\n",
    "x < y",
    "<",
    "</",
    "&lt;",
    "&amp;#39;",
    "<b>",
    "</b>",
    "<br/>",
    "<!DOCTYPE html>",
    "<!-- c -->",
    "<!--",
    "-->",
    "<3",
    "<x-y:z ",
    ">",
    "/>",
    "=",
    "é☃",
    "<p title=\"",
    "<p title='",
    "<p title=",
    "\"",
    "'",
    "`",
    "<a href=\"",
    "<a href=",
    "<a href='/s?",
    "\">",
    "'>",
    "<img src=",
    "<img srcset=\"",
    "<a xlink:href=\"",
    "<a data-url='",
    "<a xmlns:a=\"",
    "<form action=\"",
    "<input value=\"",
    "<input checked ",
    "<div on",
    "<div onclick=\"",
    "<div onclick='",
    "<div onclick=",
    "<div style=\"",
    "<div style='",
    "<div style=",
    "<iframe srcdoc=\"",
    "http://",
    "javascript:",
    "?",
    "#",
    "&",
    ",",
    " 2x, ",
    "<script>",
    "</script>",
    "</SCRIPT >",
    "<script type=\"text/javascript\">",
    "<script type=text/template>",
    "<script type='application/json'>",
    "<script type=\"",
    "<script src=\"",
    "var x = ",
    "f(",
    ")",
    ";",
    "a",
    "1",
    "42.",
    "++",
    "+ ",
    "- ",
    "return ",
    "/",
    "/re/",
    "/[",
    "]",
    "/g",
    "\\",
    "\\\"",
    "\\'",
    "//",
    "/*",
    "*/",
    "#!",
    "${",
    "}",
    "{",
    "<style>",
    "</style>",
    "<style type=\"x\">",
    "p { color: ",
    "url(",
    "url(\"",
    "url('",
    "url( ",
    "background: ",
    "\\20 ",
    "\\2f",
    "@import ",
    "<title>",
    "</title>",
    "<textarea>",
    "</textarea>",
    "<textarea name=\"",
    "<meta content=\"",
    "<meta http-equiv=refresh content=\"0; url=",
    "<meta charset=",
    "url=",
    "; ",
    "<a b=\"&quot;",
    "&#34;",
    "&#x27",
    "&lpar;",
    "\t",
    "\r",
    "\u{2028}",
    "ſcript",
    "<ſcript",
    "</ſcript",
    "<!--x",
    "<scrip",
    "t>",
    "%",
    "if (",
    "=>",
    "<a href=\"{{.url}}",
    "<a href=\"?{{.s}}",
    "x:",
    "data-",
    "class=",
    "id='",
];

/// Whole pieces, each of which leaves the document as it was; `@` stands for an action.
const WHOLE: &[&str] = &[
    "<p title=\"@\">@</p>",
    "<p title='a@b'>",
    "<p title=@>",
    "<p @>",
    "<p @=\"x\">",
    "<p a@=\"@\">",
    "<p @=@ @>",
    "<a href=\"@\">@</a>",
    "<a href=\"/a/@/b?c=@#@\">",
    "<a href='@?@'>",
    "<a href=@>",
    "<a href=/x?@&y=@>",
    "<img srcset=\"@, /@ 2x\">",
    "<img src=@ alt=@>",
    "<form action='@' method=\"@\">",
    "<a onclick=\"f(@, '@', &quot;@&quot;)\">",
    "<a onclick='f(@)'>",
    "<a onclick=f(@)>",
    "<a style=\"color: @; background: url('@')\">",
    "<a style='width: @'>",
    "<a style=@>",
    "<a style=\"font: '@'; b: url(@/x?@)\">",
    "<script>var x = @;</script>",
    "<script>f(\"@\", '@', `@`, @)</script>",
    "<script>/@/g.test(@) / @</script>",
    "<script>`a${@}b${ {a: `${@}`} }@`</script>",
    "<script>// @\n/* @ */ x</script>",
    "<script>x = @ /* a */ / 2; y = /[a-z]@/</script>",
    "<script type=\"text/x\">@ '@'</script>",
    "<script type=\"application/ld+json\">{\"a\": @}</script>",
    "<script src=\"@\"></script>",
    "<script><!-- @\n--> @\n x = @</script>",
    "<style>p { a: @; b: \"@\"; c: url(@); d: url('@') } /* @ */</style>",
    "<style>@import '@?@'; // @\n</style>",
    "<title>@ <b></title>",
    "<textarea name=@>@</textarea>",
    "<!-- @ -->",
    "<meta content=\"@\">",
    "<meta http-equiv=\"refresh\" content=\"0;url=@\">",
    "<meta name=a content='1; URL = @; @'>",
    "<b data-href='@' data-x=\"@\" svg:href=@>",
    "<iframe srcdoc=\"@\">",
    "<input value=@ type=\"@\">",
    "<script>\"</script>@\"</script>",
    "<script>var s = '<!-- @ <script @ <\\/script>'</script>",
    "<b a=\"&lt;@&gt;\">",
    "<a href=\"javascript:@\">",
    "<a href=\"@:@\">",
    "<svg><path d=\"@\"/></svg>",
    "<a\nhref\n=\n\"@\"\n>",
    "<p/title=@/>",
    "<a href=\"{{if .t}}/a{{else}}/b?{{end}}@\">",
    "<a {{if .t}}href=\"{{else}}title=\"{{end}}@\">",
    "<script>{{if .no}}x{{else}}+{{end}}/@/</script>",
    "<p title={{if .t}}@{{end}}>",
    "<p{{if .t}} a=\"@\"{{end}}>",
];

const NAMES: &[&str] = &["f", "v", "q", "open", "at", "s", "empty", "k", "r", "h", "nope", "set", "b", "x"];

/// One document.
pub fn template(dice: &mut Dice) -> String {
    let mut out = String::new();
    let right = dice.below(3) > 0;
    for _ in 0..=dice.below(6) {
        piece(dice, &mut out, 0, right);
    }
    if dice.below(4) == 0 {
        out.push_str("{{define \"h\"}}");
        piece(dice, &mut out, 2, right);
        piece(dice, &mut out, 2, right);
        out.push_str("{{end}}");
    }
    if dice.below(12) == 0 {
        damage(dice, &mut out);
    }
    out
}

fn piece(dice: &mut Dice, out: &mut String, depth: usize, right: bool) {
    match dice.below(if depth > 2 { 7 } else { 10 }) {
        0..=2 if right => whole(dice, out),
        0..=3 => out.push_str(dice.one(TEXTS)),
        4..=6 if right && depth == 0 => whole(dice, out),
        4..=6 => action(dice, out),
        7 => {
            let argument = dice.one(&[".s", ".", ".ls", ".t", ".num"]);
            out.push_str(&format!("{{{{template \"{}\" {argument}}}}}", dice.one(NAMES)));
        }
        8 => branch(dice, out, depth, right),
        _ => {
            let extra = [
                "{{$y := .s}}",
                "{{/* c */}}",
                "{{- 1 -}}",
                "{{block \"bl\" .}}<b>{{.s}}{{end}}",
                "{{with $z := .H}}{{$z}}{{end}}",
            ];
            out.push_str(dice.one(&extra));
        }
    }
}

fn whole(dice: &mut Dice, out: &mut String) {
    for (at, part) in dice.one(WHOLE).split('@').enumerate() {
        if at > 0 {
            action(dice, out);
        }
        out.push_str(part);
    }
}

fn action(dice: &mut Dice, out: &mut String) {
    out.push_str("{{");
    out.push_str(dice.one(VALUES));
    out.push_str("}}");
}

fn branch(dice: &mut Dice, out: &mut String, depth: usize, right: bool) {
    let head = dice.one(&[
        "if .t",
        "if .no",
        "with .s",
        "with .em",
        "range .ls",
        "range .el",
        "range $i, $v := .ls",
        "range 2",
    ]);
    out.push_str(&format!("{{{{{head}}}}}"));
    for _ in 0..=dice.below(2) {
        piece(dice, out, depth + 1, right);
    }
    if head.starts_with("range") && dice.below(3) == 0 {
        out.push_str(dice.one(&[
            "{{break}}",
            "{{if $.t}}{{break}}{{end}}",
            "{{if $.no}}{{continue}}{{end}}",
            "{{continue}}<b>",
        ]));
        piece(dice, out, depth + 1, right);
    }
    if dice.below(2) == 0 {
        out.push_str(if head.starts_with("if") && dice.below(3) == 0 { "{{else if .num}}" } else { "{{else}}" });
        piece(dice, out, depth + 1, right);
    }
    out.push_str("{{end}}");
}
