//! Lines of Prometheus' text form. A leaf module.

use std::fmt::Write as _;

/// What begins a family.
pub fn head(name: &str, kind: &str, help: &str, text: &mut String) {
    // Writing to a String cannot fail.
    let _ = writeln!(text, "# HELP {name} {help}\n# TYPE {name} {kind}");
}

/// One measurement. Values of labels are users' words, and escaped.
pub fn line(name: &str, labels: &[(&str, String)], value: u8, text: &mut String) {
    let escaped = |value: &str| value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
    let labels: Vec<String> = labels.iter().map(|(key, value)| format!("{key}=\"{}\"", escaped(value))).collect();
    let _ = writeln!(text, "{name}{{{}}} {value}", labels.join(","));
}
