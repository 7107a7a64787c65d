//! Pages and forms without a browser: who may see and do what, and what is written into the cluster.

use crate::stage::{Stage, automated, config_map, deployment, manual, service};
use cluster::Target;
use object::Gvk;
use serde_json::json;

#[tokio::test(start_paused = true)]
async fn strangers_are_sent_to_sign_in_and_readers_may_look_but_not_act() {
    let stage = Stage::simulated().await;
    stage.commit("shop", &[config_map("settings", "a")]);
    stage.application("shop", automated()).await;
    stage.until_app("shop", "Synced", "Healthy").await;
    let stranger = stage.stranger();
    for path in ["/applications", "/applications/argocd/shop", "/timeline", "/settings/clusters", "/rollouts/"] {
        let answer = stranger.ask("GET", path, "").await;
        assert_eq!(answer.status, 303, "{path}");
        assert!(answer.headers["location"].to_str().expect("text").starts_with("/login?return="), "{path}");
    }
    assert_eq!(stranger.send("/applications/argocd/shop/sync", "").await.status, 401);
    assert_eq!(stranger.ask("POST", "/login", "username=admin&password=no").await.status, 401);

    let reader = stage.signed_in("reader").await;
    assert!(reader.page("/applications").await.contains(">shop<"));
    assert!(reader.page("/applications/argocd/shop?panel=sync").await.contains("lets you look"));
    for (action, body) in
        [("sync", ""), ("rollback", "id=0"), ("delete", "confirm=shop"), ("change", "automated=on"), ("terminate", "")]
    {
        let answer = reader.send(&format!("/applications/argocd/shop/{action}"), body).await;
        assert_eq!(answer.status, 403, "{action}: {}", answer.text);
        assert!(answer.text.contains("You may not"), "{}", answer.text);
    }
    assert_eq!(reader.send("/applications/many", "do=sync&app=argocd%2Fshop").await.status, 400);
    assert_eq!(
        reader.send("/applications/new", "name=x&project=default&repo=r&path=p&namespace=x&server=").await.status,
        403
    );
    assert!(stage.app("shop").await["operation"].is_null());
}

