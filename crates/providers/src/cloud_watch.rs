//! CloudWatch: `GetMetricData`, in the JSON protocol, signed.
//!
//! <https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html>

use crate::asker::{Asker, duration};
use crate::sigv4::{keys, region, sign};
use analysis::answers::{Understood, cloud_watch};
use api::IntOrString;
use api::rollouts::{CloudWatchMetric, CloudWatchMetricDataQuery, Sigv4Config};
use outbound::{Call, url};
use serde_json::{Map, Value, json};
use std::time::Duration;

/// The span that is asked about when the metric does not say.
const INTERVAL: Duration = Duration::from_secs(300);
/// How long an answer is waited for.
const TIMEOUT: Duration = Duration::from_secs(30);
/// Where CloudWatch answers when it is not Amazon's own address of the region.
const ENDPOINT: [&str; 2] = ["AWS_ENDPOINT_URL_CLOUDWATCH", "AWS_ENDPOINT_URL"];

/// Asks.
///
/// # Errors
/// When there are no keys, there was no answer, or it is none that can be used.
pub(crate) async fn measure(asker: &Asker, metric: &CloudWatchMetric) -> Result<Understood, String> {
    let span = if metric.interval.is_empty() { INTERVAL } else { duration(&metric.interval)? };
    let (keys, region) = (keys(asker)?, region(asker, &Sigv4Config::default())?);
    let now = asker.clock.now();
    let end = now.as_second();
    let body = json!({
        "StartTime": end - i64::try_from(span.as_secs()).unwrap_or_default(),
        "EndTime": end,
        "MetricDataQueries": metric.metric_data_queries.iter().map(query).collect::<Vec<_>>(),
    });
    let set = ENDPOINT.iter().find_map(|name| asker.variable(name)).map(ToOwned::to_owned);
    let address = set.unwrap_or_else(|| format!("https://monitoring.{region}.amazonaws.com"));
    let call = Call::get(url(&address)?, TIMEOUT)
        .posting(&body)
        .header("content-type", "application/x-amz-json-1.0")?
        .header("x-amz-target", "GraniteServiceVersion20100801.GetMetricData")?;
    let reply = asker.http.send(sign(call, &keys, &region, "monitoring", now)?).await?;
    let understood = cloud_watch(&reply.body);
    if reply.status.is_success() {
        return understood;
    }
    Err(understood.err().unwrap_or_else(|| format!("CloudWatch answered {}", reply.status)))
}

fn query(given: &CloudWatchMetricDataQuery) -> Value {
    let mut query = Map::from_iter([("Id".to_owned(), json!(given.id))]);
    let mut set = |field: &str, value: Option<Value>| {
        if let Some(value) = value {
            query.insert(field.to_owned(), value);
        }
    };
    set("Expression", given.expression.as_ref().map(|text| json!(text)));
    set("Label", given.label.as_ref().map(|text| json!(text)));
    set("ReturnData", given.return_data.map(|is_part| json!(is_part)));
    set("Period", given.period.as_ref().map(|period| json!(whole(period))));
    set(
        "MetricStat",
        given.metric_stat.as_ref().map(|stat| {
            let dimensions: Vec<Value> = stat
                .metric
                .dimensions
                .iter()
                .map(|dimension| json!({"Name": dimension.name, "Value": dimension.value}))
                .collect();
            let mut metric = json!({"MetricName": stat.metric.metric_name});
            if let Some(namespace) = &stat.metric.namespace {
                metric["Namespace"] = json!(namespace);
            }
            if !dimensions.is_empty() {
                metric["Dimensions"] = json!(dimensions);
            }
            let mut value = json!({"Metric": metric, "Period": whole(&stat.period), "Stat": stat.stat});
            if !stat.unit.is_empty() {
                value["Unit"] = json!(stat.unit);
            }
            value
        }),
    );
    Value::Object(query)
}

fn whole(value: &IntOrString) -> i64 {
    match value {
        IntOrString::Int(value) => *value,
        IntOrString::String(text) => text.parse().unwrap_or_default(),
    }
}
