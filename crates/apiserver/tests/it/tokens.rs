//! Service accounts' tokens: for whom they are, how long they hold, what ends them; and what roles say of users.

use crate::client::{send, server};
use apiserver::{ApiServer, DeleteOptions, User, resources};
use http::Request;
use http_body_util::{BodyExt, Full};
use serde_json::{Value, json};
use std::time::Duration;
use tower::ServiceExt;

const ACCOUNT: &str = "/api/v1/namespaces/default/serviceaccounts/robot/token";
const REVIEW: &str = "/apis/authentication.k8s.io/v1/tokenreviews";
const ISSUER: &str = "https://kubernetes.default.svc.cluster.local";

async fn with_account() -> ApiServer {
    let server = server();
    let account = json!({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "robot"}});
    server.api("test").create(&resources::SERVICE_ACCOUNTS, "default", account).await.expect("created");
    server
}

fn request(spec: Value) -> Value {
    json!({"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": spec})
}

async fn token(server: &ApiServer, spec: Value) -> String {
    let (status, answer) = send(server, "POST", ACCOUNT, &request(spec)).await;
    assert_eq!(status, 201, "{answer}");
    answer["status"]["token"].as_str().expect("a token").to_owned()
}

async fn review(server: &ApiServer, token: &str, audiences: Value) -> Value {
    let review = json!({
        "apiVersion": "authentication.k8s.io/v1", "kind": "TokenReview",
        "spec": {"token": token, "audiences": audiences},
    });
    let (status, mut answer) = send(server, "POST", REVIEW, &review).await;
    assert_eq!(status, 201, "{answer}");
    answer["status"].take()
}

/// Source: the API reference of `TokenRequest` and `TokenReview`, and `kubectl create token -o yaml` in the manual of
/// service accounts.
#[tokio::test(start_paused = true)]
async fn a_token_proves_its_account_for_an_hour() {
    let server = with_account().await;
    let (_, mut answer) = send(&server, "POST", ACCOUNT, &request(json!({}))).await;
    let token = answer["status"]["token"].take();
    let token = token.as_str().expect("a token");
    assert_eq!(
        answer,
        json!({
            "kind": "TokenRequest", "apiVersion": "authentication.k8s.io/v1",
            "metadata": {"name": "robot", "namespace": "default", "creationTimestamp": "2026-01-01T00:00:00Z"},
            "spec": {"audiences": [ISSUER], "expirationSeconds": 3600, "boundObjectRef": null},
            "status": {"token": null, "expirationTimestamp": "2026-01-01T01:00:00Z"},
        })
    );
    let status = review(&server, token, Value::Null).await;
    assert_eq!((&status["authenticated"], &status["audiences"]), (&json!(true), &json!([ISSUER])));
    let user = &status["user"];
    assert_eq!(user["username"], "system:serviceaccount:default:robot");
    assert_eq!(
        user["groups"],
        json!(["system:serviceaccounts", "system:serviceaccounts:default", "system:authenticated"])
    );
    let account = server.api("test").get(&resources::SERVICE_ACCOUNTS, "default", "robot").expect("there");
    assert_eq!(user["uid"], *account.meta().uid);
    assert!(
        user["extra"]["authentication.kubernetes.io/credential-id"][0]
            .as_str()
            .is_some_and(|id| id.starts_with("JTI="))
    );
    tokio::time::sleep(Duration::from_secs(3601)).await;
    let status = review(&server, token, Value::Null).await;
    assert_eq!(status, json!({"user": {}, "error": "[invalid bearer token, service account token has expired]"}));
    assert!(server.token_user(token).is_none());
}

#[tokio::test(start_paused = true)]
async fn a_token_is_for_its_audiences_and_nobody_forges_one() {
    let server = with_account().await;
    let token = token(&server, json!({"audiences": ["vault", "other"]})).await;
    assert!(server.token_user(&token).is_none(), "it is not for the API server");
    let status = review(&server, &token, json!(["vault", "third"])).await;
    assert_eq!((&status["authenticated"], &status["audiences"]), (&json!(true), &json!(["vault"])));
    let mut forged = token.clone().into_bytes();
    for place in (0..forged.len()).step_by(7) {
        // The last character of a signature carries two bits that say nothing.
        if forged[place] == b'.' || place == forged.len() - 1 {
            continue;
        }
        let kept = std::mem::replace(&mut forged[place], if token.as_bytes()[place] == b'A' { b'B' } else { b'A' });
        let text = String::from_utf8(forged.clone()).expect("text");
        assert!(review(&server, &text, json!(["vault"])).await["authenticated"].is_null(), "another byte at {place}");
        forged[place] = kept;
    }
    for garbage in ["", "a", "a.b", "a.b.c", "...", &"x".repeat(100_000)] {
        assert!(review(&server, garbage, Value::Null).await["authenticated"].is_null());
    }
    let other = with_account().await;
    other.set_token_secret(b"another cluster");
    assert!(review(&other, &token, json!(["vault"])).await["authenticated"].is_null());
}

