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
    assert_eq!(text(v2(r#"[{"values":[0.25]}]"#)), "0.25", "columns of old have no type");
    assert_eq!(text(v2(r#"[{"type":"group","values":[]}]"#)), "[]");
    let wrong = text(v2(r#"[{"name":"q","type":"number","values":["many"]}]"#));
    assert_eq!(wrong, "error could not parse numeric value at index 0 in column \"q\": it is no number");
}

/// <https://docs.datadoghq.com/api/latest/metrics/#query-scalar-data-across-multiple-products>, with two tags.
#[test]
fn datadog_names_groups_by_all_their_tags() {
    let v2 = |columns: &str| {
        datadog(DatadogVersion::V2, format!(r#"{{"data":{{"attributes":{{"columns":{columns}}}}}}}"#).as_bytes())
    };
    let grouped = v2(r#"[{"name":"env","type":"group","values":[["prod"],["prod"],["dev"]]},
        {"name":"path","type":"group","values":[["GET /a"],["GET /b"],["GET /a"]]},
        {"name":"q","type":"number","values":[1,null,0.03]}]"#)
    .expect("an answer");
    assert_eq!(grouped.measured.text, "[1,0.03]");
    let told = r#"[{"name":"prod,GET /a","value":1},{"name":"dev,GET /a","value":0.03}]"#;
    assert_eq!(grouped.metadata["groups"], told, "a group without data is left out, and no other is mistaken for it");
    assert!(!grouped.metadata.contains_key("groups_truncated"));
    let one = v2(r#"[{"type":"group","values":[["only"]]},{"type":"number","values":[0.5]}]"#).expect("an answer");
    assert_eq!(one.measured.text, "[0.5]", "grouped is a list, however many groups there are");
    let blank = text(v2(r#"[{"type":"group","values":[["a"],[]]},{"type":"number","values":[1,2]}]"#));
    assert_eq!(blank, "error could not parse group label at index 1");
}

#[test]
fn of_many_datadog_groups_the_outermost_are_told() {
    let names: Vec<String> = (0..150).map(|at| format!(r#"["host-{at}"]"#)).collect();
    let numbers: Vec<String> = (0..150).map(|at| ((at * 7) % 150).to_string()).collect();
    let body = format!(
        r#"{{"data":{{"attributes":{{"columns":[{{"type":"group","values":[{}]}},{{"type":"number","values":[{}]}}]}}}}}}"#,
        names.join(","),
        numbers.join(",")
    );
    let answer = datadog(DatadogVersion::V2, body.as_bytes()).expect("an answer");
    let told: serde_json::Value = serde_json::from_str(&answer.metadata["groups"]).expect("JSON");
    let values: Vec<i64> = told.as_array().expect("a list").iter().filter_map(|it| it["value"].as_i64()).collect();
    assert_eq!(values, (0..50).chain(100..150).collect::<Vec<i64>>());
    assert_eq!(answer.metadata["groups_truncated"], "true");
    assert_eq!(answer.measured.text.matches(',').count(), 149, "conditions see all");
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

/// Shapes that no page of a provider shows: an error or nothing, and never a number.
#[test]
fn answers_of_another_shape_are_no_numbers() {
    let started = crate::world::START;
    let bodies = [
        "",
        "<html>",
        "null",
        "true",
        "7",
        "\"text\"",
        "[]",
        "{}",
        "[[[[]]]]",
        r#"{"status":"success"}"#,
        r#"{"status":"success","data":[]}"#,
        r#"{"status":"success","data":{"resultType":"vector","result":{}}}"#,
        r#"{"status":"success","data":{"resultType":"matrix","result":[{"values":{"1":"2"}}]}}"#,
        r#"{"series":{"pointlist":1}}"#,
        r#"{"data":{"attributes":{"columns":{}}}}"#,
        r#"[{"target":"a","datapoints":{}}]"#,
        r#"{"timeseries":[{"data":{}}]}"#,
        r#"{"data":{"actor":{"account":{"nrql":{"results":{}}}}}}"#,
        "#datatype,string\n,result\n",
        "<GetMetricDataResponse><GetMetricDataResult/></GetMetricDataResponse>",
    ];
    for body in bodies {
        let body = body.as_bytes();
        let all = [
            prometheus(body),
            datadog(DatadogVersion::V1, body),
            datadog(DatadogVersion::V2, body),
            graphite(body),
            new_relic(body),
            analysis::answers::cloud_watch(body),
            analysis::answers::influxdb(body),
            analysis::answers::wavefront(body, started),
        ];
        for (at, answer) in all.into_iter().enumerate() {
            let Ok(answer) = answer else { continue };
            let is_nothing = match &answer.measured.result {
                expr::Value::Nil => true,
                expr::Value::List(list) => list.items().is_empty(),
                _ => false,
            };
            assert!(is_nothing, "{at}: {:?} of {}", answer.measured.text, String::from_utf8_lossy(body));
        }
        assert!(
            analysis::answers::prometheus_by_label(body, "le").is_err_and(|error| !error.is_empty())
                || analysis::answers::prometheus_by_label(body, "le").is_ok_and(|found| found.is_empty())
        );
    }
    let nested = format!("{}1{}", "[".repeat(100_000), "]".repeat(100_000));
    assert!(text(analysis::answers::web("{$}", nested.as_bytes())).len() <= nested.len() + 100);
    assert!(text(prometheus(nested.as_bytes())).starts_with("error "));
}
