//! Pages without any script: what they say, and that they hold together.

use crate::stage::{Stage, canary};
use serde_json::json;

async fn page(stage: &Stage, path: &str) -> String {
    let answer = stage.ask("GET", path, "").await;
    assert_eq!((answer.status.as_u16(), answer.header("content-type")), (200, "text/html; charset=utf-8"), "{path}");
    answer.text().await
}

#[tokio::test(start_paused = true)]
async fn the_list_says_whether_all_is_well() {
    let stage = Stage::simulated().await;
    assert!(page(&stage, "/rollouts/").await.contains("There are no rollouts yet"));
    stage.create(canary("well")).await;
    stage.until_phase("well", "Healthy").await;
    assert!(page(&stage, "/rollouts/").await.contains("All is well with 1 rollout."));
    stage.paused_canary("waiting").await;
    let list = page(&stage, "/rollouts/").await;
    assert!(list.contains("1 of 2 rollouts waits for somebody."));
    let at = |id: &str| list.find(&format!("id=\"row-shop-{id}\"")).expect("its line");
    assert!(at("waiting") < at("well"), "what needs somebody stands first");
    for (query, shown, hidden) in
        [("?q=wait", "waiting", "well"), ("?status=Healthy", "well", "waiting"), ("?q=shop%2Fweb:2", "waiting", "well")]
    {
        let list = page(&stage, &format!("/rollouts/{query}")).await;
        assert!(
            list.contains(&format!("row-shop-{shown}\"")) && !list.contains(&format!("row-shop-{hidden}\"")),
            "{query}"
        );
    }
    assert!(page(&stage, "/rollouts/?namespace=elsewhere").await.contains("Nothing matches."));
}

#[tokio::test(start_paused = true)]
async fn one_rollout_says_what_it_waits_for() {
    let stage = Stage::simulated().await;
    stage.paused_canary("web").await;
    let shown = page(&stage, "/rollouts/rollout/shop/web").await;
    for part in [
        "Waits for you: promote it to go on, or abort it to go back.",
        "<b>25 %</b> canary",
        "<b>75 %</b> stable",
        "aria-current=\"step\"",
        "waiting for you",
        "Undo to 1",
        "value=\"shop/web:2\"",
    ] {
        assert!(shown.contains(part), "{part}");
    }
    assert_eq!(shown.matches("<h1").count(), 1);
    assert!(!shown.contains("style=") && !shown.contains("onclick"), "nothing that the policy forbids");
    let missing = stage.ask("GET", "/rollouts/rollout/shop/none", "").await;
    assert_eq!(missing.status, 404);
    assert!(missing.text().await.contains("There is no such rollout"));
}

#[tokio::test(start_paused = true)]
async fn pods_that_do_not_start_are_named() {
    let stage = Stage::simulated().await;
    stage.create(canary("web")).await;
    stage.until_phase("web", "Healthy").await;
    let template = &mut canary("web")["spec"]["template"];
    template["metadata"]["annotations"] = json!({"embedded.capstan.dev/pod": "x"});
    template["spec"]["nodeSelector"] = json!({"no": "node"});
    stage.patch("web", cluster::Part::Whole, json!({"spec": {"template": template}})).await;
    stage.until("web", "with a pod that waits", |it| it["status"]["updatedReplicas"] == 1).await;
    let shown = page(&stage, "/rollouts/rollout/shop/web").await;
    assert!(shown.contains("Waiting for 1 of 1 pod of the canary, revision 2"), "{shown}");
}

#[tokio::test(start_paused = true)]
async fn a_failed_form_says_why_on_a_page() {
    let stage = Stage::simulated().await;
    stage.create(canary("web")).await;
    stage.until_phase("web", "Healthy").await;
    let answer = stage.press("web", "set-image", &[("container", "none"), ("image", "x")]).await;
    assert_eq!(answer.status, 400);
    assert!(answer.text().await.contains("unable to find container named &quot;none&quot;"));
    assert_eq!(stage.press("web", "dance", &[]).await.status, 404);
    assert_eq!(stage.press("web", "set-image", &[("image", "x")]).await.status, 400);
}