#[tokio::test(start_paused = true)]
async fn a_token_ends_with_its_account_and_with_what_it_is_bound_to() {
    let server = with_account().await;
    let api = server.api("test");
    let pod = json!({
        "apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p"},
        "spec": {"serviceAccountName": "robot", "containers": [{"name": "c", "image": "nginx:1"}]},
    });
    let pod = api.create(&resources::PODS, "default", pod).await.expect("created");
    let reference = |name: &str, uid: &str| json!({"boundObjectRef": {"apiVersion": "v1", "kind": "Pod", "name": name, "uid": uid}});
    let bound = token(&server, reference("p", &pod.meta().uid)).await;
    let free = token(&server, json!({})).await;
    let user = server.token_user(&bound).expect("it holds");
    assert_eq!(user.extra["authentication.kubernetes.io/pod-name"], ["p"]);
    let (status, answer) = send(&server, "POST", ACCOUNT, &request(reference("p", "another"))).await;
    assert_eq!((status, &answer["reason"]), (409, &json!("Conflict")), "{answer}");
    let (status, answer) = send(&server, "POST", ACCOUNT, &request(reference("q", ""))).await;
    assert_eq!((status, &answer["message"]), (404, &json!("pods \"q\" not found")));
    let options = DeleteOptions { grace_period_seconds: Some(0), ..DeleteOptions::default() };
    api.delete(&resources::PODS, "default", "p", options).await.expect("deleted");
    assert!(server.token_user(&bound).is_none() && server.token_user(&free).is_some());
    api.delete(&resources::SERVICE_ACCOUNTS, "default", "robot", DeleteOptions::default()).await.expect("deleted");
    assert!(server.token_user(&free).is_none());
    let again = json!({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "robot"}});
    api.create(&resources::SERVICE_ACCOUNTS, "default", again).await.expect("created");
    assert!(server.token_user(&free).is_none(), "another account of the same name");
}

/// Source: validation of `TokenRequestSpec` in upstream's API.
#[tokio::test(start_paused = true)]
async fn requests_for_tokens_are_checked() {
    let server = with_account().await;
    for (seconds, why) in [
        (599_i64, "may not specify a duration less than 10 minutes"),
        ((1 << 32) + 1, "may not specify a duration larger than 2^32 seconds"),
    ] {
        let (status, answer) = send(&server, "POST", ACCOUNT, &request(json!({"expirationSeconds": seconds}))).await;
        let told = format!(
            "TokenRequest.authentication.k8s.io \"\" is invalid: spec.expirationSeconds: Invalid value: {seconds}: {why}"
        );
        assert_eq!((status, &answer["message"]), (422, &json!(told)));
    }
    let secret = json!({"boundObjectRef": {"apiVersion": "v1", "kind": "ConfigMap", "name": "x"}});
    let (status, answer) = send(&server, "POST", ACCOUNT, &request(secret)).await;
    assert_eq!((status, &answer["message"]), (400, &json!("cannot bind token to object of type /v1, Kind=ConfigMap")));
    let missing = ACCOUNT.replace("robot", "nobody");
    let (status, answer) = send(&server, "POST", &missing, &request(json!({}))).await;
    assert_eq!((status, &answer["message"]), (404, &json!("serviceaccounts \"nobody\" not found")));
}

async fn as_user(server: &ApiServer, user: &User, method: &str, uri: &str, headers: &[(&str, &str)]) -> (u16, Value) {
    let mut request = Request::builder().method(method).uri(uri).extension(user.clone());
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let request = request.body(Full::new(bytes::Bytes::new())).expect("a request");
    let answer = server.clone().oneshot(request).await.expect("an answer");
    let status = answer.status().as_u16();
    let bytes = answer.into_body().collect().await.expect("a body").to_bytes();
    (status, serde_json::from_slice(&bytes).unwrap_or_default())
}

#[tokio::test(start_paused = true)]
async fn roles_say_what_an_account_may_do_and_nobody_takes_a_name_unpermitted() {
    let server = with_account().await;
    let robot = User::new("system:serviceaccount:default:robot", &["system:serviceaccounts"]);
    let pods = "/api/v1/namespaces/default/pods";
    let (status, answer) = as_user(&server, &robot, "GET", pods, &[]).await;
    let told = "pods is forbidden: User \"system:serviceaccount:default:robot\" cannot list resource \"pods\" in API group \"\" in the namespace \"default\"";
    assert_eq!((status, answer["message"].as_str()), (403, Some(told)));
    for (path, allowed) in
        [("/version", 200), ("/apis", 200), ("/api/v1", 200), ("/snapshot", 403), ("/openid/v1/jwks", 200)]
    {
        assert_eq!(as_user(&server, &robot, "GET", path, &[]).await.0, allowed, "{path}");
    }
    let mask = [("impersonate-user", "kubernetes-admin"), ("impersonate-group", "system:masters")];
    let (status, answer) = as_user(&server, &robot, "GET", pods, &mask).await;
    let told = "users \"kubernetes-admin\" is forbidden: User \"system:serviceaccount:default:robot\" cannot impersonate resource \"users\" in API group \"\" at the cluster scope";
    assert_eq!((status, answer["message"].as_str()), (403, Some(told)));
    let bindings = apiserver::GroupResource::new("rbac.authorization.k8s.io", "rolebindings");
    let binding = json!({
        "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "RoleBinding", "metadata": {"name": "viewers"},
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "view"},
        "subjects": [{"kind": "ServiceAccount", "name": "robot", "namespace": "default"}],
    });
    server.api("test").create(&bindings, "default", binding).await.expect("created");
    assert_eq!(as_user(&server, &robot, "GET", pods, &[]).await.0, 200);
    assert_eq!(as_user(&server, &robot, "GET", "/api/v1/namespaces/default/secrets", &[]).await.0, 403);
    assert_eq!(as_user(&server, &robot, "GET", "/api/v1/namespaces/kube-system/pods", &[]).await.0, 403);
}
