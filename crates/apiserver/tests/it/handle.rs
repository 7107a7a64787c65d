//! The in-process handle: create, read, change, watch, delete.

use crate::client::server;
use apiserver::{DeleteOptions, EventKind, Patch, WatchFrom, resources};
use serde_json::json;

#[tokio::test(start_paused = true)]
async fn an_object_lives_and_is_watched() {
    let api = server().api("test");
    let mut watch = api.watch(&resources::CONFIG_MAPS, WatchFrom::Now);
    let map = json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "m"}, "data": {"a": "1"}});
    let made = api.create(&resources::CONFIG_MAPS, "default", map).await.expect("created");
    assert_eq!(made.namespace(), Some("default"));
    let patch = Patch::Merge(json!({"data": {"a": "2"}}));
    let changed = api.patch(&resources::CONFIG_MAPS, "default", "m", patch).await.expect("patched");
    assert_eq!(changed.get("/data/a"), Some(json!("2")));
    let gone = api.delete(&resources::CONFIG_MAPS, "default", "m", DeleteOptions::default()).await.expect("deleted");
    assert_eq!(gone, None);
    for expected in [EventKind::Added, EventKind::Modified, EventKind::Deleted] {
        assert_eq!(watch.next().await.expect("an event").kind, expected);
    }
    assert_eq!(api.get(&resources::CONFIG_MAPS, "default", "m"), None);
    let missing = api.create(&resources::CONFIG_MAPS, "nowhere", json!({"metadata": {"name": "x"}})).await;
    assert_eq!(missing.map_err(|error| error.to_string()), Err("namespaces \"nowhere\" not found".to_owned()));
}
