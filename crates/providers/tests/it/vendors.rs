//! Vendors, each by the example of its own page.

use crate::server::{Request, Server, ok, status};
use crate::stage::{NAMESPACE, OWN, Stage, run};
use analysis::TaskKind;
use serde_json::{Value, json};

/// <https://docs.datadoghq.com/api/latest/metrics/#query-timeseries-points>, shortened.
const DATADOG_V1: &str = r#"{"status": "ok", "res_type": "time_series", "series": [{"metric": "system.cpu.idle",
    "pointlist": [[1575317847000, 0.5], [99999999999000, 0.25]], "scope": "host:foo"}]}"#;
/// <https://docs.datadoghq.com/api/latest/metrics/#query-scalar-data-across-multiple-products>, shortened.
const DATADOG_V2: &str = r#"{"data": {"type": "scalar_response", "attributes": {"columns": [
    {"name": "a", "type": "number", "values": [0.5], "meta": {"unit": null}}]}}}"#;

#[tokio::test]
async fn datadog_by_both_versions() {
    let stage = Stage::start().await;
    let server = Server::start(|request: &Request| match request.path() {
        "/api/v1/query" => ok(DATADOG_V1),
        "/api/v2/query/scalar" => ok(DATADOG_V2),
        _ => status(404, ""),
    })
    .await;
    let line = stage.line(json!({"datadog": {"query": "q"}}), "result < 1").await;
    assert_eq!(line, "Error  - API or App token not found: secrets \"datadog\" not found");
    let keys = [("api-key", "a"), ("app-key", "b"), ("address", server.url("").leak() as &str)];
    stage.secret(OWN, "datadog", &keys).await;
    assert_eq!(
        stage.line(json!({"datadog": {"query": "q", "interval": "10m"}}), "result < 1").await,
        "Successful 0.25"
    );
    let asked = server.last();
    assert_eq!((asked.header("dd-api-key"), asked.header("dd-application-key")), (Some("a"), Some("b")));
    let time = |name: &str| asked.pair(name).parse::<i64>().expect("seconds");
    assert_eq!((asked.pair("query").as_str(), time("to") - time("from")), ("q", 600));
    let v2 = json!({"apiVersion": "v2", "queries": {"a": "x", "b": "y"}, "formula": "a / b", "interval": "5m"});
    assert_eq!(stage.line(json!({ "datadog": v2 }), "result < 1").await, "Successful 0.5");
    let body = server.last().json();
    let attributes = &body["data"]["attributes"];
    assert_eq!(
        (&body["data"]["type"], &attributes["formulas"]),
        (&json!("scalar_request"), &json!([{"formula": "a / b"}]))
    );
    assert_eq!(
        attributes["queries"][0],
        json!({"aggregator": "last", "data_source": "metrics", "name": "a", "query": "x"})
    );
    assert_eq!(attributes["to"].as_i64().zip(attributes["from"].as_i64()).map(|(to, from)| to - from), Some(300_000));
    let line = stage.line(json!({"datadog": {"apiVersion": "v2", "queries": {"a": "x", "b": "y"}}}), "true").await;
    assert_eq!(line, "Error  - When multiple queries are provided you must include a formula.");
    // Keys of the run's own namespace.
    let keys = [("api-key", "c"), ("app-key", "d"), ("address", server.url("/none").leak() as &str)];
    stage.secret(NAMESPACE, "mine", &keys).await;
    let own = json!({"query": "q", "secretRef": {"name": "mine", "namespaced": true}});
    assert_eq!(stage.line(json!({ "datadog": own }), "true").await, "Error  - received non 2xx response code: 404 ");
}

/// <https://docs.newrelic.com/docs/apis/nerdgraph/examples/nerdgraph-nrql-tutorial/>
const NEW_RELIC: &str = r#"{"data": {"actor": {"account": {"nrql": {"results": [{"count": 1024}]}}}}}"#;

