//! What an ImageUpdater says of itself, and what is counted, while the controller runs.

use crate::stage::Stage;
use clock::Clock;
use cluster::Clusters;
use controller::{Environment, Leadership, Metrics, Shutdown, Silent, Views};
use imageupdates::ImageUpdates;
use object::Gvk;
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;

const KIND: &str = "argocd-image-updater.argoproj.io/v1alpha1";

async fn status(stage: &Stage) -> Value {
    let gvk = Gvk::from_api_version(KIND, "ImageUpdater");
    let found = stage.client.get(&gvk, Some("argocd"), "all").await.expect("read").expect("there");
    found.value()["status"].clone()
}

async fn until(stage: &Stage, holds: impl Fn(&Value) -> bool) -> Value {
    let come = tokio::time::timeout(Duration::from_secs(120), async {
        loop {
            let status = status(stage).await;
            if holds(&status) {
                return status;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    });
    come.await.expect("the status says so")
}

#[tokio::test]
async fn an_updater_tells_what_it_manages_and_what_came_of_it() {
    let stage = Stage::start().await;
    let shop = stage.image("shop");
    stage.commit(&[("a/values.yaml", &format!("image:\n  name: {shop}\n  tag: 1.0.0\n"))]);
    stage.push("shop", "1.1.0", "new");
    let none = stage.image("none");
    stage.application("web", "Helm", "a", &[&format!("{shop}:1.0.0"), &format!("{none}:1.0.0")], &[]).await;
    let images = json!([{"alias": "app", "imageName": shop}, {"alias": "gone", "imageName": none}]);
    let write_back = json!({"method": "git", "gitConfig": {"writeBackTarget": "helmvalues:values.yaml"}});
    stage
        .create(json!({"apiVersion": KIND, "kind": "ImageUpdater", "metadata": {"name": "all", "namespace": "argocd"},
            "spec": {"writeBackConfig": write_back, "applicationRefs": [{"namePattern": "web", "images": images}]}}))
        .await;
    let cache = applications::start_cache(stage.client.clone(), &applications::Settings::default());
    let environment = Environment {
        clock: Clock::system(),
        clusters: Clusters::home(stage.client.clone(), Some(cache)),
        leadership: Leadership::always(),
        events: Arc::new(Silent),
        metrics: Metrics::default(),
        views: Views::default(),
    };
    let shutdown = Shutdown::new();
    let controller = ImageUpdates::new(stage.updater.clone(), environment, shutdown.clone()).expect("a cache is there");
    let measured = controller.measured();
    let running = tokio::spawn(controller.run());
    let status = until(&stage, |status| status["recentUpdates"][0]["newVersion"] == "1.1.0").await;
    shutdown.begin();
    running.await.expect("it ends well");

    assert_eq!((&status["applicationsMatched"], &status["imagesManaged"]), (&json!(1), &json!(2)));
    assert_eq!(status["observedGeneration"], 1);
    assert!(status["lastCheckedAt"].is_string() && status["lastUpdatedAt"].is_string(), "{status}");
    let update = &status["recentUpdates"][0];
    assert_eq!(
        (&update["alias"], &update["image"], &update["applicationsUpdated"]),
        (&json!("app"), &json!(shop), &json!(1))
    );
    let condition = |kind: &str| {
        let all = status["conditions"].as_array().cloned().unwrap_or_default();
        all.into_iter().find(|condition| condition["type"] == kind).expect("a condition")
    };
    assert_eq!((&condition("Ready")["status"], &condition("Error")["status"]), (&json!("False"), &json!("True")));
    let message = condition("Error")["message"].as_str().expect("text").to_owned();
    assert!(message.starts_with(&format!("web: {none}: ")), "{message}");

    let text = measured.exposition();
    let of = "{image_updater_cr_name=\"all\",image_updater_cr_namespace=\"argocd\"}";
    let host = stage.registry.host();
    for line in [
        "# TYPE argocd_image_updater_applications_watched_total gauge".to_owned(),
        format!("argocd_image_updater_applications_watched_total{of} 1"),
        format!("argocd_image_updater_images_watched_total{of} 2"),
        format!("argocd_image_updater_images_updated_total{of} 1"),
    ] {
        assert!(text.lines().any(|own| own == line), "{line}: {text}");
    }
    for counted in [
        format!("argocd_image_updater_images_errors_total{of} "),
        format!("argocd_image_updater_registry_requests_total{{registry=\"{host}\"}} "),
        // That something is not there is an answer.
        format!("argocd_image_updater_registry_requests_failed_total{{registry=\"{host}\"}} 0"),
    ] {
        assert!(text.lines().any(|own| own.starts_with(&counted)), "{counted}: {text}");
    }
}
