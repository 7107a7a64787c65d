//! Each mistake in metrics, in Rollouts' words.

use analysis::validate;
use serde_json::{Value, json};

#[test]
fn each_mistake_has_its_words() {
    let cases: Vec<(Value, &str)> = vec![
        (json!({"consecutiveSuccessLimit": -1}), "consecutiveSuccessLimit must be >= 0"),
        (json!({"failureLimit": -2}), "failureLimit must be >= 0, or -1 to be disabled"),
        (json!({"failureLimit": -1}), "failureLimit and consecutiveSuccessLimit cannot both be disabled"),
        (json!({"inconclusiveLimit": -1}), "inconclusiveLimit must be >= 0"),
        (json!({"consecutiveErrorLimit": -1}), "consecutiveErrorLimit must be >= 0"),
        (
            json!({"count": 1, "failureLimit": 2}),
            "count (1) must be >= failureLimit + consecutiveSuccessLimit (2 + 0) if both >= 0",
        ),
        (
            json!({"count": 1, "interval": "1s", "failureLimit": -1, "consecutiveSuccessLimit": 2}),
            "count must be >= consecutiveSuccessLimit",
        ),
        (json!({"count": 1, "inconclusiveLimit": 2}), "count must be >= inconclusiveLimit"),
        (json!({"count": 2}), "interval must be specified when count > 1"),
        (json!({"interval": "1x"}), "invalid interval string: time: unknown unit \"x\" in duration \"1x\""),
        (json!({"initialDelay": "x"}), "invalid startDelay string: time: invalid duration \"x\""),
        (json!({"provider": {}}), "no provider specified"),
        (json!({"provider": {"web": {"url": "u"}, "job": {"spec": {}}}}), "multiple providers specified"),
        (json!({"provider": {"plugin": {"a": 1, "b": 2}}}), "multiple providers specified"),
    ];
    for (fields, message) in cases {
        let mut metric = json!({"name": "m", "provider": {"web": {"url": "u"}}});
        for (key, value) in fields.as_object().expect("fields") {
            metric[key] = value.clone();
        }
        let metric: api::rollouts::Metric = serde_json::from_value(metric).expect("a metric");
        assert_eq!(validate(&[metric]), Err(format!("metrics[0]: {message}")), "{fields}");
    }
    assert_eq!(validate::<api::rollouts::Metric>(&[]), Err("no metrics specified".to_owned()));
    let metric: api::rollouts::Metric =
        serde_json::from_value(json!({"name": "m", "provider": {"web": {"url": "u"}}})).expect("a metric");
    assert_eq!(validate(&[metric.clone(), metric]), Err("metrics[1]: duplicate name 'm'".to_owned()));
}
