//! What people do first: sign in, look, search, sync, make, change, delete, sign out.

use crate::stage::{Stage, application_of};
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn the_initial_password_lets_the_admin_in_and_nothing_else_does() {
    let stage = Stage::start().await;
    let (status, answer) = stage.ask("", "GET", "/api/v1/applications", None).await;
    assert_eq!((status, &answer["error"], &answer["code"]), (401, &json!("no session information"), &json!(16)));
    for body in [json!({"username": "admin", "password": "wrong"}), json!({"username": "nobody", "password": "wrong"})]
    {
        let (status, answer) = stage.ask("", "POST", "/api/v1/session", Some(body)).await;
        assert_eq!((status, &answer["message"]), (401, &json!("Invalid username or password")));
    }
    let body = json!({"username": "admin", "password": stage.password().await});
    let answer = stage.send("", "POST", "/api/v1/session", Some(body)).await;
    let cookie = answer.headers()["set-cookie"].to_str().expect("text").to_owned();
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"), "{cookie}");
    let admin = stage.admin().await;
    let (_, info) = stage.ask(&admin, "GET", "/api/v1/session/userinfo", None).await;
    assert_eq!((&info["username"], &info["loggedIn"], &info["iss"]), (&json!("admin"), &json!(true), &json!("argocd")));
    let (status, _) = stage.ask(&admin, "DELETE", "/api/v1/session", None).await;
    assert_eq!(status, 200);
    let (status, _) = stage.ask(&admin, "GET", "/api/v1/applications", None).await;
    assert_eq!(status, 401, "who signed out is out");
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_are_filtered_sorted_and_cut() {
    let stage = Stage::start().await;
    for number in 0..5 {
        stage.make(application_of(&format!("one-{number}"), "shop")).await;
    }
    stage.eventually("all are known", |stage| stage.site.index.all().len() == 7).await;
    let admin = stage.admin().await;
    let names = async |query: &str| {
        let (status, answer) = stage.ask(&admin, "GET", &format!("/api/v1/applications{query}"), None).await;
        assert_eq!(status, 200, "{answer}");
        let items = answer["items"].as_array().cloned().unwrap_or_default();
        let names: Vec<String> =
            items.iter().map(|item| item["metadata"]["name"].as_str().expect("a name").to_owned()).collect();
        (names.join(" "), answer["metadata"].clone())
    };
    assert_eq!(names("").await.0, "bank one-0 one-1 one-2 one-3 one-4 shop");
    assert_eq!(names("?projects=bank").await.0, "bank");
    assert_eq!(names("?selector=team%3Dbank").await.0, "bank");
    assert_eq!(names("?repo=https://git.example.com/one-3").await.0, "one-3");
    assert_eq!(names("?search=ONE+4").await.0, "one-4");
    assert_eq!(names("?health=Healthy").await.0, "");
    let (first, metadata) = names("?limit=4").await;
    assert_eq!((first.as_str(), &metadata["remainingItemCount"]), ("bank one-0 one-1 one-2", &json!(3)));
    let token = metadata["continue"].as_str().expect("more follow");
    let (second, metadata) = names(&format!("?limit=4&continue={token}")).await;
    assert_eq!((second.as_str(), &metadata["continue"]), ("one-3 one-4 shop", &json!(null)));
    let (_, cut) = stage.ask(&admin, "GET", "/api/v1/applications?fields=items.metadata.name&limit=1", None).await;
    assert_eq!(cut["items"], json!([{"metadata": {"name": "bank"}}]));
    let (status, _) = stage.ask(&admin, "GET", "/api/v1/applications?selector=a%20in%20b", None).await;
    assert_eq!(status, 400);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_application_is_made_changed_synced_and_deleted() {
    let stage = Stage::start().await;
    let admin = stage.admin().await;
    let made = application_of("new", "shop");
    for _ in 0..2 {
        let (status, answer) = stage.ask(&admin, "POST", "/api/v1/applications", Some(made.clone())).await;
        assert_eq!(status, 200, "{answer}");
    }
    let mut other = made.clone();
    other["spec"]["source"]["path"] = json!("elsewhere");
    let (status, answer) = stage.ask(&admin, "POST", "/api/v1/applications", Some(other.clone())).await;
    assert_eq!(status, 400);
    assert_eq!(answer["message"], "existing application spec is different, use upsert flag to force update");
    let (status, answer) = stage.ask(&admin, "POST", "/api/v1/applications?upsert=true", Some(other)).await;
    assert_eq!((status, &answer["spec"]["source"]["path"]), (200, &json!("elsewhere")), "{answer}");
    let patch = json!({"patch": "[{\"op\":\"replace\",\"path\":\"/spec/source/path\",\"value\":\"third\"}]", "patchType": "json"});
    let (status, answer) = stage.ask(&admin, "PATCH", "/api/v1/applications/new", Some(patch)).await;
    assert_eq!((status, &answer["spec"]["source"]["path"]), (200, &json!("third")), "{answer}");
    let body = json!({"prune": true, "syncOptions": {"items": ["Validate=false"]}, "revision": "qa"});
    let (status, answer) = stage.ask(&admin, "POST", "/api/v1/applications/new/sync", Some(body.clone())).await;
    assert_eq!(status, 200, "{answer}");
    let sync = &answer["operation"]["sync"];
    assert_eq!((&sync["prune"], &sync["syncOptions"]), (&json!(true), &json!(["Validate=false"])));
    assert_eq!(answer["operation"]["initiatedBy"]["username"], "admin");
    let told = tokio::time::timeout(crate::stage::AT_MOST, async {
        loop {
            let (_, events) = stage.ask(&admin, "GET", "/api/v1/applications/new/events", None).await;
            if events.to_string().contains("admin initiated sync") {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
    });
    assert!(told.await.is_ok(), "an event says who began the operation");
    let (status, answer) = stage.ask(&admin, "POST", "/api/v1/applications/new/sync", Some(body)).await;
    assert_eq!((status, &answer["message"]), (400, &json!("another operation is already in progress")));
    let (status, _) = stage.ask(&admin, "DELETE", "/api/v1/applications/new?cascade=false", None).await;
    assert_eq!(status, 200);
    stage.eventually("it is gone", |stage| stage.site.index.get("argocd", "new").is_none()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_projects_token_syncs_that_project_and_nothing_else() {
    let stage = Stage::start().await;
    let policies =
        ["p, proj:shop:ci, applications, sync, shop/*, allow", "p, proj:shop:ci, applications, get, shop/*, allow"];
    let token = stage.role("shop", "ci", &policies).await;
    let (_, answer) = stage.ask(&token, "GET", "/api/v1/applications", None).await;
    assert_eq!(answer["items"].as_array().map(Vec::len), Some(1), "{answer}");
    let (status, answer) = stage.ask(&token, "POST", "/api/v1/applications/shop/sync", Some(json!({}))).await;
    assert_eq!(status, 200, "{answer}");
    for (method, path) in [
        ("POST", "/api/v1/applications/bank/sync"),
        ("POST", "/api/v1/applications/missing/sync"),
        ("GET", "/api/v1/applications/bank"),
        ("GET", "/api/v1/applications/missing"),
        ("DELETE", "/api/v1/applications/shop"),
        ("GET", "/api/v1/applications/shop/logs"),
        ("GET", "/api/v1/projects/bank"),
        ("GET", "/api/v1/certificates"),
    ] {
        let (status, answer) = stage.ask(&token, method, path, Some(json!({}))).await;
        // Whether something is there shows neither in the status nor in the text.
        assert_eq!((status, &answer["message"]), (403, &json!("permission denied")), "{method} {path}");
    }
    let admin = stage.admin().await;
    let (_, project) = stage.ask(&admin, "GET", "/api/v1/projects/shop", None).await;
    let issued = project["spec"]["roles"][0]["jwtTokens"][0]["iat"].as_i64().expect("listed");
    let path = format!("/api/v1/projects/shop/roles/ci/token/{issued}");
    assert_eq!(stage.ask(&admin, "DELETE", &path, None).await.0, 200);
    stage.site.plane.until(|said| said.projects["shop"].read.spec.roles[0].jwt_tokens.is_empty()).await;
    assert_eq!(stage.ask(&token, "GET", "/api/v1/applications", None).await.0, 401, "a token that was taken back");
}

#[tokio::test(flavor = "multi_thread")]
async fn accounts_have_passwords_and_tokens_of_their_own() {
    let stage = Stage::start().await;
    stage.configure("argocd-cm", json!({"accounts.ci": "apiKey, login"})).await;
    let admin = stage.admin().await;
    let path = "/api/v1/account/ci/token";
    let (status, answer) = stage.ask(&admin, "POST", path, Some(json!({"id": "one", "expiresIn": "0"}))).await;
    assert_eq!(status, 200, "{answer}");
    let token = answer["token"].as_str().expect("a token").to_owned();
    let (_, info) = stage.ask(&token, "GET", "/api/v1/session/userinfo", None).await;
    assert_eq!(info["username"], "ci");
    let (_, can) = stage.ask(&token, "GET", "/api/v1/account/can-i/applications/sync/shop%2Fshop", None).await;
    assert_eq!(can["value"], "no");
    let (_, can) = stage.ask(&admin, "GET", "/api/v1/account/can-i/applications/sync/shop/shop", None).await;
    assert_eq!(can["value"], "yes");
    let body = json!({"name": "ci", "currentPassword": stage.password().await, "newPassword": "correct horse"});
    let (status, answer) = stage.ask(&admin, "PUT", "/api/v1/account/password", Some(body)).await;
    assert_eq!(status, 200, "{answer}");
    let body = json!({"username": "ci", "password": "correct horse"});
    assert_eq!(stage.ask("", "POST", "/api/v1/session", Some(body)).await.0, 200);
    let (status, _) = stage.ask(&admin, "DELETE", "/api/v1/account/ci/token/one", None).await;
    assert_eq!(status, 200);
    assert_eq!(stage.ask(&token, "GET", "/api/v1/applications", None).await.0, 401);
}

#[tokio::test(flavor = "multi_thread")]
async fn repositories_clusters_and_certificates_are_declared_and_forgotten() {
    let stage = Stage::start().await;
    let admin = stage.admin().await;
    let url = "https://git.example.com/a/b.git";
    let body = json!({"repo": url, "username": "me", "password": "hidden-word", "project": "shop"});
    let (status, answer) = stage.ask(&admin, "POST", "/api/v1/repositories", Some(body)).await;
    assert_eq!(status, 200, "{answer}");
    stage.eventually("it is seen", |stage| !stage.site.plane.secrets("repository").is_empty()).await;
    let path = "/api/v1/repositories/https%3A%2F%2Fgit.example.com%2Fa%2Fb.git";
    let (status, answer) = stage.ask(&admin, "GET", path, None).await;
    assert_eq!((status, &answer["repo"], &answer["username"]), (200, &json!(url), &json!("me")), "{answer}");
    assert!(!answer.to_string().contains("hidden-word"));
    assert_eq!(stage.ask(&admin, "DELETE", path, None).await.0, 200);
    let body =
        json!({"server": "https://far.example.com:6443", "name": "far", "config": {"bearerToken": "hidden-word"}});
    let (status, answer) = stage.ask(&admin, "POST", "/api/v1/clusters", Some(body)).await;
    assert_eq!(status, 200, "{answer}");
    stage.eventually("it is seen", |stage| !stage.site.plane.secrets("cluster").is_empty()).await;
    let (_, answer) = stage.ask(&admin, "GET", "/api/v1/clusters", None).await;
    assert_eq!(answer["items"].as_array().map(Vec::len), Some(2), "{answer}");
    assert!(!answer.to_string().contains("hidden-word"));
    assert_eq!(stage.ask(&admin, "DELETE", "/api/v1/clusters/far?id.type=name", None).await.0, 200);
    let host = json!({"serverName": "git.example.com", "certType": "ssh", "certSubType": "ssh-ed25519", "certData": "QUFBQQ=="});
    let (status, answer) = stage.ask(&admin, "POST", "/api/v1/certificates", Some(json!({"items": [host]}))).await;
    assert_eq!(status, 200, "{answer}");
    stage.eventually("it is seen", |stage| !stage.site.plane.config_map("argocd-ssh-known-hosts-cm").is_empty()).await;
    let (_, answer) = stage.ask(&admin, "GET", "/api/v1/certificates", None).await;
    assert_eq!(answer["items"][0]["serverName"], "git.example.com", "{answer}");
}
