//! Everything by keyboard.

use super::buttons::served;
use crate::stage::{Stage, canary};
use browser::Browser;

/// Keys of the protocol.
const ENTER: &str = "\u{e007}";
const ESCAPE: &str = "\u{e00c}";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rollout_is_found_opened_and_promoted_by_keyboard() {
    let Some(browser) = Browser::start().await else { return };
    let stage = Stage::real().await;
    stage.create(canary("first")).await;
    stage.paused_canary("second").await;
    let served = served(&stage).await;
    browser.open(&served.url()).await;
    browser.until("return document.querySelectorAll('.row').length === 2").await;
    browser.press("/").await;
    browser.until("return document.activeElement.name === 'q'").await;
    browser.press("second").await;
    browser.until("return document.querySelectorAll('.row').length === 1").await;
    browser.press(ESCAPE).await;
    browser.press("j").await;
    browser.until("return document.activeElement.textContent === 'second'").await;
    browser.press(ENTER).await;
    browser.until_said("Waits for you").await;
    browser.press("?").await;
    browser.until("return document.getElementById('help').open").await;
    browser.press(ESCAPE).await;
    browser.until("return !document.getElementById('help').open").await;
    browser.press("p").await;
    browser.until("return document.activeElement.id === 'promote'").await;
    browser.press(ENTER).await;
    stage.until("second", "at its second pause", |it| it["status"]["currentStepIndex"] == 3).await;
    browser.press(ESCAPE).await;
    browser.until("return location.pathname === '/rollouts/'").await;
}
