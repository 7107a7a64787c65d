//! A cluster kept in a file: what was acknowledged is there again, and a damaged file is refused.

use crate::client::{MAPS, config_map, send};
use apiserver::{ApiServer, OpenError};
use clock::Clock;
use serde_json::{Value, json};
use std::path::Path;

fn open(path: &Path) -> Result<ApiServer, OpenError> {
    ApiServer::open(path, Clock::system())
}

/// The last handle's drop ends the writing thread, which lets the file go a moment later.
async fn reopened(path: &Path) -> ApiServer {
    loop {
        match open(path) {
            Ok(server) => return server,
            Err(OpenError::InUse { .. }) => tokio::task::yield_now().await,
            Err(other) => unreachable!("the file is whole: {other}"),
        }
    }
}

#[tokio::test]
async fn what_was_acknowledged_is_there_again() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("cluster.redb");
    let server = open(&path).expect("a new file");
    assert_eq!(send(&server, "POST", MAPS, &config_map("kept", "1")).await.0, 201);
    assert_eq!(send(&server, "POST", MAPS, &config_map("gone", "1")).await.0, 201);
    assert_eq!(send(&server, "DELETE", &format!("{MAPS}/gone"), &Value::Null).await.0, 200);
    let (_, before) = send(&server, "GET", &format!("{MAPS}/kept"), &Value::Null).await;
    // A copy made now is what a killed process leaves behind.
    let copy = folder.path().join("copy.redb");
    std::fs::copy(&path, &copy).expect("a copy");
    drop(server);
    for path in [path, copy] {
        let server = reopened(&path).await;
        let (_, after) = send(&server, "GET", &format!("{MAPS}/kept"), &Value::Null).await;
        assert_eq!(after, before);
        assert_eq!(send(&server, "GET", &format!("{MAPS}/gone"), &Value::Null).await.0, 404);
        let revision =
            |value: &Value| value["metadata"]["resourceVersion"].as_str().and_then(|text| text.parse::<u64>().ok());
        let (_, next) = send(&server, "POST", MAPS, &config_map("next", "1")).await;
        assert!(revision(&next) > revision(&before), "revisions go on");
        // A watch from before must list again.
        let from = revision(&before).unwrap_or_default();
        let watch = format!("{MAPS}?watch=1&timeoutSeconds=1&resourceVersion={from}");
        let (_, event) = send(&server, "GET", &watch, &Value::Null).await;
        assert_eq!(event["object"]["code"], json!(410), "{event}");
    }
}

#[tokio::test]
async fn a_damaged_file_is_refused_with_what_to_do() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("cluster.redb");
    std::fs::write(&path, b"this is no database, though it is long enough to look at".repeat(200)).expect("a file");
    let refused = open(&path).map(|_| ()).map_err(|error| error.to_string()).expect_err("a damaged file");
    assert!(refused.contains("cluster.redb") && refused.contains("move it away"), "{refused}");
}
