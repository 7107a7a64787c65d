//! Several templates in one run, those they include, arguments, secrets and names of Jobs.

use analysis::templates::{Additions, Named, included, run_spec};
use analysis::{job, needed_secrets, redacted, resolve};
use api::rollouts::{AnalysisTemplateReference, AnalysisTemplateSpec, Argument, Metric};
use serde_json::{Value, json};
use std::collections::BTreeMap;

fn spec(value: Value) -> AnalysisTemplateSpec {
    serde_json::from_value(value).expect("a template")
}

fn metric(name: &str) -> Value {
    json!({"name": name, "provider": {"web": {"url": "u"}}})
}

fn args(value: Value) -> Vec<Argument> {
    serde_json::from_value(value).expect("arguments")
}

fn both(one: Value, other: Value, given: &[Argument]) -> Result<api::rollouts::AnalysisRunSpec, String> {
    let (one, other) = (spec(one), spec(other));
    let named = |name, spec| Named { name, is_of_cluster: false, spec };
    run_spec(&[named("one", &one), named("other", &other)], Additions { args: given, ..Additions::default() })
}

#[test]
fn several_templates_make_one_run() {
    let one = json!({"metrics": [metric("a")], "args": [{"name": "x"}, {"name": "y", "value": "1"}]});
    let other = json!({"metrics": [metric("b")], "args": [{"name": "x", "value": "2"}, {"name": "z"}],
        "dryRun": [{"metricName": "b"}]});
    let run = both(one, other, &args(json!([{"name": "z", "value": "3"}, {"name": "unasked", "value": "4"}])));
    let run = run.expect("a run");
    assert_eq!(run.metrics.len(), 2);
    assert_eq!(run.dry_run.len(), 1);
    let values: Vec<_> = run.args.iter().map(|arg| (arg.name.as_str(), arg.value.as_deref())).collect();
    assert_eq!(values, [("x", Some("2")), ("y", Some("1")), ("z", Some("3"))]);
}

#[test]
fn what_contradicts_itself_is_named() {
    let cases = [
        (json!({"metrics": [metric("a")]}), json!({"metrics": [metric("a")]}), "two metrics have the same name 'a'"),
        (
            json!({"args": [{"name": "x", "value": "1"}]}),
            json!({"args": [{"name": "x", "value": "2"}]}),
            "Argument `x` specified multiple times with different values: '1', '2'",
        ),
        (json!({"args": [{"name": "x"}]}), json!({}), "args.x was not resolved"),
        (
            json!({"dryRun": [{"metricName": "a"}]}),
            json!({"dryRun": [{"metricName": "a"}]}),
            "two Dry-Run metric rules have the same name 'a'",
        ),
        (
            json!({"measurementRetention": [{"metricName": "a", "limit": 1}]}),
            json!({"measurementRetention": [{"metricName": "a", "limit": 2}]}),
            "two Measurement Retention metric rules have the same name 'a'",
        ),
    ];
    for (one, other, message) in cases {
        assert_eq!(both(one, other, &[]).map(|_| ()), Err(message.to_owned()));
    }
}

#[test]
fn templates_that_include_each_other_come_once() {
    let all = BTreeMap::from([
        (
            "a",
            spec(
                json!({"metrics": [metric("a")], "templates": [{"templateName": "b"}, {"templateName": "c", "clusterScope": true}]}),
            ),
        ),
        ("b", spec(json!({"metrics": [metric("b")], "templates": [{"templateName": "a"}]}))),
        ("c", spec(json!({"metrics": [metric("c")]}))),
    ]);
    let find = |reference: &AnalysisTemplateReference| {
        let (name, spec) = all.get_key_value(reference.template_name.as_str())?;
        Some(Named { name, is_of_cluster: reference.is_of_cluster(), spec })
    };
    let references = |name: &str| serde_json::from_value(json!([{"templateName": name}])).expect("references");
    let references_of_a: Vec<AnalysisTemplateReference> = references("a");
    let names: Vec<_> =
        included(&references_of_a, &find).expect("templates").into_iter().map(|template| template.name).collect();
    assert_eq!(names, ["a", "b", "c"]);
    let references_of_none: Vec<AnalysisTemplateReference> = references("none");
    assert_eq!(included(&references_of_none, &find).map(|_| ()), Err("AnalysisTemplate 'none' not found".to_owned()));
}

#[test]
fn secrets_are_put_in_last_and_never_shown() {
    let args = args(json!([{"name": "token", "valueFrom": {"secretKeyRef": {"name": "s", "key": "k"}}}]));
    let metric: Metric =
        serde_json::from_value(json!({"name": "m", "provider": {"web": {"url": "http://x/?t={{ args.token }}"}}}))
            .expect("a metric");
    assert_eq!(needed_secrets(&args).keys().copied().collect::<Vec<_>>(), ["token"]);
    assert_eq!(resolve(&metric, &args, &BTreeMap::new()), Err("argument \"token\" was not supplied".to_owned()));
    let secrets = BTreeMap::from([("token".to_owned(), "pa\"ss\n".to_owned())]);
    let resolved = resolve(&metric, &args, &secrets).expect("a metric");
    assert_eq!(resolved.provider.web.as_ref().expect("web").url, "http://x/?t=pa\"ss\n");
    assert_eq!(redacted("no pass for password", ["pass", "password", ""]), "no ***** for *****");
}

#[test]
fn names_of_jobs_are_never_too_long() {
    let uid = "f5a8c6a0-2f3b-4f3e-9d0a-0d9f6f1b2c3d";
    assert_eq!(job::job_name(uid, "load", 1), format!("{uid}.load.1"));
    let name = job::job_name(uid, &"very-long-".repeat(10), 12);
    assert_eq!((name.len(), name.ends_with(".12")), (63, true), "{name}");
}
