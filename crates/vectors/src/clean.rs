//! Removing what a case has left behind on a server that is used for more than one.

use crate::case::{Case, Step};
use crate::client::{self, Service};
use crate::placeholder::Bindings;
use serde_json::{Value, json};

/// Deletes the objects that the case's requests may have made, the newest first. What is gone already, and what the
/// server will not delete, is left as it is.
pub async fn clean<S: Service>(service: &S, case: &Case) {
    let mut paths: Vec<String> = case.steps.iter().filter_map(made).collect();
    paths.dedup();
    for path in paths.iter().rev() {
        // Finalizers of the case would keep its objects for ever.
        let unfinished = json!({"metadata": {"finalizers": null}});
        let _ = send(service, "PATCH", path, unfinished).await;
        let _ = send(service, "DELETE", path, json!({"propagationPolicy": "Background"})).await;
    }
}

/// The path of the object that a step makes or changes, if it is one with a name.
fn made(step: &Step) -> Option<String> {
    let segments: Vec<&str> = step.path.trim_matches('/').split('/').collect();
    let below = match segments.as_slice() {
        ["api", _, "namespaces", _, below @ ..] if !below.is_empty() => below,
        ["apis", _, _, "namespaces", _, below @ ..] | ["api", _, below @ ..] | ["apis", _, _, below @ ..] => below,
        _ => return None,
    };
    let name = || step.body.as_ref()?["metadata"]["name"].as_str();
    match (step.method.as_str(), below) {
        ("POST", [_]) if step.status < 300 => Some(format!("{}/{}", step.path.trim_end_matches('/'), name()?)),
        ("PUT" | "PATCH", [_, _]) if step.status < 300 => Some(step.path.clone()),
        _ => None,
    }
}

async fn send<S: Service>(service: &S, method: &str, path: &str, body: Value) -> Result<(), String> {
    let content_type = if method == "PATCH" { "application/merge-patch+json" } else { "application/json" };
    let step = Step {
        method: method.to_owned(),
        path: path.to_owned(),
        query: None,
        headers: Some([("Content-Type".to_owned(), content_type.to_owned())].into()),
        body: Some(body),
        status: 200,
        response_headers: None,
        note: None,
        response: Value::Null,
    };
    client::open(service, &step, &Bindings::default()).await?.finish().await.map(|_| ())
}

#[cfg(test)]
mod tests {
    use super::made;
    use crate::case::Step;

    fn step(method: &str, path: &str, status: u16) -> Step {
        let body = r#"{"metadata": {"name": "a"}}"#;
        let text =
            format!(r#"{{"method":"{method}","path":"{path}","status":{status},"response":null,"body":{body}}}"#);
        serde_json::from_str(&text).expect("a step")
    }

    #[test]
    fn what_a_request_made_is_known_by_its_path() {
        let cases = [
            ("POST", "/api/v1/namespaces", 201, Some("/api/v1/namespaces/a")),
            (
                "POST",
                "/apis/rbac.authorization.k8s.io/v1/clusterroles",
                201,
                Some("/apis/rbac.authorization.k8s.io/v1/clusterroles/a"),
            ),
            (
                "PATCH",
                "/apis/scheduling.k8s.io/v1/priorityclasses/b",
                201,
                Some("/apis/scheduling.k8s.io/v1/priorityclasses/b"),
            ),
            ("POST", "/api/v1/nodes", 422, None),
            ("POST", "/api/v1/namespaces/n/configmaps", 201, Some("/api/v1/namespaces/n/configmaps/a")),
            ("PUT", "/apis/apps/v1/namespaces/n/deployments/d", 200, Some("/apis/apps/v1/namespaces/n/deployments/d")),
            ("PUT", "/apis/apps/v1/namespaces/n/deployments/d/status", 200, None),
            ("GET", "/api/v1/nodes/a", 200, None),
        ];
        for (method, path, status, expected) in cases {
            assert_eq!(made(&step(method, path, status)).as_deref(), expected, "{method} {path}");
        }
    }
}
