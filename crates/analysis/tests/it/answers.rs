//! Answers of providers, as their makers' pages show them, and answers that are none.

use analysis::answers::{DatadogVersion, Understood, datadog, graphite, new_relic, prometheus};

fn text(answer: Result<Understood, String>) -> String {
    answer.map_or_else(|error| format!("error {error}"), |understood| understood.measured.text)
}

/// <https://prometheus.io/docs/prometheus/latest/querying/api/#instant-queries>
const VECTOR: &str = r#"{"status": "success", "data": {"resultType": "vector", "result": [
    {"metric": {"__name__": "up", "job": "prometheus", "instance": "localhost:9090"}, "value": [1435781451.781, "1"]},
    {"metric": {"__name__": "up", "job": "node", "instance": "localhost:9100"}, "value": [1435781451.781, "0"]}]}}"#;

/// <https://graphite.readthedocs.io/en/stable/render_api.html#json>
const DATAPOINTS: &str = r#"[{"target": "entries", "datapoints":
    [[1.0, 1311836008], [2.0, 1311836009], [3.0, 1311836010], [5.0, 1311836011], [6.0, 1311836012]]}]"#;

#[test]
fn prometheus_answers_numbers() {
    let answer = prometheus(VECTOR.as_bytes()).expect("an answer").measured;
    assert_eq!(answer.text, "[1,0]");
    assert_eq!(answer.as_of.expect("a time").to_string(), "2015-07-01T20:10:51.781Z");
    for (data, expected) in [
        (r#"{"resultType":"scalar","result":[1,"NaN"]}"#, "NaN"),
        (r#"{"resultType":"vector","result":[]}"#, "[]"),
        (
            r#"{"resultType":"matrix","result":[{"values":[[1,"1.5"],[2,"+Inf"]]},{"values":[[1,"3"]]}]}"#,
            "[1.5,+Inf,3]",
        ),
        (r#"{"resultType":"string","result":[1,"x"]}"#, "error Prometheus metric type not supported"),
        (
            r#"{"resultType":"vector","result":[{"value":[1,2]}]}"#,
            "error Prometheus answered a sample that is not [time, \"number\"]",
        ),
    ] {
        let body = format!(r#"{{"status":"success","data":{data}}}"#);
        assert_eq!(text(prometheus(body.as_bytes())), expected, "{data}");
    }
    let body = br#"{"status":"error","errorType":"bad_data","error":"parse error"}"#;
    assert_eq!(text(prometheus(body)), "error bad_data: parse error");
    assert!(text(prometheus(b"<html>")).starts_with("error Could not parse JSON body"));
}

#[test]
fn prometheus_warns() {
    let body = br#"{"status":"success","data":{"resultType":"scalar","result":[1,"2"]},"warnings":["a","b"]}"#;
    assert_eq!(prometheus(body).expect("an answer").metadata["warnings"], "\"a\", \"b\"");
}

#[test]
fn graphite_answers_points() {
    assert_eq!(text(graphite(DATAPOINTS.as_bytes())), "[1,2,3,5,6]");
    assert_eq!(text(graphite(br#"[{"datapoints":[[null,1],[2,2]]}]"#)), "[2]");
    assert_eq!(text(graphite(b"[]")), "[]");
    assert_eq!(text(graphite(br#"[{"datapoints":[[1]]}]"#)), "error error unmarshaling data point: [1]");
}

#[test]
fn datadog_answers_series_and_columns() {
    let v1 = |body: &str| text(datadog(DatadogVersion::V1, body.as_bytes()));
    assert_eq!(v1(r#"{"series":[{"pointlist":[[1598867910000,0.0020],[1598867925000,0.0003]]}]}"#), "0.0003");
    assert_eq!(v1(r#"{"series":[]}"#), "[]");
    assert_eq!(v1(r#"{"series":[{"pointlist":[[1]]}]}"#), "error Datapoint does not have 2 values");
    let v2 = |columns: &str| {
        datadog(DatadogVersion::V2, format!(r#"{{"data":{{"attributes":{{"columns":{columns}}}}}}}"#).as_bytes())
    };
    assert_eq!(text(v2(r#"[{"type":"number","values":[0.5]}]"#)), "0.5");
    assert_eq!(text(v2(r#"[{"type":"number","values":[null]}]"#)), "[]");
    let grouped = r#"[{"type":"group","values":[["env:a"],["env:b"]]},{"type":"number","values":[1,2]}]"#;
    let grouped = v2(grouped).expect("an answer");
    assert_eq!(grouped.measured.text, "[1,2]");
    assert!(grouped.metadata["groups"].contains("env:b"));
}

#[test]
fn new_relic_answers_rows() {
    let answer = |rows: &str| {
        text(new_relic(format!(r#"{{"data":{{"actor":{{"account":{{"nrql":{{"results":{rows}}}}}}}}}}}"#).as_bytes()))
    };
    assert_eq!(answer(r#"[{"count":5}]"#), r#"{"count":5}"#);
    assert_eq!(answer(r#"[{"a":1},{"a":2}]"#), r#"[{"a":1},{"a":2}]"#);
    assert_eq!(answer("[]"), "error no results returned from NRQL query");
    assert_eq!(text(new_relic(br#"{"errors":[{"message":"no access"}]}"#)), "error no access");
}
