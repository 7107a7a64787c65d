//! One day of somebody who looks after two applications.

use super::people::{APPLICATION, CONFIG_MAP, Desk, PASSWORD, ROLLOUT};
use serde_json::{Value, json};
use std::process::Command;

const NODE: &str = "document.querySelector(\"[id='node-/ConfigMap/shop/settings']\")";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_applications_and_a_rollout_are_looked_after() {
    let Some(desk) = Desk::start().await else { return };
    let password = desk.password().await;
    desk.sign_in("admin", &password).await;
    desk.browser.until("return document.querySelectorAll('.row.app').length === 2").await;
    desk.look("list").await;
    synced_and_repaired(&desk).await;
    promoted(&desk).await;
    rolled_back(&desk).await;
    refused(&desk, &password).await;
}

async fn synced_and_repaired(desk: &Desk) {
    let browser = &desk.browser;
    browser.click("[id='app-argocd-shop'] .name a").await;
    browser.until_said("it waits for somebody to sync it").await;
    browser.click(".sentence .first").await;
    browser.click("#drawer .buttons .first").await;
    browser.until("return !!document.querySelector('#result')").await;
    desk.until_app("shop", "Synced", "Healthy").await;
    browser.until_said("Everything is as its source says, and well.").await;
    browser.until("return document.querySelectorAll(\"[id^='node-/Pod/']\").length === 2").await;
    browser.until("return document.querySelector('#result').innerText.includes('Succeeded')").await;
    desk.look("synced").await;

    // Somebody changes the cluster: the open page says so by itself.
    browser.run("window.kept = true; return true").await;
    changed_by_hand(desk).await;
    browser.until(&format!("return {NODE}.getAttribute('aria-label').includes('OutOfSync')")).await;
    browser.until_said("ConfigMap settings is not as the source says").await;
    desk.click_found("document.querySelector('#close')").await;
    browser.until("return document.querySelector('#drawer').hidden").await;
    browser.press("d").await;
    browser.until("return document.querySelector('#drawer').innerText.includes('by hand')").await;
    desk.look("diff-inline").await;
    desk.click_found("[...document.querySelectorAll('.switch a')].find((it) => it.innerText === 'Side by side')").await;
    browser.until("return !!document.querySelector('table.diff.side')").await;
    desk.look("diff-side").await;
    assert_eq!(browser.run("return window.kept").await, true, "the page was not loaded anew");
    browser.press("s").await;
    browser.until("return !!document.querySelector('#drawer form.panel')").await;
    browser.click("#drawer .buttons .first").await;
    browser.until("return !!document.querySelector('#result')").await;
    desk.until(CONFIG_MAP, ("shop", "settings"), "repaired", |own| own["data"]["value"] == "first").await;
    browser.until_said("Everything is as its source says, and well.").await;
}

/// With kubectl, as people do; where there is none, with a client of our own.
async fn changed_by_hand(desk: &Desk) {
    let kubeconfig = desk.stage.folder.path().join(".capstan/kubeconfig");
    let mut kubectl = Command::new("kubectl");
    kubectl.arg("--kubeconfig").arg(kubeconfig).args([
        "-n",
        "shop",
        "patch",
        "configmap",
        "settings",
        "--type=merge",
        "-p",
    ]);
    let patched = kubectl.arg("{\"data\":{\"value\":\"by hand\"}}").output();
    if !patched.is_ok_and(|output| output.status.success()) {
        desk.patch(CONFIG_MAP, ("shop", "settings"), json!({"data": {"value": "by hand"}})).await;
    }
    desk.until(CONFIG_MAP, ("shop", "settings"), "changed", |own| own["data"]["value"] == "by hand").await;
}

/// Asks for a refresh by the page that is open.
async fn refresh(desk: &Desk) {
    desk.click_found("document.querySelector('#head .buttons [data-key=r] button')").await;
}

