//! Conditions that are no conditions, that nest or loop without an end, and numbers that are none.

use analysis::{Measured, evaluate};
use api::rollouts::{AnalysisPhase, Measurement, Metric};
use expr::{ListType, Value};
use serde_json::json;

fn judged(condition: &str, result: Value) -> Measurement {
    let metric: Metric = serde_json::from_value(
        json!({"name": "m", "successCondition": condition, "provider": {"web": {"url": "http://metrics"}}}),
    )
    .expect("a metric");
    let now = crate::world::START;
    let measured = Measured { result, text: String::new(), as_of: None };
    evaluate(&metric, now.into(), Ok(measured), now)
}

fn told(condition: &str, result: Value) -> String {
    let measurement = judged(condition, result);
    format!("{} {}", measurement.phase_word, measurement.message)
}

#[test]
fn what_nests_or_loops_without_an_end_is_an_error_of_the_measurement() {
    let deep = |open: &str, close: &str| format!("{}true{}", open.repeat(100_000), close.repeat(100_000));
    let ten = "all(1..1000, ".repeat(10) + "true" + &")".repeat(10);
    let doubling = format!("len({}) > 0", (0..40).fold("\"x\"".to_owned(), |text, _| format!("repeat({text}, 1000)")));
    for condition in [
        deep("(", ")"),
        deep("!", ""),
        deep("[", "]"),
        "true ? ".repeat(100_000) + "true",
        "not ".repeat(100_001) + "true",
        ten,
        doubling,
        "1..1000000000000 == 1".to_owned(),
    ] {
        let measurement = judged(&condition, Value::Float(1.0));
        assert_eq!(measurement.phase(), Some(AnalysisPhase::Error), "{:.60}", condition);
        let told = &measurement.message;
        assert!(told.starts_with("could not evaluate successCondition \"") && told.len() < 3000, "{told}");
    }
}

#[test]
fn what_is_no_number_never_passes_nor_fails_by_accident() {
    for (number, condition, wanted) in [
        (f64::NAN, "result > 0.95", "Inconclusive metric result is NaN: there was nothing to measure"),
        (f64::NAN, "isNaN(result) || result > 0.95", "Successful "),
        (f64::INFINITY, "result > 0.95", "Successful "),
        (f64::INFINITY, "!isInf(result) && result > 0.95", "Failed "),
        (f64::NEG_INFINITY, "result < 0.05", "Successful "),
    ] {
        assert_eq!(told(condition, Value::Float(number)), wanted, "{number} {condition}");
        let list = Value::list(ListType::Float, vec![Value::Float(number)]).expect("a list");
        assert_eq!(told(&condition.replace("result", "result[0]"), list), wanted, "[{number}] {condition}");
    }
    let told = told("result", Value::Float(1.0));
    assert_eq!(told, "Error could not evaluate successCondition \"result\": expected bool, but got float64");
}
