//! Recorded creations that were refused: the same problems, in the same words.

use crate::creation::{Created, create};
use crate::recorded::steps;
use serde_json::Value;
use std::collections::BTreeSet;

/// Creations whose refusal comes from elsewhere in the pipeline, each with the reason.
const ELSEWHERE: &[(&str, &str)] = &[
    ("failed to allocate IP", "addresses are given out by the pipeline"),
    ("provided port is", "node ports are given out by the pipeline"),
    ("already exists", "the store knows"),
    ("resourceVersion should not be set", "the pipeline refuses it first"),
    ("not found", "the store knows"),
    ("Request entity too large", "the body is limited before it is read"),
    ("is being terminated", "the pipeline knows the namespace"),
    ("User \"alice\"", "authorization"),
    ("must be of type", "the pipeline reads apiVersion and kind first"),
    ("strict decoding error", "checked by its own test"),
    ("unknown conversion", "the pipeline reads apiVersion and kind first"),
    ("is registered for version", "the pipeline reads apiVersion and kind first"),
    ("does not match the expected API version", "the pipeline reads apiVersion and kind first"),
    ("body of the request was in an unknown format", "the pipeline reads the content type"),
    ("404 page not found", "the pipeline reads the path"),
];

#[test]
fn refusals_are_those_of_a_real_server() {
    let mut wrong = Vec::new();
    let mut compared = 0;
    for file in ["defaulting.jsonl.gz", "errors.jsonl.gz"] {
        for step in steps(file).iter().filter(|step| step.method == "POST" && step.status >= 400) {
            let message = step.response["message"].as_str().unwrap_or("404 page not found");
            if ELSEWHERE.iter().any(|(part, _)| message.contains(part))
                && !message.contains("service account")
                && !message.contains("RuntimeClass")
                && !message.contains("time zone")
            {
                continue;
            }
            // A body too large to be recorded is null here.
            if step.case == "err-configmap-too-large" {
                continue;
            }
            let Some(created) = create(step) else { continue };
            compared += 1;
            let place = format!("{}#{}", step.case, step.index);
            let (ours, theirs) = match created {
                Created::Object(..) => (BTreeSet::from(["accepted".to_owned()]), causes(&step.response)),
                Created::Invalid(errors) => (
                    errors.iter().map(|error| as_cause(error.reason(), &error.field, &error.message())).collect(),
                    causes(&step.response),
                ),
                Created::Refused(refused) => (BTreeSet::from([refused.to_string()]), tail(message, "is forbidden: ")),
                Created::Undecodable(text) => (BTreeSet::from([text]), tail(message, "cannot be handled as a ")),
            };
            let (ours, theirs) = (with_one_uid(ours), with_one_uid(theirs));
            if ours != theirs {
                wrong.push(format!("{place}\n  ours   {ours:?}\n  theirs {theirs:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {compared} differ:\n{}", wrong.len(), wrong.join("\n"));
    assert!(compared > 200, "only {compared} refusals were compared");
}

fn as_cause(reason: &str, field: &str, message: &str) -> String {
    format!("{reason} {field}: {message}")
}

/// Problems found in maps come in any order, so they are compared as a set.
fn causes(response: &Value) -> BTreeSet<String> {
    let text = |cause: &Value, key: &str| cause[key].as_str().unwrap_or_default().to_owned();
    let causes = response.pointer("/details/causes").and_then(Value::as_array).cloned().unwrap_or_default();
    causes
        .iter()
        .map(|cause| as_cause(&text(cause, "reason"), &text(cause, "field"), &text(cause, "message")))
        .collect()
}

fn tail(message: &str, mark: &str) -> BTreeSet<String> {
    let rest = message.split_once(mark).map_or(message, |(_, rest)| rest);
    let rest = rest.split_once(": ").filter(|_| mark.starts_with("cannot")).map_or(rest, |(_, rest)| rest);
    BTreeSet::from([rest.to_owned()])
}

fn with_one_uid(texts: BTreeSet<String>) -> BTreeSet<String> {
    texts.into_iter().map(|text| text.replace("uid-2", "uid-3").replace("uid-4", "uid-3")).collect()
}
