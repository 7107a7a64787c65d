//! What people do, clicked in a browser, and its effect read back from the cluster.

use crate::stage::{PASSWORD, Served, Stage, automated, canary, config_map, deployment, manual, service};
use browser::{Browser, check};
use cluster::Target;
use object::Gvk;
use serde_json::{Value, json};

/// Signs in.
pub async fn sign_in(browser: &Browser, served: &Served, name: &str) {
    browser.open(&served.url).await;
    browser.until_said("Sign in").await;
    browser.fill("#username", name).await;
    browser.fill("#password", PASSWORD).await;
    browser.click(".sign-in button").await;
    browser.until("return location.pathname === '/applications'").await;
}

const ROLLOUT: (&str, &str) = ("argoproj.io/v1alpha1", "Rollout");

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_applications_are_looked_at_and_acted_on() {
    let Some(browser) = Browser::start().await else { return };
    let stage = Stage::real().await;
    stage.commit("shop", &[config_map("settings", "first"), deployment("web", "shop/web:1", 2), service("web")]);
    stage.commit("checkout", &[canary("checkout", "shop/checkout:1")]);
    stage.application("shop", manual()).await;
    stage.application("checkout", automated()).await;
    stage.until_app("checkout", "Synced", "Healthy").await;
    stage.until_app("shop", "OutOfSync", "Missing").await;
    let served = stage.serve().await;

    sign_in(&browser, &served, "admin").await;
    browser.until("return document.querySelectorAll('.row.app').length === 2").await;
    check(&browser, "list").await;

    // Sync by the panel, and follow it.
    browser.click("[id='app-argocd-shop'] .name a").await;
    browser.until_said("it waits for somebody to sync it").await;
    browser.click(".sentence .first").await;
    browser.until("return !!document.querySelector('#drawer form.panel')").await;
    check(&browser, "sync panel").await;
    browser.click("#drawer .buttons .first").await;
    browser.until("return !!document.querySelector('#result')").await;
    stage.until_app("shop", "Synced", "Healthy").await;
    browser.until_said("Everything is as its source says, and well.").await;
    browser.until("return document.querySelectorAll(\"[id^='node-/Pod/']\").length === 2").await;
    browser.until("return document.querySelector('#result').innerText.includes('Succeeded')").await;
    check(&browser, "synced").await;

    // Somebody changes the cluster: the open page says so by itself.
    browser.run("window.kept = true; return true").await;
    let target = Target::new(Gvk::new("", "v1", "ConfigMap"), Some("shop"), "settings");
    stage.patch(target, json!({"data": {"value": "by hand"}})).await;
    browser.until("return document.querySelector(\"[id='node-/ConfigMap/shop/settings']\").getAttribute('aria-label').includes('OutOfSync')").await;
    browser.until_said("ConfigMap settings is not as the source says").await;

    // The difference, inline and side by side.
    browser.run("document.querySelector('#close').click(); return true").await;
    browser.until("return document.querySelector('#drawer').hidden").await;
    browser.press("d").await;
    browser.until("return document.querySelector('#drawer').innerText.includes('by hand')").await;
    browser.run("[...document.querySelectorAll('.switch a')].find((it) => it.innerText === 'Side by side').click(); return true").await;
    browser.until("return !!document.querySelector('table.diff.side')").await;
    check(&browser, "difference").await;
    assert_eq!(browser.run("return window.kept").await, true, "the page was not loaded anew");
    browser.press("s").await;
    browser.until("return !!document.querySelector('#drawer form.panel')").await;
    browser.click("#drawer .buttons .first").await;
    browser.until("return !!document.querySelector('#result')").await;
    let is_first = |own: &Value| own["data"]["value"] == "first";
    stage.until(("v1", "ConfigMap"), "shop", "settings", "repaired", is_first).await;
    browser.until_said("Everything is as its source says, and well.").await;

    // A new revision, and back.
    stage.commit("shop", &[config_map("settings", "second"), deployment("web", "shop/web:1", 2), service("web")]);
    browser.run("[...document.querySelectorAll('#head .buttons button')].find((it) => it.innerText === 'Refresh').click(); return true").await;
    browser.until_said("ConfigMap settings is not as the source says").await;
    browser.click(".sentence .first").await;
    browser.until("return !!document.querySelector('#drawer form.panel')").await;
    browser.click("#drawer .buttons .first").await;
    browser.until("return !!document.querySelector('#result')").await;
    stage.until(("v1", "ConfigMap"), "shop", "settings", "second", |own| own["data"]["value"] == "second").await;
    stage.until_app("shop", "Synced", "Healthy").await;
    browser.run("[...document.querySelectorAll('#head .buttons a')].find((it) => it.innerText.startsWith('History')).click(); return true").await;
    browser.until("return document.querySelectorAll('.history .asks').length > 0").await;
    browser.click(".history li:last-child .asks summary").await;
    browser.click(".history li:last-child .asks button").await;
    stage.until(("v1", "ConfigMap"), "shop", "settings", "first again", is_first).await;
    stage.until_app("shop", "OutOfSync", "Healthy").await;
    check(&browser, "rolled back").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_paused_canary_is_promoted_and_the_bar_moves() {
    let Some(browser) = Browser::start().await else { return };
    let stage = Stage::real().await;
    stage.commit("checkout", &[canary("checkout", "shop/checkout:1")]);
    stage.application("checkout", automated()).await;
    stage.until_app("checkout", "Synced", "Healthy").await;
    stage.commit("checkout", &[canary("checkout", "shop/checkout:2")]);
    stage
        .patch(
            Target::new(Gvk::from_api_version(ROLLOUT.0, "Application"), Some("argocd"), "checkout"),
            json!({"metadata": {"annotations": {"argocd.argoproj.io/refresh": "normal"}}}),
        )
        .await;
    let at_step =
        |step: i64| move |own: &Value| own["status"]["currentStepIndex"] == step && own["status"]["phase"] == "Paused";
    stage.until(ROLLOUT, "checkout", "checkout", "paused", at_step(1)).await;
    let served = stage.serve().await;
    sign_in(&browser, &served, "admin").await;
    browser.click("[id='app-argocd-checkout'] .name a").await;
    let width = "return document.querySelector('.rollouts rect.canary')?.getAttribute('width')";
    browser.until(&format!("{width} === '250'")).await;
    browser.run("window.kept = document.querySelector('.rollouts rect.canary'); return true").await;
    browser.click(".rollouts .button").await;
    browser.click("#act-skip-current-step").await;
    stage.until(ROLLOUT, "checkout", "checkout", "at its second pause", at_step(3)).await;
    browser.until(&format!("{width} === '500'")).await;
    assert_eq!(browser.run("return window.kept === document.querySelector('.rollouts rect.canary')").await, true);
    check(&browser, "a canary").await;
    // The same on the Rollouts pages.
    browser.click(".rollouts a").await;
    browser.until_said("Waits for you").await;
    browser.click("#promote").await;
    stage.until(ROLLOUT, "checkout", "checkout", "promoted", |own| own["status"]["phase"] == "Healthy").await;
    browser.until_said("All 4 pods run revision 2.").await;
    check(&browser, "promoted").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reader_is_refused_and_an_ended_session_asks_again() {
    let Some(browser) = Browser::start().await else { return };
    let stage = Stage::real().await;
    stage.commit("shop", &[config_map("settings", "first")]);
    stage.application("shop", manual()).await;
    stage.until_app("shop", "OutOfSync", "Missing").await;
    let served = stage.serve().await;
    browser.open(&served.url).await;
    browser.fill("#username", "admin").await;
    browser.fill("#password", "wrong").await;
    browser.click(".sign-in button").await;
    browser.until_said("Invalid username or password").await;
    sign_in(&browser, &served, "reader").await;
    browser.open(&format!("{}/applications/argocd/shop?panel=sync", served.url)).await;
    browser.until_said("Your role lets you look, not do this.").await;
    browser.run("const it = document.querySelector('#drawer .buttons button'); it.disabled = false; it.click(); return true").await;
    browser.until("return document.querySelector('#told').innerText.includes('You may not sync')").await;
    assert!(stage.app("shop").await["operation"].is_null());
    stage.sessions.lock().expect("no panic").clear();
    browser.run("const it = document.querySelector('#drawer .buttons button'); it.disabled = false; it.click(); return true").await;
    browser.until("return location.pathname === '/login'").await;
    let complaints = browser.complaints().await;
    assert!(complaints.iter().all(|own| own.contains("401") || own.contains("403")), "{complaints:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stream_that_breaks_is_said_and_resumes() {
    let Some(browser) = Browser::start().await else { return };
    let stage = Stage::real().await;
    stage.commit("shop", &[config_map("settings", "first")]);
    stage.application("shop", automated()).await;
    stage.until_app("shop", "Synced", "Healthy").await;
    let served = stage.serve().await;
    sign_in(&browser, &served, "admin").await;
    browser.open(&format!("{}/applications/argocd/shop", served.url)).await;
    browser.until_said("Everything is as its source says, and well.").await;
    browser.run("window.kept = true; return true").await;
    let address = served.url.strip_prefix("http://").expect("an address").to_owned();
    drop(served);
    browser.until("return document.querySelector('#connection').innerText.includes('Connection lost')").await;
    // What happens meanwhile is seen once the server is back.
    stage.commit("shop", &[config_map("settings", "first"), config_map("more", "x")]);
    stage
        .patch(
            Target::new(Gvk::from_api_version(ROLLOUT.0, "Application"), Some("argocd"), "shop"),
            json!({"metadata": {"annotations": {"argocd.argoproj.io/refresh": "normal"}}}),
        )
        .await;
    stage.until(("v1", "ConfigMap"), "shop", "more", "made", |own| own.is_object()).await;
    let _served = stage.serve_on(&address).await;
    browser.until("return !!document.querySelector(\"[id='node-/ConfigMap/shop/more']\")").await;
    browser.until("return document.querySelector('#connection').hidden").await;
    assert_eq!(browser.run("return window.kept").await, true, "the page was not loaded anew");
}
