//! Four thousand small objects, as a test of a thousand applications makes them.

use crate::client::server;
use apiserver::{DeleteOptions, resources};
use serde_json::json;

#[tokio::test(start_paused = true)]
async fn four_thousand_objects_are_made_listed_and_deleted() {
    let api = server().api("test");
    for index in 0..4000 {
        let map = json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": format!("m{index}"),
            "labels": {"app": format!("a{}", index % 10)}}, "data": {"v": "x".repeat(200)}});
        api.create(&resources::CONFIG_MAPS, "default", map).await.expect("created");
    }
    let selector = apiserver::LabelSelector::parse("app=a3").expect("a selector");
    let list = api.list_matching(&resources::CONFIG_MAPS, "default", &selector);
    assert_eq!(list.items.len(), 400);
    for object in list.items {
        api.delete(&resources::CONFIG_MAPS, "default", object.name(), DeleteOptions::default()).await.expect("deleted");
    }
    assert_eq!(api.list(&resources::CONFIG_MAPS, "").items.len(), 3600);
}
