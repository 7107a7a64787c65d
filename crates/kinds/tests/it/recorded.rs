//! Reading the recorded requests: those of the crate that replays them against a whole server, and the tables and
//! discovery documents kept here.

use flate2::read::GzDecoder;
use serde_json::Value;
use std::fs::File;
use std::io::Read as _;
use std::path::Path;

/// One recorded request and its answer.
pub struct Step {
    pub case: String,
    pub index: usize,
    pub method: String,
    pub path: String,
    pub body: Value,
    pub status: u64,
    pub response: Value,
    pub warnings: Vec<String>,
}

const PLACEHOLDERS: [(&str, &str); 3] = [("<uid:2>", "uid-2"), ("<uid:3>", "uid-3"), ("<uid:4>", "uid-4")];

/// The text of a recorded file.
pub fn read(file: &str) -> String {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let own = here.join("tests/cases").join(file);
    let path = if own.exists() { own } else { here.join("../vectors/cases").join(file) };
    let mut text = String::new();
    let packed = File::open(path).expect("the recorded file");
    GzDecoder::new(packed).read_to_string(&mut text).expect("gzipped text");
    text
}

/// All steps of a file.
pub fn steps(file: &str) -> Vec<Step> {
    let text = read(file);
    // Uids stand in labels, where the placeholder's signs are not allowed.
    let text = PLACEHOLDERS.iter().fold(text, |text, (sign, plain)| text.replace(sign, plain));
    let text = (1..9).fold(text, |text, n| text.replace(&format!("<podIP:{n}>"), &format!("10.244.0.{n}")));
    text.lines().flat_map(of_case).collect()
}

fn of_case(line: &str) -> Vec<Step> {
    let case: Value = serde_json::from_str(line).expect("one case a line");
    let name = case["name"].as_str().expect("a name").to_owned();
    let steps = case["steps"].as_array().expect("steps");
    steps.iter().enumerate().map(|(index, step)| one(&name, index, step)).collect()
}

fn one(case: &str, index: usize, step: &Value) -> Step {
    let text = |key: &str| step[key].as_str().unwrap_or_default().to_owned();
    let warnings = step.pointer("/responseHeaders/warning").and_then(Value::as_array).cloned().unwrap_or_default();
    Step {
        case: case.to_owned(),
        index,
        method: text("method"),
        path: text("path"),
        body: step["body"].clone(),
        status: step["status"].as_u64().unwrap_or_default(),
        response: step["response"].clone(),
        warnings: warnings.iter().filter_map(Value::as_str).filter_map(plain_warning).collect(),
    }
}

/// Group, version, namespace and resource of a collection's path.
pub fn collection(path: &str) -> Option<(String, String, String, String)> {
    let parts: Vec<&str> = path.trim_matches('/').split('/').collect();
    let (group, version, rest) = match parts.as_slice() {
        ["api", version, rest @ ..] => ("", *version, rest),
        ["apis", group, version, rest @ ..] => (*group, *version, rest),
        _ => return None,
    };
    let (namespace, resource) = match rest {
        ["namespaces", namespace, resource] => (*namespace, *resource),
        [resource] => ("", *resource),
        _ => return None,
    };
    Some((group.to_owned(), version.to_owned(), namespace.to_owned(), resource.to_owned()))
}

/// The text of a `Warning` header.
fn plain_warning(header: &str) -> Option<String> {
    let quoted = header.strip_prefix("299 - ")?;
    serde_json::from_str(quoted).ok()
}