#[tokio::test]
async fn new_relic_by_nerdgraph() {
    let stage = Stage::start().await;
    let server = Server::start(|_: &Request| ok(NEW_RELIC)).await;
    let secret =
        [("personal-api-key", "k"), ("account-id", "7"), ("base-url-nerdgraph", server.url("/graphql").leak() as &str)];
    stage.secret(OWN, "newrelic", &secret).await;
    let query = "SELECT count(*) FROM Transaction";
    let answer = stage.answer(json!({"newRelic": {"query": query}}), "result.count > 1000").await;
    assert_eq!(
        (answer.measurement.phase_word.as_str(), answer.measurement.value.as_str()),
        ("Successful", r#"{"count":1024}"#)
    );
    assert_eq!(answer.metadata["ResolvedNewRelicQuery"], query);
    let asked = server.last();
    assert_eq!((asked.header("api-key"), asked.path()), (Some("k"), "/graphql"));
    assert_eq!(asked.json()["variables"], json!({"accountId": 7, "query": query, "timeout": 5}));
    stage.secret(OWN, "half", &[("account-id", "7")]).await;
    let line = stage.line(json!({"newRelic": {"query": query, "profile": "half"}}), "true").await;
    assert_eq!(line, "Error  - account ID or personal API key not found");
}

/// <https://graphite.readthedocs.io/en/stable/render_api.html#json>
const GRAPHITE: &str =
    r#"[{"target": "entries", "datapoints": [[1.0, 4102444800], [null, 4102444801], [6.0, 4102444802]]}]"#;

#[tokio::test]
async fn graphite_by_its_render_api() {
    let stage = Stage::start().await;
    let server = Server::start(
        |request: &Request| if request.path() == "/g/render" { ok(GRAPHITE) } else { status(500, "broken") },
    )
    .await;
    let query = "target=summarize(\n  stats.timers.ok, '5min')&from=-5min";
    let line =
        stage.line(json!({"graphite": {"address": server.url("/g"), "query": query}}), "all(result, # < 7)").await;
    assert_eq!(line, "Successful [1,6]");
    let pairs = [("target", "summarize(stats.timers.ok,'5min')"), ("from", "-5min"), ("format", "json")];
    assert_eq!(server.last().pairs(), pairs.map(|(key, value)| (key.to_owned(), value.to_owned())));
    let line = stage.line(json!({"graphite": {"address": server.url(""), "query": query}}), "true").await;
    assert_eq!(line, "Error  - error response: broken");
}

/// <https://docs.influxdata.com/influxdb/v2/reference/syntax/annotated-csv/>, shortened.
const INFLUX: &str = "#datatype,string,long,dateTime:RFC3339,string,double\r\n#group,false,false,false,true,false\r\n\
    #default,,,,,\r\n,result,table,_time,region,_value\r\n,my-result,0,2022-12-31T00:00:00Z,\"e\"\"a,st\",15.43\r\n\
    ,my-result,0,2022-12-31T00:00:20Z,east,59.25\r\n\r\n";
const INFLUX_EMPTY: &str = "\r\n";

#[tokio::test]
async fn influxdb_by_flux() {
    let stage = Stage::start().await;
    let server =
        Server::start(|request: &Request| if request.body.contains("none") { ok(INFLUX_EMPTY) } else { ok(INFLUX) })
            .await;
    stage
        .secret(OWN, "influxdb", &[("authToken", "t"), ("org", "o"), ("address", server.url("").leak() as &str)])
        .await;
    let line = stage.line(json!({"influxdb": {"query": "from(bucket: \"b\")"}}), "result[1] > 59").await;
    assert_eq!(line, "Successful [15.43 59.25]");
    let asked = server.last();
    assert_eq!((asked.target.as_str(), asked.header("authorization")), ("/api/v2/query?org=o", Some("Token t")));
    assert_eq!((&asked.json()["query"], &asked.json()["type"]), (&json!("from(bucket: \"b\")"), &json!("flux")));
    let line = stage.line(json!({"influxdb": {"query": "none"}}), "true").await;
    assert_eq!(line, "Error  - no results returned from flux query");
}

/// <https://docs.wavefront.com/wavefront_api.html>, the shape of a chart's answer.
fn wavefront(request: &Request) -> crate::server::Reply {
    let at: i64 = request.pair("s").parse::<i64>().expect("milliseconds") / 1000;
    let series = format!(r#"{{"label": "x", "data": [[{}, 7.0], [{}, 1.234]]}}"#, at - 60, at - 2);
    match request.pair("q").as_str() {
        "one" => ok(&format!(r#"{{"query": "one", "timeseries": [{series}]}}"#)),
        "two" => ok(&format!(r#"{{"query": "two", "timeseries": [{series}, {series}]}}"#)),
        _ => ok(r#"{"query": "none", "timeseries": []}"#),
    }
}

#[tokio::test]
async fn wavefront_by_charts() {
    let stage = Stage::start().await;
    let server = Server::start(wavefront).await;
    let host = format!("127.0.0.1:{}", server.port);
    stage.secret(OWN, "wavefront-api-tokens", &[("example.wavefront.com", "w")]).await;
    let line = stage.line(json!({"wavefront": {"address": host, "query": "one"}}), "true").await;
    assert_eq!(line, "Error  - API token not found");
    // Keys of Secrets have no slashes: the shape of the address is told apart by the answer's parser.
    let body = br#"{"timeseries": [{"data": [[100, 7.0], [158, 1.234]]}, {"data": [[160, 2]]}]}"#;
    let started = jiff::Timestamp::from_second(160).expect("a time");
    let understood = analysis::answers::wavefront(body, started).expect("an answer");
    assert_eq!(understood.measured.text, "[1.23,2.00]");
    assert_eq!(
        (understood.metadata["timestamps"].as_str(), understood.metadata["drift"].as_str()),
        ("[158,160]", "[-2,0]")
    );
    let none = analysis::answers::wavefront(br#"{"timeseries": []}"#, started);
    assert_eq!(none.map(|_| ()).expect_err("none"), "No TimeSeries found in response from Wavefront");
}

/// <https://skywalking.apache.org/docs/main/latest/en/api/query-protocol/>, the shape of a metric's answer.
const SKYWALKING: &str = r#"{"data": {"service_apdex": {"values": {"values": [{"value": 9900}, {"value": 9800}]}}}}"#;

#[tokio::test]
async fn skywalking_by_graphql() {
    let stage = Stage::start().await;
    let server = Server::start(|request: &Request| match request.body.contains("wrong") {
        true => ok(r#"{"errors": [{"message": "no such field"}]}"#),
        false => ok(SKYWALKING),
    })
    .await;
    let asked = |query: &str| json!({"skywalking": {"address": server.url(""), "query": query, "interval": "3m"}});
    let success = "all(result.service_apdex.values.values, {asFloat(.value) >= 9800})";
    let measured = stage.measure(asked("query queryData($duration: Duration!) { x }"), success).await;
    assert_eq!(measured.phase_word, "Successful", "{}", measured.message);
    let duration = server.last().json()["variables"]["duration"].clone();
    assert_eq!((duration["step"].as_str(), duration["start"].as_str().map(str::len)), (Some("MINUTE"), Some(15)));
    assert_eq!(stage.line(asked("wrong"), "true").await, "Error  - graphql: no such field");
}

/// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html>, in JSON.
const CLOUD_WATCH: &str = r#"{"Messages": [], "MetricDataResults": [{"Id": "rate", "Label": "CPUUtilization",
    "StatusCode": "Complete", "Timestamps": [4102444800, 4102444860], "Values": [0.01, 0.02]}]}"#;

#[tokio::test]
async fn cloud_watch_signed() {
    let mut stage = Stage::start().await;
    let server = Server::start(|request: &Request| match request.body.contains("denied") {
        true => status(400, r#"{"__type": "com.amazon#AccessDenied", "message": "not authorized"}"#),
        false => ok(CLOUD_WATCH),
    })
    .await;
    let queries = |id: &str| {
        let dimensions = json!([{"name": "LoadBalancer", "value": "app/x"}]);
        let metric = json!({"namespace": "AWS/ApplicationELB", "metricName": "Count", "dimensions": dimensions});
        json!({"cloudWatch": {"interval": "30m", "metricDataQueries": [
            {"id": id, "expression": "errors / requests"},
            {"id": "errors", "metricStat": {"metric": metric, "period": 300, "stat": "Sum", "unit": "Count"}, "returnData": false},
        ]}})
    };
    let line = stage.line(queries("rate"), "true").await;
    assert!(line.starts_with("Error  - no AWS keys: set AWS_ACCESS_KEY_ID"), "{line}");
    for (name, value) in [
        ("AWS_ACCESS_KEY_ID", "AKID"),
        ("AWS_SECRET_ACCESS_KEY", "x"),
        ("AWS_REGION", "eu-west-1"),
        ("AWS_ENDPOINT_URL", &server.url("")),
    ] {
        stage.set(name, value);
    }
    assert_eq!(stage.line(queries("rate"), "all(result[0].Values, {# <= 0.02})").await, "Successful [[0.01 0.02]]");
    let asked = server.last();
    assert_eq!(asked.header("x-amz-target"), Some("GraniteServiceVersion20100801.GetMetricData"));
    let signature = asked.header("authorization").unwrap_or_default().to_owned();
    assert!(signature.starts_with("AWS4-HMAC-SHA256 Credential=AKID/"), "{signature}");
    assert!(
        signature
            .contains("/eu-west-1/monitoring/aws4_request, SignedHeaders=content-type;host;x-amz-date;x-amz-target")
    );
    let body = asked.json();
    assert_eq!(body["EndTime"].as_i64().zip(body["StartTime"].as_i64()).map(|(end, start)| end - start), Some(1800));
    let stat = json!({"Metric": {"Namespace": "AWS/ApplicationELB", "MetricName": "Count",
        "Dimensions": [{"Name": "LoadBalancer", "Value": "app/x"}]}, "Period": 300, "Stat": "Sum", "Unit": "Count"});
    assert_eq!(body["MetricDataQueries"][1], json!({"Id": "errors", "MetricStat": stat, "ReturnData": false}));
    assert_eq!(stage.line(queries("denied"), "true").await, "Error  - AccessDenied: not authorized");
}

/// <https://github.com/spinnaker/kayenta/blob/master/docs/canary-config.md> and its API: a judgement takes two looks.
fn kayenta(request: &Request) -> crate::server::Reply {
    match (request.method.as_str(), request.path()) {
        ("GET", "/canaryConfig") => ok(r#"[{"id": "c-1", "name": "other"}, {"id": "c-2", "name": "checkout"}]"#),
        ("POST", "/canary/c-2") => ok(r#"{"canaryExecutionId": "e-1"}"#),
        ("GET", "/canary/e-1") => ok(r#"{"complete": true, "result": {"judgeResult": {"score": {"score": 80.5}}}}"#),
        _ => status(404, ""),
    }
}

#[tokio::test]
async fn kayenta_judges() {
    let stage = Stage::start().await;
    let server = Server::start(kayenta).await;
    let side = |scope: &str| json!({"scope": scope, "region": "eu", "step": 60, "start": "", "end": ""});
    let with = |pass: i64, name: &str| -> Value {
        json!({"kayenta": {"address": server.url(""), "application": "shop", "canaryConfigName": name,
            "metricsAccountName": "m", "configurationAccountName": "c", "storageAccountName": "s",
            "threshold": {"pass": pass, "marginal": 70},
            "scopes": [{"name": "default", "controlScope": side("old"), "experimentScope": side("new")}]}})
    };
    for (pass, phase) in [(80, "Successful"), (90, "Inconclusive")] {
        let run = run(with(pass, "checkout"), "", json!([]));
        let begun = stage.ask(&run, TaskKind::Start, None).await.expect("arguments").measurement;
        assert!(begun.resume_at.is_some() && begun.finished_at.is_none(), "{}", begun.message);
        let body = server.last().json();
        assert_eq!(body["thresholds"], json!({"pass": pass, "marginal": 70}));
        assert_eq!(body["scopes"]["default"]["experimentScope"]["location"], "eu");
        let ended = stage.ask(&run, TaskKind::Resume, Some(begun)).await.expect("arguments").measurement;
        assert_eq!((ended.phase_word.as_str(), ended.value.as_str()), (phase, "80"));
    }
    assert_eq!(stage.line(with(80, "none"), "").await, "Error  - Canary config not found");
}

#[tokio::test]
async fn two_versions_are_counted() {
    let stage = Stage::start().await;
    let server = Server::start(|request: &Request| {
        let count =
            |hash: &str, count: &str| format!(r#"{{"metric": {{"version": "{hash}"}}, "value": [1, "{count}"]}}"#);
        let (old, new) = if request.pair("query") == "all" { ("1000", "999.7") } else { ("2", "90") };
        ok(&format!(
            r#"{{"status": "success", "data": {{"resultType": "vector", "result": [{}, {}]}}}}"#,
            count("old", old),
            count("new", new)
        ))
    })
    .await;
    let grouped = json!({"total": "all", "bad": "bad", "label": "version", "stable": "old", "canary": "new"});
    let settings = json!({"prometheus": {"address": server.url("")}, "grouped": grouped});
    let run = run(json!({"plugin": {"capstan/comparison": settings}}), "", json!([]));
    let begun = stage.ask(&run, TaskKind::Start, None).await.expect("arguments").measurement;
    assert_eq!(begun.phase_word, "Running");
    let ended = stage.ask(&run, TaskKind::Resume, Some(begun)).await.expect("arguments").measurement;
    assert_eq!(ended.phase_word, "Failed", "{}", ended.message);
    assert_eq!(
        (ended.metadata["stable"].as_str(), ended.metadata["canary"].as_str()),
        ("2 of 1000 bad", "90 of 1000 bad")
    );
}

#[tokio::test]
async fn counters_are_taken_from_look_to_look() {
    let stage = Stage::start().await;
    let looks = std::sync::atomic::AtomicU64::new(0);
    let server = Server::start(move |_: &Request| {
        let look = looks.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        // The third look is after a restart.
        let total = if look == 2 { 5 } else { 1000 * look + 500 };
        let bad = if look == 1 { 100 } else { 0 };
        ok(&json!({"x": {"stable": {"total": total, "bad": 0}, "canary": {"total": total, "bad": bad}}}).to_string())
    })
    .await;
    let settings = json!({"web": {"url": server.url("/"), "jsonPath": "{.x}"}, "counters": true, "hold": "1h"});
    let run = run(json!({"plugin": {"capstan/comparison": settings}}), "", json!([]));
    let begun = stage.ask(&run, TaskKind::Start, None).await.expect("arguments").measurement;
    assert_eq!(begun.metadata["capstan/counters"], "0/500 0/500");
    let looked = stage.ask(&run, TaskKind::Resume, Some(begun.clone())).await.expect("arguments").measurement;
    assert_eq!(looked.metadata["canary"], "100 of 1000 bad");
    let again = stage.ask(&run, TaskKind::Resume, Some(begun)).await.expect("arguments").measurement;
    assert!(again.message.ends_with("a counter went back: it began anew"), "{}", again.message);
}

/// <https://prometheus.io/docs/practices/histograms/>: buckets count all that took at most so long.
#[tokio::test]
async fn latency_is_compared_at_bounds_of_a_histogram() {
    let stage = Stage::start().await;
    let server = Server::start(|request: &Request| {
        let slow = if request.pair("query").contains("canary") { 80 } else { 10 };
        let counts = [("0.1", 400), ("0.5", 1000 - slow), ("1", 995), ("+Inf", 1000)];
        let series: Vec<Value> =
            counts.iter().map(|(le, count)| json!({"metric": {"le": le}, "value": [1, count.to_string()]})).collect();
        ok(&json!({"status": "success", "data": {"resultType": "vector", "result": series}}).to_string())
    })
    .await;
    let buckets =
        |version: &str| json!({"buckets": format!("sum by (le) (increase(took_bucket{{version=\"{version}\"}}[1m]))")});
    let settings = |bounds: Value| {
        let address = json!({"address": server.url("")});
        let (stable, canary) = (buckets("stable"), buckets("canary"));
        json!({"prometheus": address, "bounds": bounds, "stable": stable, "canary": canary, "dispersion": 1})
    };
    let of = |settings: Value| run(json!({"plugin": {"capstan/comparison": settings}}), "", json!([]));
    let known = of(settings(json!([0.1, 0.5])));
    let begun = stage.ask(&known, TaskKind::Start, None).await.expect("arguments").measurement;
    let ended = stage.ask(&known, TaskKind::Resume, Some(begun)).await.expect("arguments").measurement;
    assert_eq!(ended.metadata["canary"], "600 of 1000 over 0.1, 80 of 1000 over 0.5");
    assert_eq!(ended.phase_word, "Failed", "{}", ended.message);
    assert!(ended.message.ends_with("the odds of taking longer than 0.5"), "{}", ended.message);
    for (settings, told) in [
        (settings(json!([0.25])), "capstan/comparison: stable has no bucket 0.25: bounds must be its own"),
        (
            json!({"prometheus": {"address": server.url("")}, "bounds": [0.1], "stable": {"total": "a", "bad": "b"}}),
            "capstan/comparison: stable needs the query buckets, which counts by le",
        ),
    ] {
        let run = of(settings);
        let begun = stage.ask(&run, TaskKind::Start, None).await.expect("arguments").measurement;
        let looked = stage.ask(&run, TaskKind::Resume, Some(begun)).await.expect("arguments").measurement;
        assert!(looked.message.ends_with(told), "{}", looked.message);
    }
}

#[tokio::test]
async fn latency_of_a_web_service_is_compared_by_counters() {
    let stage = Stage::start().await;
    let looks = std::sync::atomic::AtomicU64::new(0);
    let server = Server::start(move |_: &Request| {
        let look = looks.fetch_add(1, std::sync::atomic::Ordering::Relaxed) + 1;
        let buckets = |slow: u64| json!({"buckets": {"0.5": look * (100 - slow), "+Inf": look * 100}});
        ok(&json!({"old": buckets(1), "new": buckets(2)}).to_string())
    })
    .await;
    let settings =
        json!({"web": {"url": server.url("/")}, "stable": "old", "canary": "new", "bounds": [0.5], "counters": true});
    let run = run(json!({"plugin": {"capstan/comparison": settings}}), "", json!([]));
    let begun = stage.ask(&run, TaskKind::Start, None).await.expect("arguments").measurement;
    let first = stage.ask(&run, TaskKind::Resume, Some(begun)).await.expect("arguments").measurement;
    assert_eq!(first.metadata["canary"], "2 of 100 over 0.5", "{}", first.message);
    let second = stage.ask(&run, TaskKind::Resume, Some(first)).await.expect("arguments").measurement;
    assert_eq!(second.metadata["stable"], "2 of 200 over 0.5");
}
