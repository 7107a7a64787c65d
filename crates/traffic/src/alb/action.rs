//! The text of the annotations: what a backend of the load balancer does, and when.

use crate::routing::Routing;
use api::rollouts::{AlbRouting, HeaderRoutingMatch};

/// The longest a client may stay with a version, in seconds, as AWS has it.
const STICKY_SECONDS_MAX: i64 = 604_800;

/// Shares traffic out among the new version, versions in an experiment, and the stable version, which gets the rest.
pub fn forward(alb: &AlbRouting, (stable, canary): (&str, &str), wanted: &Routing) -> Result<String, String> {
    let port = alb.service_port;
    let mut groups = vec![group(canary, port, wanted.canary.weight)];
    groups.extend(wanted.additional.iter().map(|extra| group(&extra.service, port, extra.weight)));
    let others: i32 = wanted.additional.iter().map(|extra| extra.weight).sum();
    groups.push(group(stable, port, 100 - wanted.canary.weight - others));
    action(alb, &groups)
}

/// Sends all traffic to the new version.
pub fn forward_all(alb: &AlbRouting, canary: &str) -> Result<String, String> {
    action(alb, &[group(canary, alb.service_port, 100)])
}

fn group(service: &str, port: i32, weight: i32) -> String {
    let service = if service.is_empty() { String::new() } else { format!(r#""ServiceName":{},"#, quote(service)) };
    format!(r#"{{{service}"ServicePort":"{port}","Weight":{weight}}}"#)
}

fn action(alb: &AlbRouting, groups: &[String]) -> Result<String, String> {
    let groups = groups.join(",");
    let sticky = match alb.stickiness_config.as_ref().filter(|sticky| sticky.enabled) {
        Some(sticky) if !(1..=STICKY_SECONDS_MAX).contains(&sticky.duration_seconds) => {
            return Err(
                "TargetGroupStickinessConfig's duration must be between 1 and 604800 seconds (7 days)!".to_owned()
            );
        }
        Some(sticky) => format!(
            r#","TargetGroupStickinessConfig":{{"Enabled":true,"DurationSeconds":{}}}"#,
            sticky.duration_seconds
        ),
        None => String::new(),
    };
    Ok(format!(r#"{{"Type":"forward","ForwardConfig":{{"TargetGroups":[{groups}]{sticky}}}}}"#))
}

/// The headers a request must have. Several values of one header are one condition.
pub fn header_conditions(matches: &[HeaderRoutingMatch]) -> String {
    let mut conditions: Vec<(&str, Vec<&str>)> = Vec::new();
    for wanted in matches {
        let value = wanted.header_value.as_ref().map_or("", |value| value.exact.as_str());
        match conditions.iter_mut().find(|(header, _)| *header == wanted.header_name) {
            Some((_, values)) => values.push(value),
            None => conditions.push((&wanted.header_name, vec![value])),
        }
    }
    let conditions: Vec<String> = conditions
        .into_iter()
        .map(|(header, values)| {
            let values: Vec<String> = values.into_iter().map(quote).collect();
            format!(
                r#"{{"field":"http-header","httpHeaderConfig":{{"httpHeaderName":{},"values":[{}]}}}}"#,
                quote(header),
                values.join(",")
            )
        })
        .collect();
    format!("[{}]", conditions.join(","))
}

/// Text as Go's encoder writes it.
fn quote(text: &str) -> String {
    let quoted = serde_json::Value::from(text).to_string();
    quoted.replace('&', "\\u0026").replace('<', "\\u003c").replace('>', "\\u003e")
}
