//! The Application Load Balancer of AWS: what annotations of an Ingress make of its paths.

use super::path_backend::{backend_of, whole};
use crate::condition::{Condition, Text};
use crate::reading::{list, namespace, share, text, texts};
use crate::rewrite::{Redirect, Rewrite};
use crate::route::{Backend, Port, Route, Share};
use crate::sticky::{Sticky, With};
use serde_json::Value;

/// The name of the port that says that an annotation has the backend.
const USE_ANNOTATION: &str = "use-annotation";
const CLASS: &str = "alb";
/// The cookie of such a load balancer by which clients stay with a target group.
const COOKIE: &str = "AWSALBTG";

/// Whether an Ingress is of such a load balancer.
pub fn is_balanced(ingress: &Value) -> bool {
    let class = text(ingress, "/spec/ingressClassName");
    let old_class = text(ingress, "/metadata/annotations/kubernetes.io~1ingress.class");
    class == CLASS || old_class == CLASS || has_actions(ingress)
}

fn has_actions(ingress: &Value) -> bool {
    let annotations = ingress.pointer("/metadata/annotations").and_then(Value::as_object);
    annotations.into_iter().flatten().any(|(key, _)| key.contains("/actions."))
}

/// Says where a route of such an Ingress leads to, and what else it asks of requests.
pub fn lead(route: &mut Route, ingress: &Value, path: &Value) {
    let backend = &path["backend"];
    let service = text(backend, "/service/name");
    if text(backend, "/service/port/name") != USE_ANNOTATION {
        route.shares.push(whole(backend_of(ingress, backend)));
        return;
    }
    match annotation(ingress, "actions", service) {
        Ok(action) => {
            route.shares = groups(ingress, &action);
            route.sticky = stickiness(&action);
            route.redirect = redirect(&action);
        }
        Err(problem) => route.problem = Some(problem),
    }
    if route.shares.is_empty() && route.problem.is_none() && route.redirect.is_none() {
        route.problem = Some(format!("the action of {service} forwards to no target group"));
    }
    if let Ok(conditions) = annotation(ingress, "conditions", service) {
        route.conditions.extend(conditions.as_array().into_iter().flatten().map(condition));
    }
}

/// The value of an annotation of whatever prefix.
fn annotation(ingress: &Value, what: &str, service: &str) -> Result<Value, String> {
    let ending = format!("/{what}.{service}");
    let annotations = ingress.pointer("/metadata/annotations").and_then(Value::as_object);
    let found = annotations.into_iter().flatten().find(|(key, _)| key.ends_with(&ending));
    let Some((key, value)) = found else { return Err(format!("annotation *{ending} is not there")) };
    serde_json::from_str(value.as_str().unwrap_or_default()).map_err(|_| format!("annotation {key} is not JSON"))
}

/// A field, in whichever of the two ways of writing.
fn field(value: &Value, upper: &str, lower: &str) -> Value {
    value.get(upper).or_else(|| value.get(lower)).cloned().unwrap_or(Value::Null)
}

/// How clients stay with a target group.
fn stickiness(action: &Value) -> Option<Sticky> {
    let config = field(action, "ForwardConfig", "forwardConfig");
    let config = field(&config, "TargetGroupStickinessConfig", "targetGroupStickinessConfig");
    let seconds = field(&config, "DurationSeconds", "durationSeconds").as_u64();
    let is_on = field(&config, "Enabled", "enabled").as_bool() == Some(true);
    is_on.then(|| Sticky { cookie: COOKIE.to_owned(), seconds, with: With::Version })
}

/// `#{path}` and the like stand for what was asked.
fn redirect(action: &Value) -> Option<Redirect> {
    if field(action, "Type", "type") != "redirect" {
        return None;
    }
    let config = field(action, "RedirectConfig", "redirectConfig");
    let given = |upper: &str, lower: &str| {
        let value = field(&config, upper, lower);
        value.as_str().filter(|text| !text.contains("#{")).map(str::to_owned)
    };
    let status = given("StatusCode", "statusCode");
    Some(Redirect {
        status: status.and_then(|status| status.strip_prefix("HTTP_")?.parse().ok()).unwrap_or(302),
        scheme: given("Protocol", "protocol").map(|protocol| protocol.to_lowercase()),
        host: given("Host", "host"),
        port: given("Port", "port").and_then(|port| port.parse().ok()),
        path: given("Path", "path").map(Rewrite::Whole),
    })
}

fn groups(ingress: &Value, action: &Value) -> Vec<Share> {
    let config = field(action, "ForwardConfig", "forwardConfig");
    let groups = field(&config, "TargetGroups", "targetGroups");
    let one = |group: &Value| {
        let service = field(group, "ServiceName", "serviceName");
        let port = field(group, "ServicePort", "servicePort");
        let backend =
            Backend::service(namespace(ingress), service.as_str().unwrap_or_default(), Port::read(Some(&port)));
        let weight = share(group, "/Weight").or_else(|| share(group, "/weight")).unwrap_or(1);
        Share { backend, weight }
    };
    groups.as_array().into_iter().flatten().map(one).collect()
}

fn condition(condition: &Value) -> Condition {
    let exact =
        |pointer: &str| texts(condition, pointer).map(|value| Text::Exact(value.to_owned())).collect::<Vec<_>>();
    match text(condition, "/field") {
        "http-header" => {
            let name = text(condition, "/httpHeaderConfig/httpHeaderName");
            let one = |wanted| Condition::Header(name.to_owned(), wanted);
            Condition::Any(exact("/httpHeaderConfig/values").into_iter().map(one).collect())
        }
        "query-string" => {
            let one =
                |it: &Value| Condition::Query(text(it, "/key").to_owned(), Text::Exact(text(it, "/value").to_owned()));
            Condition::Any(list(condition, "/queryStringConfig/values").iter().map(one).collect())
        }
        "http-request-method" => {
            Condition::Any(exact("/httpRequestMethodConfig/values").into_iter().map(Condition::Method).collect())
        }
        "path-pattern" => {
            let one = |pattern: &Value| match pattern.as_str().unwrap_or_default() {
                pattern if pattern.ends_with('*') => Text::Prefix(pattern.trim_end_matches('*').to_owned()),
                pattern => Text::Exact(pattern.to_owned()),
            };
            Condition::Any(list(condition, "/pathPatternConfig/values").iter().map(one).map(Condition::Path).collect())
        }
        // What else there is cannot be told from a request here.
        _ => Condition::Path(Text::Never),
    }
}
