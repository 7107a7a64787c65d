//! Every button is clicked, and its effect read back from the cluster and from the page.

use crate::stage::{NAMESPACE, Stage, canary};
use browser::Browser;
use browser::check;
use dashboard::{Bound, Dashboard, Options};
use serde_json::{Value, json};

/// The dashboard of a stage.
pub async fn served(stage: &Stage) -> Dashboard {
    let address = "127.0.0.1:0".parse().expect("an address");
    let bound = Bound::take(address, Options::new(NAMESPACE)).await.expect("a free port");
    bound.serve(stage.client.clone(), &stage.clock).expect("it is served")
}

/// How wide the canary's part of the bar is, of a thousand.
const WIDTH: &str = "return document.querySelector('.weights .bar rect.canary').getAttribute('width')";

async fn index(stage: &Stage) -> Value {
    stage.rollout("web").await["status"]["currentStepIndex"].clone()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_button_is_clicked_and_the_page_follows() {
    let Some(browser) = Browser::start().await else { return };
    let stage = Stage::real().await;
    stage.create(canary("web")).await;
    stage.until_phase("web", "Healthy").await;
    let served = served(&stage).await;

    browser.open(&served.url()).await;
    browser.until_said("All is well with 1 rollout.").await;
    browser.click(".row .name a").await;
    browser.until_said("All 4 pods run revision 1.").await;

    browser.fill("#image-web", "shop/web:2").await;
    browser.click("form.image button").await;
    stage.until_phase("web", "Paused").await;
    browser.until_said("Waits for you: promote it to go on").await;
    browser.until(&format!("{WIDTH} === '250'")).await;
    // The page was not loaded anew: what is set now must still be there at the end.
    browser.run("window.kept = document.querySelector('.weights .bar rect.canary'); return true").await;

    browser.click("#promote").await;
    browser.until(&format!("{WIDTH} === '500'")).await;
    browser.until_said("Paused").await;
    stage.until_phase("web", "Paused").await;
    assert_eq!(index(&stage).await, 3);

    browser.click("#pause").await;
    stage.until("web", "held", |it| it["spec"]["paused"] == true).await;
    browser.click("#resume").await;
    stage.until("web", "not held", |it| it["spec"]["paused"] != true).await;

    browser.click("#abort summary").await;
    assert_ne!(stage.rollout("web").await["status"]["abort"], true, "a second click is asked for");
    browser.click("#abort button").await;
    stage.until_phase("web", "Degraded").await;
    browser.until_said("Degraded").await;

    browser.click("#retry").await;
    stage.until_phase("web", "Paused").await;
    browser.until_said("Waits for you").await;

    browser.click("#promote-full summary").await;
    browser.click("#promote-full button").await;
    stage.until_phase("web", "Healthy").await;
    browser.until_said("All 4 pods run revision 2.").await;
    browser.until(&format!("return window.kept === document.querySelector('.weights .bar rect.canary') && ({{f() {{ {WIDTH} }}}}).f() === '0'")).await;

    browser.until("return !!document.querySelector('[id=\"undo-1\"]')").await;
    browser.run("const it = document.querySelector('#earlier'); if (it) it.open = true; return true").await;
    browser.click("#undo-1 summary").await;
    browser.click("#undo-1 button").await;
    stage.until_phase("web", "Paused").await;
    let image = stage.rollout("web").await["spec"]["template"]["spec"]["containers"][0]["image"].clone();
    assert_eq!(image, "shop/web:1");
    browser.until_said("Waits for you").await;

    browser.click("#restart summary").await;
    browser.click("#restart button").await;
    stage.until("web", "restarted", |it| it["spec"]["restartAt"].is_string()).await;
    browser.until_said("restarted ").await;
    check(&browser, "after every button").await;

    stage.delete("web").await;
    browser.until_said("It has been deleted").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_list_follows_and_a_refusal_is_told() {
    let Some(browser) = Browser::start().await else { return };
    let stage = Stage::real().await;
    let served = served(&stage).await;
    browser.open(&served.url()).await;
    browser.until_said("There are no rollouts yet").await;
    stage.paused_canary("web").await;
    browser.until_said("1 of 1 rollout waits for somebody.").await;
    browser.fill(".search input", "nothing-like-it").await;
    browser.until_said("Nothing matches.").await;
    browser.fill(".search input", "web").await;
    browser.until("return document.querySelectorAll('.row').length === 1").await;
    browser.until("return location.search === '?q=web'").await;
    browser.click(".chip:nth-child(4)").await;
    browser
        .until("return location.search.includes('status=Healthy') && document.querySelectorAll('.row').length === 0")
        .await;
    browser.click(".chip:nth-child(4)").await;
    browser.click(".row .name a").await;
    browser.until_said("Waits for you").await;
    browser.run("document.querySelector('form.image input[name=container]').value = 'none'; return true").await;
    browser.click("form.image button").await;
    browser.until_said("unable to find container named \"none\"").await;
    let complaints = browser.complaints().await;
    assert!(complaints.iter().all(|it| it.contains("400")), "{complaints:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_hostile_in_a_cluster_does_nothing() {
    let Some(browser) = Browser::start().await else { return };
    let stage = Stage::real().await;
    let mut rollout = canary("web");
    let image = "\"><script>window.harmed=1<img src=x onerror=window.harmed=1>";
    rollout["spec"]["template"]["spec"]["containers"][0]["image"] = json!(image);
    stage.create(rollout).await;
    stage.until_phase("web", "Healthy").await;
    let served = served(&stage).await;
    for path in ["", "rollout/shop/web"] {
        browser.open(&format!("{}{path}", served.url())).await;
        browser.until_said("onerror=window.harmed").await;
        browser.until("return !document.getElementById('connection').textContent").await;
        // Once more, by way of the event stream.
        stage
            .patch("web", cluster::Part::Whole, json!({"metadata": {"labels": {"at": format!("p{}", path.len())}}}))
            .await;
        assert_eq!(
            browser.run("return window.harmed === undefined && !document.querySelector('main img, main script')").await,
            true
        );
        check(&browser, path).await;
    }
}