async fn promoted(desk: &Desk) {
    let browser = &desk.browser;
    desk.commit("2026-01-02", "first", 2);
    desk.open("/applications/argocd/checkout").await;
    refresh(desk).await;
    let at_step =
        |step: i64| move |own: &Value| own["status"]["currentStepIndex"] == step && own["status"]["phase"] == "Paused";
    desk.until(ROLLOUT, ("checkout", "checkout"), "paused", at_step(1)).await;
    let width = "return document.querySelector('.rollouts rect.canary')?.getAttribute('width')";
    browser.until(&format!("{width} === '250'")).await;
    desk.look("canary").await;
    browser.run("window.kept = document.querySelector('.rollouts rect.canary'); return true").await;
    browser.click(".rollouts .button").await;
    browser.click("#act-skip-current-step").await;
    desk.until(ROLLOUT, ("checkout", "checkout"), "at its second pause", at_step(3)).await;
    browser.until(&format!("{width} === '500'")).await;
    assert_eq!(browser.run("return window.kept === document.querySelector('.rollouts rect.canary')").await, true);
    browser.click(".rollouts a").await;
    browser.until_said("Waits for you").await;
    desk.look("rollout").await;
    browser.click("#promote").await;
    desk.until(ROLLOUT, ("checkout", "checkout"), "promoted", |own| own["status"]["phase"] == "Healthy").await;
    browser.until_said("All 4 pods run revision 2.").await;
    desk.look("rollout-done").await;
}

async fn rolled_back(desk: &Desk) {
    let browser = &desk.browser;
    desk.commit("2026-01-03", "second", 2);
    desk.open("/applications/argocd/shop").await;
    refresh(desk).await;
    browser.until_said("ConfigMap settings is not as the source says").await;
    browser.click(".sentence .first").await;
    browser.click("#drawer .buttons .first").await;
    browser.until("return !!document.querySelector('#result')").await;
    desk.until(CONFIG_MAP, ("shop", "settings"), "second", |own| own["data"]["value"] == "second").await;
    desk.until_app("shop", "Synced", "Healthy").await;
    desk.click_found(
        "[...document.querySelectorAll('#head .buttons a')].find((it) => it.innerText.startsWith('History'))",
    )
    .await;
    browser.until("return document.querySelectorAll('.history .asks').length > 0").await;
    desk.look("history").await;
    browser.click(".history li:last-child .asks summary").await;
    browser.click(".history li:last-child .asks button").await;
    desk.until(CONFIG_MAP, ("shop", "settings"), "first again", |own| own["data"]["value"] == "first").await;
    desk.until_app("shop", "OutOfSync", "Healthy").await;
}

/// The reader's password is set on the page, by the admin.
async fn refused(desk: &Desk, password: &str) {
    let browser = &desk.browser;
    for (name, data) in [
        ("argocd-cm", json!({"accounts.reader": "login"})),
        ("argocd-rbac-cm", json!({"policy.csv": "g, reader, role:readonly\n"})),
    ] {
        let metadata = json!({"name": name, "namespace": "argocd"});
        let made = json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": data});
        desk.stage.create(&made).await;
    }
    let form = "[...document.querySelectorAll('li.setting')].find((it) => it.innerText.startsWith('reader'))?.querySelector('form[action$=password]')";
    loop {
        desk.open("/settings/accounts").await;
        if browser.run(&format!("return !!({form})")).await == true {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    }
    desk.click_found(&format!("({form}).closest('details').querySelector('summary')")).await;
    for (field, value) in [("current", password), ("new", PASSWORD), ("again", PASSWORD)] {
        let set = format!("({form}).elements['{field}'].value = {}; return true", json!(value));
        browser.run(&set).await;
    }
    desk.look("accounts").await;
    desk.click_found(&format!("({form}).querySelector('button')")).await;
    browser.until("return document.querySelector('#told').innerText.includes('reader has another password')").await;
    browser.click("#account summary").await;
    browser.click("#account form button").await;
    browser.until("return location.pathname === '/login'").await;
    desk.sign_in("reader", PASSWORD).await;
    desk.open("/applications/argocd/shop?panel=sync").await;
    browser.until_said("Your role lets you look, not do this.").await;
    desk.look("refused").await;
    let before = desk.get(APPLICATION, "argocd", "shop").await["status"]["operationState"]["startedAt"].clone();
    browser.run("const it = document.querySelector('#drawer .buttons button'); it.disabled = false; it.click(); return true").await;
    browser.until("return document.querySelector('#told').innerText.includes('You may not sync')").await;
    let after = desk.get(APPLICATION, "argocd", "shop").await;
    assert!(after["operation"].is_null() && after["status"]["operationState"]["startedAt"] == before);
    let complaints = browser.complaints().await;
    assert!(complaints.iter().all(|own| own.contains("403")), "{complaints:?}");
}