#[tokio::test(start_paused = true)]
async fn an_application_is_made_synced_compared_rolled_back_and_deleted() {
    let stage = Stage::simulated().await;
    let first =
        stage.commit("shop", &[config_map("settings", "a"), deployment("web", "shop/web:1", 2), service("web")]);
    let admin = stage.signed_in("admin").await;
    let form = "name=shop&project=default&repo=file%3A%2F%2F%2Fsrv%2Fgit%2Fshop.git&path=shop&namespace=shop&createNamespace=on\
        &server=https%3A%2F%2Fkubernetes.default.svc";
    let preview = admin.ask("POST", "/applications/new/preview", form).await.text;
    assert!(preview.contains("3 resources") && preview.contains("kind: Application"), "{preview}");
    assert_eq!(admin.send("/applications/new", form).await.status, 200);
    stage.until_app("shop", "OutOfSync", "Missing").await;

    let page = admin.page("/applications/argocd/shop").await;
    assert!(page.contains("not as the source says; it waits for somebody to sync it."), "{page}");
    assert_eq!(admin.send("/applications/argocd/shop/sync", "").await.status, 200);
    stage.until_app("shop", "Synced", "Healthy").await;
    let page = admin.page("/applications/argocd/shop").await;
    assert!(page.contains("Everything is as its source says, and well."));
    assert_eq!(page.matches("id=\"node-/Pod/").count(), 2, "{page}");
    assert!(page.contains("2/2 ready"));
    assert_eq!(admin.page("/applications/argocd/shop?view=pods").await.matches("<li id=\"pod-").count(), 2);
    assert!(admin.page("/applications/argocd/shop?view=network").await.contains("id=\"network\""));
    let grouped = admin.page("/applications/argocd/shop?group=kind").await;
    assert!(!grouped.contains("id=\"node-/Pod/") && grouped.contains("2 together"), "{grouped}");
    let listed = admin.page("/applications/argocd/shop?view=list&group=kind").await;
    assert!(listed.contains("<h2>ConfigMap</h2>") && listed.contains("<h2>Pod</h2>"), "{listed}");
    assert!(admin.page("/applications/argocd/shop?view=pods&group=owner").await.contains("ReplicaSet web-"));
    assert_eq!(
        admin.page("/applications/argocd/shop?view=network&q=nothing").await.matches("class=\"card\"").count(),
        0
    );
    assert!(admin.page("/applications/argocd/shop?view=timeline").await.contains(&format!("deployed {}", &first[..7])));
    assert!(admin.page("/timeline").await.contains("sync succeeded"));

    let target = Target::new(Gvk::new("", "v1", "ConfigMap"), Some("shop"), "settings");
    stage.patch(target, json!({"data": {"value": "changed by hand"}})).await;
    stage.until_app("shop", "OutOfSync", "Healthy").await;
    let told = admin.page("/applications/argocd/shop?view=timeline").await;
    assert!(told.contains("drift found: data.value"), "{told}");
    let diff = admin.page("/applications/argocd/shop?panel=diff&side=1").await;
    assert!(diff.contains("<b>changed by hand</b>") && diff.contains("<b>a</b>"), "{diff}");

    stage.commit("shop", &[config_map("settings", "b"), deployment("web", "shop/web:1", 2), service("web")]);
    assert_eq!(admin.send("/applications/argocd/shop/refresh", "").await.status, 200);
    let is_new = |app: &serde_json::Value| app["status"]["sync"]["revision"].as_str().is_some_and(|own| own != first);
    stage.until(("argoproj.io/v1alpha1", "Application"), "argocd", "shop", "at the new revision", is_new).await;
    assert_eq!(
        admin.send("/applications/argocd/shop/sync", "resource=%2FConfigMap%2Fshop%2Fsettings").await.status,
        200
    );
    let value = |wanted: &'static str| move |own: &serde_json::Value| own["data"]["value"] == wanted;
    stage.until(("v1", "ConfigMap"), "shop", "settings", "b", value("b")).await;
    stage.until_app("shop", "Synced", "Healthy").await;
    assert_eq!(admin.send("/applications/argocd/shop/sync", "").await.status, 200);
    stage.until_app("shop", "Synced", "Healthy").await;

    let is_kept = |app: &serde_json::Value| app["status"]["history"].as_array().is_some_and(|own| own.len() == 2);
    stage.until(("argoproj.io/v1alpha1", "Application"), "argocd", "shop", "deployed twice", is_kept).await;
    let history = admin.page("/applications/argocd/shop?panel=history").await;
    assert!(history.contains("Roll back to this"), "{history}");
    assert_eq!(admin.send("/applications/argocd/shop/rollback", "id=0").await.status, 200);
    stage.until(("v1", "ConfigMap"), "shop", "settings", "a", value("a")).await;
    stage.until_app("shop", "OutOfSync", "Healthy").await;

    let run = "node=apps%2FDeployment%2Fshop%2Fweb&action=scale&param-replicas=3";
    assert_eq!(admin.send("/applications/argocd/shop/run", run).await.status, 200);
    stage.until(("apps/v1", "Deployment"), "shop", "web", "scaled", |own| own["spec"]["replicas"] == 3).await;
    assert_eq!(
        admin.send("/applications/argocd/shop/run", "node=%2FSecret%2Fargocd%2Fx&action=scale").await.status,
        404
    );

    let wrong = admin.send("/applications/argocd/shop/delete", "confirm=other").await;
    assert_eq!(wrong.status, 400);
    assert_eq!(admin.send("/applications/argocd/shop/delete", "confirm=shop&how=foreground").await.status, 200);
    stage.until(("argoproj.io/v1alpha1", "Application"), "argocd", "shop", "gone", serde_json::Value::is_null).await;
    assert!(stage.get("v1", "ConfigMap", "shop", "settings").await.is_null());
}

#[tokio::test(start_paused = true)]
async fn lists_filter_count_page_and_stay_small() {
    let stage = Stage::simulated().await;
    for number in 0..120 {
        stage.application(&format!("app-{number:03}"), manual()).await;
    }
    let admin = stage.signed_in("admin").await;
    let first = admin.page("/applications?sort=name").await;
    assert!(first.contains("id=\"app-argocd-app-000\"") && !first.contains("id=\"app-argocd-app-050\""));
    assert!(first.len() < 150 << 10, "{}", first.len());
    assert!(admin.page("/applications?sort=name&page=2").await.contains("id=\"app-argocd-app-119\""));
    let found = admin.page("/applications?q=app-07&view=tiles").await;
    assert_eq!(found.matches("class=\"tile app\"").count(), 10);
    assert!(admin.page("/applications?project=none").await.contains("Nothing matches."));
}
