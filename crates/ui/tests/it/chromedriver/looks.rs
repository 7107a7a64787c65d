//! How it looks: wide and on a phone, light and dark. With `UI_PICTURES` set to a folder the pictures are kept.

use super::story::sign_in;
use crate::stage::{Stage, automated, canary, config_map, deployment, manual, service};
use browser::{Browser, check};
use serde_json::json;
use std::path::PathBuf;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pages_hold_together_wide_and_narrow_light_and_dark() {
    let Some(browser) = Browser::start().await else { return };
    let stage = Stage::real().await;
    stage.commit(
        "shop",
        &[
            config_map("settings", "a"),
            deployment("web", "registry.example/shop/web:2.4.1", 3),
            service("web"),
            deployment("worker", "shop/worker:1", 14),
        ],
    );
    stage.commit("checkout", &[canary("checkout", "shop/checkout:1"), service("checkout")]);
    stage.commit("catalogue", &[config_map("catalogue", "x")]);
    stage.application("shop", manual()).await;
    stage.application("checkout", automated()).await;
    stage.application("catalogue", manual()).await;
    stage.application("payments-with-a-rather-long-name", manual()).await;
    stage.until_app("checkout", "Synced", "Healthy").await;
    let served = stage.serve().await;
    let admin = stage.signed_in("admin").await;
    assert_eq!(admin.send("/applications/argocd/shop/sync", "").await.status, 200);
    stage.until_app("shop", "Synced", "Healthy").await;
    let target = cluster::Target::new(object::Gvk::new("", "v1", "ConfigMap"), Some("shop"), "settings");
    stage.patch(target, json!({"data": {"value": "changed by hand", "more": "b"}})).await;
    stage.until_app("shop", "OutOfSync", "Healthy").await;
    sign_in(&browser, &served, "admin").await;
    let folder = std::env::var_os("UI_PICTURES").map(PathBuf::from);
    let shop = "/applications/argocd/shop";
    let pages = [
        ("list", "/applications".to_owned(), "4 applications"),
        ("tiles", "/applications?view=tiles".to_owned(), "4 applications"),
        ("tree", shop.to_owned(), "is not as the source says"),
        ("diff", format!("{shop}?panel=diff&side=1"), "changed by hand"),
        ("inline", format!("{shop}?panel=diff"), "changed by hand"),
        ("resource", format!("{shop}?node=apps%2FDeployment%2Fshop%2Fweb"), "registry.example"),
        ("sync", format!("{shop}?panel=sync"), "Dry run"),
        ("history", format!("{shop}?panel=history"), "no. 0"),
        ("details", format!("{shop}?panel=details"), "Automated sync"),
        ("delete", format!("{shop}?panel=delete"), "Type its name"),
        ("resources", format!("{shop}?view=list"), "settings"),
        ("pods", format!("{shop}?view=pods"), "pods"),
        ("network", format!("{shop}?view=network"), "Service"),
        ("one-timeline", format!("{shop}?view=timeline"), "deployed"),
        ("rollout", "/applications/argocd/checkout".to_owned(), "Rollout checkout"),
        ("timeline", "/timeline".to_owned(), "What happened"),
        ("settings", "/settings/projects".to_owned(), "Projects"),
        ("user", "/user-info".to_owned(), "What you may do"),
        ("new", "/applications/new".to_owned(), "New application"),
    ];
    for (size, width, height, is_phone) in [("wide", 1400, 900, false), ("phone", 390, 844, true)] {
        let metrics = json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": is_phone});
        browser.chrome("Emulation.setDeviceMetricsOverride", metrics).await;
        for theme in ["light", "dark"] {
            let media = json!({"features": [{"name": "prefers-color-scheme", "value": theme}]});
            browser.chrome("Emulation.setEmulatedMedia", media).await;
            for (name, path, said) in &pages {
                browser.open(&format!("{}{path}", served.url)).await;
                browser.until(&format!("return document.body.textContent.includes({})", json!(said))).await;
                if let Some(folder) = &folder {
                    browser.picture(&folder.join(format!("{name}-{size}-{theme}.png"))).await;
                }
                check(&browser, &format!("{name} {size} {theme}")).await;
            }
        }
    }
}
