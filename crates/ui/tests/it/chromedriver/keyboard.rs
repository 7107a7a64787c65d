//! The pages without a mouse and without eyes: everything that can be used has a name, focus is seen, dialogs hold it.

use super::story::sign_in;
use crate::stage::{Stage, automated, canary, config_map, deployment, manual, service};
use browser::Browser;
use serde_json::{Value, json};

/// What people use, as screen readers call it.
const USED: [&str; 12] = [
    "button",
    "link",
    "textbox",
    "searchbox",
    "checkbox",
    "radio",
    "combobox",
    "DisclosureTriangle",
    "switch",
    "slider",
    "menuitem",
    "tab",
];

/// What the browser itself tells screen readers must have a name.
async fn named(browser: &Browser, where_: &str) {
    let tree = browser.chrome("Accessibility.getFullAXTree", json!({})).await;
    let nodes = tree["nodes"].as_array().expect("a tree");
    let is_used = |node: &&Value| {
        node["ignored"] != true && node["role"]["value"].as_str().is_some_and(|role| USED.contains(&role))
    };
    let used: Vec<&Value> = nodes.iter().filter(is_used).collect();
    assert!(used.len() > 5, "{where_}: {}", used.len());
    let nameless = |node: &&&Value| node["name"]["value"].as_str().is_none_or(|name| name.trim().is_empty());
    let nameless: Vec<_> = used.iter().filter(nameless).collect();
    assert!(nameless.is_empty(), "{where_}: {nameless:#?}");
}

/// Walks through the page by the tab key; whoever has focus is seen to have it.
async fn walked(browser: &Browser, where_: &str) {
    const STEPS: usize = 25;
    browser.run("document.activeElement.blur(); return true").await;
    let mut seen = std::collections::BTreeSet::new();
    for _ in 0..STEPS {
        browser.press("\u{e004}").await;
        let state = browser
            .run(
                "const it = document.activeElement; if (it === document.body) return ['body', true, '']; \
                 const style = getComputedStyle(it); const box = it.querySelector?.('rect.box'); \
                 const is = (s) => (s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) > 0) || s.boxShadow !== 'none'; \
                 const wide = box && parseFloat(getComputedStyle(box).strokeWidth) >= 2; \
                 return [it.outerHTML.slice(0, 200), is(style) || !!wide, it.outerHTML]",
            )
            .await;
        assert_eq!(state[1], true, "{where_}: focus is not seen on {}", state[0]);
        seen.insert(state[2].as_str().unwrap_or_default().to_owned());
    }
    assert!(seen.len() > 8, "{where_}: focus goes on: {}", seen.len());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everything_is_named_and_reached_by_keys() {
    let Some(browser) = Browser::start().await else { return };
    let stage = Stage::real().await;
    stage.commit("shop", &[config_map("settings", "a"), deployment("web", "shop/web:1", 2), service("web")]);
    stage.commit("checkout", &[canary("checkout", "shop/checkout:1")]);
    stage.application("shop", manual()).await;
    stage.application("checkout", automated()).await;
    stage.until_app("checkout", "Synced", "Healthy").await;
    stage.until_app("shop", "OutOfSync", "Missing").await;
    let served = stage.serve().await;
    sign_in(&browser, &served, "admin").await;
    let shop = "/applications/argocd/shop";
    for path in [
        "/applications".to_owned(),
        "/applications?view=tiles".to_owned(),
        "/applications/new".to_owned(),
        shop.to_owned(),
        format!("{shop}?panel=sync"),
        format!("{shop}?panel=details"),
        format!("{shop}?panel=delete"),
        format!("{shop}?view=list&group=kind"),
        "/applications/argocd/checkout?node=argoproj.io%2FRollout%2Fcheckout%2Fcheckout".to_owned(),
        "/timeline".to_owned(),
        "/settings/repositories".to_owned(),
        "/settings/projects".to_owned(),
        "/settings/certificates".to_owned(),
        "/user-info".to_owned(),
    ] {
        browser.open(&format!("{}{path}", served.url)).await;
        // What is folded away is opened, to be looked at too.
        browser.run("for (const it of document.querySelectorAll('details')) it.open = true; return true").await;
        named(&browser, &path).await;
        walked(&browser, &path).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn dialogs_hold_focus_and_escape_closes_what_is_open() {
    let Some(browser) = Browser::start().await else { return };
    let stage = Stage::real().await;
    stage.commit("shop", &[config_map("settings", "a"), deployment("web", "shop/web:1", 2)]);
    stage.application("shop", manual()).await;
    stage.until_app("shop", "OutOfSync", "Missing").await;
    let served = stage.serve().await;
    sign_in(&browser, &served, "admin").await;
    browser.until("return document.querySelectorAll('.row.app').length === 1").await;
    browser.press("?").await;
    browser.until("return document.querySelector('#help').open").await;
    for _ in 0..6 {
        browser.press("\u{e004}").await;
        // The browser's own bar is outside of the page; nothing else of the page is reached.
        let is_inside = "const it = document.activeElement; return it === document.body || !!it.closest('#help')";
        assert_eq!(browser.run(is_inside).await, true);
    }
    browser.press("\u{e00c}").await;
    browser.until("return !document.querySelector('#help').open").await;
    // `j` and enter open an application, arrows walk its tree, escape goes back step by step.
    browser.press("j").await;
    browser.press("\u{e007}").await;
    browser.until("return location.pathname === '/applications/argocd/shop'").await;
    browser.until("return document.querySelectorAll('.graph .node').length > 2").await;
    browser.run("document.querySelector('.graph .node').focus(); return true").await;
    browser.press("\u{e014}").await;
    browser
        .until("return document.activeElement.id.startsWith('node-') && document.activeElement.id !== 'node-app'")
        .await;
    browser.press("\u{e007}").await;
    browser.until("return !document.querySelector('#drawer').hidden").await;
    browser.run("document.querySelector('#delete-resource summary')?.click(); return true").await;
    for _ in 0..3 {
        browser.press("\u{e00c}").await;
    }
    browser.until("return document.querySelector('#drawer')?.hidden ?? location.pathname === '/applications'").await;
    browser.press("\u{e00c}").await;
    browser.until("return location.pathname === '/applications'").await;
}
