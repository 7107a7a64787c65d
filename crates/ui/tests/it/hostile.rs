//! What is hostile in a cluster or a request does nothing.

use crate::stage::{Stage, automated, config_map};
use serde_json::json;

#[tokio::test(start_paused = true)]
async fn markup_links_and_escapes_are_shown_and_do_nothing() {
    let stage = Stage::simulated().await;
    stage.commit("shop", &[config_map("settings", "<script>alert(1)</script>\u{1b}[31mred\u{202e}")]);
    stage.application("shop", automated()).await;
    stage.until_app("shop", "Synced", "Healthy").await;
    let target = cluster::Target::new(
        object::Gvk::from_api_version("argoproj.io/v1alpha1", "Application"),
        Some("argocd"),
        "shop",
    );
    let info = json!([{"name": "<b>link</b>", "value": "javascript:alert(1)"}, {"name": "good", "value": "https://example.org/"}]);
    stage.patch(target, json!({"spec": {"info": info}})).await;
    let admin = stage.signed_in("admin").await;
    for query in [
        "?panel=details",
        "?panel=diff",
        "?node=%2FConfigMap%2Fshop%2Fsettings&tab=manifest",
        "?q=%3Cscript%3E",
        "?view=list",
    ] {
        let page = admin.page(&format!("/applications/argocd/shop{query}")).await;
        assert!(
            !page.contains("<script>alert") && !page.contains('\u{1b}') && !page.contains("href=\"javascript:"),
            "{query}"
        );
        assert!(!page.contains("style=\""), "{query}: the policy forbids styles inside");
    }
    let details = admin.page("/applications/argocd/shop?panel=details").await;
    assert!(details.contains("javascript:alert(1)") && details.contains("href=\"https://example.org/\""));
}

#[tokio::test(start_paused = true)]
async fn answers_are_guarded() {
    let stage = Stage::simulated().await;
    let admin = stage.signed_in("admin").await;
    let answer = admin.ask("GET", "/applications", "").await;
    let policy = answer.headers["content-security-policy"].to_str().expect("text");
    assert!(policy.contains("default-src 'none'") && !policy.contains("unsafe"), "{policy}");
    let elsewhere = [("origin", "https://evil.example"), ("sec-fetch-site", "cross-site")];
    for header in elsewhere {
        let answer = admin.ask_with("POST", "/applications/many", "do=sync", &[header]).await;
        assert_eq!(answer.status, 403, "{header:?}");
    }
    assert_eq!(admin.send("/applications/new", &"x".repeat(300 << 10)).await.status, 413);
    let login = admin.ask("POST", "/login", "username=admin&password=let+me+in&return=%2F%2Fevil.example").await;
    assert_eq!(login.headers["location"], "/applications");
    assert_eq!(admin.ask("GET", "/applications/argocd/none", "").await.status, 404);
    assert_eq!(admin.ask("GET", "/ui/none.js", "").await.status, 404);
}

#[tokio::test(start_paused = true)]
async fn values_of_secrets_are_hidden_everywhere() {
    let stage = Stage::simulated().await;
    let secret = json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "keys"}, "stringData": {"password": "hunter2"}});
    stage.commit("shop", &[secret]);
    stage.application("shop", automated()).await;
    stage.until_app("shop", "Synced", "Healthy").await;
    let admin = stage.signed_in("admin").await;
    for query in [
        "",
        "?panel=diff",
        "?node=%2FSecret%2Fshop%2Fkeys",
        "?node=%2FSecret%2Fshop%2Fkeys&tab=diff",
        "?node=%2FSecret%2Fshop%2Fkeys&tab=manifest",
    ] {
        let page = admin.page(&format!("/applications/argocd/shop{query}")).await;
        assert!(!page.contains("hunter2") && !page.contains("aHVudGVyMg"), "{query}: {page}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_huge_is_bounded_and_told() {
    let stage = Stage::simulated().await;
    let words: String = (0..470_000).map(|number| format!("line {number}\n")).collect();
    assert!(words.len() > 5 << 20);
    stage.commit("shop", &[config_map("settings", &words)]);
    stage.application("shop", crate::stage::manual()).await;
    let admin = stage.signed_in("admin").await;
    admin.page("/applications").await;
    for query in ["?panel=diff", "?panel=diff&side=1", "?node=%2FConfigMap%2Fshop%2Fsettings&tab=diff"] {
        let page = admin.page(&format!("/applications/argocd/shop{query}")).await;
        assert!(page.len() < 3 << 20, "{query}: {}", page.len());
        assert!(page.contains("more") || page.contains("too"), "{query}: that something is left out is told");
    }

    let resources: Vec<_> = (0..20_000)
        .map(|number| json!({"kind": "ConfigMap", "version": "v1", "namespace": "big", "name": format!("c{number:05}"), "status": if number % 2 == 0 { "Synced" } else { "OutOfSync" }}))
        .collect();
    let annotations = json!({"argocd.argoproj.io/skip-reconcile": "true"});
    stage
        .create(json!({
            "apiVersion": "argoproj.io/v1alpha1", "kind": "Application",
            "metadata": {"name": "big", "namespace": "argocd", "annotations": annotations},
            "spec": {"project": "default", "source": {"repoURL": crate::stage::REPOSITORY, "path": "big"},
                "destination": {"server": "https://kubernetes.default.svc", "namespace": "big"}},
            "status": {"resources": resources, "sync": {"status": "OutOfSync"}},
        }))
        .await;
    admin.until("/applications/argocd/big", 200).await;
    for query in ["", "?group=nothing", "?view=list", "?panel=sync", "?view=network", "?view=pods"] {
        let page = admin.page(&format!("/applications/argocd/big{query}")).await;
        assert!(page.len() < 4 << 20, "{query}: {}", page.len());
    }
    let all = admin.page("/applications/argocd/big?group=nothing").await;
    assert!(all.contains("resources are not drawn, for there are too many"));
    assert!(admin.page("/applications/argocd/big?view=list").await.contains("resources are not listed"));
}

#[tokio::test(start_paused = true)]
async fn of_two_who_sync_at_once_one_is_told_of_the_other() {
    let stage = Stage::simulated().await;
    // Something that never gets well, so that the first operation goes on.
    let mut never = crate::stage::deployment("never", "shop/web:1", 1);
    never["spec"]["template"]["spec"]["nodeSelector"] = json!({"no": "where"});
    let mut later = config_map("later", "a");
    later["metadata"]["annotations"] = json!({"argocd.argoproj.io/sync-wave": "1"});
    stage.commit("shop", &[never, later]);
    stage.application("shop", crate::stage::manual()).await;
    stage.until_app("shop", "OutOfSync", "Missing").await;
    let admin = stage.signed_in("admin").await;
    admin.page("/applications/argocd/shop").await;
    let path = "/applications/argocd/shop/sync";
    let (one, other) = tokio::join!(admin.send(path, ""), admin.send(path, ""));
    let mut statuses = [one.status.as_u16(), other.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409], "{} {}", one.text, other.text);
    let third = admin.send("/applications/argocd/shop/rollback", "id=0").await;
    assert!(third.status == 409 || third.status == 400, "{}", third.text);
    assert_eq!(admin.send("/applications/argocd/shop/terminate", "").await.status, 200);
}
